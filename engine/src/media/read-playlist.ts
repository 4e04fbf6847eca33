// Text of one HLS playlist → what it lists. Knows no state, resolves no URL and gives no identity: that is for
// renditions and timelines.

import type { ByteRange } from '../base/byte-range';
import type { Seconds } from '../base/units';
import { readAttributeList, readDefinitions, substitute, type Definitions, type TagAttributes } from './attribute-list';
import { rejected, type ManifestRefusal } from './manifest-refusal';
import { readLines, splitTag } from './playlist-lines';

/** One EXT-X-STREAM-INF. */
export interface ListedVariant {
  readonly uri: string;
  readonly attributes: TagAttributes;
}

/** What a multivariant playlist lists. */
export interface MultivariantPlaylist {
  readonly kind: 'multivariant';
  readonly variants: readonly ListedVariant[];
  /** The attributes of each EXT-X-MEDIA. */
  readonly alternatives: readonly TagAttributes[];
  readonly definitions: Definitions;
}

/** A byte range as the tag has it: without `start` it follows the segment before. */
export interface ListedByteRange {
  readonly length: number;
  readonly start?: number;
}

/** One entry of a media playlist. */
export interface ListedSegment {
  readonly uri: string;
  /** 0 when the playlist does not tell. */
  readonly durationSeconds: Seconds;
  /** Counts only the discontinuities that this text lists. */
  readonly discontinuity: number;
  /** False for an EXT-X-GAP and for a byte range that cannot be read. */
  readonly isShareable: boolean;
  readonly byteRange?: ListedByteRange;
}

/** An EXT-X-MAP. */
export interface ListedInitSegment {
  readonly uri: string;
  readonly byteRange?: ByteRange;
}

/** What a media playlist lists. */
export interface MediaPlaylist {
  readonly kind: 'media';
  /** Of the first segment, be it listed or skipped. */
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  /** How many segments a delta playlist leaves out (EXT-X-SKIP) before its first listed one. */
  readonly skippedCount: number;
  /** No more segments will come: EXT-X-ENDLIST or a VOD playlist. */
  readonly isEnded: boolean;
  readonly segments: readonly ListedSegment[];
  readonly initSegments: readonly ListedInitSegment[];
}

/** Reads `text`, which came from `url`. Never throws. */
export function readPlaylist(
  text: string,
  url: string,
  imported: Definitions,
): MultivariantPlaylist | MediaPlaylist | ManifestRefusal {
  const read = readLines(text);
  if (read.kind !== 'lines') return read;
  const definitions = readDefinitions(read.definitions, url, imported);
  if (typeof definitions === 'string') return rejected(definitions);
  if (!read.isMultivariant) return readMedia(read.lines, definitions);
  const variants = readVariants(read.lines, definitions);
  if (!variants.length) return rejected('a multivariant playlist without a variant');
  const alternatives = read.alternatives.map((list) => readAttributeList(list, definitions));
  return { kind: 'multivariant', variants, alternatives, definitions };
}

function readVariants(lines: readonly string[], definitions: Definitions): ListedVariant[] {
  const variants: ListedVariant[] = [];
  let attributes: TagAttributes | undefined;
  for (const line of lines) {
    const [tag, value] = splitTag(line);
    if (tag === '#EXT-X-STREAM-INF') attributes = readAttributeList(value, definitions);
    else if (!tag) {
      if (attributes?.size) variants.push({ uri: substitute(line, definitions), attributes });
      attributes = undefined;
    }
  }
  return variants;
}

/** What tags say of the next segment. */
interface NextSegment {
  durationSeconds?: Seconds;
  isGap?: boolean;
  /** Undefined in it: cannot be read. */
  range?: { readonly listed: ListedByteRange | undefined };
}

function readMedia(lines: readonly string[], definitions: Definitions): MediaPlaylist | ManifestRefusal {
  const listed: (NextSegment & { readonly uri: string; readonly discontinuity: number })[] = [];
  const initSegments = new Set<ListedInitSegment>();
  let [mediaSequence, discontinuitySequence, skippedCount, discontinuity, targetSeconds] = [0, 0, 0, 0, 0];
  let isEnded = false;
  let initSegment: ListedInitSegment | undefined;
  let next: NextSegment = {};

  for (const line of lines) {
    const [tag, value] = splitTag(line);
    switch (tag) {
      case '':
        listed.push({ ...next, uri: substitute(line, definitions), discontinuity });
        if (initSegment) initSegments.add(initSegment);
        next = {};
        break;
      case '#EXTINF':
        next.durationSeconds = secondsOf(value) ?? next.durationSeconds;
        break;
      case '#EXT-X-BYTERANGE':
        next.range = { listed: readByteRange(value) };
        break;
      case '#EXT-X-GAP':
        next.isGap = true;
        break;
      case '#EXT-X-DISCONTINUITY':
        discontinuity++;
        break;
      case '#EXT-X-MAP':
        initSegment = readInitSegment(readAttributeList(value, definitions));
        break;
      case '#EXT-X-MEDIA-SEQUENCE':
        mediaSequence = Number(value);
        break;
      case '#EXT-X-DISCONTINUITY-SEQUENCE':
        discontinuity = discontinuitySequence = Number(value);
        break;
      case '#EXT-X-SKIP':
        skippedCount = Number.parseInt(readAttributeList(value, definitions).get('SKIPPED-SEGMENTS') ?? '', 10);
        break;
      case '#EXT-X-TARGETDURATION':
        targetSeconds = Math.trunc(secondsOf(value) ?? targetSeconds);
        break;
      case '#EXT-X-ENDLIST':
        isEnded = true;
        break;
      case '#EXT-X-PLAYLIST-TYPE':
        isEnded ||= value === 'VOD';
        break;
    }
  }

  const lastSequence = mediaSequence + skippedCount + listed.length;
  const lastDiscontinuity = discontinuitySequence + listed.length;
  const numbers = [mediaSequence, skippedCount, lastSequence, discontinuitySequence, lastDiscontinuity];
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) {
    return rejected('media sequence, discontinuity sequence or skipped segments out of range');
  }
  const segments = listed.map(({ range, isGap, durationSeconds = targetSeconds, ...segment }): ListedSegment => {
    const byteRange = range?.listed;
    const isShareable = !isGap && !range === !byteRange;
    return { ...segment, durationSeconds, isShareable, ...(byteRange && { byteRange }) };
  });
  const counts = { mediaSequence, discontinuitySequence, skippedCount };
  return { kind: 'media', ...counts, isEnded, segments, initSegments: [...initSegments] };
}

/** The number that `value` begins with; undefined when there is none. */
function secondsOf(value: string): Seconds | undefined {
  const seconds = /^[\d.]/.test(value) ? Number.parseFloat(value) : NaN;
  return Number.isFinite(seconds) ? seconds : undefined;
}

function readByteRange(value: string): ListedByteRange | undefined {
  const match = /^"?(\d+)(?:@(\d+))?"?$/.exec(value);
  if (!match) return undefined;
  const length = Number(match[1]);
  const start = match[2] === undefined ? undefined : Number(match[2]);
  if (length === 0 || !Number.isSafeInteger(length + (start ?? 0))) return undefined;
  return start === undefined ? { length } : { length, start };
}

function readInitSegment(attributes: TagAttributes): ListedInitSegment | undefined {
  const uri = attributes.get('URI');
  if (!uri) return undefined;
  const range = readByteRange(attributes.get('BYTERANGE') ?? '');
  if (!range) return { uri };
  const { length, start = 0 } = range;
  return { uri, byteRange: { start, end: start + length } };
}
