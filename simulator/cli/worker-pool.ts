// Jobs over the cores that there are: each worker is this program again, and does one job after the other.

import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { perform, type Job, type JobOf, type JobOutcomes, type PerformAll } from '../src/run/job';
import { peakMemoryMebibytes, type Console } from './console';

/** First argument of a worker. */
export const WORKER = 'worker';

export const coreCount = (): number => availableParallelism();

/**
 * Work for `jobCount` processes; 1: all is done in this one. The outcomes do not depend on how many there are, only
 * the time does. `console` shows how far it is.
 */
export function createPool(jobCount: number, console: Console): PerformAll {
  return async <Kind extends Job['kind']>(jobs: readonly JobOf<Kind>[]) => {
    const outcomes = new Array<JobOutcomes[Kind]>(jobs.length);
    let [started, done] = [0, 0];
    const workInTurn = async (work: (job: Job) => Promise<JobOutcomes[Kind]>): Promise<void> => {
      for (let place = started++; place < jobs.length; place = started++) {
        outcomes[place] = await work(jobs[place]!);
        console.showProgress((done += 1), jobs.length);
      }
    };
    const workerCount = Math.min(jobCount, jobs.length);
    const workInWorker = () =>
      withWorker(workInTurn).catch((error: unknown) => {
        // One job has failed: the others are of no use any more.
        started = jobs.length;
        throw error;
      });
    if (workerCount <= 1) await workInTurn((job) => Promise.resolve(perform(job) as JobOutcomes[Kind]));
    else await Promise.all(Array.from({ length: workerCount }, workInWorker));
    return outcomes;
  };

  async function withWorker<Outcome>(use: (work: (job: Job) => Promise<Outcome>) => Promise<void>): Promise<void> {
    const worker = fork(process.argv[1]!, [WORKER], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    try {
      await use((job) => ask<Outcome>(worker, job, console));
    } finally {
      worker.kill();
    }
  }
}

interface Answer<Outcome> {
  readonly outcome?: Outcome;
  readonly failure?: string;
  readonly peakMemoryMebibytes: number;
}

function ask<Outcome>(worker: ChildProcess, job: Job, console: Console): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const handleExit = (code: number | null): void =>
      reject(new Error(`a worker ended with code ${code ?? 'none'} before its job was done`));
    worker.once('exit', handleExit);
    worker.once('message', ({ outcome, failure, peakMemoryMebibytes: peak }: Answer<Outcome>) => {
      console.notePeakMemory(peak);
      worker.off('exit', handleExit);
      if (outcome === undefined) reject(new Error(failure ?? 'a job without an outcome'));
      else resolve(outcome);
    });
    worker.send(job);
  });
}

/** What a worker does until it is ended. */
export function serveJobs(): void {
  // Nobody waits for the answer any more.
  process.on('disconnect', () => process.exit());
  process.on('message', (job: Job) => {
    process.send?.(attempt(() => perform(job)));
  });
}

function attempt<Outcome>(work: () => Outcome): Answer<Outcome> {
  try {
    return { outcome: work(), peakMemoryMebibytes: peakMemoryMebibytes() };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { failure, peakMemoryMebibytes: peakMemoryMebibytes() };
  }
}
