// What to fetch from where and when. Pure: the same view gives the same plan. The rules are numbered in SPEC.md.

import type { ByteRange } from '../base/byte-range';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { timeToMove } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { turnToFetch } from './turn-to-fetch';

/** Requests open at one peer: the next is there when the first is served. */
export const MAX_REQUESTS_PER_PEER = 2;
/** Time kept in hand for what the estimates do not see. */
const LIVE_RESERVE_MS: Milliseconds = 700;
/** Of a recording more can be had at any time: peers slower than the stream must not use the buffer up. */
const VOD_RESERVE_MS: Milliseconds = 5_000;
/** The HTTP estimate is trusted to be wrong by this factor. */
const HTTP_TIME_FACTOR = 1.5;

/** With less than this in the buffer nothing is held back for peers that may yet turn up. */
const SEARCH_MIN_BUFFER_MS: Milliseconds = 6_000;

/** A peer that says it has bytes of a segment. */
export interface SupplierView {
  readonly linkId: number;
  /** It has the bytes from the segment's start to here. */
  readonly availableEnd: Bytes;
}

/** A segment that the player has asked for. */
export interface DemandView {
  readonly key: SegmentKey;
  /** When the player runs dry without it. */
  readonly deadline: Milliseconds;
  /** First byte not received. */
  readonly firstMissing: Bytes;
  /** Ranges that some supplier has and that are neither received nor asked of a peer, in order. */
  readonly unasked: readonly ByteRange[];
  /** Bytes not received yet, estimated while the size is unknown. */
  readonly remainingBytes: Bytes;
  /** `spent`: HTTP failed for good. */
  readonly http: 'idle' | 'running' | 'spent';
  /** HTTP failed a moment ago and is not to be tried before. */
  readonly httpNotBefore: Milliseconds;
  readonly suppliers: readonly SupplierView[];
  /** Whether bytes are on their way from peers. */
  readonly isAsked: boolean;
  /** Peers gave different sizes: only HTTP can be believed. */
  readonly isDisputed: boolean;
  /** When the player first asked for it. */
  readonly askedAt: Milliseconds;
}

/** All that a decision depends on. */
export interface SchedulerView {
  readonly now: Milliseconds;
  readonly demands: readonly DemandView[];
  readonly peers: readonly {
    readonly linkId: number;
    readonly peerId: string;
    readonly openRequestCount: number;
    /** Until then it is not asked: it serves others. */
    readonly busyUntil: Milliseconds;
    readonly bitsPerSecond: BitsPerSecond | undefined;
  }[];
  /** Whether the stream is being made now: no player can have much in its buffer then. */
  readonly isLive: boolean;
  readonly selfId: string;
  /** Viewers in the swarm, this one included; undefined while no tracker has said it. */
  readonly swarmSize: number | undefined;
  /** Until then more peers may turn up and a segment that can wait is held back. */
  readonly searchUntil: Milliseconds;
  /** How much is asked of a peer at once. */
  readonly blockBytes: Bytes;
  readonly httpBitrate: BitsPerSecond;
  readonly httpFirstByteMs: Milliseconds;
}

/** What to do now. */
export type DownloadAction =
  /** Fetch from the origin, from byte `from` on; peer requests for the segment are taken back. */
  | { readonly type: 'fetchHttp'; readonly key: SegmentKey; readonly from: Bytes }
  | { readonly type: 'askPeer'; readonly linkId: number; readonly key: SegmentKey; readonly range: ByteRange }
  /** Nothing for now; plan again at `until` at the latest. */
  | { readonly type: 'wait'; readonly key: SegmentKey; readonly until: Milliseconds }
  /** Neither peers nor HTTP will bring it in time: the player's own loader may try. */
  | { readonly type: 'giveUp'; readonly key: SegmentKey };

/** What to start now, earliest deadline first. */
export function planDownloads(view: SchedulerView): DownloadAction[] {
  const openRequests = new Map(
    view.peers.map((peer) => [peer.linkId, view.now < peer.busyUntil ? Infinity : peer.openRequestCount]),
  );
  const byDeadline = [...view.demands].sort((a, b) => a.deadline - b.deadline);
  return byDeadline.flatMap((demand) => planDemand(demand, view, openRequests));
}

/** [SCH-9] When HTTP must start so that `demand` is complete before its deadline, with a reserve. */
export function latestHttpStart(demand: DemandView, view: SchedulerView): Milliseconds {
  const httpTime = view.httpFirstByteMs + timeToMove(demand.remainingBytes, view.httpBitrate);
  return demand.deadline - httpTime * HTTP_TIME_FACTOR - (view.isLive ? LIVE_RESERVE_MS : VOD_RESERVE_MS);
}

function planDemand(demand: DemandView, view: SchedulerView, openRequests: Map<number, number>): DownloadAction[] {
  const { key } = demand;
  // [SCH-1] HTTP runs to its end once begun.
  if (demand.http === 'running') return [];
  const httpStart = latestHttpStart(demand, view);
  const isLate = view.now >= httpStart;
  // [SCH-2] Late, or sizes in dispute: HTTP, from the first missing byte.
  if (isLate || demand.isDisputed) return fetchHttp(demand, view, openRequests);
  // [SCH-3] Offered by peers: ask them, and watch the clock.
  const asked = askPeers(demand, view, openRequests);
  const freeAt = Math.min(httpStart, ...suppliersBusyUntil(demand, view));
  if (asked.length > 0 || demand.isAsked) return [...asked, { type: 'wait', key, until: freeAt }];
  // [SCH-4] Offered, but every supplier is busy or still receiving: wait for one.
  if (demand.suppliers.length > 0) return [{ type: 'wait', key, until: freeAt }];
  // [SCH-5] Live, and somebody else's turn to fetch it: wait for that peer, or for the own turn.
  const turnAt = view.isLive && view.peers.length > 0 ? turnOf(demand, view, httpStart) : -Infinity;
  if (view.now < turnAt) return [{ type: 'wait', key, until: turnAt }];
  // [SCH-6] The search for peers has just begun: a segment that can wait is held back a little.
  const heldUntil = Math.min(httpStart, view.searchUntil, demand.deadline - SEARCH_MIN_BUFFER_MS);
  if (view.now < heldUntil) return [{ type: 'wait', key, until: heldUntil }];
  return fetchHttp(demand, view, openRequests);
}

function suppliersBusyUntil({ suppliers, unasked }: DemandView, view: SchedulerView): Milliseconds[] {
  if (unasked.length === 0) return [];
  const isSupplier = (linkId: number) => suppliers.some((supplier) => supplier.linkId === linkId);
  return view.peers.flatMap(({ linkId, busyUntil }) => (busyUntil > view.now && isSupplier(linkId) ? busyUntil : []));
}

function turnOf({ key, askedAt }: DemandView, view: SchedulerView, until: Milliseconds): Milliseconds {
  const { selfId, swarmSize, peers } = view;
  const neighbourIds = peers.map(({ peerId }) => peerId);
  return turnToFetch({ key, selfId, neighbourIds, swarmSize, from: askedAt, until });
}

function fetchHttp(demand: DemandView, view: SchedulerView, openRequests: Map<number, number>): DownloadAction[] {
  const { key } = demand;
  if (demand.http === 'spent') return [{ type: 'giveUp', key }];
  // [SCH-8] After a failure HTTP pauses; what peers bring meanwhile is won.
  if (view.now < demand.httpNotBefore) {
    const asked = demand.isDisputed ? [] : askPeers(demand, view, openRequests);
    return [...asked, { type: 'wait', key, until: demand.httpNotBefore }];
  }
  return [{ type: 'fetchHttp', key, from: demand.firstMissing }];
}

/** [SCH-3] Blocks go to the supplier with the fewest open requests, the faster one of equals. */
function askPeers(demand: DemandView, view: SchedulerView, openRequests: Map<number, number>): DownloadAction[] {
  const actions: DownloadAction[] = [];
  const rateOf = (linkId: number) => view.peers.find((peer) => peer.linkId === linkId)?.bitsPerSecond ?? 0;
  for (const block of demand.unasked.flatMap((range) => splitIntoBlocks(range, view.blockBytes))) {
    const free = demand.suppliers
      .filter((supplier) => supplier.availableEnd > block.start)
      .filter((supplier) => (openRequests.get(supplier.linkId) ?? MAX_REQUESTS_PER_PEER) < MAX_REQUESTS_PER_PEER)
      .sort(
        (a, b) =>
          (openRequests.get(a.linkId) ?? 0) - (openRequests.get(b.linkId) ?? 0) || rateOf(b.linkId) - rateOf(a.linkId),
      );
    const supplier = free[0];
    if (!supplier) continue;
    openRequests.set(supplier.linkId, (openRequests.get(supplier.linkId) ?? 0) + 1);
    const range = { start: block.start, end: Math.min(block.end, supplier.availableEnd) };
    actions.push({ type: 'askPeer', linkId: supplier.linkId, key: demand.key, range });
  }
  return actions;
}

function splitIntoBlocks(range: ByteRange, blockBytes: Bytes): ByteRange[] {
  const blocks: ByteRange[] = [];
  for (let start = range.start; start < range.end; start += blockBytes) {
    blocks.push({ start, end: Math.min(range.end, start + blockBytes) });
  }
  return blocks;
}
