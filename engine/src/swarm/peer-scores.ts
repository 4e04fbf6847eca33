// The scores of those who are, or lately were, peers: who closes the link before it is closed, and comes back, is known.

import type { Milliseconds } from '../base/units';
import { PeerScore } from './peer-score';

/** Who lied, flooded or broke the protocol is neither sought nor answered for so long. */
export const SHUN_MS: Milliseconds = 600_000;
/** How many are remembered. Stops our own memory from growing with each name that somebody makes up. */
const MAX_REMEMBERED = 256;

interface Known {
  readonly score: PeerScore;
  shunnedUntil: Milliseconds;
}

export class PeerScores {
  readonly #known = new Map<string, Known>();

  /** The score of a peer, as it was when it was last here. */
  of(peerId: string): PeerScore {
    return this.#know(peerId).score;
  }

  /** A peer was closed because it harms. */
  shun(peerId: string, now: Milliseconds): void {
    this.#know(peerId).shunnedUntil = now + SHUN_MS;
  }

  /** [SCORE-8] Whether a peer did harm a while ago. */
  isShunned(peerId: string, now: Milliseconds): boolean {
    return now < (this.#known.get(peerId)?.shunnedUntil ?? 0);
  }

  #know(peerId: string): Known {
    const known = this.#known.get(peerId) ?? { score: new PeerScore(), shunnedUntil: 0 };
    this.#known.delete(peerId);
    this.#known.set(peerId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}
