// What a viewer does for others: it tells its peers of one another, and passes offers and answers on between them. Only
// between two that it is connected to itself, under the name that the sender proved by its handshake.

import type { Milliseconds } from '../base/units';
import type { RelayMessage } from '../protocol/introduction-messages';
import { MAX_EXCESS_SIGNALS_PER_MINUTE, MAX_INTRODUCED_PEERS, MAX_SIGNALS_PER_MINUTE } from '../protocol/limits';
import type { PeerSession } from './peer-session';

/** Who came and went is gathered for so long before peers hear of it. */
const TELL_DELAY_MS: Milliseconds = 2_000;
const QUOTA_WINDOW_MS: Milliseconds = 60_000;

/** How many signals crossed one link in the present minute. */
interface Traffic {
  windowEndsAt: Milliseconds;
  /** Sent by the peer, to be passed on and passed on by it: an honest one keeps to the limit in each. */
  relay: number;
  relayed: number;
  passedOn: number;
}

export class Introducer {
  readonly #traffic = new Map<number, Traffic>();
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();
  #tellAt: Milliseconds = Infinity;

  constructor(private readonly peers: () => readonly PeerSession[]) {}

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    const isUntold = this.#added.size + this.#removed.size > 0;
    return isUntold && this.#tellAt === Infinity ? 0 : this.#tellAt;
  }

  /** [INTRO-1] A peer is ready: it hears at once of those that are there, they hear of it soon. */
  open(session: PeerSession): void {
    const ids = this.peers().flatMap(({ peerId = '' }) => (peerId === session.peerId ? [] : [peerId]));
    const added = ids.slice(0, MAX_INTRODUCED_PEERS);
    if (added.length > 0) session.sendIntroduction({ type: 'peers', added, removed: [] });
    this.#note(session, this.#removed, this.#added);
  }

  close(session: PeerSession): void {
    this.#traffic.delete(session.identity.linkId);
    this.#note(session, this.#added, this.#removed);
  }

  clear(): void {
    this.#added.clear();
    this.#removed.clear();
    this.#tellAt = Infinity;
  }

  wake(now: Milliseconds): void {
    if (now < this.wakeAt) return;
    if (this.#tellAt === Infinity) this.#tellAt = now + TELL_DELAY_MS;
    if (now >= this.#tellAt) this.#tell();
  }

  /** [INTRO-3] Passes a signal of `from` on to the peer it names; returns what is wrong with it, or undefined. */
  passOn(from: PeerSession, { type, peerId, signal }: RelayMessage, now: Milliseconds): string | undefined {
    const verdict = this.take(from, type, now);
    if (verdict !== 'taken') return verdict;
    const target = this.peers().find((peer) => peer.peerId === peerId && peer !== from);
    if (!target) return undefined;
    // [INTRO-6] Else those who flood through us would have us closed as a flooder.
    const traffic = this.#trafficOf(target, now);
    if (traffic.passedOn >= MAX_SIGNALS_PER_MINUTE) return undefined;
    traffic.passedOn += 1;
    target.sendIntroduction({ type: 'relayed', peerId: from.peerId ?? '', signal });
    return undefined;
  }

  /** [INTRO-6] Whether one more signal of a peer is taken; anything but `taken` and undefined breaks the protocol. */
  take(from: PeerSession, type: RelayMessage['type'], now: Milliseconds): 'taken' | 'signal flood' | undefined {
    const traffic = this.#trafficOf(from, now);
    traffic[type] += 1;
    if (traffic[type] <= MAX_SIGNALS_PER_MINUTE) return 'taken';
    return traffic[type] > MAX_SIGNALS_PER_MINUTE + MAX_EXCESS_SIGNALS_PER_MINUTE ? 'signal flood' : undefined;
  }

  #trafficOf({ identity: { linkId } }: PeerSession, now: Milliseconds): Traffic {
    const known = this.#traffic.get(linkId);
    if (known && now < known.windowEndsAt) return known;
    const traffic = { windowEndsAt: now + QUOTA_WINDOW_MS, relay: 0, relayed: 0, passedOn: 0 };
    this.#traffic.set(linkId, traffic);
    return traffic;
  }

  /** The latest counts. Said even where it undoes what was not told yet: a newcomer has heard of it with the rest. */
  #note({ peerId }: PeerSession, undone: Set<string>, done: Set<string>): void {
    if (peerId === undefined) return;
    undone.delete(peerId);
    done.add(peerId);
  }

  #tell(): void {
    const [added, removed] = [[...this.#added], [...this.#removed]];
    this.clear();
    for (const session of this.peers()) {
      const news = added.filter((peerId) => peerId !== session.peerId);
      if (news.length + removed.length === 0) continue;
      session.sendIntroduction({
        type: 'peers',
        added: news.slice(0, MAX_INTRODUCED_PEERS),
        removed: removed.slice(0, MAX_INTRODUCED_PEERS),
      });
    }
  }
}
