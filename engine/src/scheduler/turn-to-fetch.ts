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
/** Nobody's lots count more: the fastest lines must not fetch everything. */
const MAX_WEIGHT = 8;
/** Who came a moment ago may be gone a moment later. */
const NEWCOMER_FACTOR = 0.25;
/** Of a peer that has not said what it gives. */
export const UNKNOWN_WEIGHT = 0.5;

/** Another viewer, as far as lots go. */
export interface LotHolder {
  readonly peerId: string;
  /** From {@link ownerWeight}. */
  readonly weight: number;
}

/** What the turn depends on. */
export interface TurnView {
  readonly key: SegmentKey;
  readonly selfId: string;
  readonly selfWeight: number;
  /** The peers that this viewer exchanges segments with. */
  readonly neighbours: readonly LotHolder[];
  /** Others that neighbours speak of: what they give is not known, so they count as fit as the neighbours are on the average. */
  readonly heardOf: readonly string[];
  /** Viewers in the swarm, this one included; undefined while no tracker has said it. */
  readonly swarmSize: number | undefined;
  /** When the segment was first asked for. */
  readonly from: Milliseconds;
  /** When HTTP must start at the latest. */
  readonly until: Milliseconds;
}

/** How fit a viewer is to fetch for others: by how many peers it can serve, and whether it has been there for a while. */
export function ownerWeight(servedPeers: number, isSettled: boolean): number {
  return Math.min(MAX_WEIGHT, servedPeers) * (isSettled ? 1 : NEWCOMER_FACTOR);
}

/**
 * [SCH-7] When this viewer is to fetch the segment from the origin, unless a neighbour has it by then: between `from`
 * and `until`.
 *
 * Viewers draw lots by hashing their id with the segment's key; a viewer of twice the weight wins twice as often, one of
 * weight 0 never. Who knows the whole swarm, if by hearsay, compares: the best lot is the owner, the next ones are its backups. Who knows
 * a part of it cannot, so all whose lot is below a share of the swarm are owners; the share is such that what they fetch
 * can spread to all in the time there is. The share grows exponentially with time, to everybody at `until`: where a part
 * of the swarm got nothing, few step in at first.
 */
export function turnToFetch(view: TurnView): Milliseconds {
  const { from, until } = view;
  const room = until - from;
  if (!(room > 0)) return from;
  const { lot, ownerShare } = drawLot(view, room);
  if (lot <= ownerShare) return from;
  return from + room * (1 - Math.log(lot) / Math.log(ownerShare));
}

/** `lot` in (0, 1], equally spread over a swarm of equal weights; those up to `ownerShare` are owners. */
function drawLot(view: TurnView, room: Milliseconds): { readonly lot: number; readonly ownerShare: number } {
  const { key, selfId, selfWeight, neighbours, heardOf, swarmSize = 0 } = view;
  const totalWeight = neighbours.reduce((sum, { weight }) => sum + weight, selfWeight);
  const meanWeight = totalWeight / (neighbours.length + 1);
  const knownCount = neighbours.length + heardOf.length + 1;
  if (swarmSize > knownCount) {
    const doublings = Math.min(MAX_DOUBLINGS, msToSeconds(room) / DOUBLING_SECONDS);
    const ownerCount = Math.max(1, swarmSize / 2 ** doublings);
    // 1 - u^(mean ÷ own): who has the mean weight draws equally from (0, 1]; without any weight all are equal.
    const exponent = totalWeight > 0 ? meanWeight / selfWeight : 1;
    return { lot: 1 - uniform(selfId, key) ** exponent, ownerShare: Math.min(1, ownerCount / swarmSize) };
  }
  const own = waitingTime(selfId, selfWeight, key);
  const isBetter = (peerId: string, weight: number): boolean => {
    const other = waitingTime(peerId, weight, key);
    return other < own || (other === own && peerId < selfId);
  };
  const betterCount =
    neighbours.filter(({ peerId, weight }) => isBetter(peerId, weight)).length +
    heardOf.filter((peerId) => isBetter(peerId, meanWeight)).length;
  // Lots of ranks lie in the middle of their steps, so that the first backup waits a while.
  return { lot: (betterCount + 0.5) / knownCount, ownerShare: 1 / knownCount };
}

/** Exponentially distributed with rate `weight`: the least of several is each one's with a chance as its weight. */
function waitingTime(peerId: string, weight: number, key: SegmentKey): number {
  return -Math.log(uniform(peerId, key)) / weight;
}

/** In (0, 1), the same for all who ask. */
function uniform(peerId: string, key: SegmentKey): number {
  return (hashOf(`${peerId} ${key}`) + 0.5) / HASH_RANGE;
}

/** FNV-1a with a final avalanche (the finalizer of MurmurHash3): near-equal texts land far apart. 32 bits. */
export function hashOf(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) value = imul(value ^ text.charCodeAt(index), FNV_PRIME);
  value = imul(value ^ (value >>> 16), 0x85ebca6b);
  value = imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
