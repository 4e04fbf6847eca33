// The report for people.

import type { Figure, SeedsReport, Summary } from './run-seeds';

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

function cellOf({ median, least, most }: Summary, format: Format): string {
  return least === most ? format(median) : `${format(median)}   (${format(least)} … ${format(most)})`;
}
