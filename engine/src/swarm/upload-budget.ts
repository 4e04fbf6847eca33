import { RateEstimate } from '../base/rate-estimate';
import { TRANSFER_SIZES, type TransferSizes } from '../base/transfer-sizes';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { bytesIn, timeToMove } from '../base/units';

/** Of the uplink so much may be used: calls and whatever else the household does go on undisturbed. */
export const UPLINK_SHARE = 0.5;

/** The ceilings on what this viewer gives. */
export interface UploadLimits {
  readonly isEnabled: boolean;
  readonly maxBitrate: BitsPerSecond;
  readonly maxRatio: number;
}

/** [UP-1] Keeps uploads under a bitrate (token bucket), half of the uplink, and a multiple of what was downloaded. */
export class UploadBudget {
  readonly #uplink = new RateEstimate();
  #tokens: Bytes;
  #filledAt: Milliseconds = 0;

  /** The limits may change at any time. */
  constructor(
    public limits: UploadLimits,
    private readonly sizes: TransferSizes = TRANSFER_SIZES,
  ) {
    this.#tokens = sizes.uploadBurstBytes;
  }

  /** How fast this viewer may give; undefined while the uplink has not been measured and no ceiling is set. */
  get bitrate(): BitsPerSecond | undefined {
    const { maxBitrate } = this.limits;
    const measured = this.#uplink.bitsPerSecond;
    const bitrate = Math.min(maxBitrate, measured === undefined ? Infinity : measured * UPLINK_SHARE);
    return bitrate === Infinity ? undefined : bitrate;
  }

  /** [UP-10] So many bytes left in one go, with more waiting behind them all the time: that is the uplink's rate. */
  noteUplink(bytes: Bytes, elapsed: Milliseconds): void {
    this.#uplink.add(bytes, elapsed);
  }

  /** Whether anything is given at all. */
  get isOn(): boolean {
    const { isEnabled, maxBitrate, maxRatio } = this.limits;
    return isEnabled && maxBitrate > 0 && maxRatio > 0;
  }

  /** What may still be given, by the ratio. */
  headroom(uploadedBytes: Bytes, downloadedBytes: Bytes): Bytes {
    if (!this.isOn) return 0;
    if (this.limits.maxRatio === Infinity) return Infinity;
    return Math.max(0, this.limits.maxRatio * downloadedBytes + this.sizes.freeUploadBytes - uploadedBytes);
  }

  /** Whether requests are taken now, given what was moved so far. */
  isOpen(uploadedBytes: Bytes, downloadedBytes: Bytes): boolean {
    return this.headroom(uploadedBytes, downloadedBytes) > 0;
  }

  /** Takes `bytes` if they may go now. */
  take(bytes: Bytes, now: Milliseconds): boolean {
    const { bitrate } = this;
    if (bitrate === undefined) return true;
    this.#fill(bitrate, now);
    if (this.#tokens < Math.min(bytes, this.sizes.uploadBurstBytes)) return false;
    this.#tokens -= bytes;
    return true;
  }

  /** When `take(bytes)` will succeed. */
  readyAt(bytes: Bytes, now: Milliseconds): Milliseconds {
    const { bitrate } = this;
    if (bitrate === undefined) return now;
    this.#fill(bitrate, now);
    const short = Math.min(bytes, this.sizes.uploadBurstBytes) - this.#tokens;
    return now + Math.ceil(timeToMove(Math.max(0, short), bitrate));
  }

  #fill(bitrate: BitsPerSecond, now: Milliseconds): void {
    const gained = bytesIn(Math.max(0, now - this.#filledAt), bitrate);
    this.#tokens = Math.min(this.sizes.uploadBurstBytes, this.#tokens + gained);
    this.#filledAt = now;
  }
}
