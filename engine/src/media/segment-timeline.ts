// The segments of one rendition, refresh after refresh: numbers them, notices what came and went, and tells an
// edge that lags from an encoder that began anew.

import type { ByteRange } from '../base/byte-range';
import type { Seconds } from '../base/units';
import { KEPT_LEFT_SEGMENTS, MAX_STALE_RELOADS } from './limits';
import { locationOf, pathOf, resolveHttpUrl } from './playlist-url';
import type { ListedByteRange, MediaPlaylist } from './read-playlist';
import type { Rendition } from './rendition';
import { segmentKeyOf, type Segment, type SegmentKey } from './segment';
import type { SegmentIndex } from './segment-index';

/** What a playlist changed. Where a key is in both, what it stood for was forgotten and it is new again. */
export interface TimelineChange {
  /** Segments that were not known, in the playlist's order. */
  readonly added: readonly Segment[];
  /** Segments that are not known any more. */
  readonly removed: readonly SegmentKey[];
}

/** One entry of the playlist; its place in the window gives the media sequence. */
interface WindowEntry {
  /** As the text has it. */
  readonly uri: string;
  /** Undefined when it is nothing that goes over HTTP. */
  readonly url: string | undefined;
  readonly discontinuity: number;
  readonly durationSeconds: Seconds;
  readonly byteRange: ByteRange | undefined;
  /** Undefined when it is not to be shared: a gap, an init segment, a range that cannot be known. */
  readonly location: string | undefined;
}

/** Entries in the order of their media sequences, without holes. */
interface Window {
  readonly first: number;
  readonly baseUrl: string;
  readonly entries: readonly WindowEntry[];
}

const NO_CHANGE: TimelineChange = { added: [], removed: [] };
const endOf = (window: Window): number => window.first + window.entries.length;
const entryAt = (window: Window, sequence: number): WindowEntry | undefined => window.entries[sequence - window.first];

/** What is known of the segments of one rendition. */
export class SegmentTimeline {
  /** Whether more segments are to come. */
  isLive = false;
  private window: Window = { first: 0, baseUrl: '', entries: [] };
  /** By location: the keys of the segments in the window. */
  private current = new Map<string, SegmentKey>();
  /** Left the playlist, longest ago first. */
  private readonly left = new Set<SegmentKey>();
  private staleCount = 0;

  constructor(
    readonly rendition: Rendition,
    private readonly index: SegmentIndex,
  ) {}

  /** Takes a playlist in; undefined when it is a delta playlist and what it leaves out is not known. */
  apply(playlist: MediaPlaylist, baseUrl: string): TimelineChange | undefined {
    const next = this.windowOf(playlist, baseUrl);
    if (!next) return undefined;
    this.isLive = !playlist.isEnded;
    const verdict = this.judge(next, playlist.isEnded);
    if (verdict === 'stale') {
      this.staleCount += 1;
      return NO_CHANGE;
    }
    this.staleCount = 0;
    const forgotten = verdict === 'restart' && this.reusesNumbers(next) ? this.forget() : [];
    const change = this.take(next);
    return { added: change.added, removed: [...forgotten, ...change.removed] };
  }

  /** Up to `count` segments that come after `segment` in the newest playlist, each once. */
  after(segment: Segment, count: number): readonly Segment[] {
    const found = new Set<Segment>();
    const { first, entries } = this.window;
    for (let i = Math.max(0, segment.id.sequence + 1 - first); i < entries.length && found.size < count; i++) {
      const location = entries[i]?.location;
      const key = location === undefined ? undefined : this.current.get(location);
      const next = key === undefined ? undefined : this.index.get(key);
      if (next && next.key !== segment.key) found.add(next);
    }
    return [...found];
  }

  /** Forgets every segment; their keys. */
  forget(): SegmentKey[] {
    const keys = [...this.left, ...this.current.values()];
    for (const key of keys) this.index.remove(key);
    this.left.clear();
    this.current.clear();
    this.window = { first: 0, baseUrl: '', entries: [] };
    return keys;
  }

  private windowOf(playlist: MediaPlaylist, baseUrl: string): Window | undefined {
    const { window } = this;
    const firstListed = playlist.mediaSequence + playlist.skippedCount;
    const lastSkipped = playlist.skippedCount > 0 ? entryAt(window, firstListed - 1) : undefined;
    if (playlist.skippedCount > 0 && !lastSkipped) return undefined;

    const entries: WindowEntry[] = lastSkipped
      ? window.entries.slice(Math.max(0, playlist.mediaSequence - window.first), firstListed - window.first)
      : [];
    const first = firstListed - entries.length;
    // The text counts only the discontinuities that it lists, not those among the skipped segments.
    const unlisted = lastSkipped ? lastSkipped.discontinuity - playlist.discontinuitySequence : 0;
    const initSegments = new Set(
      playlist.initSegments.map(({ uri, byteRange }) => locationOf(resolveHttpUrl(uri, baseUrl) ?? '', byteRange)),
    );

    let previous = lastSkipped;
    for (const listed of playlist.segments) {
      const known = entryAt(window, first + entries.length);
      // Making URLs absolute is most of the work of a refresh, and most were there at the last one.
      const isKnown = known?.uri === listed.uri && window.baseUrl === baseUrl;
      const url: string | undefined = isKnown ? known.url : resolveHttpUrl(listed.uri, baseUrl);
      const byteRange = listed.byteRange && resolveRange(listed.byteRange, previous);
      const isUnclear = !listed.isShareable || (listed.byteRange && !byteRange);
      const location = url === undefined || isUnclear ? undefined : locationOf(url, byteRange);
      previous = {
        uri: listed.uri,
        url,
        discontinuity: listed.discontinuity + unlisted,
        durationSeconds: listed.durationSeconds,
        byteRange,
        location: location === undefined || initSegments.has(location) ? undefined : location,
      };
      entries.push(previous);
    }
    return { first, baseUrl, entries };
  }

  /** Whether `next` is newer than what is known, older, or of an encoder that numbers anew. */
  private judge(next: Window, isEnded: boolean): 'news' | 'stale' | 'restart' {
    const { window } = this;
    if (!window.entries.length) return 'news';
    // An origin that has nothing to list right now says nothing about what it listed before.
    if (!next.entries.length) return 'stale';
    const reachesEnd = endOf(next) >= endOf(window);
    if (reachesEnd && next.first >= window.first) return this.contradicts(next) ? 'restart' : 'news';
    if (!this.agreesWith(next)) return 'restart';
    if (reachesEnd || isEnded) return 'news';
    return this.staleCount < MAX_STALE_RELOADS ? 'stale' : 'restart';
  }

  /** Whether both windows have segments in common, and those at the same paths (hosts and tokens may change). */
  private agreesWith(next: Window): boolean {
    const { window } = this;
    const start = Math.max(next.first, window.first);
    const end = Math.min(endOf(next), endOf(window));
    for (let sequence = start; sequence < end; sequence++) {
      const [known, listed] = [entryAt(window, sequence)?.url, entryAt(next, sequence)?.url];
      if (known !== listed && pathOf(known ?? '') !== pathOf(listed ?? '')) return false;
    }
    return start < end;
  }

  /**
   * [MEDIA-7] Whether the same playlist now has other files, or other parts of them, under numbers that it had before. Where
   * only what stands before the file's name differs, it has a new token.
   */
  private contradicts(next: Window): boolean {
    const { window } = this;
    if (next.baseUrl !== window.baseUrl) return false;
    for (let sequence = next.first; sequence < endOf(window); sequence++) {
      const [known, listed] = [entryAt(window, sequence), entryAt(next, sequence)];
      if (!known || !listed) continue;
      if (known.uri !== listed.uri && fileNameOf(known.url) !== fileNameOf(listed.url)) return true;
      if (known.byteRange?.start !== listed.byteRange?.start) return true;
    }
    return false;
  }

  /** Whether the numbers of `next` may have stood for other segments before: no later discontinuity tells them apart. */
  private reusesNumbers(next: Window): boolean {
    return (next.entries[0]?.discontinuity ?? 0) <= (this.window.entries.at(-1)?.discontinuity ?? 0);
  }

  private take(next: Window): TimelineChange {
    const added: Segment[] = [];
    const before = this.current;
    this.window = next;
    this.current = new Map();
    const keys = new Set<SegmentKey>();
    next.entries.forEach((entry, i) => {
      const { location, url, discontinuity, byteRange, durationSeconds } = entry;
      // A slate that is listed again and again is one segment, and its first place in the current playlist names it:
      // what came before cannot be known to those who joined later, and what came after moves with each refresh.
      if (location === undefined || url === undefined || this.current.has(location)) return;
      const id = { rendition: this.rendition.id, discontinuity, sequence: next.first + i };
      const segment = { id, key: segmentKeyOf(id), url, ...(byteRange && { byteRange }), durationSeconds };
      this.current.set(location, segment.key);
      keys.add(segment.key);
      this.left.delete(segment.key);
      if (this.index.put(segment, location)) added.push(segment);
    });
    for (const key of before.values()) if (!keys.has(key)) this.left.add(key);
    return { added, removed: this.forgetLongLeft() };
  }

  private forgetLongLeft(): SegmentKey[] {
    const removed: SegmentKey[] = [];
    for (const key of this.left) {
      if (this.left.size <= KEPT_LEFT_SEGMENTS) break;
      this.left.delete(key);
      this.index.remove(key);
      removed.push(key);
    }
    return removed;
  }
}

function fileNameOf(url = ''): string {
  const path = pathOf(url) ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Undefined when the range follows a segment that is a whole resource: then nobody knows where it starts. */
function resolveRange(listed: ListedByteRange, previous: WindowEntry | undefined): ByteRange | undefined {
  const start = listed.start ?? (previous ? previous.byteRange?.end : 0);
  return start === undefined ? undefined : { start, end: start + listed.length };
}
