// The report for people.

import type { ComparisonReport } from './comparison';
import { HTTP_CAUSES, type HttpCauseReport } from './http-causes';
import type { Figure, SeedsReport, Summary } from './seeds-report';

type Format = (value: number) => string;

const percent: Format = (value) => `${(value * 100).toFixed(2)} %`;
const fixed =
  (digits: number, unit = ''): Format =>
  (value) =>
    `${value.toFixed(digits)}${unit}`;
const MEGA = 1_000_000;
const GIGA = 1_000_000_000;

const ROWS: readonly (readonly [Figure, string, Format])[] = [
  ['offloadRatio', 'offload', percent],
  ['steadyOffloadRatio', 'offload, after starting up', percent],
  ['cdnSavedRatio', 'spared the CDN', percent],
  ['copiesPerSegment', 'HTTP copies per segment', fixed(2)],
  ['steadyCopiesPerSegment', 'the same, after starting up', fixed(2)],
  ['wastedRatio', 'wasted bytes', percent],
  ['stallRatio', 'stalled time', percent],
  ['stallsPerViewerHour', 'stalls per viewer hour', fixed(2)],
  ['startupSecondsP50', 'startup, median', fixed(2, ' s')],
  ['startupSecondsP95', 'startup, 95th percentile', fixed(2, ' s')],
  ['uploadRatioP50', 'uploaded ÷ downloaded, median', fixed(2)],
  ['uploadRatioP95', 'the same, 95th percentile', fixed(2)],
  ['uploadGini', 'inequality of uploads (Gini)', fixed(2)],
  ['peersPerViewer', 'peers per viewer', fixed(1)],
  ['steadyViewers', 'viewers at a time', fixed(0)],
  ['connectSuccessRatio', 'pairs that connect', percent],
  ['firstPeerSecondsP50', 'first peer after, median', fixed(2, ' s')],
  ['firstPeerSecondsP95', 'the same, 95th percentile', fixed(2, ' s')],
  ['trackerMessagesPerViewerHour', 'tracker messages per viewer hour', fixed(0)],
  ['controlBytesRatio', 'control ÷ media bytes', percent],
  ['controlMessagesPerViewerSecond', 'control messages per viewer second', fixed(1)],
  ['meanBitrate', 'mean quality', (value) => `${(value / MEGA).toFixed(2)} Mb/s`],
  ['switchesPerViewerHour', 'quality switches per viewer hour', fixed(1)],
  ['httpBytes', 'over HTTP', (value) => `${(value / GIGA).toFixed(2)} GB`],
  ['p2pBytes', 'from peers', (value) => `${(value / GIGA).toFixed(2)} GB`],
  ['events', 'events', fixed(0)],
];

export function tableOf({ inputs, runs, summary }: SeedsReport): string {
  const { scenario, policy, viewers, durationSeconds, seed } = inputs;
  const seeds = runs.length > 1 ? `seeds ${seed} to ${seed + runs.length - 1}` : `seed ${seed}`;
  const title = `${scenario}, ${policy}: ${viewers} viewers, ${durationSeconds} s, ${seeds}`;
  const width = Math.max(...ROWS.map(([, label]) => label.length)) + 2;
  const lines = ROWS.map(([name, label, format]) => `${label.padEnd(width)}${cellOf(summary[name], format)}`);
  return [title, '', ...lines].join('\n');
}

/** What HTTP was used for. */
export function causesTableOf(causes: readonly HttpCauseReport[]): string {
  const rows = causes.map(({ age, cause, share, httpBytes, fetches, meanBufferSeconds, meanEarlierFetches }) => [
    age,
    HTTP_CAUSES[cause],
    percent(share),
    `${(httpBytes / MEGA).toFixed(0)} MB`,
    fixed(0)(fetches),
    fixed(1, ' s')(meanBufferSeconds),
    fixed(1)(meanEarlierFetches),
  ]);
  const head = ['viewer', 'HTTP because', 'of HTTP', 'bytes', 'fetches', 'buffer', 'fetched before'];
  return alignedTable([head, ...rows]);
}

/** Policies side by side, then what sets them apart. */
export function comparisonTableOf({ policies, differences }: ComparisonReport): string {
  const first = policies[0];
  if (!first) return '';
  const { scenario, viewers, durationSeconds, seed } = first.inputs;
  const last = seed + first.runs.length - 1;
  const head = ['', ...policies.map(({ inputs }) => inputs.policy)];
  const rows = ROWS.map(([name, label, format]) => [
    label,
    ...policies.map(({ summary }) => cellOf(summary[name], format)),
  ]);
  const beside = (
    label: string,
    format: Format,
    summaryOf: (one: (typeof differences)[number]) => Summary | undefined,
  ) =>
    differences.some((one) => summaryOf(one) !== undefined)
      ? [[label, ...differences.map((one) => cellOf(summaryOf(one) ?? NOTHING, format))]]
      : [];
  const compared = [
    ...beside('stalled time, above none', percent, ({ toNone }) => toNone?.stallRatio),
    ...beside('stalls per viewer hour, above none', fixed(2), ({ toNone }) => toNone?.stallsPerViewerHour),
    ...beside('startup median, above none', percent, ({ toNone }) => toNone?.startupP50),
    ...beside('startup 95th percentile, above none', percent, ({ toNone }) => toNone?.startupP95),
    ...beside('mean quality, above none', percent, ({ toNone }) => toNone?.meanBitrate),
    ...beside('quality switches, above none', percent, ({ toNone }) => toNone?.switches),
    ...beside('HTTP bytes ÷ those of neighbour-election', fixed(2), ({ httpBytesRatio }) => httpBytesRatio),
  ];
  const title = `${scenario}: ${viewers} viewers, ${durationSeconds} s, seeds ${seed} to ${last}`;
  return `${title}\n\n${alignedTable([head, ...rows, ...compared])}`;
}

const NOTHING: Summary = { median: NaN, least: NaN, most: NaN };

/** Columns as wide as their widest cell. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellOf({ median, least, most }: Summary, format: Format): string {
  return least === most ? format(median) : `${format(median)}   (${format(least)} … ${format(most)})`;
}
