// What the engine knows of one source: manifest texts in, renditions and segments out. Owns nothing but this
// knowledge: it fetches nothing, waits for nothing, and takes any text without throwing.

import type { ByteRange } from '../base/byte-range';
import type { Milliseconds } from '../base/units';
import { HLS_FORMAT } from './hls-model';
import type { IndexRequest, Manifest, ManifestFormat, ManifestOutcome, SourceModel } from './manifest';
import type { Rendition } from './rendition';
import type { Segment, SegmentKey } from './segment';

export type {
  IndexRequest,
  Manifest,
  ManifestFormat,
  ManifestOutcome,
  MediaOutcome,
  MultivariantOutcome,
} from './manifest';

/** What a {@link MediaModel} is of. */
export interface MediaSource {
  /** What the player was told to play; when it is not absolute, the first manifest that lists renditions is the source. */
  readonly sourceUrl: string;
  /**
   * What can be read, at least one; a text that none recognizes is for the first one to refuse.
   * @defaultValue HLS
   */
  readonly formats?: readonly ManifestFormat[];
}

const NO_FORMATS = 'no manifest format is known';

/** The renditions and segments of one source, as far as its manifests have come by. */
export class MediaModel {
  private readonly models = new Map<ManifestFormat, SourceModel>();
  private readonly sourceUrl: string;
  private readonly formats: readonly ManifestFormat[];

  constructor({ sourceUrl, formats = [HLS_FORMAT] }: MediaSource) {
    this.sourceUrl = sourceUrl;
    this.formats = formats;
  }

  /** Takes in a manifest text that the player read. Never throws, whatever the text. */
  addManifest(manifest: Manifest): ManifestOutcome {
    const format = this.formats.find((known) => known.recognizes(manifest.text)) ?? this.formats[0];
    return format ? this.modelOf(format).addManifest(manifest) : { kind: 'ignored', why: NO_FORMATS };
  }

  /** Whether more segments are to come, as far as the manifests read so far tell. */
  get isLive(): boolean {
    for (const model of this.models.values()) if (model.isLive) return true;
    return false;
  }

  /** In the order of the manifest; those with the same playlist, or the same in several Periods, are one. */
  get renditions(): readonly Rendition[] {
    return [...this.models.values()].flatMap((model) => model.renditions);
  }

  /** How many segments are known; Infinity when the manifest numbers them without an end. */
  get segmentCount(): number {
    let count = 0;
    for (const model of this.models.values()) count += model.segmentCount;
    return count;
  }

  /**
   * The segment that a request asks for; undefined when it asks for anything else (an init segment, an index, a key,
   * a part, a subtitle, another range). A URL that is listed several times is one segment. Takes the same time
   * however many segments there are.
   */
  findSegment(url: string, byteRange?: ByteRange): Segment | undefined {
    return this.first((model) => model.findSegment(url, byteRange));
  }

  /** The segment with that key, with the URL of the newest manifest. */
  segment(key: SegmentKey): Segment | undefined {
    return this.first((model) => model.segment(key));
  }

  /**
   * Up to `count` segments that follow `segment` in its rendition, gaps left out: those that are sure to exist.
   * `wallClock`: milliseconds since 1970 (UTC). A live DASH manifest that only states a first number and a duration
   * tells by it which segments exist; without it, none.
   */
  segmentsAfter(segment: Segment, count: number, wallClock?: Milliseconds): readonly Segment[] {
    for (const model of this.models.values()) {
      const following = model.segmentsAfter(segment, count, wallClock);
      if (following.length > 0) return following;
    }
    return [];
  }

  /**
   * The index without which it is not known what requests at `url` ask for; undefined when there is none, or it was
   * read. Hand its bytes to {@link addIndex}.
   */
  missingIndex(url: string): IndexRequest | undefined {
    return this.first((model) => model.missingIndex(url));
  }

  /**
   * Takes in bytes of the resource at `url`, from the beginning of `byteRange` (absent: of the resource), among which
   * its index is. Never throws, whatever the bytes.
   */
  addIndex(url: string, byteRange: ByteRange | undefined, bytes: Uint8Array): ManifestOutcome {
    let outcome: ManifestOutcome = { kind: 'ignored', why: NO_FORMATS };
    for (const model of this.models.values()) {
      outcome = model.addIndex(url, byteRange, bytes);
      if (outcome.kind === 'media') break;
    }
    return outcome;
  }

  private modelOf(format: ManifestFormat): SourceModel {
    const model = this.models.get(format) ?? format.createModel(this.sourceUrl);
    this.models.set(format, model);
    return model;
  }

  private first<T>(look: (model: SourceModel) => T | undefined): T | undefined {
    for (const model of this.models.values()) {
      const found = look(model);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
