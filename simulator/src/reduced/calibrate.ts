// Finds the numbers that the reduced model does not follow from rules: those with which it comes nearest to full
// simulations of the same inputs. Then it says how far off it still is.

import type { SeedsReport } from '../run/seeds-report';
import { ratio } from '../run/statistics';
import { isReducible, runReduced, type ReducedParameters, type ReducedReport } from './reduced-model';

/** Full and reduced figures of the same inputs. */
export interface CalibrationPoint {
  readonly viewers: number;
  readonly durationSeconds: number;
  readonly seeds: number;
  readonly fullOffload: number;
  readonly reducedOffload: number;
  readonly fullSteadyOffload: number;
  readonly reducedSteadyOffload: number;
}

export interface Calibration {
  readonly parameters: ReducedParameters;
  readonly points: readonly CalibrationPoint[];
  /** Largest difference of steady offload at any point. */
  readonly steadyError: number;
  /** Largest difference of offload at any point. */
  readonly error: number;
}

/** What is tried: first all of it, then between the neighbours of the best. */
const GRID = {
  hopSeconds: [0.05, 0.15, 0.3, 0.5, 0.8, 1.2],
  uploadEfficiency: [0.2, 0.35, 0.5, 0.7, 1],
};
const REFINEMENTS = 1;
/** Segments looked at per try: enough for a stable mean, few enough for hundreds of tries. */
const SAMPLE_COUNT = 6;
const FIRST_STARTUP_SEGMENTS = 3;
/** Larger audiences are not run anew at each try. */
const MAX_TRIED_VIEWERS = 3_000;
const MAX_STARTUP_SEGMENTS = 6;
const STARTUP_STEP = 0.05;

/** @throws Error when there is nothing to calibrate with. */
export function calibrate(full: readonly SeedsReport[]): Calibration {
  const usable = full.filter(({ inputs }) => inputs.policy === 'ours' && isReducible(inputs));
  if (usable.length === 0) throw new Error('calibration needs results of live runs with policy ours');
  const tried = usable.filter(({ inputs }) => inputs.viewers <= MAX_TRIED_VIEWERS);
  const base = tried.length > 0 ? tried : usable;
  const fits = [false, true].map((asksAhead) => bestFit(base, asksAhead));
  const { hopSeconds, uploadEfficiency, asksAhead } = fits.reduce((a, b) => (b.error < a.error ? b : a));
  const meanDegree = degreeOf(usable.reduce((a, b) => (b.inputs.viewers > a.inputs.viewers ? b : a)));
  const startupSegments = bestStartup(usable, { hopSeconds, uploadEfficiency, asksAhead });
  const parameters = { meanDegree, hopSeconds, uploadEfficiency, startupSegments, asksAhead };
  const points = usable.map((report) => pointOf(report, parameters));
  const worst = (errorOf: (point: CalibrationPoint) => number) => Math.max(...points.map(errorOf));
  return {
    parameters,
    points,
    steadyError: worst((point) => Math.abs(point.reducedSteadyOffload - point.fullSteadyOffload)),
    error: worst((point) => Math.abs(point.reducedOffload - point.fullOffload)),
  };
}

/** The pair of numbers with which the model is nearest, after starting up. */
function bestFit(full: readonly SeedsReport[], asksAhead: boolean) {
  let candidates = GRID;
  let best = { hopSeconds: 0, uploadEfficiency: 0, asksAhead, error: Infinity };
  for (let round = 0; round <= REFINEMENTS; round += 1) {
    for (const hopSeconds of candidates.hopSeconds)
      for (const uploadEfficiency of candidates.uploadEfficiency) {
        const error = full.reduce((sum, report) => {
          const { steadyOffloadRatio } = reducedOf(report, { hopSeconds, uploadEfficiency, asksAhead });
          return sum + (steadyOffloadRatio - report.summary.steadyOffloadRatio.median) ** 2;
        }, 0);
        if (error < best.error) best = { hopSeconds, uploadEfficiency, asksAhead, error };
      }
    candidates = {
      hopSeconds: between(candidates.hopSeconds, best.hopSeconds),
      uploadEfficiency: between(candidates.uploadEfficiency, best.uploadEfficiency),
    };
  }
  return best;
}

/** The model beside the full simulation, at the inputs of that. */
export function pointOf(report: SeedsReport, parameters: ReducedParameters): CalibrationPoint {
  const { inputs, runs, summary } = report;
  const reduced = reducedOf(report, parameters);
  return {
    viewers: inputs.viewers,
    durationSeconds: inputs.durationSeconds,
    seeds: runs.length,
    fullOffload: summary.offloadRatio.median,
    reducedOffload: reduced.offloadRatio,
    fullSteadyOffload: summary.steadyOffloadRatio.median,
    reducedSteadyOffload: reduced.steadyOffloadRatio,
  };
}

/** Each size is modelled with the neighbours that were counted at that size. */
function reducedOf(report: SeedsReport, parameters: Partial<ReducedParameters>): ReducedReport {
  const known = { startupSegments: FIRST_STARTUP_SEGMENTS, hopSeconds: 0, uploadEfficiency: 1, asksAhead: false };
  return runReduced({
    simulation: report.inputs,
    parameters: { ...known, ...parameters, meanDegree: degreeOf(report) },
    sampleCount: SAMPLE_COUNT,
  });
}

const degreeOf = ({ summary }: SeedsReport): number => summary.peersPerViewer.median;

/** Offload falls evenly with it, so two runs of the model tell how steeply. */
function bestStartup(full: readonly SeedsReport[], found: Partial<ReducedParameters>): number {
  const lines = full.map((report) => {
    const [none, one] = [0, 1].map((startupSegments) => reducedOf(report, { ...found, startupSegments }).offloadRatio);
    return { none: none!, slope: one! - none!, full: report.summary.offloadRatio.median };
  });
  const downhill = lines.reduce((sum, { none, slope, full: measured }) => sum + (measured - none) * slope, 0);
  const steepness = lines.reduce((sum, { slope }) => sum + slope ** 2, 0);
  const exact = Math.min(MAX_STARTUP_SEGMENTS, Math.max(0, ratio(downhill, steepness)));
  return Math.round(exact / STARTUP_STEP) * STARTUP_STEP;
}

/** Finer values around `value`, which is one of `values`. */
function between(values: readonly number[], value: number): number[] {
  const place = values.indexOf(value);
  const [below, above] = [values[place - 1] ?? value, values[place + 1] ?? value];
  return [...new Set([(below + value) / 2, value, (above + value) / 2])];
}
