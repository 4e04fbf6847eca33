// What goes into the media model and what comes out of it, whatever the format of the manifest.

import type { ByteRange } from '../base/byte-range';
import type { Milliseconds } from '../base/units';
import type { ManifestRefusal } from './manifest-refusal';
import type { Rendition } from './rendition';
import type { Segment, SegmentKey } from './segment';

/** A manifest text with where it came from, as absolute URLs. */
export interface Manifest {
  /** The URL that was asked for. */
  readonly url: string;
  /** The URL that answered, when a redirect led elsewhere. */
  readonly responseUrl?: string;
  readonly text: string;
}

/** The segments of one rendition were taken in: from an HLS media playlist, or the index of a DASH Representation. */
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

/** A list of renditions was taken in: an HLS multivariant playlist, or a DASH manifest. */
export interface MultivariantOutcome {
  readonly kind: 'multivariant';
  readonly renditions: readonly Rendition[];
  /**
   * What became of media playlists that had come before it. Empty for a DASH manifest: its segments are found when
   * they are asked for, not listed.
   */
  readonly media: readonly MediaOutcome[];
  /** Segments of renditions that are not listed any more: forgotten. A DASH identity is never used again: empty. */
  readonly removed: readonly SegmentKey[];
}

/** What became of a manifest: `ignored` is well-formed but nothing to share, `rejected` cannot be used by anyone. */
export type ManifestOutcome = MultivariantOutcome | MediaOutcome | ManifestRefusal;

/** A part of a media resource that lists its segments (the `sidx` box); players read it before the first segment. */
export interface IndexRequest {
  readonly url: string;
  readonly byteRange: ByteRange;
}

/** What is known of one source in one manifest format. */
export interface SourceModel {
  readonly isLive: boolean;
  readonly renditions: readonly Rendition[];
  readonly segmentCount: number;
  addManifest(manifest: Manifest): ManifestOutcome;
  findSegment(url: string, byteRange?: ByteRange): Segment | undefined;
  segment(key: SegmentKey): Segment | undefined;
  segmentsAfter(segment: Segment, count: number, wallClock?: Milliseconds): readonly Segment[];
  missingIndex(url: string): IndexRequest | undefined;
  addIndex(url: string, byteRange: ByteRange | undefined, bytes: Uint8Array): ManifestOutcome;
}

/**
 * A manifest format that a build can read. A build takes along only the formats that it names, so a page whose
 * player knows HLS alone does not pay for DASH.
 */
export interface ManifestFormat {
  readonly name: string;
  /** Whether `text` looks like a manifest of this format. Reads no more than its beginning. */
  recognizes(text: string): boolean;
  /** `sourceUrl`: what the player was told to play. */
  createModel(sourceUrl: string): SourceModel;
}
