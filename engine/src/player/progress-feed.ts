// Which progress of an engine request a player hears, and the rate it reads off it.
//
// Players use progress for one decision: when a segment at its average rate so far would come too late, they abort it,
// step down and shun the rendition for a while. Natively that rate is the network's. Here a segment may first wait for
// peers, or trickle from a slow one while HTTP, the way out, is still unused: the same sum would abort segments that are
// going to be in time, and quality would swing. So the player hears nothing while the buffer is comfortable. Once it is
// short the engine uses HTTP as well, and the rate from then on is what the network gives.

import type { Bytes, Milliseconds, Seconds } from '../base/units';

/** Buffer below which the player may judge the rate. Above it a slow peer is no reason to step down. */
export const SHORT_BUFFER_SECONDS: Seconds = 6;

/** Follows one request of the engine. */
export class ProgressFeed {
  #start: { readonly at: Milliseconds; readonly bytes: Bytes } | undefined;

  /** Whether the player has heard of any progress. */
  get hasBegun(): boolean {
    return this.#start !== undefined;
  }

  /**
   * When the request is to seem to have begun, so that the player, which divides `loadedBytes` by the time since then,
   * reads the rate since it began to listen; undefined: the progress is withheld.
   * @param now - on any clock, always the same
   */
  beginningFor(loadedBytes: Bytes, bufferAheadSeconds: Seconds, now: Milliseconds): Milliseconds | undefined {
    if (loadedBytes === 0) return undefined;
    if (!this.#start) {
      if (bufferAheadSeconds > SHORT_BUFFER_SECONDS) return undefined;
      this.#start = { at: now, bytes: loadedBytes };
      return now;
    }
    const newBytes = loadedBytes - this.#start.bytes;
    if (newBytes <= 0) return undefined;
    // The player divides all loaded bytes by the time; stretch that time by the bytes that do not count.
    return now - ((now - this.#start.at) * loadedBytes) / newBytes;
  }
}
