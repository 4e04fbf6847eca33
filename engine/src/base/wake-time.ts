import type { Milliseconds } from './units';

/**
 * The earliest of many moments that move all the time. Moments that come nearer are noted; those that move away are not,
 * so it may be too early, but is never too late: at that time all moments are looked at, and the earliest is set anew.
 */
export class WakeTime {
  #at: Milliseconds = Infinity;

  get at(): Milliseconds {
    return this.#at;
  }

  /** One of the moments is `at`, or later. */
  note(at: Milliseconds): void {
    if (at < this.#at) this.#at = at;
  }

  /** All have been looked at: this is the earliest. */
  set(at: Milliseconds): void {
    this.#at = at;
  }
}
