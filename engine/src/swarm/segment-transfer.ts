// One segment on its way: bytes from any number of sources come together here.

import type { ByteRange } from '../base/byte-range';
import { RangeSet } from '../base/range-set';
import type { Bytes } from '../base/units';
import { kibibytes } from '../base/units';
import { MAX_SEGMENT_BYTES } from '../protocol/limits';

const INITIAL_CAPACITY = kibibytes(256);

/** What became of bytes that arrived. */
export interface AddedBytes {
  readonly newBytes: Bytes;
  /** Already there, or beyond the segment's end. */
  readonly wastedBytes: Bytes;
}

/** Assembles a segment. The origin's word about its size counts; a peer's is a guess until then. */
export class SegmentTransfer {
  #buffer = new Uint8Array(0);
  readonly #received = new RangeSet();
  #httpBytes: Bytes = 0;
  #p2pBytes: Bytes = 0;

  #total: Bytes | undefined;

  /** `manifestBytes`: the size when the manifest says it by a byte range. */
  constructor(private readonly manifestBytes: Bytes | undefined) {
    this.#total = manifestBytes;
  }

  get totalBytes(): Bytes | undefined {
    return this.#total;
  }

  get httpBytes(): Bytes {
    return this.#httpBytes;
  }

  get p2pBytes(): Bytes {
    return this.#p2pBytes;
  }

  get receivedBytes(): Bytes {
    return this.#received.byteCount;
  }

  get isComplete(): boolean {
    return this.#total !== undefined && this.#received.contiguousEnd >= this.#total;
  }

  /** Says how long the segment is; false when something else was said before or more is there: then nothing changes. */
  setTotal(total: Bytes): boolean {
    const receivedEnd = this.#received.ranges.at(-1)?.end ?? 0;
    if (total <= 0 || total > MAX_SEGMENT_BYTES || total < receivedEnd) return false;
    this.#total ??= total;
    return this.#total === total;
  }

  /** Takes back what was said of the size, but for the manifest's word. */
  forgetTotal(): void {
    this.#total = this.manifestBytes;
  }

  /** Forgets all bytes and every size but the manifest's, because what came cannot be trusted. Returns the bytes lost. */
  reset(): Bytes {
    const lost = this.receivedBytes;
    this.#received.remove({ start: 0, end: Infinity });
    this.#buffer = new Uint8Array(0);
    this.#httpBytes = 0;
    this.#p2pBytes = 0;
    this.forgetTotal();
    return lost;
  }

  /** Adds bytes that start at `offset` of the segment. A byte that is there already stays as it is. */
  add(offset: Bytes, bytes: Uint8Array, source: 'http' | 'p2p'): AddedBytes {
    const end = Math.min(offset + bytes.length, this.#total ?? MAX_SEGMENT_BYTES);
    const gaps = end > offset ? this.#received.missing({ start: offset, end }) : [];
    let newBytes = 0;
    for (const gap of gaps) {
      this.#reserve(gap.end);
      this.#buffer.set(bytes.subarray(gap.start - offset, gap.end - offset), gap.start);
      newBytes += this.#received.add(gap);
    }
    if (source === 'http') this.#httpBytes += newBytes;
    else this.#p2pBytes += newBytes;
    return { newBytes, wastedBytes: bytes.length - newBytes };
  }

  /** The ranges `within` that have not been received; while the size is unknown the whole ends at Infinity. */
  missing(within: ByteRange = { start: 0, end: this.#total ?? Infinity }): ByteRange[] {
    return this.#received.missing(within);
  }

  /** A view of `range`, or undefined when not all of it is there. */
  view(range: ByteRange): Uint8Array | undefined {
    return this.#received.contains(range) ? this.#buffer.subarray(range.start, range.end) : undefined;
  }

  /** Whether the byte at `position` is there. */
  has(position: Bytes): boolean {
    return this.#received.contains({ start: position, end: position + 1 });
  }

  /** The whole segment; only when complete. The transfer must not be used afterwards. */
  take(): Uint8Array {
    return this.#buffer.length === this.#total ? this.#buffer : this.#buffer.slice(0, this.#total);
  }

  #reserve(end: Bytes): void {
    if (end <= this.#buffer.length) return;
    const larger = new Uint8Array(this.#total ?? Math.max(INITIAL_CAPACITY, this.#buffer.length * 2, end));
    larger.set(this.#buffer.subarray(0, Math.min(this.#buffer.length, larger.length)));
    this.#buffer = larger;
  }
}
