// The same scenario under several seeds, and what they have in common.

import type { SimulationConfig } from './config';
import { mergeCauses, type HttpCauseReport } from './http-causes';
import type { JobOf, PerformAll, RunOutcome } from './job';
import type { RunReport } from './report';
import { quantile } from './statistics';

/** One figure over all seeds. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export type Figure = Exclude<keyof RunReport, 'seed'>;

export interface SeedsReport {
  readonly inputs: SimulationConfig;
  readonly runs: readonly RunReport[];
  readonly summary: Readonly<Record<Figure, Summary>>;
  /** What HTTP was used for, all seeds together. */
  readonly httpCauses: readonly HttpCauseReport[];
}

/** A job for each of `seedCount` seeds, from that of `inputs` on. */
export function seedJobs(inputs: SimulationConfig, seedCount: number): JobOf<'run'>[] {
  return Array.from({ length: seedCount }, (_, index) => ({
    kind: 'run',
    config: { ...inputs, seed: inputs.seed + index },
  }));
}

/** Sums up what the jobs of {@link seedJobs} gave. */
export function seedsReportOf(inputs: SimulationConfig, outcomes: readonly RunOutcome[]): SeedsReport {
  const runs = outcomes.map(({ report }) => report);
  const httpCauses = mergeCauses(outcomes.map(({ causes }) => causes));
  return { inputs, runs, summary: summaryOf(runs), httpCauses };
}

/** Several inputs under the same number of seeds each; all runs are one lot of work. */
export async function runSeeds(
  inputs: readonly SimulationConfig[],
  seedCount: number,
  performAll: PerformAll,
): Promise<SeedsReport[]> {
  const outcomes = await performAll<'run'>(inputs.flatMap((config) => seedJobs(config, seedCount)));
  return inputs.map((config, index) =>
    seedsReportOf(config, outcomes.slice(index * seedCount, (index + 1) * seedCount)),
  );
}

export function summarize(values: readonly number[]): Summary {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The middle value, or between the two middle ones. */
function median(values: readonly number[]): number {
  const above = quantile(
    values.map((value) => -value),
    0.5,
  );
  return (quantile(values, 0.5) - above) / 2;
}

function summaryOf(runs: readonly RunReport[]): Record<Figure, Summary> {
  const figures = Object.keys(runs[0] ?? {}).filter((name) => name !== 'seed') as Figure[];
  const entries = figures.map((name) => [name, summarize(runs.map((run) => run[name]))] as const);
  return Object.fromEntries(entries) as Record<Figure, Summary>;
}
