// What the engine knows of one DASH source: manifests in, renditions and segments out. It keeps the newest manifest
// and the URLs of the ones just before, and works segments out of them when they are asked for.

import type { ByteRange } from '../../base/byte-range';
import type { Milliseconds } from '../../base/units';
import { KEPT_EARLIER_URLS, MAX_INDEX_BYTES } from '../limits';
import type { IndexRequest, Manifest, ManifestFormat, ManifestOutcome, SourceModel } from '../manifest';
import { looksLikeDash, looksLikeSteering, withoutByteOrderMark } from '../manifest-kind';
import { ignored, rejected } from '../manifest-refusal';
import { resolveHttpUrl } from '../playlist-url';
import type { Rendition } from '../rendition';
import { segmentIdOf, segmentKeyOf, type Segment, type SegmentKey } from '../segment';
import { SourceUrls } from '../source-urls';
import { createRuns } from './create-runs';
import { readMpd } from './read-mpd';
import { readSidx } from './read-sidx';
import { SegmentFinder, type FoundSegment } from './segment-finder';
import { IndexedRun, type RunIdentity } from './segment-run';

const OTHER_SOURCE = 'a DASH manifest that is not the source';
const STEERING = 'a content steering manifest: its hosts are those of the base URLs, or not known';
const NOT_MISSING = 'no index is missing there';
const NOT_COVERED = 'not the bytes of the index';

/** The renditions and segments of one source, as far as its manifests have come by. */
export class DashModel implements SourceModel {
  isLive = false;
  renditions: readonly Rendition[] = [];
  private readonly source: SourceUrls;
  /** Newest first. Players ask with the URLs of the manifest they read some refreshes ago. */
  private finders: readonly SegmentFinder[] = [];

  constructor(sourceUrl: string) {
    this.source = new SourceUrls(sourceUrl);
  }

  addManifest(manifest: Manifest): ManifestOutcome {
    if (looksLikeSteering(withoutByteOrderMark(manifest.text))) return ignored(STEERING);
    const mpd = readMpd(manifest.text, manifest.responseUrl ?? manifest.url);
    if (mpd.kind !== 'mpd') return mpd;
    if (!this.source.includes(manifest)) return ignored(OTHER_SOURCE);
    this.source.learn(manifest, mpd.locations);
    const created = createRuns(mpd, (identity) => this.knownIndex(identity));
    const finder = new SegmentFinder(created);
    const earlier = this.finders.filter((known, i) => i > 0 || !known.isLike(finder));
    this.finders = [finder, ...earlier].slice(0, 1 + KEPT_EARLIER_URLS);
    this.renditions = created.renditions;
    this.isLive = mpd.isLive;
    return { kind: 'multivariant', renditions: this.renditions, media: [], removed: [] };
  }

  get segmentCount(): number {
    return (this.finders[0]?.runs ?? []).reduce((sum, { count }) => sum + count, 0);
  }

  findSegment(url: string, byteRange?: ByteRange): Segment | undefined {
    const resolved = resolveHttpUrl(url);
    if (resolved === undefined) return undefined;
    for (const finder of this.finders) {
      const found = finder.find(resolved, byteRange);
      // As asked for, not as the manifest has it first: the player chooses among the hosts.
      if (found) return segmentOf(found, { url: resolved, ...(byteRange && { byteRange }) });
    }
    return undefined;
  }

  segment(key: SegmentKey): Segment | undefined {
    const id = segmentIdOf(key);
    if (!id) return undefined;
    for (const finder of this.finders) {
      const run = finder.runOf(id);
      const found = run && segmentOf({ run, sequence: id.sequence });
      if (found) return found;
    }
    return undefined;
  }

  segmentsAfter(segment: Segment, count: number, wallClock?: Milliseconds): readonly Segment[] {
    const following = this.finders[0]?.after(segment.id, count, wallClock) ?? [];
    return following.flatMap((found) => segmentOf(found) ?? []);
  }

  missingIndex(url: string): IndexRequest | undefined {
    const resolved = resolveHttpUrl(url);
    const run = resolved === undefined ? undefined : this.withoutIndex(resolved)[0];
    return resolved === undefined || !run ? undefined : { url: resolved, byteRange: run.indexRange };
  }

  addIndex(url: string, byteRange: ByteRange | undefined, bytes: Uint8Array): ManifestOutcome {
    const runs = this.withoutIndex(resolveHttpUrl(url) ?? '');
    const [first] = runs;
    if (!first) return ignored(NOT_MISSING);
    const { start, end } = first.indexRange;
    if (end - start > MAX_INDEX_BYTES) return rejected(`an index of more than ${MAX_INDEX_BYTES} bytes`);
    const offset = byteRange?.start ?? 0;
    if (offset > start || offset + bytes.length < end) return ignored(NOT_COVERED);
    const segments = readSidx(bytes.subarray(start - offset, end - offset), start);
    if (typeof segments === 'string') return rejected(`an index that ${segments}`);
    const same = runs.filter(({ indexRange }) => indexRange.start === start && indexRange.end === end);
    for (const run of same) run.take(segments);
    // The same file in several Periods, an advertisement in its midst: each segment belongs to the first of them.
    const added = segments.flatMap((segment) => segmentOf({ run: first, sequence: segment.byteRange.start }) ?? []);
    return { kind: 'media', rendition: first.identity.rendition, added, removed: [], isLive: this.isLive };
  }

  private withoutIndex(url: string): readonly IndexedRun[] {
    return this.finders.flatMap((finder) => finder.withoutIndex(url));
  }

  private knownIndex({ rendition, period }: RunIdentity) {
    for (const finder of this.finders) {
      const run = finder.runOf({ rendition: rendition.id, discontinuity: period, sequence: 0 });
      if (run instanceof IndexedRun && run.index) return run.index;
    }
    return undefined;
  }
}

function segmentOf({ run, sequence }: FoundSegment, asked?: Pick<Segment, 'url' | 'byteRange'>): Segment | undefined {
  const place = run.locate(sequence);
  if (!place) return undefined;
  const { rendition, period } = run.identity;
  const id = { rendition: rendition.id, discontinuity: period, sequence };
  return { id, key: segmentKeyOf(id), ...place, ...asked };
}

/** MPEG-DASH (ISO/IEC 23009-1). */
export const DASH_FORMAT: ManifestFormat = {
  name: 'dash',
  recognizes: (text) => looksLikeDash(withoutByteOrderMark(text)),
  createModel: (sourceUrl) => new DashModel(sourceUrl),
};
