// The segments of one Representation in one Period: from sequence number to place and back, for each way in which
// a DASH manifest can state them.

import type { ByteRange } from '../../base/byte-range';
import type { Milliseconds, Seconds } from '../../base/units';
import type { Rendition } from '../rendition';
import type { IndexedSegment } from './read-sidx';
import type { SegmentNumbers, SegmentTemplate } from './segment-template';
import type { SegmentTiming, TimedSegment } from './segment-timing';

/** Where one segment is. */
export interface SegmentPlace {
  readonly url: string;
  readonly byteRange?: ByteRange;
  /** 0 when it is not known: the segment left the manifest. */
  readonly durationSeconds: Seconds;
}

/** What all segments of a run have in common. */
export interface RunIdentity {
  readonly rendition: Rendition;
  /** 32 bits, see `periodKeyOf`. */
  readonly period: number;
  /** Milliseconds since 1970 at which the Period begins; undefined when it is not known. */
  readonly startsAt: Milliseconds | undefined;
}

/** One Representation in one Period. A sequence number of it means the same segment for ever. */
export interface SegmentRun {
  readonly identity: RunIdentity;
  /** How many segments are known; Infinity when there is no end to them. */
  readonly count: number;
  /** Under which URLs its segments are found; another text when these change. */
  readonly location: string;
  /** Undefined when there is no such segment. */
  locate(sequence: number): SegmentPlace | undefined;
  /** Up to `count` sequence numbers after `sequence` (undefined: from the first) whose segments exist. */
  after(sequence: number | undefined, count: number, sincePeriodStart: Milliseconds | undefined): readonly number[];
}

/** The sequence number of a segment: its time where URLs have it, else its number. */
const sequenceOf = ({ number, time }: SegmentNumbers, isByTime: boolean): number | undefined =>
  isByTime ? time : number;

function timedAt(timing: SegmentTiming, sequence: number, isByTime: boolean): TimedSegment | undefined {
  return isByTime ? timing.byTime(sequence) : timing.byNumber(sequence);
}

function sequencesAfter(
  timing: SegmentTiming,
  isByTime: boolean,
  sequence: number | undefined,
  count: number,
  sincePeriodStart: Milliseconds | undefined,
): number[] {
  const first = sequenceOf(timing.first, isByTime) ?? 0;
  const isBefore = sequence === undefined || sequence < first;
  const known = isBefore ? undefined : timedAt(timing, sequence, isByTime);
  if (!known && !isBefore) return [];
  const last = timing.lastNumber(sincePeriodStart);
  const found: number[] = [];
  let next = known ? timing.following(known.number) : timing.byNumber(timing.first.number);
  while (next && next.number <= last && found.length < count) {
    found.push(isByTime ? next.time : next.number);
    next = timing.following(next.number);
  }
  return found;
}

/** A SegmentTemplate. */
export class TemplateRun implements SegmentRun {
  readonly isByTime: boolean;

  /** `templates`: one for each base URL. */
  constructor(
    readonly identity: RunIdentity,
    readonly templates: readonly [SegmentTemplate, ...SegmentTemplate[]],
    private readonly timing: SegmentTiming,
  ) {
    this.isByTime = templates[0].hasTime;
  }

  get count(): number {
    return this.timing.count;
  }

  get location(): string {
    return this.templates.map(({ text }) => text).join('\n');
  }

  /** The first sequence number that is known. */
  get firstSequence(): number {
    return sequenceOf(this.timing.first, this.isByTime) ?? 0;
  }

  /** Whether the manifest lists that segment, now or for a time to come. */
  lists(sequence: number): boolean {
    return timedAt(this.timing, sequence, this.isByTime) !== undefined;
  }

  /** The sequence number of the segment at `url`. */
  sequenceAt(template: SegmentTemplate, url: string): number | undefined {
    const numbers = template.match(url);
    return numbers && sequenceOf(numbers, this.isByTime);
  }

  locate(sequence: number): SegmentPlace | undefined {
    const timed = timedAt(this.timing, sequence, this.isByTime);
    const url = this.templates[0].format(timed ?? (this.isByTime ? { time: sequence } : { number: sequence }));
    return url === undefined ? undefined : { url, durationSeconds: timed?.durationSeconds ?? 0 };
  }

  after(sequence: number | undefined, count: number, sincePeriodStart: Milliseconds | undefined): readonly number[] {
    return sequencesAfter(this.timing, this.isByTime, sequence, count, sincePeriodStart);
  }
}

/** A resource that a SegmentList lists. */
export interface ListedPlace {
  readonly url: string;
  readonly byteRange: ByteRange | undefined;
}

/** A SegmentList. */
export class ListRun implements SegmentRun {
  /** `places`: for each base URL, all segments in their order; undefined where there is none to share. */
  constructor(
    readonly identity: RunIdentity,
    readonly places: readonly (readonly (ListedPlace | undefined)[])[],
    private readonly timing: SegmentTiming,
    private readonly isByTime: boolean,
  ) {}

  get count(): number {
    return this.places[0]?.length ?? 0;
  }

  get location(): string {
    return this.places.map(([first]) => first?.url ?? '').join('\n');
  }

  /** The sequence number of the segment at that place in the list. */
  sequenceOf(index: number): number | undefined {
    const timed = this.timing.byNumber(this.timing.first.number + index);
    return timed && sequenceOf(timed, this.isByTime);
  }

  locate(sequence: number): SegmentPlace | undefined {
    const timed = timedAt(this.timing, sequence, this.isByTime);
    const place = timed && this.places[0]?.[timed.number - this.timing.first.number];
    if (!place) return undefined;
    const { url, byteRange } = place;
    return { url, ...(byteRange && { byteRange }), durationSeconds: timed.durationSeconds };
  }

  after(sequence: number | undefined, count: number, sincePeriodStart: Milliseconds | undefined): readonly number[] {
    return sequencesAfter(this.timing, this.isByTime, sequence, count, sincePeriodStart).filter((next) =>
      this.locate(next),
    );
  }
}

/** A SegmentBase: the media file has an index (`sidx`) of its segments. A sequence number is the first byte's. */
export class IndexedRun implements SegmentRun {
  private byStart: ReadonlyMap<number, IndexedSegment> = new Map();

  constructor(
    readonly identity: RunIdentity,
    readonly urls: readonly [string, ...string[]],
    readonly indexRange: ByteRange,
    private segments: readonly IndexedSegment[] | undefined,
  ) {
    if (segments) this.take(segments);
  }

  /** What the index lists; undefined until it was read. */
  get index(): readonly IndexedSegment[] | undefined {
    return this.segments;
  }

  /** Takes in what the index lists. */
  take(segments: readonly IndexedSegment[]): void {
    this.segments = segments;
    this.byStart = new Map(segments.map((segment) => [segment.byteRange.start, segment]));
  }

  get count(): number {
    return this.segments?.length ?? 0;
  }

  get location(): string {
    return this.urls.join('\n');
  }

  locate(sequence: number): SegmentPlace | undefined {
    const segment = this.byStart.get(sequence);
    return segment && { url: this.urls[0], ...segment };
  }

  after(sequence: number | undefined, count: number): readonly number[] {
    const starts = [...this.byStart.keys()];
    const place = sequence === undefined ? -1 : starts.indexOf(sequence);
    return sequence !== undefined && place < 0 ? [] : starts.slice(place + 1, place + 1 + count);
  }
}
