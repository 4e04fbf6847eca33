// Text of a DASH manifest (MPD, ISO/IEC 23009-1) → what it states. The only file that knows mpd-parser, of which
// it uses the inheritance of attributes and base URLs. Not its segment lists: they depend on the viewer's clock, are
// without number and time, and take as long as a hostile duration says. Knows no state and gives no identity.

import { inheritAttributes, type ParsedRepresentation, type ParsedSegmentInfo } from 'mpd-parser';
import type { ByteRange } from '../../base/byte-range';
import type { Milliseconds, Seconds } from '../../base/units';
import { secondsToMs } from '../../base/units';
import { MAX_LISTED_URLS, MAX_MANIFEST_LENGTH, MAX_REPRESENTATION_URLS } from '../limits';
import { ignored, rejected, type ManifestRefusal } from '../manifest-refusal';
import { withoutByteOrderMark } from '../manifest-kind';
import { resolveHttpUrl } from '../playlist-url';
import { MPD_VOCABULARY } from './mpd-vocabulary';
import type { TimelineRow } from './segment-timing';
import { readXml, type XmlElement } from './xml-tree';

/** How a Representation says where its segments are. Numbers that make no sense are undefined or NaN. */
export interface SegmentStatement {
  readonly kind: 'SegmentTemplate' | 'SegmentList' | 'SegmentBase';
  readonly stated: ParsedSegmentInfo;
  /** Undefined: there is no SegmentTimeline; null: there is one that cannot be read. */
  readonly timeline: readonly TimelineRow[] | undefined | null;
  /** Of a SegmentList. */
  readonly entries: readonly ListedUrl[];
}

/** A SegmentURL; absent `media`: the base URL itself. */
export interface ListedUrl {
  readonly media?: string;
  /** Undefined: the whole resource; null: one that cannot be read. */
  readonly byteRange: ByteRange | undefined | null;
}

/** A Representation with what it inherits. */
export interface MpdRepresentation {
  /** As stated by itself, white space folded; '' when it states none. */
  readonly id: string;
  readonly attributes: ParsedRepresentation['attributes'];
  /** Absolute, each once, in the manifest's order. */
  readonly baseUrls: readonly string[];
  readonly segments: SegmentStatement | undefined;
}

/** A Period. */
export interface MpdPeriod {
  /** '' when it states none. */
  readonly id: string;
  /** Undefined when it cannot be known. */
  readonly startSeconds: Seconds | undefined;
  /** Infinity when it has no end yet, or none is stated. */
  readonly durationSeconds: Seconds;
  readonly representations: readonly MpdRepresentation[];
}

/** What a DASH manifest states. */
export interface Mpd {
  readonly kind: 'mpd';
  /** Segments come to exist one by one, by the clock. */
  readonly isDynamic: boolean;
  /** Whether more are to come; a dynamic one that has ended stays dynamic. */
  readonly isLive: boolean;
  /** Milliseconds since 1970; undefined when it is not stated. */
  readonly availabilityStart: Milliseconds | undefined;
  /** Where the manifest is to be reloaded from, absolute. */
  readonly locations: readonly string[];
  /** Those that have a Representation. */
  readonly periods: readonly MpdPeriod[];
}

const SEGMENT_KINDS = ['SegmentTemplate', 'SegmentList', 'SegmentBase'] as const;
const STATED = { SegmentTemplate: 'template', SegmentList: 'list', SegmentBase: 'base' } as const;

const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.childNodes.filter(({ tagName }) => tagName === name);

/** A Representation with the elements around it, innermost first. */
type Lineage = readonly [representation: XmlElement, adaptationSet: XmlElement, period: XmlElement];

/** Reads `text`, which came from `url`. Never throws. */
export function readMpd(text: string, url: string): Mpd | ManifestRefusal {
  if (text.length > MAX_MANIFEST_LENGTH) return rejected(`longer than ${MAX_MANIFEST_LENGTH} characters`);
  const root = readXml(withoutByteOrderMark(text), MPD_VOCABULARY);
  if (typeof root === 'string') return rejected(`no XML: ${root}`);
  if (root.tagName !== 'MPD') return ignored('XML, but no DASH manifest');
  const lineages = lineagesOf(root);
  if (lineages.length === 0) return ignored('a DASH manifest without a Representation');
  const copies = lineages.map((lineage) => baseUrlCount([...lineage, root]));
  if (copies.reduce((sum, count) => sum + count, 0) > MAX_REPRESENTATION_URLS) {
    return rejected(`more than ${MAX_REPRESENTATION_URLS} Representations, each base URL counted`);
  }
  const listed = lineages.map((lineage, i) => (copies[i] ?? 0) * (statementRows(lineage)?.length ?? 0));
  if (listed.reduce((sum, count) => sum + count, 0) > MAX_LISTED_URLS) {
    return rejected(`more than ${MAX_LISTED_URLS} segment URLs`);
  }
  try {
    // The clock is of no use without the segment lists, but left out it would be read.
    const { representationInfo, locations = [] } = inheritAttributes(root, { manifestUri: url, NOW: 0 });
    return mpdOf(
      lineages,
      copies,
      representationInfo,
      locations.flatMap((at) => resolveHttpUrl(at, url) ?? []),
    );
  } catch (error) {
    return rejected(`does not parse: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function lineagesOf(root: XmlElement): Lineage[] {
  return childrenOf(root, 'Period').flatMap((period) =>
    childrenOf(period, 'AdaptationSet').flatMap((set) =>
      childrenOf(set, 'Representation').map((representation): Lineage => [representation, set, period]),
    ),
  );
}

/** mpd-parser lists a Representation once for each combination of base URLs on the levels. */
const baseUrlCount = (levels: readonly XmlElement[]): number =>
  levels.reduce((product, level) => product * Math.max(1, childrenOf(level, 'BaseURL').length), 1);

function mpdOf(
  lineages: readonly Lineage[],
  copies: readonly number[],
  parsed: readonly ParsedRepresentation[],
  locations: readonly string[],
): Mpd | ManifestRefusal {
  // Stated once, for all Representations of a set: read once.
  const timelines = new Map<XmlElement, readonly TimelineRow[] | null>();
  const byPeriod = new Map<XmlElement, { first: ParsedRepresentation; representations: MpdRepresentation[] }>();
  let next = 0;
  for (const [i, lineage] of lineages.entries()) {
    const same = parsed.slice(next, (next += copies[i] ?? 0));
    const [first] = same;
    if (!first) return rejected('does not parse');
    const period = byPeriod.get(lineage[2]) ?? { first, representations: [] };
    byPeriod.set(lineage[2], period);
    period.representations.push({
      id: idOf(lineage[0]),
      attributes: first.attributes,
      baseUrls: [...new Set(same.map(({ attributes }) => attributes.baseUrl))],
      segments: segmentsOf(lineage, first, timelines),
    });
  }
  const [some] = parsed;
  if (!some) return rejected('does not parse');
  const { type, availabilityStartTime, mediaPresentationDuration, minimumUpdatePeriod } = some.attributes;
  const start = secondsToMs(availabilityStartTime ?? NaN);
  const periods = [...byPeriod.entries()];
  return {
    kind: 'mpd',
    isDynamic: type === 'dynamic',
    isLive: type === 'dynamic' && (minimumUpdatePeriod !== undefined || mediaPresentationDuration === undefined),
    availabilityStart: Number.isFinite(start) ? Math.round(start) : undefined,
    locations,
    periods: periods.map(([element, { first, representations }], i) => ({
      id: idOf(element),
      startSeconds: first.attributes.periodStart ?? undefined,
      durationSeconds: durationOf(first, periods[i + 1]?.[1].first),
      representations,
    })),
  };
}

function durationOf({ attributes }: ParsedRepresentation, next: ParsedRepresentation | undefined): Seconds {
  const { periodStart, periodDuration, mediaPresentationDuration } = attributes;
  const end = next ? next.attributes.periodStart : (mediaPresentationDuration ?? null);
  const duration = periodDuration ?? (end === null || periodStart === null ? Infinity : end - periodStart);
  return duration > 0 ? duration : Infinity;
}

/** What the innermost level states that states anything; mpd-parser mixes the kinds and joins the rows of all levels. */
function segmentsOf(
  lineage: Lineage,
  parsed: ParsedRepresentation,
  timelines: Map<XmlElement, readonly TimelineRow[] | null>,
): SegmentStatement | undefined {
  const kind = kindOf(lineage);
  const stated = kind && parsed.segmentInfo[STATED[kind]];
  if (!stated) return undefined;
  const timeline = elementsOf(lineage, kind).flatMap((element) => childrenOf(element, 'SegmentTimeline'))[0];
  if (timeline && !timelines.has(timeline)) timelines.set(timeline, timelineOf(timeline.rows));
  const entries = kind === 'SegmentList' ? (statementRows(lineage) ?? []) : [];
  return {
    kind,
    stated,
    timeline: timeline && timelines.get(timeline),
    entries: entries.map((row) => {
      const media = attributeOf(row, 'media');
      const range = attributeOf(row, 'mediaRange');
      const byteRange = range === undefined ? undefined : (readMpdRange(range) ?? null);
      return media === undefined ? { byteRange } : { media, byteRange };
    }),
  };
}

function kindOf(lineage: Lineage): (typeof SEGMENT_KINDS)[number] | undefined {
  for (const level of lineage) {
    const found = level.childNodes.find(({ tagName }) => SEGMENT_KINDS.some((kind) => kind === tagName));
    if (found) return SEGMENT_KINDS.find((kind) => kind === found.tagName);
  }
  return undefined;
}

const elementsOf = (lineage: Lineage, kind: string): readonly XmlElement[] =>
  lineage.flatMap((level) => childrenOf(level, kind).slice(0, 1));

/** The SegmentURLs of the innermost SegmentList that has any. */
const statementRows = (lineage: Lineage): readonly XmlElement[] | undefined =>
  elementsOf(lineage, 'SegmentList').find(({ rows }) => rows.length > 0)?.rows;

function timelineOf(rows: readonly XmlElement[]): readonly TimelineRow[] | null {
  const read = rows.map((row): TimelineRow | undefined => {
    const [t, d, r = 0, n] = ['t', 'd', 'r', 'n'].map((name) => wholeNumber(attributeOf(row, name)));
    if (d === undefined || ![t ?? 0, d, r, n ?? 0].every(Number.isSafeInteger)) return undefined;
    return { d, r, ...(t !== undefined && { t }), ...(n !== undefined && { n }) };
  });
  return read.every((row) => row !== undefined) ? read : null;
}

/** Undefined when it is absent, NaN when it is none. */
function wholeNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : /^-?\d{1,16}$/.test(text.trim()) ? Number(text) : NaN;
}

/** A range as DASH writes it: `first-last`, both inclusive. Undefined when it is none. */
export function readMpdRange(text: string): ByteRange | undefined {
  const [, start, last] = /^(\d{1,16})-(\d{1,16})$/.exec(text.trim()) ?? [];
  const range = { start: Number(start), end: Number(last) + 1 };
  return Number.isSafeInteger(range.end) && range.start < range.end ? range : undefined;
}

const attributeOf = (element: XmlElement, name: string): string | undefined =>
  element.attributes.find((attribute) => attribute.name === name)?.value;

const idOf = (element: XmlElement): string => foldSpace(attributeOf(element, 'id') ?? '');

/** White space as a single space: a line break in a value would be another line of a canonical text. */
export const foldSpace = (text: string): string => text.replace(/\s+/g, ' ').trim();
