import type { Milliseconds } from './units';

/** How long to wait between tries. */
export interface BackoffPolicy {
  /** Upper end of the first delay. */
  readonly firstMs: Milliseconds;
  /** No delay is longer. */
  readonly maxMs: Milliseconds;
  /** How much longer each step is than the one before. @defaultValue 2 */
  readonly factor?: number;
}

const MAX_STEPS = 30;

/**
 * Exponential back-off with equal jitter: each delay lies between half of its step and the whole of it,
 * so that many viewers that lost the same server do not come back together.
 */
export class Backoff {
  #attempts = 0;

  constructor(private readonly policy: BackoffPolicy) {}

  /** Tries since health was shown. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next delay. `chance` in [0, 1) places it in the upper half of the step. */
  next(chance: number): Milliseconds {
    const { firstMs, maxMs, factor = 2 } = this.policy;
    const step = Math.min(maxMs, firstMs * factor ** Math.min(this.#attempts, MAX_STEPS));
    this.#attempts += 1;
    return Math.round(step / 2 + (chance * step) / 2);
  }

  /** Health was shown: start over with the first delay. */
  reset(): void {
    this.#attempts = 0;
  }
}
