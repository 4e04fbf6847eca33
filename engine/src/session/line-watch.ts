// What this viewer's line and the origin have shown, and what the player hears of it.

import { PeakRate } from '../base/peak-rate';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { secondsToMs } from '../base/units';
import type { Segment } from '../media/segment';
import { deliveryBitrate, isLineDoubtful, urgentBitrate, type LineFacts } from './delivery-rate';
import type { HttpDesk } from './http-desk';

/** A segment that is complete now. */
interface Arrived {
  readonly segment: Segment;
  readonly startedAt: Milliseconds | undefined;
  readonly httpStartedAt: Milliseconds | undefined;
  readonly requestIds: ReadonlySet<number>;
}

export class LineWatch {
  readonly #peak = new PeakRate();

  constructor(private readonly http: HttpDesk) {}

  /** Bytes came, from anybody. */
  noteBytes(byteCount: Bytes, now: Milliseconds): void {
    this.#peak.add(byteCount, now);
  }

  /** Takes in how a segment came; returns the rate for the player. `deadline`: when it runs dry without the segment. */
  noteSegment(
    arrived: Arrived,
    { byteCount, p2pBytes }: { readonly byteCount: Bytes; readonly p2pBytes: Bytes },
    deadline: Milliseconds,
    now: Milliseconds,
  ): BitsPerSecond {
    const { segment, startedAt = now, httpStartedAt, requestIds } = arrived;
    const elapsedMs = now - startedAt;
    const durationMs = secondsToMs(segment.durationSeconds);
    const httpSilentMs = now - this.http.lastByteAt;
    // What nobody waits for may take its time.
    if (requestIds.size > 0 && isLineDoubtful({ elapsedMs, durationMs, bufferMs: deadline - now, httpSilentMs }))
      this.http.doubt(this.#peak.bitsPerSecond(now));
    const httpAloneMs = p2pBytes > 0 || httpStartedAt === undefined ? undefined : now - httpStartedAt;
    return deliveryBitrate({ byteCount, durationMs, elapsedMs, httpAloneMs }, this.#facts(now));
  }

  /** What the player hears of a segment that was there already. */
  urgentBitrate(byteCount: Bytes, now: Milliseconds): BitsPerSecond {
    return urgentBitrate(byteCount, this.#facts(now)) || this.http.bitsPerSecond;
  }

  #facts(now: Milliseconds): LineFacts {
    const { measuredBitrate: httpBitrate, measuredFirstByteMs: httpFirstByteMs } = this.http;
    const httpSilentMs = now - this.http.lastByteAt;
    return { httpBitrate, httpFirstByteMs, httpSilentMs, peakBitrate: this.#peak.bitsPerSecond(now) };
  }
}
