// What to fetch from where and when. Pure: the same view gives the same plan. The rules are numbered in SPEC.md.

import type { ByteRange } from '../base/byte-range';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { bytesIn, timeToMove } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { fastestWith, MAX_REQUESTS_AHEAD, MAX_REQUESTS_PER_PEER, PeerSlots } from './peer-slots';
import type { PeerView, SupplierView } from './peer-slots';
import { turnToFetch } from './turn-to-fetch';

/** Time kept in hand for what the estimates do not see. */
const LIVE_RESERVE_MS: Milliseconds = 700;
/** Of a recording more can be had at any time: peers slower than the stream must not use the buffer up. */
const VOD_RESERVE_MS: Milliseconds = 5_000;
/** Who has just come has little in the buffer and no peers: with more in hand it would never wait for them. */
const VOD_START_RESERVE_MS: Milliseconds = 2_000;
/** On demand, a segment that no peer has is waited for only as long as so much is in the buffer. */
const VOD_COMFORT_MS: Milliseconds = 15_000;
/** The HTTP estimate is trusted to be wrong by this factor. */
const HTTP_TIME_FACTOR = 1.5;
/** HTTP that is through within this time is left alone; what it will bring meanwhile is asked of nobody else. */
const HTTP_HELP_MS: Milliseconds = 1_000;
/** Where suppliers are busy, of the time between the own turn and the latest time for HTTP so much is waited. */
const PATIENCE_PART = 0.5;
/** What a live player will need later than this is fetched from the origin when it asks for it. */
const AHEAD_HTTP_MS: Milliseconds = 20_000;
/** A peer that is silent for so long gives its place to one that is free. */
const SILENT_MS: Milliseconds = 1_000;

/** In the end a request goes to another peer when that is so many times sooner through, */
const SLOW_FACTOR = 2;
/** with this time for asking anew; */
const HANDOVER_MS: Milliseconds = 150;
/** and that is looked at this often. */
const ENDGAME_MS: Milliseconds = 200;

/** One request that a peer has not answered completely. */
export interface AskedView {
  readonly linkId: number;
  readonly requestId: number;
  readonly block: number;
  readonly lastByteAt: Milliseconds;
  readonly remainingBytes: Bytes;
}

/** A segment that the player has asked for. */
export interface DemandView {
  readonly key: SegmentKey;
  /** When the player runs dry without it. */
  readonly deadline: Milliseconds;
  /** The first range that has not been received; its end is Infinity while the size is unknown. */
  readonly firstGap: ByteRange;
  /** Such ranges: each costs HTTP a request. */
  readonly gapCount: number;
  /** Blocks neither received nor asked of a peer, in order. None while the size is unknown. */
  readonly unasked: readonly number[];
  /** Bytes not received yet, estimated while the size is unknown. */
  readonly remainingBytes: Bytes;
  /** `spent`: HTTP failed for good. */
  readonly http: 'idle' | 'running' | 'spent';
  /** Next byte that HTTP will bring while it runs. */
  readonly httpPosition: Bytes;
  /** HTTP failed a moment ago and is not to be tried before. */
  readonly httpNotBefore: Milliseconds;
  readonly suppliers: readonly SupplierView[];
  readonly asked: readonly AskedView[];
  /** Peers gave different sizes: only HTTP can be believed. */
  readonly isDisputed: boolean;
  /** When it was first wanted. */
  readonly wantedAt: Milliseconds;
  /** The player has not asked for it yet, but likely will. */
  readonly isAhead: boolean;
  /** Whether the origin can be asked. */
  readonly hasUrl: boolean;
}

/** All that a decision depends on. */
export interface SchedulerView {
  readonly now: Milliseconds;
  readonly demands: readonly DemandView[];
  readonly peers: readonly PeerView[];
  /** Whether the stream is being made now: no player can have much in its buffer then. */
  readonly isLive: boolean;
  readonly selfId: string;
  /** How fit this viewer is to fetch for others, see `ownerWeight`. */
  readonly selfWeight: number;
  /** Viewers in the swarm, this one included; undefined while no tracker has said it. */
  readonly swarmSize: number | undefined;
  /** Viewers that peers are connected to, and this one is not; none need be named in a large swarm. */
  readonly heardOf: readonly string[];
  /** Until then more peers may turn up and a segment that can wait is held back. */
  readonly searchUntil: Milliseconds;
  /** Until then this viewer has just come. */
  readonly startingUntil: Milliseconds;
  /** How much is asked of a peer at once. */
  readonly blockBytes: Bytes;
  readonly httpBitrate: BitsPerSecond;
  readonly httpFirstByteMs: Milliseconds;
}

/** What to do now. */
export type DownloadAction =
  /** Fetch `range` from the origin; peer requests for the segment are taken back. */
  | { readonly type: 'fetchHttp'; readonly key: SegmentKey; readonly range: ByteRange }
  | { readonly type: 'askPeer'; readonly linkId: number; readonly key: SegmentKey; readonly block: number }
  /** Take a request back, for the peer is silent; plan again. */
  | { readonly type: 'takeBack'; readonly linkId: number; readonly key: SegmentKey; readonly requestId: number }
  /** Nothing for now; plan again at `until` at the latest. */
  | { readonly type: 'wait'; readonly key: SegmentKey; readonly until: Milliseconds }
  /** Neither peers nor HTTP will bring it in time: the player's own loader may try. */
  | { readonly type: 'giveUp'; readonly key: SegmentKey };

/** What to start now, earliest deadline first. */
export function planDownloads(view: SchedulerView): DownloadAction[] {
  const slots = new PeerSlots(view.peers, view.now, view.selfId);
  const asked = view.demands.filter(({ isAhead }) => !isAhead).sort((a, b) => a.deadline - b.deadline);
  // [AHEAD-4] What the player waits for comes first; beyond it, what the fewest have.
  const ahead = view.demands
    .filter(({ isAhead }) => isAhead)
    .sort((a, b) => a.suppliers.length - b.suppliers.length || a.deadline - b.deadline);
  const actions = asked.flatMap((demand) => planDemand(demand, view, slots));
  for (const demand of ahead) actions.push(...planAhead(demand, view, slots, isHttpFree(view, actions)));
  return actions;
}

function isHttpFree({ demands }: SchedulerView, actions: readonly DownloadAction[]): boolean {
  return demands.every(({ http }) => http !== 'running') && actions.every(({ type }) => type !== 'fetchHttp');
}

/** [SCH-9] When HTTP must start so that `demand` is complete before its deadline, with a reserve. */
export function latestHttpStart(demand: DemandView, view: SchedulerView): Milliseconds {
  const httpTime = demand.gapCount * view.httpFirstByteMs + timeToMove(demand.remainingBytes, view.httpBitrate);
  return demand.deadline - httpTime * HTTP_TIME_FACTOR - reserveOf(view);
}

function reserveOf({ isLive, now, startingUntil }: SchedulerView): Milliseconds {
  if (isLive) return LIVE_RESERVE_MS;
  return now < startingUntil ? VOD_START_RESERVE_MS : VOD_RESERVE_MS;
}

function planDemand(demand: DemandView, view: SchedulerView, slots: PeerSlots): DownloadAction[] {
  const { key } = demand;
  if (demand.http === 'running') return helpHttp(demand, view, slots);
  const httpStart = latestHttpStart(demand, view);
  const isLate = view.now >= httpStart;
  // [SCH-2] Late, or sizes in dispute: HTTP, from the first missing byte.
  if (isLate || demand.isDisputed) return fetchHttp(demand, view, slots);
  // [SCH-3] Offered by peers: ask them, and watch the clock.
  const asked = askPeers(demand, slots);
  if (asked.length > 0) return [...asked, { type: 'wait', key, until: httpStart }];
  if (demand.asked.length > 0) return watchAsked(demand, view, slots, httpStart);
  // [SCH-5] Live, and somebody else's turn to fetch it: wait for that peer, or for the own turn.
  const turnAt = view.peers.length > 0 ? turnOf(demand, view, httpStart) : -Infinity;
  // [SCH-4] Offered, but every supplier is busy or still receiving: wait for one. Live, where that takes too long, those
  // whose turn came first step in: one bad source must not make all of them late.
  const patience = view.isLive ? Math.max(turnAt, turnAt + (httpStart - turnAt) * PATIENCE_PART) : httpStart;
  if (demand.suppliers.length > 0 && view.now < patience)
    return [{ type: 'wait', key, until: Math.min(patience, slots.nextFreeAt(demand.suppliers)) }];
  if (view.now < turnAt) return [{ type: 'wait', key, until: turnAt }];
  // [SCH-6] The search for peers has just begun: a segment that can wait is held back.
  const heldUntil = Math.min(httpStart, view.searchUntil);
  if (view.now < heldUntil) return [{ type: 'wait', key, until: heldUntil }];
  return fetchHttp(demand, view, slots);
}

/** [AHEAD-5] From peers; live, also from the origin when it is this viewer's turn and the line is free. */
function planAhead(demand: DemandView, view: SchedulerView, slots: PeerSlots, mayUseHttp: boolean): DownloadAction[] {
  const { key, http, suppliers } = demand;
  if (demand.isDisputed) return [];
  if (http === 'running') return helpHttp(demand, view, slots);
  const asked = askPeers(demand, slots);
  if (asked.length > 0) return asked;
  if (demand.asked.length > 0) return watchAsked(demand, view, slots, Infinity);
  if (suppliers.length > 0) return [{ type: 'wait', key, until: slots.nextFreeAt(suppliers) }];
  const isNear = view.isLive && demand.deadline <= view.now + AHEAD_HTTP_MS;
  if (!isNear || !mayUseHttp || !demand.hasUrl || http === 'spent' || view.now < demand.httpNotBefore) return [];
  const turnAt = turnOf(demand, view, latestHttpStart(demand, view));
  return [
    view.now < turnAt ? { type: 'wait', key, until: turnAt } : { type: 'fetchHttp', key, range: demand.firstGap },
  ];
}

/** [SCH-12] Everything is asked for: who is silent, or far slower than one that has nothing to do, loses its turn. */
function watchAsked(
  { key, asked, unasked, suppliers }: DemandView,
  view: SchedulerView,
  slots: PeerSlots,
  httpStart: Milliseconds,
): DownloadAction[] {
  const isEndgame = unasked.length === 0;
  let until = isEndgame ? Math.min(httpStart, view.now + ENDGAME_MS) : Math.min(httpStart, slots.nextFreeAt(suppliers));
  const idle = slots.idleAmong(suppliers);
  for (const { linkId, requestId, block, lastByteAt, remainingBytes } of asked) {
    const silentAt = lastByteAt + SILENT_MS;
    const elsewhereMs = timeToMove(remainingBytes, fastestWith(block, idle));
    const isSlow =
      isEndgame && timeToMove(remainingBytes, slots.rateOf(linkId)) > SLOW_FACTOR * (elsewhereMs + HANDOVER_MS);
    if (isSlow || (view.now >= silentAt && elsewhereMs < Infinity))
      return [{ type: 'takeBack', linkId, key, requestId }];
    if (view.now < silentAt) until = Math.min(until, silentAt);
  }
  return [{ type: 'wait', key, until }];
}

/** [SCH-1] HTTP that takes long is helped by peers with what it will come to last; it ends where it meets that. */
function helpHttp(demand: DemandView, view: SchedulerView, slots: PeerSlots): DownloadAction[] {
  const helpFrom = demand.httpPosition + Math.floor(bytesIn(HTTP_HELP_MS, view.httpBitrate));
  return askPeers({ ...demand, unasked: demand.unasked.filter((block) => block * view.blockBytes >= helpFrom) }, slots);
}

function turnOf({ key, wantedAt, deadline }: DemandView, view: SchedulerView, httpStart: Milliseconds): Milliseconds {
  const { selfId, selfWeight, isLive, peers } = view;
  const until = isLive ? httpStart : Math.min(httpStart, deadline - VOD_COMFORT_MS);
  const swarmSize = isLive ? view.swarmSize : undefined;
  const heardOf = isLive ? view.heardOf : [];
  return turnToFetch({ key, selfId, selfWeight, neighbours: peers, heardOf, swarmSize, from: wantedAt, until });
}

function fetchHttp(demand: DemandView, view: SchedulerView, slots: PeerSlots): DownloadAction[] {
  const { key } = demand;
  if (demand.http === 'spent') return [{ type: 'giveUp', key }];
  // [SCH-8] After a failure HTTP pauses; what peers bring meanwhile is won.
  if (view.now < demand.httpNotBefore) {
    const asked = demand.isDisputed ? [] : askPeers(demand, slots);
    return [...asked, { type: 'wait', key, until: demand.httpNotBefore }];
  }
  return [{ type: 'fetchHttp', key, range: demand.firstGap }];
}

function askPeers({ key, unasked, suppliers, isAhead }: DemandView, slots: PeerSlots): DownloadAction[] {
  if (unasked.length === 0 || suppliers.length === 0) return [];
  return slots.ask(key, unasked, suppliers, isAhead ? MAX_REQUESTS_AHEAD : MAX_REQUESTS_PER_PEER);
}
