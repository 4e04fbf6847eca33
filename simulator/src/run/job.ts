// A piece of work that needs nothing but its description: it may be done here or in another process.

import { runReduced, type ReducedConfig, type ReducedReport } from '../reduced/reduced-model';
import type { SimulationConfig } from './config';
import type { HttpCauseReport } from './http-causes';
import { reportOf, type RunReport } from './report';
import { Simulation } from './simulation';
import { SpreadWatch, type SpreadTrace } from './spread-watch';

export interface RunOutcome {
  readonly report: RunReport;
  readonly causes: readonly HttpCauseReport[];
}

export type Job =
  | { readonly kind: 'run'; readonly config: SimulationConfig }
  | { readonly kind: 'spread'; readonly config: SimulationConfig }
  | { readonly kind: 'reduced'; readonly config: ReducedConfig };

/** What each kind of job gives. */
export interface JobOutcomes {
  readonly run: RunOutcome;
  readonly spread: SpreadTrace;
  readonly reduced: ReducedReport;
}

export type JobOf<Kind extends Job['kind']> = Extract<Job, { readonly kind: Kind }>;

/** Does jobs, in any order and anywhere, and gives their outcomes in the order of the jobs. */
export type PerformAll = <Kind extends Job['kind']>(jobs: readonly JobOf<Kind>[]) => Promise<JobOutcomes[Kind][]>;

export function perform(job: Job): JobOutcomes[Job['kind']] {
  switch (job.kind) {
    case 'run': {
      const simulation = new Simulation(job.config);
      simulation.run();
      return { report: reportOf(simulation), causes: simulation.causes.report() };
    }
    case 'spread': {
      const simulation = new Simulation(job.config);
      const watch = new SpreadWatch(simulation);
      simulation.run();
      return watch.trace();
    }
    case 'reduced':
      return runReduced(job.config);
  }
}

/** Does all jobs here, one after the other. */
export const performInTurn: PerformAll = <Kind extends Job['kind']>(jobs: readonly JobOf<Kind>[]) =>
  Promise.resolve(jobs.map((job) => perform(job) as JobOutcomes[Kind]));
