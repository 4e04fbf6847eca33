import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { kibibytes, mebibytes, timeToMove } from '../base/units';

/** What may be uploaded before anything was downloaded, so that a newcomer's first segments can be passed on. */
const FREE_UPLOAD_BYTES = mebibytes(1);
/** The bitrate ceiling holds over any span longer than it takes to send this. */
const BURST_BYTES = kibibytes(64);

/** The ceilings on what this viewer gives. */
export interface UploadLimits {
  readonly isEnabled: boolean;
  readonly maxBitrate: BitsPerSecond;
  readonly maxRatio: number;
}

/** [UP-1] Keeps uploads under a bitrate (token bucket) and under a multiple of what was downloaded. */
export class UploadBudget {
  #tokens: Bytes = BURST_BYTES;
  #filledAt: Milliseconds = 0;

  /** The limits may change at any time. */
  constructor(public limits: UploadLimits) {}

  /** Whether requests are taken at all, given what was moved so far. */
  isOpen(uploadedBytes: Bytes, downloadedBytes: Bytes): boolean {
    const { isEnabled, maxBitrate, maxRatio } = this.limits;
    return (
      isEnabled && maxBitrate > 0 && uploadedBytes < maxRatio * downloadedBytes + (maxRatio > 0 ? FREE_UPLOAD_BYTES : 0)
    );
  }

  /** Takes `bytes` if they may go now. */
  take(bytes: Bytes, now: Milliseconds): boolean {
    if (this.limits.maxBitrate === Infinity) return true;
    this.#fill(now);
    if (this.#tokens < Math.min(bytes, BURST_BYTES)) return false;
    this.#tokens -= bytes;
    return true;
  }

  /** When `take(bytes)` will succeed. */
  readyAt(bytes: Bytes, now: Milliseconds): Milliseconds {
    if (this.limits.maxBitrate === Infinity) return now;
    this.#fill(now);
    return (
      now + Math.ceil(timeToMove(Math.max(0, Math.min(bytes, BURST_BYTES) - this.#tokens), this.limits.maxBitrate))
    );
  }

  #fill(now: Milliseconds): void {
    const gained = (this.limits.maxBitrate * Math.max(0, now - this.#filledAt)) / 8000;
    this.#tokens = Math.min(BURST_BYTES, this.#tokens + gained);
    this.#filledAt = now;
  }
}
