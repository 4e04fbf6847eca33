// What Shaka's bandwidth estimate hears of a segment from the engine: how fast the network is, never how fast memory
// is, nor how long peers took their time while the buffer was full.

import type { BitsPerSecond, Bytes, Milliseconds, Seconds } from '../../engine/src/index';
import { ProgressFeed, timeToMove } from '../../engine/src/plugin';
import type { ProgressUpdated } from './shaka-types';

/** Shaka's estimate takes no notice of samples below 16 kB. */
const MIN_SAMPLE_BYTES: Bytes = 16_000;

/** The samples of one segment. */
export class DeliverySamples {
  private readonly feed = new ProgressFeed();
  private sampledBytes: Bytes = 0;
  private last: { readonly at: Milliseconds; readonly bytes: Bytes } | undefined;

  constructor(private readonly progressUpdated: ProgressUpdated) {}

  /** Bytes came. With a short buffer Shaka is to know how fast, and may decide to switch. */
  add(loadedBytes: Bytes, totalBytes: Bytes | undefined, bufferAheadSeconds: Seconds, now: Milliseconds): void {
    if (this.feed.beginningFor(loadedBytes, bufferAheadSeconds, now) === undefined) return;
    this.last ??= { at: now, bytes: loadedBytes };
    const newBytes = loadedBytes - this.last.bytes;
    if (newBytes < MIN_SAMPLE_BYTES) return;
    const elapsedMs = Math.max(1, now - this.last.at);
    this.last = { at: now, bytes: loadedBytes };
    this.sampledBytes += newBytes;
    this.progressUpdated(elapsedMs, newBytes, Math.max(0, (totalBytes ?? loadedBytes) - loadedBytes));
  }

  /** All is there. Whether Shaka has its samples: false means that this delivery says nothing of the network. */
  finish(size: Bytes, bitsPerSecond: BitsPerSecond): boolean {
    if (!Number.isFinite(bitsPerSecond) || bitsPerSecond <= 0) return false;
    const rest = size - this.sampledBytes;
    this.progressUpdated(timeToMove(rest, bitsPerSecond), rest, 0);
    return true;
  }
}
