import { Bucket, RateGate, type RateVerdict } from './bucket';
import type { RateLimits } from './rate-limits';

/** Peers of one connection whose announces are counted; the longest not heard of is forgotten. */
const MAX_COUNTED_PEERS = 64;

/** Messages beyond the limit that a connection may have earned by the offers it was sent: as many as it may answer. */
const MAX_EARNED = 128;

/** How much one connection has sent. */
export class ConnectionRates {
  readonly #messages: RateGate;
  readonly #flood: Bucket;
  readonly #announces = new Map<string, RateGate>();
  #earnedCount = 0;

  constructor(
    private readonly limits: RateLimits,
    now: number,
  ) {
    const rate = { burst: limits.messageBurst, perSecond: limits.messagesPerSecond };
    this.#messages = new RateGate(rate, now);
    const { floodFactor } = limits;
    this.#flood = new Bucket({ burst: rate.burst * floodFactor, perSecond: rate.perSecond * floodFactor }, now);
  }

  /** Peers whose announces are counted now. */
  get countedPeerCount(): number {
    return this.#announces.size;
  }

  /** The client was sent an offer: it may send one message more, its answer. */
  noteOffer(): void {
    if (this.#earnedCount < MAX_EARNED) this.#earnedCount += 1;
  }

  /** `flood`: so far beyond the limit that the connection is to be ended. */
  takeMessage(now: number): RateVerdict | 'flood' {
    if (!this.#flood.take(now)) return 'flood';
    if (this.#earnedCount > 0) {
      this.#earnedCount -= 1;
      return 'taken';
    }
    return this.#messages.take(now);
  }

  /** @param peer - names a peer of this connection in one swarm */
  takeAnnounce(peer: string, now: number): RateVerdict {
    const { announceBurst, announceSeconds } = this.limits;
    const gate =
      this.#announces.get(peer) ?? new RateGate({ burst: announceBurst, perSecond: 1 / announceSeconds }, now);
    // To the end: who was silent for longest comes first.
    this.#announces.delete(peer);
    this.#announces.set(peer, gate);
    if (this.#announces.size > MAX_COUNTED_PEERS) this.#forgetFirst();
    return gate.take(now);
  }

  #forgetFirst(): void {
    for (const peer of this.#announces.keys()) {
      this.#announces.delete(peer);
      return;
    }
  }
}
