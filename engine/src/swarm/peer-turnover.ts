// Which peers are worth their place: by what was exchanged lately in either direction, by what they have, by failures.
// It names at most one peer at a time to let go, and remembers whom it named.

import type { Bytes, Milliseconds } from '../base/units';
import type { PeerSession } from './peer-session';

/** How often worth is judged, and one peer at most let go. */
const REVIEW_MS: Milliseconds = 10_000;
/** What is left of a peer's worth from one review to the next: a minute ago counts an eighth. */
const WORTH_KEPT = 0.7;
/** A newcomer has so long to prove itself. */
export const GRACE_MS: Milliseconds = 30_000;
/** Without exchange for so long a peer that has nothing to offer is useless. */
const IDLE_MS: Milliseconds = 60_000;
/** Useless for so long it makes room although nobody is known to take its place. */
const LONG_IDLE_MS: Milliseconds = 300_000;
/** Useless peers are replaced this seldom. Stops a swarm where nobody needs anything from churning. */
const REPLACEMENT_PAUSE_MS: Milliseconds = 60_000;
/** Failures without a byte in between after which a peer that has something counts as having nothing. */
const MAX_FAILURES = 2;
/** Who was let go is neither sought nor answered for so long. */
const LET_GO_MS: Milliseconds = 120_000;
/** How many of them are remembered. Stops our own memory from growing with each. */
const MAX_REMEMBERED = 64;
/** Part of the places that those who give nothing keep when there are too many peers. */
const KEPT_FOR_TAKERS = 0.25;

interface Standing {
  readonly session: PeerSession;
  readonly readyAt: Milliseconds;
  /** Bytes exchanged, older ones counting less. */
  worth: number;
  /** Since the last review. */
  freshBytes: Bytes;
  exchangedAt: Milliseconds;
  failures: number;
}

/** The situation that a review judges in. */
export interface TurnoverView {
  readonly maxPeers: number;
  /** Whether there are viewers in the swarm that are no peers. */
  readonly hasStrangers: boolean;
  /** Whether one of them is known and could be tried now. */
  hasCandidate(): boolean;
  /** Whether a peer waits for bytes that it asked for. */
  isServed(session: PeerSession): boolean;
}

export class PeerTurnover {
  readonly #standings = new Map<number, Standing>();
  /** Peer id → until when it is avoided. */
  readonly #letGo = new Map<string, Milliseconds>();
  #reviewAt: Milliseconds = Infinity;
  #replaceAt: Milliseconds = 0;

  /** When `review` wants to be called. */
  get wakeAt(): Milliseconds {
    return this.#standings.size > 0 ? this.#reviewAt : Infinity;
  }

  open(session: PeerSession, now: Milliseconds): void {
    if (this.#standings.size === 0) this.#reviewAt = now + REVIEW_MS;
    this.#standings.set(session.identity.linkId, {
      session,
      readyAt: now,
      worth: 0,
      freshBytes: 0,
      exchangedAt: now,
      failures: 0,
    });
  }

  close(linkId: number): void {
    this.#standings.delete(linkId);
  }

  noteReceived(linkId: number, byteCount: Bytes): void {
    const standing = this.#standings.get(linkId);
    if (!standing) return;
    standing.freshBytes += byteCount;
    standing.failures = 0;
  }

  noteGiven(linkId: number, byteCount: Bytes): void {
    const standing = this.#standings.get(linkId);
    if (standing) standing.freshBytes += byteCount;
  }

  noteFailure(linkId: number): void {
    const standing = this.#standings.get(linkId);
    if (standing) standing.failures += 1;
  }

  /** [SWARM-10] Whether a peer was let go a moment ago. */
  wasLetGo(peerId: string, now: Milliseconds): boolean {
    return now < (this.#letGo.get(peerId) ?? 0);
  }

  /** The peer to let go now, if any. */
  review(view: TurnoverView, now: Milliseconds): PeerSession | undefined {
    if (now < this.wakeAt) return undefined;
    this.#reviewAt = now + REVIEW_MS;
    for (const standing of this.#standings.values()) {
      standing.worth = standing.worth * WORTH_KEPT + standing.freshBytes;
      if (standing.freshBytes > 0) standing.exchangedAt = now;
      standing.freshBytes = 0;
    }
    const gone = this.#excess(view, now) ?? this.#useless(view, now);
    if (gone?.peerId !== undefined) this.avoid(gone.peerId, now);
    return gone;
  }

  /** [SWARM-7] One peer too many: the least useful of those that had their time. */
  #excess(view: TurnoverView, now: Milliseconds): PeerSession | undefined {
    if (this.#standings.size <= view.maxPeers) return undefined;
    const free = this.#free(view, now);
    const takers = free.filter((standing) => !gives(standing, now));
    const takerCount = [...this.#standings.values()].filter((standing) => !gives(standing, now)).length;
    const givers = free.filter((standing) => !takers.includes(standing));
    // [SWARM-9] Who gives is preferred, but those who do not are viewers too.
    const hasManyTakers = takerCount > Math.ceil(view.maxPeers * KEPT_FOR_TAKERS);
    const [first, second] = hasManyTakers ? [takers, givers] : [givers, takers];
    return leastOf(first) ?? leastOf(second);
  }

  /** [SWARM-8] A useless peer makes room when all places are taken and others could use one. */
  #useless(view: TurnoverView, now: Milliseconds): PeerSession | undefined {
    if (this.#standings.size < view.maxPeers || !view.hasStrangers || now < this.#replaceAt) return undefined;
    const useless = this.#free(view, now).filter(
      (standing) => now - standing.exchangedAt >= IDLE_MS && !gives(standing, now),
    );
    if (useless.length === 0) return undefined;
    const overdue = useless.filter(({ exchangedAt }) => now - exchangedAt >= LONG_IDLE_MS);
    const gone = view.hasCandidate() ? leastOf(useless) : leastOf(overdue);
    if (gone) this.#replaceAt = now + REPLACEMENT_PAUSE_MS;
    return gone;
  }

  /** Those that may go: had their time, and nothing is under way in either direction. */
  #free(view: TurnoverView, now: Milliseconds): Standing[] {
    return [...this.#standings.values()].filter(
      ({ session, readyAt }) => now - readyAt >= GRACE_MS && session.openRequests.size === 0 && !view.isServed(session),
    );
  }

  /** [SWARM-10] A peer was let go, or was of no use. */
  avoid(peerId: string, now: Milliseconds): void {
    this.#letGo.delete(peerId);
    this.#letGo.set(peerId, now + LET_GO_MS);
    const [oldest] = this.#letGo.keys();
    if (this.#letGo.size > MAX_REMEMBERED && oldest !== undefined) this.#letGo.delete(oldest);
  }
}

/** Whether a peer has something, and gives it. */
function gives({ session, failures }: Standing, now: Milliseconds): boolean {
  return session.availability.size > 0 && !session.refusesUploads(now) && failures < MAX_FAILURES;
}

function leastOf(standings: readonly Standing[]): PeerSession | undefined {
  let least: Standing | undefined;
  for (const standing of standings) if (!least || standing.worth < least.worth) least = standing;
  return least?.session;
}
