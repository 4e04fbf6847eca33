// How fast bytes leave: measured while there is always something waiting to leave, over all links together.

import type { Bytes, Milliseconds } from '../base/units';

/** A sample is taken after so many times its least size, however long the uplink stays busy. */
const LONGEST_SAMPLE = 4;
/** One that took longer is that of a machine that slept: no uplink that is of any use is so slow. */
const MAX_SAMPLE_MS: Milliseconds = 120_000;

export class UplinkMeter {
  #waitingBytes: Bytes = 0;
  #sampleBytes: Bytes = 0;
  #sampleSince: Milliseconds = 0;

  /** `onSample` hears of each stretch of at least `leastBytes` that left in one go. */
  constructor(
    private readonly leastBytes: Bytes,
    private readonly onSample: (bytes: Bytes, elapsed: Milliseconds) => void,
  ) {}

  noteQueued(bytes: Bytes, now: Milliseconds): void {
    if (this.#waitingBytes === 0) this.#begin(now);
    this.#waitingBytes += bytes;
  }

  noteFlushed(bytes: Bytes, now: Milliseconds): void {
    this.#waitingBytes = Math.max(0, this.#waitingBytes - bytes);
    this.#sampleBytes += bytes;
    if (this.#waitingBytes > 0 && this.#sampleBytes < LONGEST_SAMPLE * this.leastBytes) return;
    const elapsed = now - this.#sampleSince;
    if (this.#sampleBytes >= this.leastBytes && elapsed <= MAX_SAMPLE_MS) this.onSample(this.#sampleBytes, elapsed);
    this.#begin(now);
  }

  /** A link closed with so many bytes that will never leave. */
  noteLost(bytes: Bytes): void {
    this.#waitingBytes = Math.max(0, this.#waitingBytes - bytes);
  }

  #begin(now: Milliseconds): void {
    this.#sampleBytes = 0;
    this.#sampleSince = now;
  }
}
