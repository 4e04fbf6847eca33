import type { ByteRange } from './byte-range';
import { rangeLength } from './byte-range';
import type { Bytes } from './units';

/** Which bytes are there: sorted ranges that neither touch nor overlap. */
export class RangeSet {
  #ranges: ByteRange[] = [];

  /** The ranges in order. */
  get ranges(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** How many bytes are in the set. */
  get byteCount(): Bytes {
    return this.#ranges.reduce((sum, range) => sum + rangeLength(range), 0);
  }

  /** End of the range that starts at 0; 0 when byte 0 is missing. */
  get contiguousEnd(): Bytes {
    const first = this.#ranges[0];
    return first?.start === 0 ? first.end : 0;
  }

  /** Adds `range`; returns how many of its bytes were new. */
  add(range: ByteRange): Bytes {
    const length = rangeLength(range);
    if (length <= 0) return 0;
    const before = this.byteCount;
    const apart = this.#ranges.filter((other) => other.end < range.start || other.start > range.end);
    const touching = this.#ranges.filter((other) => other.end >= range.start && other.start <= range.end);
    const merged = {
      start: Math.min(range.start, ...touching.map((other) => other.start)),
      end: Math.max(range.end, ...touching.map((other) => other.end)),
    };
    this.#ranges = [...apart, merged].sort((a, b) => a.start - b.start);
    return this.byteCount - before;
  }

  /** Takes `range` out. */
  remove(range: ByteRange): void {
    this.#ranges = this.#ranges.flatMap((other) => subtract(other, range));
  }

  /** The parts of `within` that are not in the set, in order. */
  missing(within: ByteRange): ByteRange[] {
    let gaps: ByteRange[] = rangeLength(within) > 0 ? [within] : [];
    for (const range of this.#ranges) gaps = gaps.flatMap((gap) => subtract(gap, range));
    return gaps;
  }

  /** Whether all of `range` is in the set. */
  contains(range: ByteRange): boolean {
    return rangeLength(range) <= 0 || this.#ranges.some((own) => own.start <= range.start && own.end >= range.end);
  }
}

function subtract(from: ByteRange, taken: ByteRange): ByteRange[] {
  const left = { start: from.start, end: Math.min(from.end, taken.start) };
  const right = { start: Math.max(from.start, taken.end), end: from.end };
  if (taken.end <= from.start || taken.start >= from.end || rangeLength(taken) <= 0) return [from];
  return [left, right].filter((range) => rangeLength(range) > 0);
}
