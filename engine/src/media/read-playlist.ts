// Text of one HLS playlist → what it lists. The only file that knows m3u8-parser. Knows no state, resolves no
// URL and gives no identity: that is for renditions and timelines.

import { Parser, type ParsedByteRange, type ParsedManifest, type ParsedSegment } from 'm3u8-parser';
import type { ByteRange } from '../base/byte-range';
import type { Seconds } from '../base/units';
import { MAX_TAG_LENGTH } from './limits';
import { rejected, type ManifestRefusal } from './manifest-refusal';
import { readLines } from './playlist-lines';

/** Values of EXT-X-DEFINE; a media playlist may import those of its multivariant playlist. */
export type Definitions = Readonly<Record<string, string>>;

/** Attributes of a tag by name, as text without quotes, or as m3u8-parser read them. */
export type TagAttributes = Readonly<Record<string, unknown>>;

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
  const manifest = parse(read.lines, url, imported);
  if (typeof manifest === 'string') return rejected(manifest);
  if (!read.isMultivariant) return mediaPlaylistOf(manifest);
  const definitions = manifest.definitions ?? {};
  const variants = (manifest.playlists ?? []).flatMap(({ uri, attributes }) =>
    attributes ? [{ uri: substitute(uri, definitions), attributes }] : [],
  );
  if (!variants.length) return rejected('a multivariant playlist without a variant');
  return {
    kind: 'multivariant',
    variants,
    alternatives: read.alternatives.map((list) => readAttributeList(list, definitions)),
    definitions,
  };
}

/** The manifest, or why there is none. */
function parse(lines: readonly string[], url: string, imported: Definitions): ParsedManifest | string {
  try {
    const parser = new Parser({ uri: url, mainDefinitions: imported });
    let problem: string | undefined;
    parser.on('error', ({ message }) => (problem ??= message));
    parser.addParser({ expression: /^#EXT-X-GAP$/, customType: 'gap', segment: true });
    // Its own reading knows neither delta playlists, whose first range follows a segment that is not listed,
    // nor that a range cannot follow a whole resource.
    parser.addParser({ expression: /^#EXT-X-BYTERANGE:/, customType: 'byteRange', segment: true });
    parser.push(lines.join('\n'));
    parser.end();
    return problem ?? parser.manifest;
  } catch (error) {
    return `does not parse: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function mediaPlaylistOf(manifest: ParsedManifest): MediaPlaylist | ManifestRefusal {
  const { mediaSequence = 0, discontinuitySequence = 0, segments, definitions = {} } = manifest;
  const skippedCount = manifest.skip ? (manifest.skip.skippedSegments ?? NaN) : 0;
  const lastSequence = mediaSequence + skippedCount + segments.length;
  const lastDiscontinuity = discontinuitySequence + segments.length;
  const numbers = [mediaSequence, skippedCount, lastSequence, discontinuitySequence, lastDiscontinuity];
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) {
    return rejected('media sequence, discontinuity sequence or skipped segments out of range');
  }
  return {
    kind: 'media',
    mediaSequence,
    discontinuitySequence,
    skippedCount,
    isEnded: manifest.endList === true || manifest.playlistType === 'VOD',
    segments: segments.map((segment) => listedSegmentOf(segment, definitions, manifest.targetDuration)),
    initSegments: initSegmentsOf(segments, definitions),
  };
}

function listedSegmentOf(segment: ParsedSegment, definitions: Definitions, targetDuration = 0): ListedSegment {
  const duration = segment.duration ?? targetDuration;
  const rangeLine = segment.custom?.['byteRange'];
  const byteRange = rangeLine === undefined ? undefined : readByteRange(rangeLine);
  return {
    uri: substitute(segment.uri, definitions),
    durationSeconds: Number.isFinite(duration) && duration > 0 ? duration : 0,
    discontinuity: segment.timeline,
    isShareable: segment.custom?.['gap'] === undefined && (rangeLine === undefined) === (byteRange === undefined),
    ...(byteRange && { byteRange }),
  };
}

function readByteRange(line: string): ListedByteRange | undefined {
  const match = /^#EXT-X-BYTERANGE:\s*"?(\d+)(?:@(\d+))?"?$/.exec(line);
  if (!match) return undefined;
  const length = Number(match[1]);
  const start = match[2] === undefined ? undefined : Number(match[2]);
  if (length === 0 || !Number.isSafeInteger(length + (start ?? 0))) return undefined;
  return start === undefined ? { length } : { length, start };
}

function initSegmentsOf(segments: readonly ParsedSegment[], definitions: Definitions): ListedInitSegment[] {
  const maps = new Set(segments.map(({ map }) => map));
  return [...maps].flatMap((map) => {
    if (map?.uri === undefined) return [];
    const byteRange = map.byterange && initRangeOf(map.byterange);
    const uri = substitute(map.uri, definitions);
    return [byteRange ? { uri, byteRange } : { uri }];
  });
}

function initRangeOf({ length, offset = 0 }: ParsedByteRange): ByteRange | undefined {
  return length === undefined ? undefined : { start: offset, end: offset + length };
}

/** RFC 8216 §4.2. m3u8-parser loses CHANNELS, and of two renditions with one name in a group the first. */
function readAttributeList(list: string, definitions: Definitions): TagAttributes {
  const attributes = new Map<string, string>();
  for (const [, name, quoted, bare] of list.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))/g)) {
    if (name) attributes.set(name, substitute((quoted ?? bare ?? '').trim(), definitions));
  }
  return Object.fromEntries(attributes);
}

/**
 * Puts the values of EXT-X-DEFINE in place of `{$name}`. m3u8-parser does so too, but once for each name in a line.
 * What would grow beyond MAX_TAG_LENGTH stays as it is: a few kilobytes of text could be gigabytes of URLs.
 */
function substitute(value: string, definitions: Definitions): string {
  if (!value.includes('{$')) return value;
  let length = value.length;
  return value.replace(/\{\$([\w-]+)\}/g, (reference, name: string) => {
    const replacement = Object.hasOwn(definitions, name) ? (definitions[name] ?? reference) : reference;
    length += replacement.length - reference.length;
    return length > MAX_TAG_LENGTH ? reference : replacement;
  });
}
