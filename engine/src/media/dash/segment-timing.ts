// Which numbers, times and durations the segments of a Representation have: from a SegmentTimeline, or all alike.
// A timeline stays in its compressed form: a day of it is a few rows, and a hostile @r is one.

import type { Milliseconds, Seconds } from '../../base/units';
import { msToSeconds } from '../../base/units';

/** One segment on the timeline of its Period. */
export interface TimedSegment {
  readonly number: number;
  /** In units of the timescale: $Time$. */
  readonly time: number;
  readonly durationSeconds: Seconds;
}

/** What is known of the times of a Representation's segments. */
export interface SegmentTiming {
  /** Number and time of the first segment that is known. */
  readonly first: { readonly number: number; readonly time: number };
  /** How many segments are known; Infinity when there is no end to them. */
  readonly count: number;
  /** The segment with that number; undefined when none is known. */
  byNumber(number: number): TimedSegment | undefined;
  /** The segment that begins at that time; undefined when none is known. */
  byTime(time: number): TimedSegment | undefined;
  /** The first known segment with a number above that one. */
  following(number: number): TimedSegment | undefined;
  /**
   * Number of the last segment that exists `sincePeriodStart`; absent: that exists in any case.
   * Below that of the first one when there is none.
   */
  lastNumber(sincePeriodStart?: Milliseconds): number;
}

/** An S element; what it does not state is absent. */
export interface TimelineRow {
  readonly t?: number;
  readonly d: number;
  /** Below zero: until the next row, or the end of the Period. */
  readonly r: number;
  readonly n?: number;
}

/** All segments are of the same duration (SegmentTemplate\@duration). */
export class ConstantTiming implements SegmentTiming {
  readonly first: { readonly number: number; readonly time: number };

  /** `isLive`: segments come to exist one by one. */
  constructor(
    startNumber: number,
    private readonly duration: number,
    private readonly timescale: number,
    readonly count: number,
    private readonly isLive: boolean,
  ) {
    this.first = { number: startNumber, time: 0 };
  }

  byNumber(number: number): TimedSegment | undefined {
    const place = number - this.first.number;
    if (place < 0 || place >= this.count) return undefined;
    return { number, time: place * this.duration, durationSeconds: this.duration / this.timescale };
  }

  byTime(time: number): TimedSegment | undefined {
    return time % this.duration === 0 ? this.byNumber(this.first.number + time / this.duration) : undefined;
  }

  following(number: number): TimedSegment | undefined {
    return this.byNumber(Math.max(number + 1, this.first.number));
  }

  lastNumber(sincePeriodStart?: Milliseconds): number {
    const before = this.first.number - 1;
    if (!this.isLive) return Number.isFinite(this.count) ? before + this.count : before;
    if (sincePeriodStart === undefined) return before;
    const complete = Math.floor((msToSeconds(sincePeriodStart) * this.timescale) / this.duration);
    return before + Math.max(0, Math.min(complete, this.count));
  }
}

/** A row with all that it leaves to others worked out. */
interface TimelineRun {
  readonly number: number;
  readonly time: number;
  readonly duration: number;
  readonly count: number;
}

/** How a Period's time is written in a SegmentTimeline. */
export interface TimelineScale {
  /** Units per second. */
  readonly timescale: number;
  /** The time, in units, at which the Period begins (\@presentationTimeOffset). */
  readonly offset: number;
  /** Of the Period; Infinity when it has no end yet. */
  readonly durationSeconds: Seconds;
}

/** A SegmentTimeline. */
export class TimelineTiming implements SegmentTiming {
  private constructor(
    private readonly runs: readonly [TimelineRun, ...TimelineRun[]],
    private readonly scale: TimelineScale,
  ) {}

  /** Undefined when `rows` do not follow one another, or go beyond exact numbers. */
  static of(rows: readonly TimelineRow[], startNumber: number, scale: TimelineScale): TimelineTiming | undefined {
    const end = scale.offset + scale.durationSeconds * scale.timescale;
    const runs: TimelineRun[] = [];
    let number = startNumber;
    let time = 0;
    for (const [i, row] of rows.entries()) {
      const last = runs.at(-1);
      number = row.n ?? number;
      time = row.t ?? time;
      // Rounding makes real ones overlap a little; the order must be clear all the same.
      const isInOrder = !last || (number >= last.number + last.count && time > startOfLast(last));
      const count = row.r >= 0 ? row.r + 1 : countUntil(time, row.d, rows[i + 1]?.t ?? (rows[i + 1] ? NaN : end));
      const endNumber = Number.isFinite(count) ? number + count : number;
      const endTime = Number.isFinite(count) ? time + row.d * count : time;
      if (!isInOrder || !(count >= 1) || row.d < 1 || ![endNumber, endTime].every(Number.isSafeInteger))
        return undefined;
      runs.push({ number, time, duration: row.d, count });
      number = endNumber;
      time = endTime;
    }
    const [first, ...others] = runs;
    return first && new TimelineTiming([first, ...others], scale);
  }

  get first(): { readonly number: number; readonly time: number } {
    return this.runs[0];
  }

  get count(): number {
    return this.runs.reduce((sum, { count }) => sum + count, 0);
  }

  byNumber(number: number): TimedSegment | undefined {
    const run = this.runs[this.runsBefore((candidate) => candidate.number <= number) - 1];
    return run && this.at(run, number - run.number);
  }

  byTime(time: number): TimedSegment | undefined {
    const run = this.runs[this.runsBefore((candidate) => candidate.time <= time) - 1];
    return run && this.at(run, (time - run.time) / run.duration);
  }

  following(number: number): TimedSegment | undefined {
    const place = this.runsBefore((candidate) => candidate.number <= number + 1);
    const run = this.runs[place - 1];
    const next = this.runs[place];
    return (run && this.at(run, number + 1 - run.number)) ?? (next && this.at(next, 0));
  }

  lastNumber(sincePeriodStart?: Milliseconds): number {
    const last = this.runs.at(-1) ?? this.runs[0];
    if (Number.isFinite(last.count)) return last.number + last.count - 1;
    if (sincePeriodStart === undefined) return last.number - 1;
    const now = this.scale.offset + msToSeconds(sincePeriodStart) * this.scale.timescale;
    return last.number - 1 + Math.max(0, Math.floor((now - last.time) / last.duration));
  }

  private at(run: TimelineRun, place: number): TimedSegment | undefined {
    if (!Number.isInteger(place) || place < 0 || place >= run.count) return undefined;
    const durationSeconds = run.duration / this.scale.timescale;
    return { number: run.number + place, time: run.time + place * run.duration, durationSeconds };
  }

  /** Of how many runs `isBefore` holds; it holds of the first ones. */
  private runsBefore(isBefore: (run: TimelineRun) => boolean): number {
    let [low, high] = [0, this.runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const run = this.runs[middle];
      if (run && isBefore(run)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const startOfLast = ({ time, duration, count }: TimelineRun): number => time + duration * (count - 1);

/** How many segments of duration `d` there are until `end`; a remainder of less than half of one is rounding. */
function countUntil(time: number, d: number, end: number): number {
  return end === Infinity ? Infinity : Math.max(1, Math.round((end - time) / d));
}
