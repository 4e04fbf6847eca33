// The same scenario under several seeds, and what they have in common.

import { configOf, type Policy, type Scenario, type SimulationConfig } from './config';
import { reportOf, type RunReport } from './report';
import { Simulation } from './simulation';
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
}

/** Runs `seedCount` seeds from `config.seed` on. `onRun` hears of each as it ends. */
export function runSeeds(
  scenario: Scenario,
  policy: Policy,
  changes: Partial<SimulationConfig>,
  seedCount: number,
  onRun: (report: RunReport) => void = () => undefined,
): SeedsReport {
  const inputs = configOf(scenario, policy, changes);
  const runs: RunReport[] = [];
  for (let seed = inputs.seed; seed < inputs.seed + seedCount; seed += 1) {
    const simulation = new Simulation({ ...inputs, seed });
    simulation.run();
    const report = reportOf(simulation);
    runs.push(report);
    onRun(report);
  }
  return { inputs, runs, summary: summaryOf(runs) };
}

function summaryOf(runs: readonly RunReport[]): Record<Figure, Summary> {
  const figures = Object.keys(runs[0] ?? {}).filter((name) => name !== 'seed') as Figure[];
  const entries = figures.map((name) => {
    const values = runs.map((run) => run[name]);
    return [name, { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) }] as const;
  });
  return Object.fromEntries(entries) as Record<Figure, Summary>;
}
