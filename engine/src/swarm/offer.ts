import { BlockMap } from '../base/block-map';
import type { Bytes } from '../base/units';
import type { HaveEntry } from '../protocol/peer-messages';

/** What a peer says that it has of a segment. */
export interface Offer {
  /** The link to it. */
  readonly linkId: number;
  readonly totalBytes: Bytes;
  /** Those that it has; undefined: all. */
  readonly blocks: BlockMap | undefined;
}

/** What an announcement offers. */
export function offerOf(linkId: number, entry: Exclude<HaveEntry, { state: 'gone' }>): Offer {
  const { totalBytes } = entry;
  // A copy: the view would keep its whole frame in memory, for each of thousands of segments.
  return { linkId, totalBytes, blocks: entry.state === 'complete' ? undefined : new BlockMap(entry.blocks.slice()) };
}

/** Whether whoever offers this has the whole segment. */
export function hasAll(offer: Offer | undefined): boolean {
  return offer !== undefined && offer.blocks === undefined;
}
