// Finds the segments of one DASH manifest by URL and by identity, without listing them.

import { sameRange, type ByteRange } from '../../base/byte-range';
import type { Milliseconds } from '../../base/units';
import { locationOf } from '../playlist-url';
import type { SegmentId } from '../segment';
import type { CreatedRuns } from './create-runs';
import { IndexedRun, ListRun, TemplateRun, type SegmentRun } from './segment-run';
import type { SegmentTemplate } from './segment-template';

/** A segment as its run knows it. */
export interface FoundSegment {
  readonly run: SegmentRun;
  readonly sequence: number;
}

interface TemplateEntry {
  readonly run: TemplateRun;
  readonly template: SegmentTemplate;
}

/** All segments of one manifest. */
export class SegmentFinder {
  /** By the URL up to the last slash before the first number. */
  private readonly templates = new Map<string, TemplateEntry[]>();
  private readonly listed = new Map<string, FoundSegment>();
  private readonly indexed = new Map<string, IndexedRun[]>();
  private readonly byIdentity = new Map<string, SegmentRun>();

  constructor(private readonly created: CreatedRuns) {
    for (const run of created.runs) {
      const key = runKeyOf(run.identity.rendition.id, run.identity.period);
      // A Period that is listed twice, or the same Representation twice: the first is the one.
      if (!this.byIdentity.has(key)) this.byIdentity.set(key, run);
      if (run instanceof TemplateRun) this.addTemplates(run);
      else if (run instanceof ListRun) this.addList(run);
      else if (run instanceof IndexedRun) for (const url of run.urls) pushTo(this.indexed, url, run);
    }
  }

  get runs(): readonly SegmentRun[] {
    return this.created.runs;
  }

  /** Whether both find their segments under the same URLs. */
  isLike(other: SegmentFinder): boolean {
    if (this.runs.length !== other.runs.length) return false;
    return this.runs.every(({ location }, i) => location === other.runs[i]?.location);
  }

  /** The segment at an absolute URL. */
  find(url: string, byteRange: ByteRange | undefined): FoundSegment | undefined {
    const location = locationOf(url, byteRange);
    if (this.created.initSegments.has(location)) return undefined;
    const listed = this.listed.get(location);
    if (listed) return listed;
    if (!byteRange) return this.findByTemplate(url);
    for (const run of this.indexed.get(url) ?? []) {
      if (sameRange(run.locate(byteRange.start)?.byteRange, byteRange)) return { run, sequence: byteRange.start };
    }
    return undefined;
  }

  /** The run that segments with this id belong to. */
  runOf({ rendition, discontinuity }: SegmentId): SegmentRun | undefined {
    return this.byIdentity.get(runKeyOf(rendition, discontinuity));
  }

  /** Up to `count` segments that follow, also in later Periods. */
  after(id: SegmentId, count: number, wallClock: Milliseconds | undefined): readonly FoundSegment[] {
    const start = this.runs.findIndex(({ identity }) => isOf(identity, id));
    const found: FoundSegment[] = [];
    for (let i = start; i >= 0 && i < this.runs.length && found.length < count; i++) {
      const run = this.runs[i];
      if (run?.identity.rendition.id !== id.rendition) continue;
      const { startsAt } = run.identity;
      const sinceStart = wallClock === undefined || startsAt === undefined ? undefined : wallClock - startsAt;
      const next = run.after(i === start ? id.sequence : undefined, count - found.length, sinceStart);
      found.push(...next.map((sequence) => ({ run, sequence })));
    }
    return found;
  }

  /** Runs with their media at `url`, whose index is not known yet. */
  withoutIndex(url: string): readonly IndexedRun[] {
    return (this.indexed.get(url) ?? []).filter(({ index }) => !index);
  }

  private findByTemplate(url: string): FoundSegment | undefined {
    const found: { run: TemplateRun; sequence: number }[] = [];
    for (let slash = url.lastIndexOf('/'); slash > 0; slash = url.lastIndexOf('/', slash - 1)) {
      for (const { run, template } of this.templates.get(url.slice(0, slash + 1)) ?? []) {
        const sequence = run.sequenceAt(template, url);
        if (sequence !== undefined) found.push({ run, sequence });
      }
    }
    // Periods that follow one another may have one template and count on: the one that lists it has it. What none
    // lists any more belongs to the last that began before it.
    const listed = found.find(({ run, sequence }) => run.lists(sequence));
    if (listed) return listed;
    const begun = found.filter(({ run, sequence }) => run.firstSequence <= sequence);
    const latest = begun.reduce<(typeof begun)[number] | undefined>(
      (best, next) => (best && best.run.firstSequence >= next.run.firstSequence ? best : next),
      undefined,
    );
    return latest ?? found[0];
  }

  private addTemplates(run: TemplateRun): void {
    for (const template of run.templates) {
      const { prefix } = template;
      pushTo(this.templates, prefix.slice(0, prefix.lastIndexOf('/') + 1), { run, template });
    }
  }

  private addList(run: ListRun): void {
    for (const places of run.places) {
      places.forEach((place, i) => {
        const sequence = run.sequenceOf(i);
        if (!place || sequence === undefined) return;
        const location = locationOf(place.url, place.byteRange);
        if (!this.listed.has(location)) this.listed.set(location, { run, sequence });
      });
    }
  }
}

const runKeyOf = (rendition: number, period: number): string => `${rendition}/${period}`;

const isOf = (identity: SegmentRun['identity'], { rendition, discontinuity }: SegmentId): boolean =>
  identity.rendition.id === rendition && identity.period === discontinuity;

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
