// The `sidx` box (ISO/IEC 14496-12 §8.16.3): which byte ranges of a file are its segments.

import type { ByteRange } from '../../base/byte-range';
import type { Seconds } from '../../base/units';

/** A segment that a `sidx` box lists. */
export interface IndexedSegment {
  readonly byteRange: ByteRange;
  readonly durationSeconds: Seconds;
}

const SIDX = 0x73696478;
const BOX_HEADER_BYTES = 8;
const FULL_BOX_HEADER_BYTES = 4;
const REFERENCE_BYTES = 12;
const TWO_TO_THE_32 = 2 ** 32;

/**
 * The segments that the first `sidx` box in `bytes` lists, `offset` being the place of `bytes` in the file.
 * References to further indexes are left out: what they lead to is not shared. Or why there are none.
 */
export function readSidx(bytes: Uint8Array, offset: number): IndexedSegment[] | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (
    ;
    start + BOX_HEADER_BYTES <= bytes.length && view.getUint32(start + 4) !== SIDX;
    start += boxSize(view, start)
  ) {
    if (boxSize(view, start) < BOX_HEADER_BYTES) return 'has a box that is malformed';
  }
  if (start + BOX_HEADER_BYTES > bytes.length) return 'has no sidx box';
  const end = start + boxSize(view, start);
  if (end > bytes.length) return 'ends within the sidx box';
  const isLong = bytes[start + BOX_HEADER_BYTES] !== 0;
  // Version and flags, reference id, timescale, two numbers of 32 or 64 bits, 16 bits of nothing, the count.
  const timescaleAt = start + BOX_HEADER_BYTES + FULL_BOX_HEADER_BYTES + 4;
  const firstOffsetAt = timescaleAt + 4 + (isLong ? 8 : 4);
  const countAt = firstOffsetAt + (isLong ? 8 : 4) + 2;
  if (countAt + 2 > end) return 'has a sidx box that is too short';
  const timescale = view.getUint32(timescaleAt);
  const firstOffset = isLong
    ? view.getUint32(firstOffsetAt) * TWO_TO_THE_32 + view.getUint32(firstOffsetAt + 4)
    : view.getUint32(firstOffsetAt);
  const count = view.getUint16(countAt);
  if (countAt + 2 + count * REFERENCE_BYTES > end) return 'has a sidx box that is too short';

  const segments: IndexedSegment[] = [];
  // Offsets count from the first byte after the box.
  let position = offset + end + firstOffset;
  for (let at = countAt + 2, i = 0; i < count; i++, at += REFERENCE_BYTES) {
    const reference = view.getUint32(at);
    const size = reference % 2 ** 31;
    const isIndex = reference >= 2 ** 31;
    if (!Number.isSafeInteger(position + size)) return 'lists ranges beyond exact numbers';
    const byteRange = { start: position, end: position + size };
    const durationSeconds = timescale > 0 ? view.getUint32(at + 4) / timescale : 0;
    if (!isIndex && size > 0) segments.push({ byteRange, durationSeconds });
    position += size;
  }
  return segments;
}

function boxSize(view: DataView, start: number): number {
  const size = view.getUint32(start);
  // 0: to the end of the file. 1, a size of 64 bits, is for boxes of more than 4 GiB; an index is none.
  return size === 0 ? view.byteLength - start : size;
}
