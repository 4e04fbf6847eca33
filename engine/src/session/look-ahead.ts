// What the player will ask for next: the segments after those it asked for last, as far as they will likely be watched.

import type { Bytes, Milliseconds } from '../base/units';
import { secondsToMs } from '../base/units';
import type { Segment, SegmentKey } from '../media/segment';

/** What the player will need later than this may never be watched. */
const HORIZON_MS: Milliseconds = 30_000;
/** What was begun is kept although the time or memory for it has become less than it was by this factor. */
const KEPT_FACTOR = 1.5;
/** So much of the memory for segments may be taken by those that the player has not asked for. */
const MEMORY_PART = 1 / 4;
/** A rendition of which nothing was asked while others were asked so often is not played any more. */
const MAX_OTHER_REQUESTS = 4;
/** Segments followed at a time, however short they are. */
const MAX_SEGMENTS = 32;

/** How the player asks the origin: with what the page adds. */
export interface RequestManner {
  readonly headers: Readonly<Record<string, string>>;
  readonly withCredentials: boolean;
}

/** A segment that the player will likely ask for. */
export interface AheadSegment {
  readonly segment: Segment;
  /** When the player runs dry without it. */
  readonly deadline: Milliseconds;
  /** How the origin is to be asked; undefined: the page changes URLs, and nobody knows what this one will be. */
  readonly manner: RequestManner | undefined;
  /** Whether to begin with it now; else only what was begun is kept. */
  readonly isDue: boolean;
}

export interface LookAheadHost {
  /** See `MediaModel.segmentsAfter`. */
  segmentsAfter(segment: Segment, count: number): readonly Segment[];
  /** The segment as the manifest lists it. */
  segment(key: SegmentKey): Segment | undefined;
  /** Whether the player waits for this segment. */
  isAwaited(key: SegmentKey): boolean;
  /** About how long a segment of this rendition is. */
  usualBytes(rendition: number): Bytes;
  memoryLimitBytes(): Bytes;
}

/** The last segment of one rendition that the player asked for. */
interface Front {
  readonly segment: Segment;
  readonly manner: RequestManner | undefined;
  /** How many requests of the player came before. */
  readonly requestCount: number;
  /** Cached: manifests change seldom. */
  following?: readonly Segment[];
}

export class LookAhead {
  readonly #fronts = new Map<number, Front>();
  #requestCount = 0;

  constructor(private readonly host: LookAheadHost) {}

  /** The player asks for a segment, with its own URL. */
  noteRequest(segment: Segment, manner: RequestManner): void {
    const { rendition } = segment.id;
    this.#requestCount += 1;
    const isAsListed = this.host.segment(segment.key)?.url === segment.url;
    this.#fronts.delete(rendition);
    this.#fronts.set(rendition, {
      segment,
      manner: isAsListed ? manner : undefined,
      requestCount: this.#requestCount,
    });
    // Oldest first.
    for (const [id, { requestCount }] of this.#fronts) {
      if (this.#requestCount - requestCount > MAX_OTHER_REQUESTS) this.#fronts.delete(id);
    }
  }

  /** The manifest lists others now. */
  noteManifest(): void {
    for (const front of this.#fronts.values()) delete front.following;
  }

  /**
   * [AHEAD-1] What will be needed within half a minute, in order; `dryAt`: when the player runs dry. Their bytes, so far
   * as they can be guessed, are at most a quarter of the memory for segments.
   */
  wanted(now: Milliseconds, dryAt: Milliseconds): AheadSegment[] {
    const found: AheadSegment[] = [];
    const memory = this.host.memoryLimitBytes() * MEMORY_PART;
    let byteCount = 0;
    for (const front of this.#fronts.values()) {
      const { segment: first, manner } = front;
      const usualBytes = this.host.usualBytes(first.id.rendition);
      let deadline = dryAt + (this.host.isAwaited(first.key) ? secondsToMs(first.durationSeconds) : 0);
      for (const segment of this.#following(front)) {
        byteCount += usualBytes;
        const excess = Math.max((deadline - now) / HORIZON_MS, byteCount / memory);
        if (excess > KEPT_FACTOR) break;
        found.push({ segment, deadline, manner, isDue: excess <= 1 });
        deadline += secondsToMs(segment.durationSeconds);
      }
    }
    return found;
  }

  #following(front: Front): readonly Segment[] {
    front.following ??= this.host.segmentsAfter(front.segment, MAX_SEGMENTS);
    return front.following;
  }
}
