// A rival, written from a description of how p2p-media-loader 5 behaves: for each segment a hash elects one among a
// viewer and its neighbours to fetch it over HTTP at once; the others wait for it, backed up in the order of the hash.

import type { Milliseconds, Seconds } from '../../../engine/src/base/units';
import { secondsToMs } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { wholeBelow } from '../chance/draws';
import type { MediaSegment } from '../origin/media';
import { segmentIdOf, type AgentPolicy, type SegmentAgent } from './segment-agent';

const HTTP_WINDOW_SECONDS: Seconds = 3_000;
const MAX_HTTP = 2;
const MAX_P2P = 3;
/** The urgent part of the buffer: everybody fetches for itself what is still missing there. */
const URGENT_PART = 0.5;
/** Of a recording. */
const VOD_BUFFER_SECONDS: Seconds = 30;
/** Backups that step in one after the other before the urgent part begins. */
const BACKUP_COUNT = 3;
const MIN_WAIT_MS: Milliseconds = 10;

export class NeighbourElection implements AgentPolicy {
  constructor(
    private readonly random: Random,
    readonly maxPeers: number,
    /** What the player means to have in its buffer. */
    private readonly bufferSeconds: Seconds,
  ) {}

  act(agent: SegmentAgent): Milliseconds {
    let nextAt: Milliseconds = Infinity;
    for (const segment of agent.missing()) {
      const secondsTo = agent.secondsTo(segment);
      if (secondsTo > HTTP_WINDOW_SECONDS) break;
      const segmentId = segmentIdOf(segment);
      const running = agent.downloads.get(segmentId);
      if (running?.source === 'http') continue;
      const fetchAtSeconds = this.#fetchWhenWithin(agent, segment);
      if (secondsTo <= fetchAtSeconds && this.#mayFetch(agent, secondsTo, running !== undefined)) {
        agent.startHttp(segment);
        continue;
      }
      if (!running && agent.p2pCount < MAX_P2P) this.#askPeers(agent, segment);
      const waitMs = secondsToMs(secondsTo - fetchAtSeconds);
      if (waitMs > 0) nextAt = Math.min(nextAt, agent.now + Math.max(MIN_WAIT_MS, waitMs));
    }
    return nextAt;
  }

  /** A transfer from a peer is left alone until the playhead is near; else there must be a slot. */
  #mayFetch(agent: SegmentAgent, secondsTo: Seconds, isRunning: boolean): boolean {
    const urgent = this.#urgentSeconds;
    if (isRunning && secondsTo > urgent / 2) return false;
    return agent.httpCount < MAX_HTTP || secondsTo <= urgent;
  }

  get #urgentSeconds(): Seconds {
    return this.#buffer * URGENT_PART;
  }

  get #buffer(): Seconds {
    return Number.isFinite(this.bufferSeconds) ? this.bufferSeconds : VOD_BUFFER_SECONDS;
  }

  /** How near the playhead must be for this viewer to fetch: at once for the elected, the later the lower the rank. */
  #fetchWhenWithin(agent: SegmentAgent, segment: MediaSegment): Seconds {
    const urgent = this.#urgentSeconds;
    const rank = rankOf(agent.peerId, agent.peerIds, segmentIdOf(segment));
    if (rank === 0) return HTTP_WINDOW_SECONDS;
    if (rank > BACKUP_COUNT) return urgent;
    const wait = this.#buffer - urgent;
    return urgent + wait * (1 - rank / (BACKUP_COUNT + 1));
  }

  #askPeers(agent: SegmentAgent, segment: MediaSegment): void {
    const holders = agent.exchange.freeHolders(segmentIdOf(segment));
    const holder = holders[wholeBelow(this.random, holders.length)];
    if (holder) agent.startP2p(segment, holder);
  }
}

/** How many neighbours come before this viewer in the order of the segment's hash. */
function rankOf(peerId: string, others: readonly string[], segmentId: number): number {
  const own = weightOf(peerId, segmentId);
  let rank = 0;
  for (const other of others) if (weightOf(other, segmentId) > own) rank += 1;
  return rank;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function weightOf(peerId: string, segmentId: number): number {
  let hash = Math.imul(FNV_OFFSET ^ segmentId, FNV_PRIME);
  for (let index = 0; index < peerId.length; index += 1) hash = Math.imul(hash ^ peerId.charCodeAt(index), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
