// As much of fragmented MP4 (ISO/IEC 14496-12) as it takes to play segments again at a later time.

/** One fragment: its `moof` and the `mdat` behind it. */
export interface Fragment {
  /** In the segment; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** In units of the track's timescale. */
  readonly decodeTime: number;
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Units per second in the segments of an initialization segment with one track. */
export function timescaleOf(init: Uint8Array): number {
  const bytes = Buffer.from(init);
  // Version and flags, two times of 32 bits, then the timescale (8.4.2).
  return bytes.readUInt32BE(bytes.indexOf('mdhd') + 16);
}

/** The fragments of a segment, in order; boxes between them belong to none. */
export function fragmentsOf(segment: Uint8Array): Fragment[] {
  const bytes = viewOf(segment);
  const boxes = boxesOf(bytes);
  return boxes.flatMap(({ type, start }, place) =>
    type === 'moof'
      ? [
          {
            start,
            end: boxes[place + 1]?.end ?? bytes.length,
            decodeTime: Number(bytes.readBigUInt64BE(tfdtOf(bytes, start))),
          },
        ]
      : [],
  );
}

/** A copy that is decoded later by `delay`. */
export function moveInTime(segment: Uint8Array, delay: bigint): Uint8Array {
  const moved = Buffer.from(segment);
  for (const { type, start } of boxesOf(moved)) {
    if (type !== 'moof') continue;
    const at = tfdtOf(moved, start);
    moved.writeBigUInt64BE(moved.readBigUInt64BE(at) + delay, at);
  }
  return moved;
}

/** Where the decode time of a `moof` stands, 64 bits (8.8.12). */
const tfdtOf = (bytes: Buffer, moofStart: number): number => bytes.indexOf('tfdt', moofStart) + 8;

function boxesOf(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + bytes.readUInt32BE(start);
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end });
    start = end;
  }
  return boxes;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
