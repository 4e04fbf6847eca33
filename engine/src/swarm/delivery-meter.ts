import { RateEstimate } from '../base/rate-estimate';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';

/** Whoever brings a block in a longer time has stalled: a longer one is that of a machine that slept. */
const MAX_SAMPLE_MS: Milliseconds = 30_000;

/**
 * How fast a peer delivers, over the time in which something was asked of it. What came of a request that was taken back
 * counts too: else one that never finishes anything would seem as fast as it says.
 */
export class DeliveryMeter {
  readonly #rate = new RateEstimate();
  /** Since the peer was asked, or was through with the request before. */
  #since: Milliseconds | undefined;
  #bytes: Bytes = 0;

  /** Undefined before anything came. */
  get bitsPerSecond(): BitsPerSecond | undefined {
    return this.#rate.bitsPerSecond;
  }

  /** For how long the peer has been at one request. */
  busyMs(now: Milliseconds): Milliseconds {
    return now - (this.#since ?? now);
  }

  noteAsked(now: Milliseconds): void {
    this.#since ??= now;
  }

  noteBytes(bytes: Bytes): void {
    if (this.#since !== undefined) this.#bytes += bytes;
  }

  /** A request ended, whichever way; `areOthersOpen`: the peer goes on with them. */
  noteEnd(areOthersOpen: boolean, now: Milliseconds): void {
    if (this.#bytes > 0 && this.busyMs(now) <= MAX_SAMPLE_MS) this.#rate.add(this.#bytes, this.busyMs(now));
    this.#bytes = 0;
    this.#since = areOthersOpen ? now : undefined;
  }
}
