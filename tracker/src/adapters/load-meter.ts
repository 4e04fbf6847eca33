// How busy the process is, as the number that the core works on.

import { monitorEventLoopDelay, performance, type EventLoopUtilization, type IntervalHistogram } from 'node:perf_hooks';

/** Milliseconds of delay of the event loop that count as full load: an offer relayed so late is of little use. */
export const FULL_LOAD_DELAY_MS = 500;

/** Milliseconds between two samples of the delay. */
const RESOLUTION_MS = 20;

/** Share that one measurement has in the load: short bursts, garbage collection for example, are no overload. */
const WEIGHT = 0.2;

/** How much of the time the event loop had something to do, and how long what waited had to wait; the greater counts. */
export class LoadMeter {
  readonly #delay: IntervalHistogram;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #load = 0;

  constructor() {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
  }

  /** The load in [0, 1], smoothed; to be called once a second. */
  measure(): number {
    const { utilization } = performance.eventLoopUtilization(this.#utilization);
    this.#utilization = performance.eventLoopUtilization();
    // The histogram counts the time between two samples, which includes the planned one.
    const delayMs = Math.max(0, this.#delay.percentile(90) / 1e6 - RESOLUTION_MS);
    this.#delay.reset();
    const now = Math.min(1, Math.max(isNaN(utilization) ? 0 : utilization, delayMs / FULL_LOAD_DELAY_MS));
    this.#load += WEIGHT * (now - this.#load);
    return this.#load;
  }

  stop(): void {
    this.#delay.disable();
  }
}
