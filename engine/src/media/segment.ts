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
  /** HLS: discontinuity sequence number (RFC 8216 §6.2.2), ≥ 0. DASH: hash of the Period key, 32 bits. */
  readonly discontinuity: number;
  /** HLS: media sequence number (RFC 8216 §3), ≥ 0. DASH: $Number$, $Time$ or first byte, as the rendition key says. */
  readonly sequence: number;
}

/** A {@link SegmentId} as text, for maps and logs: `rendition-hex/discontinuity/sequence`. */
export type SegmentKey = string;

/** Texts that are kept at hand: many peers speak of the same few segments, hundreds of times. */
const REMEMBERED_BITS = 8;
const remembered = new Array<{ readonly id: SegmentId; readonly key: SegmentKey } | undefined>(1 << REMEMBERED_BITS);
/** 2^32 ÷ golden ratio: numbers at equal distances land far apart. */
const SPREAD = 0x9e3779b1;

/** The text form of `id`; equal ids give equal keys. */
export function segmentKeyOf(id: SegmentId): SegmentKey {
  const { rendition, discontinuity, sequence } = id;
  const place = Math.imul(rendition ^ Math.imul(discontinuity, SPREAD) ^ sequence, SPREAD) >>> (32 - REMEMBERED_BITS);
  const known = remembered[place];
  const isKnown =
    known?.id.sequence === sequence && known.id.rendition === rendition && known.id.discontinuity === discontinuity;
  if (isKnown) return known.key;
  const key = `${rendition.toString(16).padStart(8, '0')}/${discontinuity}/${sequence}`;
  remembered[place] = { id: { rendition, discontinuity, sequence }, key };
  return key;
}

/** The id that `key` is the text of; undefined when it is none. */
export function segmentIdOf(key: SegmentKey): SegmentId | undefined {
  const [, rendition = '', discontinuity, sequence] = /^([0-9a-f]{8})\/(\d{1,16})\/(\d{1,16})$/.exec(key) ?? [];
  const id = { rendition: parseInt(rendition, 16), discontinuity: Number(discontinuity), sequence: Number(sequence) };
  return Object.values(id).every(Number.isSafeInteger) && segmentKeyOf(id) === key ? id : undefined;
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
