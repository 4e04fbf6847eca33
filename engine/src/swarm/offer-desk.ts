// Offers to strangers: made when peers are wanted, sent in one announce, dropped when nobody takes them up.

import { Backoff } from '../base/backoff';
import type { Milliseconds } from '../base/units';
import type { SessionDescription } from '../ports/peer-link';
import { MAX_OFFERS_PER_ANNOUNCE } from '../protocol/limits';
import type { TrackerOffer } from '../protocol/tracker-messages';

/** Offers not ready by then are left out of the announce. Longer than the ICE wait of a link. */
const GATHER_TIMEOUT_MS: Milliseconds = 2_500;
/** An unanswered offer is dropped after this time, as other clients of the protocol do. */
export const OFFER_LIFETIME_MS: Milliseconds = 50_000;
/** When offers brought too few peers, the next batch waits at least half of this; later ones double it. */
const FIRST_RETRY_MS: Milliseconds = 10_000;
const MAX_RETRY_MS: Milliseconds = 240_000;

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
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  #sendBy: Milliseconds = Infinity;
  #mayOfferAt: Milliseconds = 0;

  constructor(private readonly host: OfferDeskHost) {}

  /** Offers that may still bring a peer. */
  get pendingCount(): number {
    return this.#offers.size;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    const expiries = [...this.#offers.values()].map((offer) => offer.expiresAt);
    return Math.min(this.#sendBy, ...expiries);
  }

  /** When `offerTo(wantedCount)` will make offers; Infinity: not before those that are out have been taken or dropped. */
  offerAt(wantedCount: number): Milliseconds {
    const isShort = this.pendingCount < Math.min(wantedCount, MAX_OFFERS_PER_ANNOUNCE);
    return isShort && this.#sendBy === Infinity ? this.#mayOfferAt : Infinity;
  }

  /** [ANN-4] Makes offers for `wantedCount` peers, unless a batch is on its way or the last was just sent. */
  offerTo(wantedCount: number, now: Milliseconds): void {
    if (this.#sendBy !== Infinity || now < this.#mayOfferAt) return;
    const count = Math.min(wantedCount, MAX_OFFERS_PER_ANNOUNCE) - this.pendingCount;
    if (count <= 0) return;
    this.#sendBy = now + GATHER_TIMEOUT_MS;
    this.#mayOfferAt = now + this.#backoff.next(this.host.chance());
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
    return offer.linkId;
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
    for (const offer of [...this.#offers.values()]) this.#drop(offer);
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
