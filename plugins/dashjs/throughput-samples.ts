// What dash.js's throughput estimate hears of a segment from the engine: how fast the network is, never how fast memory
// is, nor how long peers took their time while the buffer was full.
//
// dash.js takes the rate from the browser's timing of the URL, or, where that is switched off or missing, from the
// reports of progress but the first. Both get the same answer here.

import type { BitsPerSecond, Bytes, Milliseconds, Seconds } from '../../engine/src/index';
import { ProgressFeed, timeToMove } from '../../engine/src/plugin';
import type { FragmentRequest, LoadProgress, ResourceTiming } from './dashjs-types';

/** The samples of one segment. */
export class ThroughputSamples {
  private readonly feed = new ProgressFeed();
  private last: { readonly at: Milliseconds; readonly bytes: Bytes } | undefined;

  constructor(private readonly tell: (progress: LoadProgress) => void) {}

  /** Bytes came. With a short buffer dash.js is to know how fast, and may give the segment up for a smaller one. */
  add(loadedBytes: Bytes, totalBytes: Bytes | undefined, bufferAheadSeconds: Seconds, now: Milliseconds): void {
    if (totalBytes === undefined || loadedBytes >= totalBytes) return;
    if (this.feed.beginningFor(loadedBytes, bufferAheadSeconds, now) === undefined) return;
    const time = Math.max(1, now - (this.last?.at ?? now));
    this.last = { at: now, bytes: loadedBytes };
    this.tell({ loaded: loadedBytes, total: totalBytes, lengthComputable: true, time });
  }

  /** All is there, as fast as `bitsPerSecond`. */
  finish(request: FragmentRequest, size: Bytes, bitsPerSecond: BitsPerSecond, now: Milliseconds): void {
    if (!Number.isFinite(bitsPerSecond) || bitsPerSecond <= 0)
      return this.tell({ loaded: size, total: size, lengthComputable: true, noTrace: true });
    const timing = timingOf(size, bitsPerSecond, now);
    // dash.js looks for the URL among what the browser fetched: that finds the engine's own fetch, or an earlier one.
    Object.defineProperty(request, 'resourceTimingValues', { configurable: true, get: () => timing, set: () => {} });
    // One that does not count: as if it were complete, so that waiting for peers does not pass for latency.
    if (!this.last) this.tell({ loaded: 0, total: 0, lengthComputable: true, time: 0 });
    const time = timeToMove(size - (this.last?.bytes ?? 0), bitsPerSecond);
    this.tell({ loaded: size, total: size, lengthComputable: true, time });
  }
}

function timingOf(size: Bytes, bitsPerSecond: BitsPerSecond, now: Milliseconds): ResourceTiming {
  const duration = timeToMove(size, bitsPerSecond);
  const startTime = now - duration;
  return {
    startTime,
    responseStart: startTime,
    responseEnd: now,
    duration,
    transferSize: size,
    encodedBodySize: size,
    decodedBodySize: size,
  };
}
