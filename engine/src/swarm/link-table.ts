// The links of one viewer: where they lead, which of them are peers, and how many more there is room for.

import type { Milliseconds } from '../base/units';
import type { SessionDescription } from '../ports/peer-link';
import type { PeerDemand } from './introductions';
import type { PeerSession } from './peer-session';
import type { PeerCensus } from './tracker-set';

/** Places above `maxPeers`, as part of it, for newcomers that have few peers: the full swarm lets them in. */
const NEWCOMERS_SHARE = 1 / 4;
/** Who has less than this part of its places filled has few peers. */
const FEW_SHARE = 1 / 2;

export interface Link {
  readonly session: PeerSession;
  /** Since when it can exchange segments; absent: the page has not heard of the peer, and is not to hear of its end. */
  readyAt?: Milliseconds;
  /** For a link that answers: the way back to whoever offered. */
  readonly sendAnswer?: (answer: SessionDescription) => void;
  /** The link to the peer that introduced this one. */
  introducerId?: number | undefined;
}

/** An offer from somebody, and the way back. */
export interface IncomingOffer extends Pick<Link, 'introducerId'> {
  readonly peerId: string;
  readonly offerId: string;
  readonly sdp: string;
  readonly sendAnswer: (answer: SessionDescription) => void;
}

/** Links of which signalling has said where they lead. */
interface Named {
  readonly count: number;
  readonly peerIds: ReadonlySet<string>;
}

export class LinkTable {
  readonly #links = new Map<number, Link>();
  #ready: readonly PeerSession[] | undefined;
  #named: Named | undefined;
  #nextLinkId = 1;

  constructor(private readonly maxPeers: () => number) {}

  get size(): number {
    return this.#links.size;
  }

  get ids(): readonly number[] {
    return [...this.#links.keys()];
  }

  get all(): Iterable<Link> {
    return this.#links.values();
  }

  /** When the first of them wants to be called. */
  get wakeAt(): Milliseconds {
    let at = Infinity;
    for (const { session } of this.#links.values()) at = Math.min(at, session.wakeAt);
    return at;
  }

  /** Peers that can exchange segments now. */
  get ready(): readonly PeerSession[] {
    // Asked for at every message, changed rarely.
    this.#ready ??= [...this.#links.values()].map((link) => link.session).filter((session) => session.isReady);
    return this.#ready;
  }

  /** Peers and those that are connecting. */
  get namedCount(): number {
    return this.#named?.count ?? this.#nameAll().count;
  }

  /** Whether a link leads to this peer, or is to. */
  leadsTo(peerId: string): boolean {
    return (this.#named ?? this.#nameAll()).peerIds.has(peerId);
  }

  /** Places that are free. */
  get roomCount(): number {
    return this.maxPeers() - this.namedCount;
  }

  /** [SWARM-6] The same, with those for newcomers. */
  get newcomerRoomCount(): number {
    return this.roomCount + Math.ceil(this.maxPeers() * NEWCOMERS_SHARE);
  }

  /** Whether `peerCount` are few for a viewer. */
  isFew(peerCount: number): boolean {
    return peerCount < this.maxPeers() * FEW_SHARE;
  }

  /** How the viewer stands among its peers. */
  census(isIntroducing: boolean): PeerCensus {
    return {
      maxPeers: this.maxPeers(),
      readyCount: this.ready.length,
      knownCount: this.namedCount,
      roomCount: this.newcomerRoomCount,
      isIntroducing,
    };
  }

  get demand(): PeerDemand {
    return { roomCount: this.roomCount, isPoor: this.isFew(this.ready.length) };
  }

  get(linkId: number): Link | undefined {
    return this.#links.get(linkId);
  }

  /** Adds the link that `make` makes under the number it is given. */
  add(make: (linkId: number) => Link): number {
    const linkId = this.#nextLinkId++;
    this.#links.set(linkId, make(linkId));
    this.noteChange();
    return linkId;
  }

  delete(linkId: number): void {
    if (this.#links.delete(linkId)) this.noteChange();
  }

  /** A link has become a peer, or it is known where it leads. */
  noteChange(): void {
    this.#ready = this.#named = undefined;
  }

  #nameAll(): Named {
    const peerIds = [...this.#links.values()].flatMap(({ session }) => session.peerId ?? []);
    this.#named = { count: peerIds.length, peerIds: new Set(peerIds) };
    return this.#named;
  }
}

/** [SWARM-1] Of two links between the same pair both sides keep the one whose name sorts first. */
export function isPreferred(session: PeerSession, other: PeerSession, ownPeerId: string): boolean {
  const nameOf = ({ identity, peerId }: PeerSession) =>
    `${identity.isInitiator ? ownPeerId : (peerId ?? '')}${identity.offerId}`;
  return nameOf(session) < nameOf(other);
}
