// Who offers what, over all peers of a viewer. Kept by segment: at any moment all of them speak of the same few.

import type { SegmentKey } from '../media/segment';
import type { HaveEntry } from '../protocol/peer-messages';
import type { Offer } from './offer';
import { offerOf } from './offer';

/** Segment → link → what its peer offers of it. */
export type OfferBook = Map<SegmentKey, Map<number, Offer>>;

/** What one peer offers. */
export class PeerOffers {
  #size = 0;

  constructor(
    private readonly book: OfferBook,
    private readonly linkId: number,
  ) {}

  /** How many segments it offers something of. */
  get size(): number {
    return this.#size;
  }

  get(key: SegmentKey): Offer | undefined {
    return this.book.get(key)?.get(this.linkId);
  }

  has(key: SegmentKey): boolean {
    return this.get(key) !== undefined;
  }

  /** Takes the peer's latest word about a segment; returns whether it has less of it than it had. */
  take(key: SegmentKey, entry: HaveEntry): boolean {
    if (entry.state === 'gone') return this.delete(key);
    let offers = this.book.get(key);
    if (!offers) this.book.set(key, (offers = new Map<number, Offer>()));
    const known = offers.get(this.linkId);
    if (!known) this.#size += 1;
    else if (entry.state === 'partial' && known.blocks && known.totalBytes === entry.totalBytes) {
      // What is announced again and again while a segment comes: nothing new to keep.
      const hasLess = !known.blocks.isWithin(entry.blocks);
      known.blocks.replace(entry.blocks);
      return hasLess;
    }
    offers.set(this.linkId, offerOf(this.linkId, entry));
    return known !== undefined && entry.state === 'partial';
  }

  /** False: it offered nothing of that segment. */
  delete(key: SegmentKey): boolean {
    const offers = this.book.get(key);
    if (!offers?.delete(this.linkId)) return false;
    this.#size -= 1;
    if (offers.size === 0) this.book.delete(key);
    return true;
  }

  /** The peer is gone. */
  clear(): void {
    if (this.#size === 0) return;
    for (const key of this.book.keys()) this.delete(key);
  }
}
