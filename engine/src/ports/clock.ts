import type { Milliseconds } from '../base/units';

/** Takes back what was asked for. Calling it twice, or too late, does nothing. */
export type Cancel = () => void;

/** Time for everything that waits. Monotonic; tasks due at the same moment run in the order they were scheduled. */
export interface Clock {
  /** Time since an arbitrary start. */
  now(): Milliseconds;
  /** Runs `task` once after `delay` (≥ 0), never synchronously. */
  schedule(delay: Milliseconds, task: () => void): Cancel;
}
