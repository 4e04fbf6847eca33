// What one decision of the scheduler costs: `npm run bench:planner`. The view of the peers is part of it.

import { performance } from 'node:perf_hooks';
import { BlockMap } from '../engine/src/base/block-map';
import { TRANSFER_SIZES } from '../engine/src/base/transfer-sizes';
import type { Segment } from '../engine/src/media/segment';
import { segmentKeyOf } from '../engine/src/media/segment';
import { MAX_HAVE_ENTRIES } from '../engine/src/protocol/limits';
import type { HaveEntry } from '../engine/src/protocol/peer-messages';
import { encodePeerMessage, PROTOCOL_VERSION } from '../engine/src/protocol/peer-messages';
import { Counters } from '../engine/src/session/counters';
import { DownloadDesk } from '../engine/src/session/download-desk';
import type { OfferBook } from '../engine/src/swarm/offer-book';
import { PeerSession } from '../engine/src/swarm/peer-session';

const PEER_COUNT = 200;
/** A two-hour recording in segments of 4 s. */
const SEGMENT_COUNT = 1_800;
/** 4 s at 4 Mb/s. */
const SEGMENT_BYTES = 2_000_000;
const DEMAND_COUNTS = [1, 4, 16];
const ROUNDS = 15;
const DECISIONS_PER_ROUND = 40;
const NOW = 60_000;
const INFO_HASH = 'h'.repeat(20);
const OWN_ID = 'm'.repeat(20);

const nothing = (): undefined => undefined;
const idOf = (sequence: number) => ({ rendition: 7, discontinuity: 0, sequence });

function segmentOf(sequence: number): Segment {
  const id = idOf(sequence);
  return { id, key: segmentKeyOf(id), url: `https://cdn.example/${sequence}.ts`, durationSeconds: 4 };
}

/** Half of the peers have all of a segment, the others every second block of it. */
function offerOf(sequence: number, peer: number): HaveEntry {
  const id = idOf(sequence);
  if ((sequence + peer) % 2 === 0) return { id, state: 'complete', totalBytes: SEGMENT_BYTES };
  const blocks = new BlockMap();
  for (let block = peer % 2; block * TRANSFER_SIZES.blockBytes < SEGMENT_BYTES; block += 2) blocks.add(block);
  return { id, state: 'partial', totalBytes: SEGMENT_BYTES, blocks: blocks.toBytes() };
}

function connectPeer(linkId: number, offers: OfferBook): PeerSession {
  const peerId = `${linkId}`.padStart(20, 'p');
  const session = new PeerSession(
    { linkId, isInitiator: true, offerId: 'o'.repeat(20) },
    { infoHash: INFO_HASH, peerId: OWN_ID },
    {
      send: nothing,
      onWakeSooner: nothing,
      onReady: nothing,
      onHave: nothing,
      onData: nothing,
      onRequestFailed: nothing,
      onUploadRequest: nothing,
      onUploadCancelled: nothing,
      onFree: nothing,
      onIntroduction: nothing,
      onLateData: nothing,
      onUnwanted: (_, reason) => {
        throw new Error(reason);
      },
    },
    offers,
  );
  session.expect(peerId, 0);
  session.handleOpen();
  const greeting = { type: 'handshake', version: PROTOCOL_VERSION, infoHash: INFO_HASH, peerId } as const;
  session.handleFrame(encodePeerMessage(greeting), 0);
  const entries = Array.from({ length: SEGMENT_COUNT }, (_, sequence) => offerOf(sequence, linkId));
  for (let start = 0; start < SEGMENT_COUNT; start += MAX_HAVE_ENTRIES) {
    const portion = entries.slice(start, start + MAX_HAVE_ENTRIES);
    session.handleFrame(encodePeerMessage({ type: 'have', entries: portion }), 0);
  }
  return session;
}

const MANNER = { headers: {}, withCredentials: false };

/** A desk of which the player wants so many segments. */
function openDesk(peers: readonly PeerSession[], demandCount: number, isLive: boolean): DownloadDesk {
  const desk = new DownloadDesk({
    emit: nothing,
    peerId: OWN_ID,
    counters: new Counters(),
    sizes: TRANSFER_SIZES,
    peers: () => peers,
    deadline: (now) => now + 30_000,
    wantedAhead: () => [],
    isLive: () => isLive,
    selfWeight: () => 1,
    swarmSize: () => 10_000,
    heardOf: () => [],
    searchUntil: () => 0,
    startingUntil: () => 0,
    onAvailabilityChanged: nothing,
    onComplete: nothing,
  });
  for (let index = 0; index < demandCount; index += 1) desk.request(index, segmentOf(100 + index * 50), MANNER, NOW);
  return desk;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Microseconds per call of `decide`, of which each round makes many. */
function measure(decide: () => number): string {
  const rounds = Array.from({ length: ROUNDS }, () => {
    let elapsedMs = 0;
    for (let count = 0; count < DECISIONS_PER_ROUND; count += 1) elapsedMs += decide();
    return (elapsedMs * 1_000) / DECISIONS_PER_ROUND;
  });
  return medianOf(rounds).toFixed(0).padStart(6);
}

function timeOf(task: () => void): number {
  const startedAt = performance.now();
  task();
  return performance.now() - startedAt;
}

const offers: OfferBook = new Map();
const peers = Array.from({ length: PEER_COUNT }, (_, index) => connectPeer(index + 1, offers));
console.log(`µs per decision, ${SEGMENT_COUNT} segments × ${PEER_COUNT} peers (median of ${ROUNDS} rounds)`);
for (const demandCount of DEMAND_COUNTS) {
  // The first decision asks peers for all blocks; those that follow find everything asked for, and wait.
  const first = measure(() => {
    const desk = openDesk(peers, demandCount, true);
    const elapsed = timeOf(() => desk.settle(NOW));
    desk.close(NOW);
    return elapsed;
  });
  const desk = openDesk(peers, demandCount, true);
  desk.settle(NOW);
  const later = measure(() => {
    desk.replan();
    return timeOf(() => desk.settle(NOW));
  });
  desk.close(NOW);
  console.log(`${String(demandCount).padStart(3)} demands: asking ${first}, waiting ${later}`);
}
