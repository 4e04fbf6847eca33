// Watches one live segment go through the swarm: who has it when, and by which way it came.

import type { Milliseconds, Seconds } from '../../../engine/src/base/units';
import { msToSeconds, secondsToMs } from '../../../engine/src/base/units';
import type { MediaSegment } from '../origin/media';
import type { Simulation } from './simulation';
import type { Viewer } from './viewer';

/** How one viewer came to have the segment; seconds since it was in the playlist. */
export interface Arrival {
  readonly seconds: Seconds;
  /** Bytes that came over HTTP ÷ its size. */
  readonly httpPart: number;
  /** When it first asked the origin; absent: it never did. */
  readonly askedOriginSeconds?: Seconds;
}

export interface SpreadTrace {
  readonly viewers: number;
  readonly arrivals: readonly Arrival[];
}

/** Which segment: one that comes out well after starting up. */
const WATCHED_PART = 0.75;

export class SpreadWatch {
  readonly #segment: MediaSegment | undefined;
  readonly #outAt: Milliseconds;
  #viewerCount = 0;
  readonly #askedAt = new Map<Viewer, Milliseconds>();
  readonly #httpBytes = new Map<Viewer, number>();
  readonly #loadedAt = new Map<Viewer, Milliseconds>();

  constructor(simulation: Simulation) {
    const { config, media, queue } = simulation;
    const segmentMs = secondsToMs(config.segmentSeconds);
    this.#outAt = Math.floor((secondsToMs(config.durationSeconds) * WATCHED_PART) / segmentMs) * segmentMs;
    this.#segment = media.segment(0, media.endAt(this.#outAt) - 1);
    queue.schedule(this.#outAt, () => (this.#viewerCount = simulation.presentViewers.length));
    simulation.onLoaded = (viewer, segment) => {
      if (segment === this.#segment) this.#loadedAt.set(viewer, queue.now);
    };
    simulation.causes.onFetch = (viewer, segment) => {
      if (segment === this.#segment && !this.#askedAt.has(viewer)) this.#askedAt.set(viewer, queue.now);
    };
    simulation.causes.onBytes = (viewer, segment, byteCount) => {
      if (segment === this.#segment) this.#httpBytes.set(viewer, (this.#httpBytes.get(viewer) ?? 0) + byteCount);
    };
  }

  trace(): SpreadTrace {
    const size = this.#segment?.byteCount ?? 1;
    const since = (at: Milliseconds): Seconds => msToSeconds(at - this.#outAt);
    const arrivals = [...this.#loadedAt].map(([viewer, loadedAt]) => {
      const askedAt = this.#askedAt.get(viewer);
      return {
        seconds: since(loadedAt),
        httpPart: (this.#httpBytes.get(viewer) ?? 0) / size,
        ...(askedAt === undefined ? {} : { askedOriginSeconds: since(askedAt) }),
      };
    });
    return { viewers: this.#viewerCount, arrivals };
  }
}
