// The engine that ships, on simulated ports.

import type { ByteRange } from '../../../engine/src/base/byte-range';
import { scaleSizes, TRANSFER_SIZES } from '../../../engine/src/base/transfer-sizes';
import { kibibytes, type Bytes } from '../../../engine/src/base/units';
import type { PageLifecycle, SegmentStore } from '../../../engine/src/ports';
import { Counters } from '../../../engine/src/session/counters';
import { Executor } from '../../../engine/src/session/executor';
import { MediaSession } from '../../../engine/src/session/media-session';
import { applyOptions, DEFAULT_OPTIONS } from '../../../engine/src/session/options';
import { newPeerId } from '../../../engine/src/session/session-identity';
import { SimulatedLinks } from '../network/peer-links';
import type { MediaSegment, PlaylistSnapshot } from '../origin/media';
import { WakeClock } from '../time/timer';
import { HttpLoader } from './plain-http';
import type { OnLoaded, PlaybackState, SegmentSource, SourceWorld } from './segment-source';

const TRACKER_URL = 'wss://tracker.example';
const NO_HEADERS = {};

/** Options of the engine that experiments vary, in true units. */
export interface EngineTuning {
  readonly maxPeers: number;
  /** Payload of a data frame. Shipping: 16 KiB; larger ones mean fewer events. */
  readonly dataFrameBytes: Bytes;
}

export class EngineSource implements SegmentSource {
  readonly traffic = new Counters();
  readonly #session: MediaSession;
  readonly #executor: Executor;
  readonly #links: SimulatedLinks;
  readonly #ownLoader: HttpLoader;
  readonly #hasMaster: boolean;
  #isMasterDue: boolean;
  #requestId = 0;
  #asked: MediaSegment | undefined;
  #onLoaded: OnLoaded | undefined;
  #cancelOwnLoad: (() => void) | undefined;

  constructor(
    private readonly world: SourceWorld,
    tuning: EngineTuning,
  ) {
    const { media, cdn, host, http, random, tracker } = world;
    const { queue, scale } = cdn.network;
    this.#links = new SimulatedLinks(host, world.links);
    this.#hasMaster = this.#isMasterDue = media.rungCount > 1;
    this.#ownLoader = new HttpLoader(http, queue, scale, (length) => (this.traffic.httpBytes += length));
    this.#session = new MediaSession({
      sourceUrl: media.sourceUrl,
      peerId: newPeerId(random),
      options: applyOptions(DEFAULT_OPTIONS, {
        trackers: [TRACKER_URL],
        maxPeers: tuning.maxPeers,
        memoryLimitBytes: DEFAULT_OPTIONS.memoryLimitBytes / scale,
        // That nothing is given on a cellular line is the engine's own doing.
        upload: { enabled: host.access.uploads || host.access.isCellular },
      }),
      random,
      counters: this.traffic,
      sizes: scaleSizes({ ...TRANSFER_SIZES, dataFrameBytes: tuning.dataFrameBytes }, scale),
    });
    this.#executor = new Executor(
      this.#session,
      {
        clock: new WakeClock(queue),
        random,
        http,
        peers: this.#links,
        signalling: tracker.signalling(),
        tokens: { ask: () => undefined },
        store: new LengthStore(),
        lifecycle: NO_LIFECYCLE,
        conditions: { isCellular: host.access.isCellular, savesData: false, subscribe: () => () => undefined },
        logger: { log: () => undefined },
      },
      {
        deliver: ({ requestId, bytes, bitsPerSecond }) => {
          if (requestId === this.#requestId) this.#answer(bytes.length, bitsPerSecond * scale);
        },
        progress: () => undefined,
        fail: ({ requestId }) => {
          if (requestId === this.#requestId) this.#loadByItself();
        },
        report: () => undefined,
      },
    );
  }

  get peerCount(): number {
    return this.#session.swarm?.peers.length ?? 0;
  }

  isNear({ url }: MediaSegment): boolean {
    const key = this.#session.findSegment(url, undefined)?.key;
    return key !== undefined && (this.#session.swarm?.peers ?? []).some(({ availability }) => availability.has(key));
  }

  addPlaylist(_rung: number, { url, text }: PlaylistSnapshot): void {
    if (this.#hasMaster && this.#isMasterDue) {
      this.#isMasterDue = false;
      const { media } = this.world;
      const master = { url: media.masterUrl, text: media.masterText() };
      this.#executor.run((session, now) => session.addManifest(master, now));
    }
    this.#executor.run((session, now) => session.addManifest({ url, text }, now));
  }

  request(asked: MediaSegment, onLoaded: OnLoaded): void {
    this.#asked = asked;
    this.#onLoaded = onLoaded;
    const requestId = (this.#requestId += 1);
    const segment = this.#session.findSegment(asked.url, undefined);
    if (!segment) return this.#loadByItself();
    this.#executor.run((session, now) =>
      session.request({ requestId, segment, headers: NO_HEADERS, withCredentials: false }, now),
    );
  }

  abort(): void {
    this.#onLoaded = undefined;
    this.#cancelOwnLoad?.();
    const requestId = this.#requestId;
    this.#requestId += 1;
    this.#executor.run((session, now) => session.abort(requestId, now));
  }

  reportPlayback({ playheadSeconds, bufferAheadSeconds }: PlaybackState): void {
    const report = { playheadSeconds, bufferAheadSeconds, rate: 1, isPaused: false };
    this.#executor.run((session, now) => session.reportPlayback(report, now));
  }

  leave(isAbrupt: boolean): void {
    this.#onLoaded = undefined;
    this.#cancelOwnLoad?.();
    if (isAbrupt) this.#links.vanish();
    this.#executor.close();
  }

  #answer(byteCount: Bytes, bitsPerSecond: number | undefined): void {
    if (byteCount !== this.#asked?.byteCount)
      throw new Error(`${this.#asked?.url ?? 'nothing'} came with ${byteCount} bytes`);
    const onLoaded = this.#onLoaded;
    this.#onLoaded = undefined;
    onLoaded?.({ bitsPerSecond });
  }

  /** As a plugin lets the player's own loader try. */
  #loadByItself(): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#cancelOwnLoad = this.#ownLoader.load(asked, 0, (bitsPerSecond) =>
      this.#answer(asked.byteCount, bitsPerSecond),
    );
  }
}

/** Remembers how long segments are, and reads zeros: nobody looks at the bytes. */
class LengthStore implements SegmentStore {
  readonly #lengths = new Map<string, Bytes>();

  put(key: string, bytes: Uint8Array, done: (isStored: boolean) => void): void {
    this.#lengths.set(key, bytes.length);
    done(true);
  }

  read(key: string, range: ByteRange, done: (bytes: Uint8Array | undefined) => void): void {
    const length = this.#lengths.get(key) ?? 0;
    done(range.end <= length ? zerosOf(range.end - range.start) : undefined);
  }

  remove(key: string): void {
    this.#lengths.delete(key);
  }

  clear(): void {
    this.#lengths.clear();
  }
}

let zeros = new Uint8Array(kibibytes(64));

function zerosOf(length: Bytes): Uint8Array {
  if (length > zeros.length) zeros = new Uint8Array(length);
  return zeros.subarray(0, length);
}

const NO_LIFECYCLE: PageLifecycle = { isHidden: false, subscribe: () => () => undefined };
