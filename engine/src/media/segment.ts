// What the engine knows of one segment, whichever player plays it.

import type { ByteRange } from '../base/byte-range';
import type { Seconds } from '../base/units';

/**
 * The identity of a segment among all peers of a swarm, as three whole numbers that go over the wire.
 * Peers that read the same manifest, however late, reach the same numbers.
 */
export interface SegmentId {
  /** Hash of the rendition key, 32 bits. */
  readonly rendition: number;
  /** Discontinuity sequence number (RFC 8216 §6.2.2), ≥ 0. */
  readonly discontinuity: number;
  /** Media sequence number (RFC 8216 §3), ≥ 0. */
  readonly sequence: number;
}

/** A {@link SegmentId} as text, for maps and logs: `rendition-hex/discontinuity/sequence`. */
export type SegmentKey = string;

/** The text form of `id`; equal ids give equal keys. */
export function segmentKeyOf(id: SegmentId): SegmentKey {
  return `${id.rendition.toString(16).padStart(8, '0')}/${id.discontinuity}/${id.sequence}`;
}

/** One media segment of one rendition, as this viewer's manifest gives it. */
export interface Segment {
  readonly id: SegmentId;
  readonly key: SegmentKey;
  /** Where this viewer gets it over HTTP; other viewers may have other hosts or tokens. */
  readonly url: string;
  /** The part of the resource that is this segment; absent: all of it. */
  readonly byteRange?: ByteRange;
  readonly durationSeconds: Seconds;
}
