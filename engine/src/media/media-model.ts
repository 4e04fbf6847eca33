// What the engine knows of one source: manifest texts in, renditions and segments out. Owns nothing but this
// knowledge: it fetches nothing, waits for nothing, and takes any text without throwing.

import type { ByteRange } from '../base/byte-range';
import { MAX_PENDING_PLAYLISTS } from './limits';
import type { PlaylistRefusal } from './playlist-lines';
import { isShared, PlaylistRegistry } from './playlist-registry';
import { withoutQuery } from './playlist-url';
import { readPlaylist, type Definitions, type MediaPlaylist, type MultivariantPlaylist } from './read-playlist';
import { singleRendition, type Rendition } from './rendition';
import type { Segment, SegmentKey } from './segment';
import { SegmentIndex } from './segment-index';
import { SegmentTimeline } from './segment-timeline';

/** A manifest text with where it came from, as absolute URLs. */
export interface Manifest {
  /** The URL that was asked for. */
  readonly url: string;
  /** The URL that answered, when a redirect led elsewhere. */
  readonly responseUrl?: string;
  readonly text: string;
}

/** A media playlist was taken in. */
export interface MediaOutcome {
  readonly kind: 'media';
  readonly rendition: Rendition;
  /** Segments that were not known before, in the playlist's order. One whose URL alone changed is not among them. */
  readonly added: readonly Segment[];
  /**
   * Segments that are forgotten: neither found by URL nor by key any more. They left the playlist a while ago,
   * or their numbers now stand for others; so do this before `added`.
   */
  readonly removed: readonly SegmentKey[];
  /** Whether this rendition is to get more segments. */
  readonly isLive: boolean;
}

/** A multivariant playlist was taken in. */
export interface MultivariantOutcome {
  readonly kind: 'multivariant';
  readonly renditions: readonly Rendition[];
  /** What became of media playlists that had come before it. */
  readonly media: readonly MediaOutcome[];
  /** Segments of renditions that are not listed any more: forgotten. */
  readonly removed: readonly SegmentKey[];
}

/** What became of a manifest: `ignored` is well-formed but nothing to share, `rejected` cannot be used by anyone. */
export type ManifestOutcome = MultivariantOutcome | MediaOutcome | PlaylistRefusal;

const NOT_LISTED = 'the multivariant playlist does not list it';
const PENDING = 'kept until its multivariant playlist comes';
const OTHER_SOURCE = 'a multivariant playlist that is not the source';
const INCOMPLETE_DELTA = 'a delta playlist, and the one that it updates is not known';

/** The renditions and segments of one source, as far as its manifests have come by. */
export class MediaModel {
  private readonly registry = new PlaylistRegistry();
  private readonly index = new SegmentIndex();
  private readonly timelines = new Map<number, SegmentTimeline>();
  /** Media playlists without a multivariant one so far, by URL, oldest first. */
  private readonly pending = new Map<string, Manifest>();
  /** Without query; undefined until known. */
  private source: string | undefined;
  /** Where a redirect led: some players reload from there. */
  private sourceResponse: string | undefined;
  private definitions: Definitions | undefined;

  /** `sourceUrl`: what the player was told to play; when it is not absolute, the first multivariant playlist is the source. */
  constructor({ sourceUrl }: { readonly sourceUrl: string }) {
    this.source = withoutQuery(sourceUrl);
  }

  /** Takes in a manifest text that the player read. Never throws, whatever the text. */
  addManifest(manifest: Manifest): ManifestOutcome {
    const baseUrl = manifest.responseUrl ?? manifest.url;
    const playlist = readPlaylist(manifest.text, baseUrl, this.definitions ?? {});
    if (playlist.kind === 'multivariant') return this.addMultivariant(playlist, manifest);
    if (playlist.kind === 'media') return this.addMedia(playlist, manifest);
    return playlist;
  }

  /** Whether more segments are to come, as far as the media playlists read so far tell. */
  get isLive(): boolean {
    for (const timeline of this.timelines.values()) if (timeline.isLive) return true;
    return false;
  }

  /** In the order of the multivariant playlist; those with the same playlist are one. */
  get renditions(): readonly Rendition[] {
    return this.registry.renditions;
  }

  /** How many segments are known. */
  get segmentCount(): number {
    return this.index.size;
  }

  /**
   * The segment that a request asks for; undefined when it asks for anything else (an init segment, a key, a part,
   * a subtitle, another range). A URL that is listed several times is one segment. Takes constant time.
   */
  findSegment(url: string, byteRange?: ByteRange): Segment | undefined {
    return this.index.find(url, byteRange);
  }

  /** The segment with that key, with the URL of the newest playlist. */
  segment(key: SegmentKey): Segment | undefined {
    return this.index.get(key);
  }

  /** Up to `count` segments that follow `segment` in its rendition, gaps left out. */
  segmentsAfter(segment: Segment, count: number): readonly Segment[] {
    return this.timelines.get(segment.id.rendition)?.after(segment, count) ?? [];
  }

  private addMultivariant(playlist: MultivariantPlaylist, manifest: Manifest): ManifestOutcome {
    // An advertisement's, or that of the source before: its renditions may have the same attributes, not the same bytes.
    if (!this.isSource(manifest)) return { kind: 'ignored', why: OTHER_SOURCE };
    this.source ??= withoutQuery(manifest.url);
    if (manifest.responseUrl !== undefined) this.sourceResponse = withoutQuery(manifest.responseUrl);
    this.definitions = playlist.definitions;
    this.registry.declare(playlist, manifest.responseUrl ?? manifest.url);
    const removed = this.forgetUnlisted();
    const media: MediaOutcome[] = [];
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const earlier of waiting) {
      const outcome = this.addManifest(earlier);
      if (outcome.kind === 'media') media.push(outcome);
    }
    return { kind: 'multivariant', renditions: this.renditions, media, removed };
  }

  private addMedia(playlist: MediaPlaylist, manifest: Manifest): ManifestOutcome {
    let target = this.registry.find(manifest.url, manifest.responseUrl);
    if (!target && !this.definitions && this.source !== undefined && this.isSource(manifest)) {
      this.registry.declareSingle(manifest.url, singleRendition());
      target = this.registry.find(manifest.url, manifest.responseUrl);
    }
    if (!target) return { kind: 'ignored', why: this.definitions ? NOT_LISTED : this.keepPending(manifest) };
    if (!isShared(target)) return { kind: 'ignored', why: target.why };
    return this.refresh(target, playlist, manifest.responseUrl ?? manifest.url);
  }

  private refresh(rendition: Rendition, playlist: MediaPlaylist, baseUrl: string): ManifestOutcome {
    const timeline = this.timelines.get(rendition.id) ?? new SegmentTimeline(rendition, this.index);
    const wasLive = timeline.isLive;
    const change = timeline.apply(playlist, baseUrl);
    if (!change) return { kind: 'ignored', why: INCOMPLETE_DELTA };
    this.timelines.set(rendition.id, timeline);
    // The renditions of a stream end together, but the player only refreshes those that it plays.
    if (wasLive && !timeline.isLive) for (const other of this.timelines.values()) other.isLive = false;
    return { kind: 'media', rendition, ...change, isLive: timeline.isLive };
  }

  private isSource({ url, responseUrl }: Manifest): boolean {
    if (this.source === undefined) return true;
    const known = [this.source, this.sourceResponse];
    return [url, responseUrl].some((from) => from !== undefined && known.includes(withoutQuery(from) ?? ''));
  }

  private keepPending(manifest: Manifest): string {
    this.pending.delete(manifest.url);
    this.pending.set(manifest.url, manifest);
    if (this.pending.size > MAX_PENDING_PLAYLISTS) {
      const [oldest] = this.pending.keys();
      if (oldest !== undefined) this.pending.delete(oldest);
    }
    return PENDING;
  }

  private forgetUnlisted(): SegmentKey[] {
    const listed = new Set(this.renditions.map(({ id }) => id));
    const removed: SegmentKey[] = [];
    for (const [id, timeline] of this.timelines) {
      if (listed.has(id)) continue;
      removed.push(...timeline.forget());
      this.timelines.delete(id);
    }
    return removed;
  }
}
