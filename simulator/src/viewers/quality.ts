import type { BitsPerSecond, Bytes } from '../../../engine/src/base/units';
import type { MediaSegment } from '../origin/media';

/** A rendition must fit into this part of the measured rate: the throughput rule of common players. */
const USABLE_PART = 0.8;

/** The highest rendition that the estimate allows; up only one step at a time. */
export function pickRung(bitrates: readonly BitsPerSecond[], current: number, estimate: BitsPerSecond | undefined) {
  if (estimate === undefined) return current;
  const best = bitrates.filter((bitrate) => bitrate <= estimate * USABLE_PART).length - 1;
  return Math.max(0, Math.min(best, current + 1));
}

/** Which renditions were played, and how often that changed. */
export class QualityTally {
  segmentCount = 0;
  /** As simulated. */
  byteCount: Bytes = 0;
  switchCount = 0;
  #bitrateSum = 0;
  #last: number | undefined;

  constructor(private readonly bitrates: readonly BitsPerSecond[]) {}

  add({ rung, byteCount }: MediaSegment): void {
    this.byteCount += byteCount;
    if (this.#last !== undefined && this.#last !== rung) this.switchCount += 1;
    this.#last = rung;
    this.segmentCount += 1;
    this.#bitrateSum += this.bitrates[rung] ?? 0;
  }

  get meanBitrate(): BitsPerSecond {
    return this.segmentCount > 0 ? this.#bitrateSum / this.segmentCount : 0;
  }
}
