// What the engine knows of one HLS source: playlists in, renditions and segments out.

import type { ByteRange } from '../base/byte-range';
import { readSteering } from './content-steering';
import { MAX_PENDING_PLAYLISTS } from './limits';
import type { Manifest, ManifestFormat, ManifestOutcome, MediaOutcome, SourceModel } from './manifest';
import { looksLikeHls, looksLikeSteering, withoutByteOrderMark } from './manifest-kind';
import { ignored } from './manifest-refusal';
import { isShared, PlaylistRegistry } from './playlist-registry';
import type { Definitions } from './attribute-list';
import { readPlaylist, type MediaPlaylist, type MultivariantPlaylist } from './read-playlist';
import { singleRendition, type Rendition } from './rendition';
import type { Segment, SegmentKey } from './segment';
import { SegmentIndex } from './segment-index';
import { SegmentTimeline } from './segment-timeline';
import { SourceUrls } from './source-urls';

const NOT_LISTED = 'the multivariant playlist does not list it';
const PENDING = 'kept until its multivariant playlist comes';
const OTHER_SOURCE = 'a multivariant playlist that is not the source';
const INCOMPLETE_DELTA = 'a delta playlist, and the one that it updates is not known';
const NO_CLONES = 'a content steering manifest that adds no playlist';
const NO_INDEX = 'an HLS playlist lists its segments itself';

/** The renditions and segments of one source, as far as its playlists have come by. */
export class HlsModel implements SourceModel {
  private readonly registry = new PlaylistRegistry();
  private readonly index = new SegmentIndex();
  private readonly timelines = new Map<number, SegmentTimeline>();
  /** Media playlists without a multivariant one so far, by URL, oldest first. */
  private readonly pending = new Map<string, Manifest>();
  private readonly source: SourceUrls;
  /** The rendition of a source that is one media playlist. */
  private single: Rendition | undefined;
  private definitions: Definitions | undefined;

  constructor(sourceUrl: string) {
    this.source = new SourceUrls(sourceUrl);
  }

  addManifest(manifest: Manifest): ManifestOutcome {
    if (looksLikeSteering(withoutByteOrderMark(manifest.text))) return this.addSteering(manifest);
    const baseUrl = manifest.responseUrl ?? manifest.url;
    const playlist = readPlaylist(manifest.text, baseUrl, this.definitions ?? new Map());
    if (playlist.kind === 'multivariant') return this.addMultivariant(playlist, manifest);
    if (playlist.kind === 'media') return this.addMedia(playlist, manifest);
    return playlist;
  }

  get isLive(): boolean {
    for (const timeline of this.timelines.values()) if (timeline.isLive) return true;
    return false;
  }

  get renditions(): readonly Rendition[] {
    return this.registry.renditions;
  }

  get segmentCount(): number {
    return this.index.size;
  }

  findSegment(url: string, byteRange?: ByteRange): Segment | undefined {
    return this.index.find(url, byteRange);
  }

  segment(key: SegmentKey): Segment | undefined {
    return this.index.get(key);
  }

  segmentsAfter(segment: Segment, count: number): readonly Segment[] {
    return this.timelines.get(segment.id.rendition)?.after(segment, count) ?? [];
  }

  missingIndex(): undefined {
    return undefined;
  }

  addIndex(): ManifestOutcome {
    return ignored(NO_INDEX);
  }

  private addSteering({ text }: Manifest): ManifestOutcome {
    const steering = readSteering(text);
    if (steering.kind !== 'steering') return steering;
    if (!this.registry.addClones(steering.clones)) return ignored(NO_CLONES);
    return { kind: 'multivariant', renditions: this.renditions, media: [], removed: [] };
  }

  private addMultivariant(playlist: MultivariantPlaylist, manifest: Manifest): ManifestOutcome {
    // An advertisement's, or that of the source before: its renditions may have the same attributes, not the same bytes.
    if (!this.source.includes(manifest)) return ignored(OTHER_SOURCE);
    this.source.learn(manifest);
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
    if (!target && !this.definitions && this.source.isKnown && this.source.includes(manifest)) {
      this.single ??= singleRendition();
      this.registry.declareSingle(manifest.url, this.single);
      target = this.registry.find(manifest.url, manifest.responseUrl);
    }
    if (!target) return ignored(this.definitions ? NOT_LISTED : this.keepPending(manifest));
    if (!isShared(target)) return ignored(target.why);
    return this.refresh(target, playlist, manifest.responseUrl ?? manifest.url);
  }

  private refresh(rendition: Rendition, playlist: MediaPlaylist, baseUrl: string): ManifestOutcome {
    const timeline = this.timelines.get(rendition.id) ?? new SegmentTimeline(rendition, this.index);
    const wasLive = timeline.isLive;
    const change = timeline.apply(playlist, baseUrl);
    if (!change) return ignored(INCOMPLETE_DELTA);
    this.timelines.set(rendition.id, timeline);
    // The renditions of a stream end together, but the player only refreshes those that it plays.
    if (wasLive && !timeline.isLive) for (const other of this.timelines.values()) other.isLive = false;
    return { kind: 'media', rendition, ...change, isLive: timeline.isLive };
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

/** HTTP Live Streaming (RFC 8216). */
export const HLS_FORMAT: ManifestFormat = {
  name: 'hls',
  recognizes: (text) => {
    const body = withoutByteOrderMark(text);
    return looksLikeHls(body) || looksLikeSteering(body);
  },
  createModel: (sourceUrl) => new HlsModel(sourceUrl),
};
