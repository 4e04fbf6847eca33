import type { BitsPerSecond, Bytes, Milliseconds } from './units';
import { bitrateOf, bytesIn } from './units';

/** Weight of the past after one second of measured transfer: about the last three seconds count. */
const PAST_WEIGHT_PER_SECOND = 0.7;
const MS_PER_SECOND = 1000;

/**
 * How fast bytes come from one place, over the time in which they were awaited. Old transfers fade with
 * transfer time, not with wall time: silence says nothing about the rate.
 */
export class RateEstimate {
  #bytes = 0;
  #elapsedMs = 0;

  /** Notes that `bytes` took `elapsed`. */
  add(bytes: Bytes, elapsed: Milliseconds): void {
    const fade = PAST_WEIGHT_PER_SECOND ** (Math.max(0, elapsed) / MS_PER_SECOND);
    this.#bytes = this.#bytes * fade + bytes;
    this.#elapsedMs = this.#elapsedMs * fade + Math.max(1, elapsed);
  }

  /** What was measured counts for no more than a transfer of `elapsed` from now on. */
  weaken(elapsed: Milliseconds): void {
    if (this.#elapsedMs <= elapsed) return;
    this.#bytes *= elapsed / this.#elapsedMs;
    this.#elapsedMs = elapsed;
  }

  /** Estimates no more than `bitsPerSecond` (above 0) until more is measured. */
  limit(bitsPerSecond: BitsPerSecond): void {
    this.#bytes = Math.min(this.#bytes, bytesIn(this.#elapsedMs, bitsPerSecond));
  }

  /** The estimate, or undefined before the first measurement. */
  get bitsPerSecond(): BitsPerSecond | undefined {
    return this.#elapsedMs > 0 ? bitrateOf(this.#bytes, this.#elapsedMs) : undefined;
  }
}
