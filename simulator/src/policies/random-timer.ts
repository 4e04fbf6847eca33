// A rival, written from a description of how p2p-media-loader 2.x behaves: near the playhead HTTP comes first; beyond
// it, peers if they have it, else now and then a random fetch.

import type { Milliseconds, Seconds } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { shuffle, wholeBelow } from '../chance/draws';
import type { MediaSegment } from '../origin/media';
import { segmentIdOf, type AgentPolicy, type SegmentAgent } from './segment-agent';

const URGENT_SECONDS: Seconds = 15;
const HTTP_WINDOW_SECONDS: Seconds = 3_000;
const P2P_WINDOW_SECONDS: Seconds = 6_000;
const MAX_HTTP = 2;
const MAX_P2P = 3;
/** Between two random fetches: so much, and up to as much again per peer. */
const RANDOM_FETCH_MS: Milliseconds = 1_000;

export class RandomTimer implements AgentPolicy {
  readonly maxPeers = Infinity;
  #fetchAt: Milliseconds = 0;

  constructor(
    private readonly random: Random,
    /** Of the same, for experiments. */
    private readonly urgentSeconds: Seconds = URGENT_SECONDS,
  ) {}

  act(agent: SegmentAgent): Milliseconds {
    const missing = agent.missing();
    for (const segment of missing) {
      const secondsTo = agent.secondsTo(segment);
      if (secondsTo < this.urgentSeconds) hurry(agent, segment);
      else if (secondsTo < P2P_WINDOW_SECONDS) this.#askPeers(agent, segment);
    }
    if (agent.now >= this.#fetchAt) {
      this.#fetchAt = agent.now + RANDOM_FETCH_MS * (1 + this.random.next() * agent.exchange.neighbourCount);
      this.#fetchAtRandom(agent, missing);
    }
    return this.#fetchAt;
  }

  #askPeers(agent: SegmentAgent, segment: MediaSegment): void {
    const segmentId = segmentIdOf(segment);
    if (agent.downloads.has(segmentId) || agent.p2pCount >= MAX_P2P) return;
    const holders = agent.exchange.freeHolders(segmentId);
    const holder = holders[wholeBelow(this.random, holders.length)];
    if (holder) agent.startP2p(segment, holder);
  }

  #fetchAtRandom(agent: SegmentAgent, missing: readonly MediaSegment[]): void {
    const peerCount = agent.exchange.neighbourCount;
    if (peerCount === 0) return;
    const candidates = missing.filter((segment) => {
      const segmentId = segmentIdOf(segment);
      const isInWindow = agent.secondsTo(segment) < HTTP_WINDOW_SECONDS;
      return isInWindow && !agent.downloads.has(segmentId) && !agent.exchange.isAround(segmentId);
    });
    const drawn = shuffle(this.random, candidates.slice(0, 2 * (peerCount + 1)));
    let probability = drawn.length / (peerCount + 1);
    for (const segment of drawn) {
      if (probability <= 0 || agent.httpCount >= MAX_HTTP) return;
      if (this.random.next() < probability) agent.startHttp(segment);
      probability -= 1;
    }
  }
}

/** Near the playhead: HTTP, in place of peers also when they are at it, if a slot is free or a farther one can be freed. */
function hurry(agent: SegmentAgent, segment: MediaSegment): void {
  const running = agent.downloads.get(segmentIdOf(segment));
  if (running?.source === 'http') return;
  if (agent.httpCount < MAX_HTTP) return agent.startHttp(segment);
  if (running) return;
  const farthest = [...agent.downloads.values()]
    .filter((download) => download.source === 'http' && download.segment.index > segment.index)
    .sort((a, b) => b.segment.index - a.segment.index)[0];
  if (farthest) {
    agent.drop(segmentIdOf(farthest.segment));
    return agent.startHttp(segment);
  }
  const holder = agent.p2pCount < MAX_P2P ? agent.exchange.freeHolders(segmentIdOf(segment))[0] : undefined;
  if (holder) agent.startP2p(segment, holder);
}
