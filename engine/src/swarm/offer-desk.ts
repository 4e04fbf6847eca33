// Offers to strangers: made when peers are wanted, sent in one announce, dropped when nobody takes them up.

import { Backoff } from '../base/backoff';
import type { Milliseconds } from '../base/units';
import type { SessionDescription } from '../ports/peer-link';
import type { TrackerOffer } from '../protocol/tracker-messages';

/** The name of an offer, as trackers want it. */
export const OFFER_ID_BYTES = 20;
/** Offers in one batch. Fewer than trackers take: strangers introduce everybody else, and of three at least one connects. */
export const OFFERS_AT_ONCE = 3;
/** After so many batches in vain this viewer is one whom few can reach: */
const BATCHES_IN_VAIN = 2;
/** it tries more of them. */
export const MANY_OFFERS = 6;
/** Offers not ready by then are left out of the announce. Longer than the ICE wait of a link. */
const GATHER_TIMEOUT_MS: Milliseconds = 2_500;
/** An unanswered offer is dropped after this time, as other clients of the protocol do. */
export const OFFER_LIFETIME_MS: Milliseconds = 50_000;
/** When offers brought too few peers, the next batch waits at least half of this, later ones three times as long each. */
const FIRST_RETRY_MS: Milliseconds = 6_000;
const MAX_RETRY_MS: Milliseconds = 600_000;
const RETRY_FACTOR = 3;

interface Offer {
  readonly offerId: string;
  readonly linkId: number;
  readonly expiresAt: Milliseconds;
  description?: SessionDescription;
  isSent: boolean;
}

export interface OfferDeskHost {
  /** Starts a link that offers under the name `offerId`; returns its number. */
  offerLink(offerId: string): number;
  closeLink(linkId: number): void;
  makeOfferId(): string;
  send(offers: readonly TrackerOffer[]): void;
  chance(): number;
}

/** The offers of one viewer at one tracker. */
export class OfferDesk {
  readonly #offers = new Map<string, Offer>();
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, factor: RETRY_FACTOR });
  #sendBy: Milliseconds = Infinity;
  #mayOfferAt: Milliseconds = 0;
  /** Offers that are out and reached nobody. */
  #surplusCount = 0;

  constructor(private readonly host: OfferDeskHost) {}

  /** Offers that may still bring a peer. */
  get pendingCount(): number {
    return Math.max(0, this.#offers.size - this.#surplusCount);
  }

  /** Whether offers are being described, to be sent soon. */
  get isPreparing(): boolean {
    return this.#sendBy !== Infinity;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    const expiries = [...this.#offers.values()].map((offer) => offer.expiresAt);
    return Math.min(this.#sendBy, ...expiries);
  }

  /** How many offers are out at once for `wantedCount` peers. */
  #batchFor(wantedCount: number): number {
    return Math.min(wantedCount, this.#backoff.attempts < BATCHES_IN_VAIN ? OFFERS_AT_ONCE : MANY_OFFERS);
  }

  /** When `offerTo(wantedCount)` will make offers; Infinity: not before those that are out have been taken or dropped. */
  offerAt(wantedCount: number): Milliseconds {
    const isShort = this.pendingCount < this.#batchFor(wantedCount);
    return isShort && !this.isPreparing ? this.#mayOfferAt : Infinity;
  }

  /** [ANN-4] Makes offers for `wantedCount` peers, unless a batch is on its way or the last was just sent. */
  offerTo(wantedCount: number, now: Milliseconds): void {
    if (this.isPreparing || now < this.#mayOfferAt) return;
    const count = this.#batchFor(wantedCount) - this.pendingCount;
    if (count <= 0) return;
    this.#mayOfferAt = now + this.#backoff.next(this.host.chance());
    this.#make(count, now);
  }

  /** One offer more, whatever is out, unless a batch is on its way. */
  offerBesides(now: Milliseconds): void {
    if (!this.isPreparing) this.#make(1, now);
  }

  /** The swarm changed: the next batch need not wait. */
  allowAtOnce(): void {
    this.#backoff.reset();
    this.#mayOfferAt = 0;
  }

  /** A link's description is ready; false when the link is none of these. */
  handleDescription(linkId: number, description: SessionDescription): boolean {
    const offer = this.#find(linkId);
    if (!offer) return false;
    offer.description = description;
    if ([...this.#offers.values()].every((other) => other.isSent || other.description)) this.#send();
    return true;
  }

  /** Somebody took up an offer: it leaves the desk. Undefined when it is unknown, sent never, or taken before. */
  take(offerId: string): number | undefined {
    const offer = this.#offers.get(offerId);
    if (!offer?.isSent) return undefined;
    this.#offers.delete(offerId);
    this.#dropSurplus();
    return offer.linkId;
  }

  /** The tracker had no more than `count` others to give these offers to: the rest brings nobody. */
  noteReach(count: number): void {
    this.#surplusCount = Math.max(0, this.#offers.size - count);
    this.#dropSurplus();
  }

  /** The link failed before anybody answered. */
  forget(linkId: number): void {
    const offer = this.#find(linkId);
    if (offer) this.#offers.delete(offer.offerId);
  }

  wake(now: Milliseconds): void {
    if (now >= this.#sendBy) this.#send();
    for (const offer of [...this.#offers.values()]) if (now >= offer.expiresAt) this.#drop(offer);
  }

  /** The tracker is gone, and with it whoever might answer. */
  clear(): void {
    this.#sendBy = Infinity;
    this.#surplusCount = 0;
    for (const offer of [...this.#offers.values()]) this.#drop(offer);
  }

  /** Which of them reached nobody is known once the others are gone. */
  #dropSurplus(): void {
    if (this.#offers.size <= this.#surplusCount) this.clear();
  }

  #make(count: number, now: Milliseconds): void {
    this.#surplusCount = 0;
    this.#sendBy = now + GATHER_TIMEOUT_MS;
    for (let index = 0; index < count; index += 1) {
      const offerId = this.host.makeOfferId();
      this.#offers.set(offerId, {
        offerId,
        linkId: this.host.offerLink(offerId),
        expiresAt: now + OFFER_LIFETIME_MS,
        isSent: false,
      });
    }
  }

  #find(linkId: number): Offer | undefined {
    return [...this.#offers.values()].find((offer) => offer.linkId === linkId);
  }

  #send(): void {
    this.#sendBy = Infinity;
    const ready: TrackerOffer[] = [];
    for (const offer of [...this.#offers.values()].filter(({ isSent }) => !isSent)) {
      if (!offer.description) this.#drop(offer);
      else {
        offer.isSent = true;
        ready.push({ offerId: offer.offerId, offer: offer.description });
      }
    }
    if (ready.length > 0) this.host.send(ready);
  }

  #drop(offer: Offer): void {
    this.#offers.delete(offer.offerId);
    this.host.closeLink(offer.linkId);
  }
}
