import type { SegmentKey } from '../media/segment';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * [SCH-7] Which of `candidates` fetches a new segment from the origin: the one with the highest hash of its id and
 * the segment's key (rendezvous hashing). All who know the same candidates reach the same answer without a word.
 * Undefined without candidates.
 */
export function electOwner(key: SegmentKey, candidates: readonly string[]): string | undefined {
  let owner: string | undefined;
  let highest = -1;
  for (const candidate of candidates) {
    const weight = hash(`${candidate} ${key}`);
    if (weight > highest || (weight === highest && owner !== undefined && candidate < owner)) {
      owner = candidate;
      highest = weight;
    }
  }
  return owner;
}

/** FNV-1a with a final avalanche (the finalizer of MurmurHash3): near-equal texts land far apart. 32 bits. */
function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
