import type { ByteRange } from './byte-range';
import { rangeLength } from './byte-range';
import type { Bytes } from './units';

/** Which bytes are there: sorted ranges that neither touch nor overlap. */
export class RangeSet {
  #ranges: ByteRange[] = [];
  #byteCount: Bytes = 0;

  /** The ranges in order. */
  get ranges(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** How many bytes are in the set. */
  get byteCount(): Bytes {
    return this.#byteCount;
  }

  /** End of the range that starts at 0; 0 when byte 0 is missing. */
  get contiguousEnd(): Bytes {
    const first = this.#ranges[0];
    return first?.start === 0 ? first.end : 0;
  }

  /** Adds `range`; returns how many of its bytes were new. */
  add(range: ByteRange): Bytes {
    if (rangeLength(range) <= 0) return 0;
    const ranges = this.#ranges;
    let { start, end } = range;
    let first = 0;
    while (first < ranges.length && ranges[first]!.end < start) first += 1;
    let [next, heldBytes] = [first, 0];
    for (let other = ranges[next]; other && other.start <= range.end; other = ranges[(next += 1)]) {
      start = Math.min(start, other.start);
      end = Math.max(end, other.end);
      heldBytes += rangeLength(other);
    }
    ranges.splice(first, next - first, { start, end });
    const newBytes = end - start - heldBytes;
    this.#byteCount += newBytes;
    return newBytes;
  }

  /** Takes `range` out. */
  remove(range: ByteRange): void {
    this.#ranges = this.#ranges.flatMap((other) => subtract(other, range));
    this.#byteCount = this.#ranges.reduce((sum, other) => sum + rangeLength(other), 0);
  }

  /** The parts of `within` that are not in the set, in order. */
  missing(within: ByteRange): ByteRange[] {
    const gaps: ByteRange[] = [];
    let { start } = within;
    for (const range of this.#ranges) {
      if (range.start >= within.end) break;
      if (range.start > start) gaps.push({ start, end: range.start });
      start = Math.max(start, range.end);
    }
    if (start < within.end) gaps.push({ start, end: within.end });
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
