import { BlockMap } from '../base/block-map';
import type { Bytes } from '../base/units';
import { MAX_HAVE_ENTRIES } from '../protocol/limits';
import type { HaveEntry } from '../protocol/peer-messages';

/** What a peer says that it has of a segment. */
export interface Offer {
  readonly totalBytes: Bytes;
  /** Those that it has; undefined: all. */
  readonly blocks: BlockMap | undefined;
}

/** What an announcement offers. */
export function offerOf(entry: Exclude<HaveEntry, { state: 'gone' }>): Offer {
  const { totalBytes } = entry;
  // A copy: the view would keep its whole frame in memory, for each of thousands of segments.
  return { totalBytes, blocks: entry.state === 'complete' ? undefined : new BlockMap(entry.blocks.slice()) };
}

/** Whether whoever offers this has the whole segment. */
export function hasAll(offer: Offer | undefined): boolean {
  return offer !== undefined && offer.blocks === undefined;
}

/** Announcements in messages of the most entries that are allowed. */
export function inPortions(entries: readonly HaveEntry[]): HaveEntry[][] {
  const portions: HaveEntry[][] = [];
  for (let start = 0; start < entries.length; start += MAX_HAVE_ENTRIES)
    portions.push(entries.slice(start, start + MAX_HAVE_ENTRIES));
  return portions;
}
