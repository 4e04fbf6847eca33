// Which sizes peers named of one segment, and who was wrong once the origin has said the true one.

import type { Bytes, Milliseconds } from '../base/units';
import type { Offer } from '../swarm/offer';
import { hasAll } from '../swarm/offer';
import type { PeerFault } from '../swarm/peer-score';
import type { PeerSession } from '../swarm/peer-session';

/** Sizes of one segment that are remembered of a peer. Stops our memory from growing with each one that it makes up. */
const MAX_CLAIMS_PER_PEER = 4;

/** Size → whether the peer said that it has the segment whole. */
type Claims = Map<Bytes, boolean>;

export class SizeClaims {
  readonly #claims = new Map<PeerSession, Claims>();

  /** A peer named a size, whoever is believed. */
  note(peer: PeerSession, offer: Offer): void {
    const claims = this.#claims.get(peer) ?? new Map<Bytes, boolean>();
    this.#claims.set(peer, claims);
    if (claims.size < MAX_CLAIMS_PER_PEER || claims.has(offer.totalBytes))
      claims.set(offer.totalBytes, hasAll(offer) || claims.get(offer.totalBytes) === true);
  }

  /** Whether somebody named `size` whose word the origin has confirmed before. */
  isProven(size: Bytes): boolean {
    for (const [peer, claims] of this.#claims) if (claims.has(size) && peer.score.isProven) return true;
    return false;
  }

  /** [SCORE-3] The size is known: who named another one was wrong. `isOrigins`: not only by the word of other peers. */
  judge(size: Bytes, isOrigins: boolean, now: Milliseconds): void {
    const verdicts = [...this.#claims].map(([peer, claims]) => ({
      peer,
      claims,
      fault: this.#faultOf(peer, claims, size, isOrigins),
    }));
    for (const { peer, claims, fault } of verdicts) {
      if (fault) peer.blame(fault, now);
      else if (claims.has(size)) peer.score.noteTrueSize();
    }
  }

  #faultOf(peer: PeerSession, claims: Claims, size: Bytes, isOrigins: boolean): PeerFault | undefined {
    const wrong = [...claims].filter(([claimed]) => claimed !== size);
    if (wrong.length === 0) return undefined;
    if (wrong.every(([claimed]) => this.#isNamedByOthers(peer, claimed))) return isOrigins ? 'otherSize' : undefined;
    if (!isOrigins) return 'deniedSize';
    return wrong.some(([, isWhole]) => isWhole) ? 'falseSize' : 'hearsaySize';
  }

  #isNamedByOthers(peer: PeerSession, size: Bytes): boolean {
    return [...this.#claims].some(([other, claims]) => other !== peer && claims.has(size));
  }
}
