// Finding peers through peers: who is known by hearsay, whom to try, through whom the offer goes. It knows nothing of
// trackers, and trusts an introducer only as far as what comes of its introductions.

import { Backoff } from '../base/backoff';
import type { Milliseconds } from '../base/units';
import type { IntroductionMessage, PeerSignal, RelayMessage } from '../protocol/introduction-messages';
import { fitsIntoSignal } from '../protocol/introduction-messages';
import { MAX_INTRODUCED_PEERS } from '../protocol/limits';
import type { PeerSession } from './peer-session';

/** Introduced offers out at a time while peers are few; one while there are enough. Each is a link that gathers. */
const MAX_OFFERS_OUT = 8;
/** An offer without an answer is sent through another introducer after this time, or given up. Gathering is part of it. */
export const ANSWER_WAIT_MS: Milliseconds = 6_000;
/** Introducers that one offer is sent through. Stops one candidate that is gone from keeping an offer busy. */
const MAX_INTRODUCERS_PER_OFFER = 2;
/** A candidate that was tried in vain is tried again after half of this at least; later tries double it. */
const CANDIDATE_RETRY: { readonly firstMs: Milliseconds; readonly maxMs: Milliseconds } = {
  firstMs: 60_000,
  maxMs: 1_200_000,
};
/** Who has enough peers waits between tries that bring nothing. */
const CONTENT_RETRY: { readonly firstMs: Milliseconds; readonly maxMs: Milliseconds } = {
  firstMs: 8_000,
  maxMs: 240_000,
};
/** A peer whose link just ended is not sought at once: it may have let us go. */
const CLOSED_PAUSE_MS: Milliseconds = 20_000;
/** Link attempts that an introducer may cost. Stops one that names peers that do not exist. */
const INITIAL_CREDIT = 8;
const MAX_CREDIT = 16;
/** What an attempt earns its introducer when it brings a peer: more than the one that it cost. */
const EARNED_CREDIT = 2;
/** In this time an introducer earns one attempt more: networks fail too. */
const CREDIT_RENEWAL_MS: Milliseconds = 60_000;

/** Up to this size a viewer can know all by hearsay. More names are of no use to whoever counts them. */
const MAX_KNOWN_SWARM = 64;

interface Introducing {
  readonly session: PeerSession;
  /** Whom it says that it is connected to. */
  readonly peerIds: Set<string>;
  credit: number;
  creditAt: Milliseconds;
}

interface Candidate {
  /** Links to those that know it. */
  readonly introducers: Set<number>;
  readonly backoff: Backoff;
  notBefore: Milliseconds;
}

interface Attempt {
  readonly peerId: string;
  readonly offerId: string;
  readonly linkId: number;
  readonly triedLinks: Set<number>;
  sdp?: string;
  expiresAt: Milliseconds;
}

/** How much the viewer wants. */
export interface PeerDemand {
  /** Peers that there is room for. */
  readonly roomCount: number;
  /** Whether it has too few to be content. */
  readonly isPoor: boolean;
}

export interface IntroductionsHost {
  /** Starts a link that offers under the name `offerId`; returns its number. */
  offerLink(offerId: string): number;
  closeLink(linkId: number): void;
  makeOfferId(): string;
  /** A number in [0, 1). */
  chance(): number;
  /** Connected, connecting, itself, or let go a moment ago. */
  isAvoided(peerId: string, now: Milliseconds): boolean;
  /** Peers of this viewer. */
  peerCount(): number;
}

export class Introductions {
  readonly #introducers = new Map<number, Introducing>();
  readonly #candidates = new Map<string, Candidate>();
  /** Own offers that nobody has answered yet, by name. */
  readonly #attempts = new Map<string, Attempt>();
  readonly #backoff = new Backoff(CONTENT_RETRY);
  #contentUntil: Milliseconds = 0;
  /** When there may be somebody to try. */
  #seekAt: Milliseconds = Infinity;

  constructor(
    private readonly ownPeerId: string,
    private readonly host: IntroductionsHost,
  ) {}

  /** Whether offers are out, or candidates there that have not been tried: nobody else need be asked for peers. */
  get isBusy(): boolean {
    return this.#attempts.size > 0 || this.#seekAt === 0;
  }

  /** Viewers that peers are connected to and this one is not; none where the swarm is too large to know all of them. */
  heardOf(swarmSize: number | undefined): readonly string[] {
    if (swarmSize === undefined || swarmSize > MAX_KNOWN_SWARM) return [];
    const connected = new Set([...this.#introducers.values()].map(({ session }) => session.peerId));
    return [...this.#candidates.keys()].filter((peerId) => !connected.has(peerId));
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    let at = Infinity;
    for (const { expiresAt } of this.#attempts.values()) at = Math.min(at, expiresAt);
    return at;
  }

  /** When `seek` will do something. */
  seekAt(demand: PeerDemand): Milliseconds {
    if (this.#missing(demand) <= 0) return Infinity;
    return demand.isPoor ? this.#seekAt : Math.max(this.#seekAt, this.#contentUntil);
  }

  /** A peer is ready. */
  open(session: PeerSession, now: Milliseconds): void {
    const { linkId } = session.identity;
    this.#introducers.set(linkId, { session, peerIds: new Set(), credit: INITIAL_CREDIT, creditAt: now });
    this.#candidates.get(session.peerId ?? '')?.backoff.reset();
  }

  /** A link is gone: that of a peer, or one that was to lead to one. */
  close(linkId: number): void {
    const introducer = this.#introducers.get(linkId);
    for (const attempt of this.#attempts.values()) {
      if (attempt.linkId === linkId) this.#attempts.delete(attempt.offerId);
      // Whether it was passed on nobody knows: the next introducer is asked at once.
      else if ([...attempt.triedLinks].at(-1) === linkId) attempt.expiresAt = 0;
    }
    if (introducer) {
      this.#introducers.delete(linkId);
      for (const peerId of introducer.peerIds) this.#forget(peerId, linkId);
    }
    this.#reconsider();
  }

  /** A peer's link ended by itself. */
  noteClosed(peerId: string, now: Milliseconds): void {
    const candidate = this.#candidates.get(peerId);
    if (candidate) candidate.notBefore = Math.max(candidate.notBefore, now + CLOSED_PAUSE_MS);
  }

  /** An introduction by `linkId` has brought a peer. */
  noteSuccess(linkId: number): void {
    this.#backoff.reset();
    this.#contentUntil = 0;
    const introducer = this.#introducers.get(linkId);
    if (introducer) introducer.credit = Math.min(MAX_CREDIT, introducer.credit + EARNED_CREDIT);
    this.#reconsider();
  }

  /** [INTRO-1] A peer says whom it is connected to; returns what is wrong with that, or undefined. */
  handlePeers(linkId: number, message: Extract<IntroductionMessage, { type: 'peers' }>): string | undefined {
    const introducer = this.#introducers.get(linkId);
    if (!introducer) return undefined;
    for (const peerId of message.removed) if (introducer.peerIds.delete(peerId)) this.#forget(peerId, linkId);
    for (const peerId of message.added) {
      if (peerId === this.ownPeerId) continue;
      introducer.peerIds.add(peerId);
      if (introducer.peerIds.size > MAX_INTRODUCED_PEERS) return 'more peers than allowed';
      const known = this.#candidates.get(peerId);
      if (known) known.introducers.add(linkId);
      else {
        const backoff = new Backoff(CANDIDATE_RETRY);
        this.#candidates.set(peerId, { introducers: new Set([linkId]), backoff, notBefore: 0 });
      }
      this.#reconsider();
    }
    return undefined;
  }

  /** [INTRO-2] Makes offers to those known by hearsay, while more peers are wanted. */
  seek(demand: PeerDemand, now: Milliseconds): void {
    while (now >= this.seekAt(demand)) {
      const peerId = this.#pick(now);
      const candidate = peerId === undefined ? undefined : this.#candidates.get(peerId);
      if (peerId === undefined || !candidate) return;
      // A try counts as vain until it has brought a peer.
      candidate.notBefore = now + candidate.backoff.next(this.host.chance());
      this.#contentUntil = now + this.#backoff.next(this.host.chance());
      const offerId = this.host.makeOfferId();
      const linkId = this.host.offerLink(offerId);
      const expiresAt = now + ANSWER_WAIT_MS;
      this.#attempts.set(offerId, { peerId, offerId, linkId, triedLinks: new Set(), expiresAt });
    }
  }

  /** A link's description is ready; false when the link is none of these. */
  handleDescription(linkId: number, sdp: string): boolean {
    const attempt = [...this.#attempts.values()].find((other) => other.linkId === linkId);
    if (!attempt) return false;
    attempt.sdp = sdp;
    if (!fitsIntoSignal(sdp) || !this.#send(attempt)) this.#drop(attempt);
    return true;
  }

  /** [INTRO-4] The link that offered to the author of an answer; undefined: it was not asked, or not in this name. */
  takeAnswer({ peerId, signal }: RelayMessage): { readonly linkId: number; readonly introducerId: number } | undefined {
    const attempt = this.#attempts.get(signal.offerId);
    if (attempt?.peerId !== peerId) return undefined;
    this.#attempts.delete(attempt.offerId);
    return { linkId: attempt.linkId, introducerId: [...attempt.triedLinks].at(-1) ?? 0 };
  }

  /**
   * [INTRO-5] Whether an introduced offer may be answered: its introducer has not used up its credit, and no own offer
   * to the same peer is out that both sides prefer. One that they do not prefer is taken back.
   */
  mayAnswer(linkId: number, { peerId, signal }: RelayMessage, now: Milliseconds): boolean {
    const own = [...this.#attempts.values()].find((attempt) => attempt.peerId === peerId);
    const isOurs = own && own.triedLinks.size > 0 && this.ownPeerId + own.offerId < peerId + signal.offerId;
    if (isOurs || !this.#charge(linkId, now)) return false;
    if (own) this.#drop(own);
    return true;
  }

  /** Sends the answer to an introduced offer back the way it came, or, where that is gone, by another introducer. */
  answer(linkId: number, peerId: string, offerId: string, sdp: string): void {
    const [otherLinkId = 0] = this.#candidates.get(peerId)?.introducers ?? [];
    const introducer = this.#introducers.get(linkId) ?? this.#introducers.get(otherLinkId);
    if (!introducer || !fitsIntoSignal(sdp)) return;
    introducer.session.sendIntroduction({ type: 'relay', peerId, signal: this.#signal('answer', offerId, sdp) });
  }

  /** Whether somebody is known by hearsay who could be tried. */
  hasCandidate(now: Milliseconds): boolean {
    return this.#eligible(now).length > 0;
  }

  wake(now: Milliseconds): void {
    for (const attempt of [...this.#attempts.values()]) {
      if (now < attempt.expiresAt) continue;
      attempt.expiresAt = now + ANSWER_WAIT_MS;
      // [INTRO-5] Silence: another introducer may know better.
      if (attempt.triedLinks.size >= MAX_INTRODUCERS_PER_OFFER || !this.#send(attempt, now)) this.#drop(attempt);
    }
  }

  #missing({ roomCount, isPoor }: PeerDemand): number {
    return Math.min(roomCount, isPoor ? MAX_OFFERS_OUT : 1) - this.#attempts.size;
  }

  #reconsider(): void {
    this.#seekAt = this.#candidates.size > 0 ? 0 : Infinity;
  }

  /** Somebody to try, by lot: friends of friends would else be sought by all at once. */
  #pick(now: Milliseconds): string | undefined {
    const eligible = this.#eligible(now);
    const picked = eligible[Math.floor(this.host.chance() * eligible.length)];
    if (picked === undefined) this.#seekAt = this.#nextTryAt(now);
    return picked;
  }

  #eligible(now: Milliseconds): string[] {
    const tried = new Set([...this.#attempts.values()].map(({ peerId }) => peerId));
    const eligible: string[] = [];
    for (const [peerId, { notBefore, introducers }] of this.#candidates) {
      if (now < notBefore || tried.has(peerId) || this.host.isAvoided(peerId, now)) continue;
      if ([...introducers].some((linkId) => this.#creditOf(linkId, now) >= 1)) eligible.push(peerId);
    }
    return eligible;
  }

  /** Nobody can be tried now: when that may change by itself. */
  #nextTryAt(now: Milliseconds): Milliseconds {
    let at = Infinity;
    // Those who have no credit, or were let go, come back at some time: looked at now and then.
    for (const { notBefore } of this.#candidates.values())
      at = Math.min(at, Math.max(notBefore, now + CREDIT_RENEWAL_MS));
    return at;
  }

  #send(attempt: Attempt, now?: Milliseconds): boolean {
    const { peerId, offerId, sdp, triedLinks } = attempt;
    const known = [...(this.#candidates.get(peerId)?.introducers ?? [])].filter((linkId) => !triedLinks.has(linkId));
    const linkId = known[Math.floor(this.host.chance() * known.length)];
    const introducer = linkId === undefined ? undefined : this.#introducers.get(linkId);
    if (sdp === undefined || linkId === undefined || !introducer || !this.#charge(linkId, now)) return false;
    triedLinks.add(linkId);
    introducer.session.sendIntroduction({ type: 'relay', peerId, signal: this.#signal('offer', offerId, sdp) });
    return true;
  }

  #signal(kind: PeerSignal['kind'], offerId: string, sdp: string): PeerSignal {
    return { kind, offerId, peerCount: Math.min(255, this.host.peerCount()), sdp };
  }

  #creditOf(linkId: number, now: Milliseconds): number {
    const introducer = this.#introducers.get(linkId);
    return introducer ? introducer.credit + (now - introducer.creditAt) / CREDIT_RENEWAL_MS : 0;
  }

  /** [INTRO-7] Takes one attempt off an introducer's credit; false when it has none. */
  #charge(linkId: number, now?: Milliseconds): boolean {
    const introducer = this.#introducers.get(linkId);
    if (!introducer) return false;
    if (now !== undefined) {
      introducer.credit = Math.min(MAX_CREDIT, this.#creditOf(linkId, now));
      introducer.creditAt = now;
    }
    if (introducer.credit < 1) return false;
    introducer.credit -= 1;
    return true;
  }

  #forget(peerId: string, linkId: number): void {
    const candidate = this.#candidates.get(peerId);
    candidate?.introducers.delete(linkId);
    if (candidate?.introducers.size === 0) this.#candidates.delete(peerId);
  }

  #drop(attempt: Attempt): void {
    this.#attempts.delete(attempt.offerId);
    this.host.closeLink(attempt.linkId);
  }
}
