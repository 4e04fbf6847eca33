// Finds segments by URL and by key, in constant time. Holds those of all renditions of a source.

import { sameRange, type ByteRange } from '../base/byte-range';
import { KEPT_EARLIER_URLS } from './limits';
import { locationOf, resolveHttpUrl } from './playlist-url';
import type { Segment, SegmentKey } from './segment';

interface KnownSegment {
  segment: Segment;
  /** Where it is and was to be had, newest last. */
  readonly locations: string[];
}

/** All known segments of a source. Two that claim the same URL and range have the same bytes: the latest claim wins. */
export class SegmentIndex {
  private readonly byKey = new Map<SegmentKey, KnownSegment>();
  private readonly byLocation = new Map<string, SegmentKey>();

  /** How many segments are known. */
  get size(): number {
    return this.byKey.size;
  }

  get(key: SegmentKey): Segment | undefined {
    return this.byKey.get(key)?.segment;
  }

  /** The segment that is, or was until recently, at `url`. */
  find(url: string, byteRange: ByteRange | undefined): Segment | undefined {
    const resolved = resolveHttpUrl(url);
    const key = resolved === undefined ? undefined : this.byLocation.get(locationOf(resolved, byteRange));
    return key === undefined ? undefined : this.get(key);
  }

  /** Adds `segment`, or gives a known one its new URL. Whether it was unknown. */
  put(segment: Segment, location: string): boolean {
    const known = this.byKey.get(segment.key);
    this.byLocation.set(location, segment.key);
    if (!known) {
      this.byKey.set(segment.key, { segment, locations: [location] });
      return true;
    }
    if (!isUnchanged(known.segment, segment)) known.segment = segment;
    this.moveTo(known, location);
    return false;
  }

  /** Forgets a segment and all its URLs. */
  remove(key: SegmentKey): void {
    for (const location of this.byKey.get(key)?.locations ?? []) this.release(location, key);
    this.byKey.delete(key);
  }

  private moveTo({ segment, locations }: KnownSegment, location: string): void {
    if (locations.at(-1) === location) return;
    const earlier = locations.indexOf(location);
    if (earlier >= 0) locations.splice(earlier, 1);
    locations.push(location);
    if (locations.length <= 1 + KEPT_EARLIER_URLS) return;
    const oldest = locations.shift();
    if (oldest !== undefined) this.release(oldest, segment.key);
  }

  private release(location: string, key: SegmentKey): void {
    // Another segment may have it by now: names that are used again, a slate that is repeated.
    if (this.byLocation.get(location) === key) this.byLocation.delete(location);
  }
}

function isUnchanged(known: Segment, segment: Segment): boolean {
  return (
    known.url === segment.url &&
    known.durationSeconds === segment.durationSeconds &&
    sameRange(known.byteRange, segment.byteRange)
  );
}
