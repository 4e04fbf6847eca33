// Who fetches a new live segment from the origin, and when the others step in if nobody near them has it. Every viewer
// works it out alone, from what all of them can know.

import type { Milliseconds } from '../base/units';
import { msToSeconds } from '../base/units';
import type { SegmentKey } from '../media/segment';

const { imul } = Math;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const HASH_RANGE = 0x1_0000_0000;
/** A segment reaches twice as many viewers in about this time: one hop, and the upload of its first bytes. */
const DOUBLING_SECONDS = 1;
/** More doublings are not counted on, however long the time: 1,000 viewers served by each owner. */
const MAX_DOUBLINGS = 10;

/** What the turn depends on. */
export interface TurnView {
  readonly key: SegmentKey;
  readonly selfId: string;
  /** Ids of the peers that this viewer exchanges segments with. */
  readonly neighbourIds: readonly string[];
  /** Viewers in the swarm, this one included; undefined while no tracker has said it. */
  readonly swarmSize: number | undefined;
  /** When the segment was first asked for. */
  readonly from: Milliseconds;
  /** When HTTP must start at the latest. */
  readonly until: Milliseconds;
}

/**
 * [SCH-7] When this viewer is to fetch the segment from the origin, unless a neighbour has it by then: between `from`
 * and `until`.
 *
 * Viewers draw lots by hashing their id with the segment's key. Who knows the whole swarm compares: the lowest lot is
 * the owner, the next ones are its backups. Who knows a part of it cannot, so all whose lot is below a share of the
 * swarm are owners; the share is such that what they fetch can spread to all in the time there is. The share grows
 * exponentially with time, to everybody at `until`: where a part of the swarm got nothing, few step in at first.
 */
export function turnToFetch(view: TurnView): Milliseconds {
  const { from, until } = view;
  const room = until - from;
  if (!(room > 0)) return from;
  const { lot, ownerShare } = drawLot(view, room);
  if (lot <= ownerShare) return from;
  return from + room * (1 - Math.log(lot) / Math.log(ownerShare));
}

/** `lot` in (0, 1], equally spread over the swarm; those up to `ownerShare` are owners. */
function drawLot(view: TurnView, room: Milliseconds): { readonly lot: number; readonly ownerShare: number } {
  const { key, selfId, neighbourIds, swarmSize = 0 } = view;
  const own = hash(`${selfId} ${key}`);
  const knownCount = neighbourIds.length + 1;
  if (swarmSize > knownCount) {
    const doublings = Math.min(MAX_DOUBLINGS, msToSeconds(room) / DOUBLING_SECONDS);
    const ownerCount = Math.max(1, swarmSize / 2 ** doublings);
    return { lot: (own + 1) / HASH_RANGE, ownerShare: Math.min(1, ownerCount / swarmSize) };
  }
  const lowerCount = neighbourIds.filter((id) => {
    const other = hash(`${id} ${key}`);
    return other < own || (other === own && id < selfId);
  }).length;
  // Lots of ranks lie in the middle of their steps, so that the first backup waits a while.
  return { lot: (lowerCount + 0.5) / knownCount, ownerShare: 1 / knownCount };
}

/** FNV-1a with a final avalanche (the finalizer of MurmurHash3): near-equal texts land far apart. 32 bits. */
function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) value = imul(value ^ text.charCodeAt(index), FNV_PRIME);
  value = imul(value ^ (value >>> 16), 0x85ebca6b);
  value = imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
