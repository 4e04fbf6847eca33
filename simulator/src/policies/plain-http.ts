import { bitrateOf, type BitsPerSecond, type Bytes, type Milliseconds } from '../../../engine/src/base/units';
import type { Cancel } from '../../../engine/src/ports/clock';
import type { HttpFetcher } from '../../../engine/src/ports/http-fetcher';
import type { MediaSegment } from '../origin/media';
import type { EventQueue } from '../time/event-queue';
import { noTraffic, type OnLoaded, type SegmentSource, type SourceWorld } from './segment-source';

const RETRY_MS: Milliseconds = 500;

/** Fetches whole segments, each until it is there; one that breaks off goes on where it was. */
export class HttpLoader {
  constructor(
    private readonly http: HttpFetcher,
    private readonly queue: EventQueue,
    private readonly scale: number,
    private readonly onBytes: (byteCount: Bytes) => void,
  ) {}

  /** `from`: bytes that are there already. `onDone` hears the true rate of what came. */
  load(segment: MediaSegment, from: Bytes, onDone: (bitsPerSecond: BitsPerSecond) => void): Cancel {
    const startedAt = this.queue.now;
    let position = from;
    let isCancelled = false;
    let cancelFetch: Cancel = () => undefined;
    const start = (): void => {
      if (isCancelled) return;
      const range = position > 0 ? { start: position, end: segment.byteCount } : undefined;
      cancelFetch = this.http.fetch(
        { url: segment.url, range, headers: {}, withCredentials: false },
        {
          onHead: () => undefined,
          onChunk: ({ length }) => {
            position += length;
            this.onBytes(length);
          },
          onEnd: () => onDone(bitrateOf((position - from) * this.scale, Math.max(1, this.queue.now - startedAt))),
          onError: () => this.queue.schedule(this.queue.now + RETRY_MS, start),
        },
      );
    };
    start();
    return () => {
      isCancelled = true;
      cancelFetch();
    };
  }
}

/** No P2P at all. */
export class PlainSource implements SegmentSource {
  readonly traffic = noTraffic();
  readonly peerCount = 0;
  readonly #loader: HttpLoader;
  #cancel: Cancel | undefined;

  constructor({ cdn, http }: SourceWorld) {
    const { queue, scale } = cdn.network;
    this.#loader = new HttpLoader(http, queue, scale, (length) => (this.traffic.httpBytes += length));
  }

  isNear(): boolean {
    return false;
  }

  addPlaylist(): void {}

  request(segment: MediaSegment, onLoaded: OnLoaded): void {
    this.#cancel = this.#loader.load(segment, 0, (bitsPerSecond) => onLoaded({ bitsPerSecond }));
  }

  abort(): void {
    this.#cancel?.();
  }

  reportPlayback(): void {}

  leave(): void {
    this.abort();
  }
}
