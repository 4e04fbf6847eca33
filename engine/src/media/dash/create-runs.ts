// What a DASH manifest states of its Representations → runs of segments with their identities.

import type { ByteRange } from '../../base/byte-range';
import { secondsToMs } from '../../base/units';
import { locationOf, resolveHttpUrl } from '../playlist-url';
import type { Rendition } from '../rendition';
import {
  dashAttributesOf,
  dashRendition,
  dashRenditionKeyOf,
  periodIdOf,
  periodKeyOf,
  type Addressing,
  type DashAttributes,
} from './dash-identity';
import {
  readMpdRange,
  type ListedUrl,
  type Mpd,
  type MpdPeriod,
  type MpdRepresentation,
  type SegmentStatement,
} from './read-mpd';
import type { IndexedSegment } from './read-sidx';
import { IndexedRun, ListRun, TemplateRun, type ListedPlace, type RunIdentity, type SegmentRun } from './segment-run';
import { fillTemplate, SegmentTemplate, type TemplateConstants } from './segment-template';
import {
  ConstantTiming,
  TimelineTiming,
  type SegmentTiming,
  type TimelineRow,
  type TimelineScale,
} from './segment-timing';

/** What a manifest's Representations come to. */
export interface CreatedRuns {
  readonly renditions: readonly Rendition[];
  /** In the manifest's order. Those that cannot be told apart for sure are left out. */
  readonly runs: readonly SegmentRun[];
  /** Where init segments are, as `locationOf` writes it: these are no segments. */
  readonly initSegments: ReadonlySet<string>;
}

/** Gives what the index of a run lists, if it was read before. */
export type KnownIndexes = (identity: RunIdentity) => readonly IndexedSegment[] | undefined;

/** Whole numbers of segments are worked out of decimal seconds: what is off by less than this is rounding. */
const ROUNDING = 1e-6;

/** The runs of `mpd`. */
export function createRuns(mpd: Mpd, knownIndexes: KnownIndexes): CreatedRuns {
  const names = new HashedNames();
  const described = mpd.periods.flatMap((period) => describePeriod(period, mpd, names));
  // Two names with one hash, and nobody knows which of them a peer means.
  const unique = described.filter(
    ({ identity: { rendition, period } }) => !names.collides(rendition.id) && !names.collides(period),
  );
  const timelines = new KnownTimelines();
  const runs = unique.flatMap(({ identity, representation, period }) => {
    if (representation.segments?.kind === 'SegmentBase')
      return indexedRun(representation, identity, knownIndexes) ?? [];
    const timing = representation.segments && timingOf(representation.segments, period, mpd, timelines);
    return (timing && timedRun(representation, timing, identity)) ?? [];
  });
  return {
    renditions: [...new Set(runs.map(({ identity }) => identity.rendition))],
    runs,
    initSegments: new Set(described.flatMap(({ representation }) => initSegmentsOf(representation))),
  };
}

/** The identities of one manifest, each made once, to notice when two have the same 32 bits. */
class HashedNames {
  private readonly names = new Map<number, string>();
  private readonly collided = new Set<number>();
  private readonly periods = new Map<string, number>();
  private readonly renditions = new Map<string, Rendition>();

  periodOf(key: string): number {
    const id = this.periods.get(key) ?? periodIdOf(key);
    this.periods.set(key, id);
    return this.note(id, key);
  }

  /** The same one for the same Representation in several Periods. */
  renditionOf(attributes: DashAttributes, order: number, bandwidth: number | undefined): Rendition {
    const key = dashRenditionKeyOf(attributes, order);
    const rendition = this.renditions.get(key) ?? dashRendition(attributes, order, bandwidth);
    this.renditions.set(key, rendition);
    this.note(rendition.id, key);
    return rendition;
  }

  collides(hash: number): boolean {
    return this.collided.has(hash);
  }

  private note(hash: number, name: string): number {
    const known = this.names.get(hash) ?? name;
    this.names.set(hash, known);
    if (known !== name) this.collided.add(hash);
    return hash;
  }
}

/** Timelines that several Representations have in common, each worked out once. */
class KnownTimelines {
  private readonly timings = new Map<readonly TimelineRow[], Map<string, TimelineTiming | undefined>>();

  timingOf(rows: readonly TimelineRow[], startNumber: number, scale: TimelineScale): TimelineTiming | undefined {
    const known = this.timings.get(rows) ?? new Map<string, TimelineTiming | undefined>();
    this.timings.set(rows, known);
    const key = [startNumber, scale.timescale, scale.offset, scale.durationSeconds].join(' ');
    if (!known.has(key)) known.set(key, TimelineTiming.of(rows, startNumber, scale));
    return known.get(key);
  }
}

interface Described {
  readonly identity: RunIdentity;
  readonly representation: MpdRepresentation;
  readonly period: MpdPeriod;
}

function describePeriod(period: MpdPeriod, mpd: Mpd, names: HashedNames): Described[] {
  const periodKey = periodKeyOf(period, mpd.availabilityStart);
  if (periodKey === undefined) return [];
  const id = names.periodOf(periodKey);
  const { availabilityStart } = mpd;
  const startsAt =
    availabilityStart === undefined || period.startSeconds === undefined
      ? undefined
      : availabilityStart + secondsToMs(period.startSeconds);
  const orders = new Map<string, number>();
  return period.representations.flatMap((representation) => {
    const addressing = addressingOf(representation, mpd);
    const attributes = addressing && dashAttributesOf(representation, addressing);
    if (!attributes) return [];
    const tie = dashRenditionKeyOf(attributes, 0);
    const order = orders.get(tie) ?? 0;
    orders.set(tie, order + 1);
    const rendition = names.renditionOf(attributes, order, representation.attributes.bandwidth);
    return [{ identity: { rendition, period: id, startsAt }, representation, period }];
  });
}

/** Undefined when the segments cannot be told apart for sure. */
function addressingOf({ segments }: MpdRepresentation, { isDynamic }: Mpd): Addressing | undefined {
  if (!segments || segments.timeline === null) return undefined;
  const { kind, stated, timeline } = segments;
  if (kind === 'SegmentBase') {
    const range = stated.indexRange === undefined ? undefined : readMpdRange(stated.indexRange);
    return range && `bytes/${range.start}-${range.end - 1}`;
  }
  const byTime = `time/${timescaleOf(segments)}` as const;
  if (kind === 'SegmentTemplate') return stated.media?.includes('$Time') ? byTime : 'number';
  if (timeline) return byTime;
  // A list that moves on without saying how far: the same place is another segment later.
  return isDynamic && stated.startNumber === undefined ? undefined : 'number';
}

function indexedRun(
  { segments, baseUrls }: MpdRepresentation,
  identity: RunIdentity,
  knownIndexes: KnownIndexes,
): SegmentRun | undefined {
  const indexRange = readMpdRange(segments?.stated.indexRange ?? '');
  const [first, ...others] = baseUrls.flatMap((url) => resolveHttpUrl(url) ?? []);
  if (!indexRange || first === undefined) return undefined;
  return new IndexedRun(identity, [first, ...others], indexRange, knownIndexes(identity));
}

function timedRun(
  representation: MpdRepresentation,
  timing: SegmentTiming,
  identity: RunIdentity,
): SegmentRun | undefined {
  const { segments, baseUrls } = representation;
  if (segments?.kind === 'SegmentTemplate') {
    const media = segments.stated.media ?? '';
    const constants = constantsOf(representation);
    const [first, ...others] = baseUrls.flatMap((url) => SegmentTemplate.compile(media, url, constants) ?? []);
    return first && new TemplateRun(identity, [first, ...others], timing);
  }
  const places = baseUrls.map((url) => (segments?.entries ?? []).map((entry) => placeOf(entry, url)));
  return new ListRun(identity, places, timing, segments?.timeline !== undefined);
}

function placeOf({ media, byteRange }: ListedUrl, baseUrl: string): ListedPlace | undefined {
  const url = resolveHttpUrl(media ?? baseUrl, baseUrl);
  // The whole of a resource that is meant to hold several segments: not one of them.
  const isUnclear = byteRange === null || (media === undefined && byteRange === undefined);
  return url === undefined || isUnclear ? undefined : { url, byteRange };
}

function timingOf(
  segments: SegmentStatement,
  period: MpdPeriod,
  { isDynamic }: Mpd,
  timelines: KnownTimelines,
): SegmentTiming | undefined {
  const { stated, timeline, entries, kind } = segments;
  const { startNumber = 1, presentationTimeOffset = 0, duration } = stated;
  const timescale = timescaleOf(segments);
  const isList = kind === 'SegmentList';
  if (![startNumber, presentationTimeOffset].every((n) => Number.isSafeInteger(n) && n >= 0)) return undefined;
  if (timeline) {
    const scale = { timescale, offset: presentationTimeOffset, durationSeconds: period.durationSeconds };
    // The place in a list is the number: numbers that leave some out would move it.
    if (isList)
      return TimelineTiming.of(
        timeline.map(({ n: _, ...row }) => row),
        startNumber,
        scale,
      );
    return timelines.timingOf(timeline, startNumber, scale);
  }
  if (duration === undefined || !Number.isFinite(duration) || duration <= 0) {
    // Neither a duration nor a timeline: one segment for the whole Period.
    const units = Number.isFinite(period.durationSeconds) ? period.durationSeconds * timescale : timescale;
    return new ConstantTiming(startNumber, units, timescale, 1, false);
  }
  const count = isList ? entries.length : countOf(stated.endNumber, startNumber, period, duration / timescale);
  return new ConstantTiming(startNumber, duration, timescale, count, isDynamic && !isList);
}

function countOf(
  endNumber: string | undefined,
  startNumber: number,
  period: MpdPeriod,
  durationSeconds: number,
): number {
  const last = endNumber === undefined ? NaN : Number(endNumber);
  if (Number.isSafeInteger(last) && last >= startNumber) return last - startNumber + 1;
  return Math.max(1, Math.ceil(period.durationSeconds / durationSeconds - ROUNDING));
}

function timescaleOf({ stated: { timescale = 1 } }: SegmentStatement): number {
  return Number.isSafeInteger(timescale) && timescale > 0 ? timescale : 1;
}

const constantsOf = ({ id, attributes }: MpdRepresentation): TemplateConstants => ({
  id,
  bandwidth: String(Number.isSafeInteger(attributes.bandwidth) ? attributes.bandwidth : 0),
});

function initSegmentsOf(representation: MpdRepresentation): string[] {
  const { sourceURL = '', range } = representation.segments?.stated.initialization ?? {};
  const byteRange: ByteRange | undefined = range === undefined ? undefined : readMpdRange(range);
  if (sourceURL === '' && !byteRange) return [];
  const path = fillTemplate(sourceURL, constantsOf(representation)) ?? sourceURL;
  return representation.baseUrls.flatMap((baseUrl) => {
    const url = resolveHttpUrl(path, baseUrl);
    return url === undefined ? [] : [locationOf(url, byteRange)];
  });
}
