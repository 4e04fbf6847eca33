// Which progress of an engine request VHS hears, and the rate it reads off it.
//
// VHS uses progress for one decision: when a segment at its average rate since `requestTime` would come too late, it
// aborts it, steps down and shuns the rendition for ten seconds. Natively that rate is the network's. Here a segment
// may first wait for peers, or trickle from a slow one while HTTP, the way out, is still unused: the same sum would
// abort segments that are going to be in time, and quality would swing. So VHS hears nothing while the buffer is
// comfortable. Once it is short the engine uses HTTP as well, and the rate from then on is what the network gives.

/** Buffer below which VHS may judge the rate. Above it a slow peer is no reason to step down. */
export const SHORT_BUFFER_SECONDS = 6;

/** Follows one request of the engine. */
export class ProgressFeed {
  private start: { readonly atMs: number; readonly bytes: number } | undefined;

  /** Whether VHS has heard of any progress. */
  get hasBegun(): boolean {
    return this.start !== undefined;
  }

  /**
   * The `requestTime` to show with a progress event, such that VHS reads off it the rate since it began to listen;
   * undefined: the event is withheld.
   */
  requestTimeFor(loadedBytes: number, bufferAheadSeconds: number, nowMs: number): number | undefined {
    if (loadedBytes === 0) return undefined;
    if (!this.start) {
      if (bufferAheadSeconds > SHORT_BUFFER_SECONDS) return undefined;
      this.start = { atMs: nowMs, bytes: loadedBytes };
      return nowMs;
    }
    const newBytes = loadedBytes - this.start.bytes;
    if (newBytes <= 0) return undefined;
    // VHS divides all loaded bytes by the time since requestTime; stretch that time by the bytes that do not count.
    return nowMs - ((nowMs - this.start.atMs) * loadedBytes) / newBytes;
  }
}
