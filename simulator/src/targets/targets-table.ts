// Targets for people: as aligned text, and as a table of a document.

import type { Calibration } from '../reduced/calibrate';
import type { Summary } from '../run/seeds-report';
import { alignedTable } from '../run/table';
import type { TargetResult, TargetsReport } from './measure';

export function targetsTableOf({ results, isFullSize, calibration }: TargetsReport): string {
  const rows = results.map((result) => [...cellsOf(result), markOf(result)]);
  const table = alignedTable([[...HEAD, ''], ...rows]);
  const parts = [table];
  if (calibration) parts.push(calibrationTableOf(calibration));
  if (!isFullSize)
    parts.push('Audiences were cut: these figures show that it works, they are not those of the targets.');
  return parts.join('\n\n');
}

/** For a document. */
export function targetsMarkdownOf({ results }: TargetsReport): string {
  const rows = results.map((result) => [...cellsOf(result), markOf(result)]);
  return [[...HEAD, ''], ['---', '---', '---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** What the reduced model makes of what was simulated in full. */
export function calibrationTableOf({ parameters, points, error, steadyError }: Calibration): string {
  const rows = points.map((point) => [
    String(point.viewers),
    percent(point.fullOffload),
    percent(point.reducedOffload),
    percent(point.fullSteadyOffload),
    percent(point.reducedSteadyOffload),
  ]);
  const head = ['viewers', 'offload, full', 'reduced', 'after starting up, full', 'reduced'];
  const { meanDegree, hopSeconds, uploadEfficiency, startupSegments, asksAhead } = parameters;
  const found =
    `${meanDegree.toFixed(1)} neighbours, ${hopSeconds.toFixed(2)} s a hop, ` +
    `${percent(uploadEfficiency)} of the uplink, ${startupSegments.toFixed(2)} segments over HTTP at the start, ` +
    (asksAhead ? 'segments asked for as they come out' : 'segments asked for one after the other');
  const worst = `off by ${percent(error)} at most, ${percent(steadyError)} after starting up`;
  return [`reduced model: ${found}; ${worst}`, '', alignedTable([head, ...rows])].join('\n');
}

const HEAD = ['target', 'wanted', 'measured', 'range', 'viewers, seeds'];

function cellsOf({ name, atLeast, atMost, unit, viewers, seeds, measured }: TargetResult): string[] {
  const format = FORMATS[unit];
  const wanted = atLeast === undefined ? `at most ${format(atMost ?? NaN)}` : `at least ${format(atLeast)}`;
  return [name, wanted, ...measuredCells(measured, format), `${viewers}, ${seeds}`];
}

function measuredCells(measured: Summary | undefined, format: (value: number) => string): string[] {
  if (!measured) return ['not measured', ''];
  return [format(measured.median), `${format(measured.least)} … ${format(measured.most)}`];
}

function markOf({ isReached }: TargetResult): string {
  if (isReached === undefined) return '';
  return isReached ? '✓ reached' : '✗ missed';
}

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;

const FORMATS: Readonly<Record<TargetResult['unit'], (value: number) => string>> = {
  share: percent,
  ratio: (value) => value.toFixed(2),
  perHour: (value) => value.toFixed(2),
};
