// The loader of fragments: asks the engine, and when the engine has no answer lets the player's own loader do what it
// would have done. One class for hls.js 0.13 to 1.7.

import type { ByteRange, Cancel, DeliveredSegment, PlayerRequest, PlayerRequestListener } from '../../engine/src/index';
import { SHORT_BUFFER_SECONDS } from '../../engine/src/plugin';
import type { HlsConfig, Loader, LoaderCallbacks, LoaderConstructor, LoaderContext } from './hls-types';
import { isUntouched, mannerOf, type RequestManner } from './request-sheet';
import { SegmentStats } from './segment-stats';

const OK = 200;

/** What a loader needs from the session of its player. */
export interface SegmentAnswerer {
  /** Asks the engine, as `PlayerConnection.request` does. */
  request(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined;
  bufferAheadSeconds(): number;
  /** Calls `leave` when the engine will answer nothing any more. */
  onEnd(leave: () => void): Cancel;
}

/**
 * A class for `config.fLoader`.
 * @param answererOf - the session for a config; undefined: there is none, the player loads by itself
 * @param Own - the loader that would be used without this one. Default: the config's
 */
export function segmentLoaderFor(
  answererOf: (config: HlsConfig) => SegmentAnswerer | undefined,
  Own?: LoaderConstructor,
): LoaderConstructor {
  return class extends SegmentLoader {
    constructor(config: HlsConfig) {
      super(config, answererOf(config), Own ?? config.loader);
    }
  };
}

/** One load. */
interface Load {
  readonly context: LoaderContext;
  readonly config: object;
  readonly callbacks: LoaderCallbacks;
}

class SegmentLoader implements Loader {
  /** The same object for ever: hls.js takes it before it loads. */
  readonly stats = new SegmentStats();
  #load: Load | undefined;
  #cancel: Cancel | undefined;
  #stopListening: Cancel | undefined;
  #own: Loader | undefined;
  #isAsking = false;

  constructor(
    private readonly config: HlsConfig,
    private readonly answerer: SegmentAnswerer | undefined,
    private readonly Own: LoaderConstructor,
  ) {}

  get context(): LoaderContext | undefined {
    return this.#load?.context;
  }

  load(context: LoaderContext, config: object, callbacks: LoaderCallbacks): void {
    this.#load = { context, config, callbacks };
    if (!this.answerer || !isShareable(context)) return this.#loadByItself();
    this.#isAsking = true;
    this.#stopListening = this.answerer.onEnd(() => this.#loadByItself());
    this.stats.begin(() => this.#bufferAheadSeconds() > SHORT_BUFFER_SECONDS);
    if (isUntouched(this.config))
      return this.#ask({ url: context.url, headers: context.headers ?? {}, withCredentials: false });
    void mannerOf(this.config, context).then((manner) => this.#ask(manner));
  }

  abort(): void {
    if (this.#own) return this.#own.abort();
    if (!this.#isAsking || !this.#load) return;
    const { context, callbacks } = this.#load;
    this.#stopAsking();
    this.stats.aborted = true;
    callbacks.onAbort?.(this.stats, context, null);
  }

  /** hls.js calls it after every end, too. */
  destroy(): void {
    if (this.#isAsking) this.stats.aborted = true;
    this.#stopAsking();
    this.#own?.destroy();
    this.#load = undefined;
  }

  getCacheAge(): number | null {
    return this.#own?.getCacheAge?.() ?? null;
  }

  getResponseHeader(name: string): string | null {
    return this.#own?.getResponseHeader?.(name) ?? null;
  }

  #ask(manner: RequestManner | undefined): void {
    if (!this.#isAsking || !this.#load) return;
    const { context } = this.#load;
    const byteRange = byteRangeOf(context);
    const request = manner && { ...manner, listedUrl: context.url, ...(byteRange && { byteRange }) };
    const cancel =
      request &&
      this.answerer?.request(request, {
        onProgress: (loaded, total) => this.stats.noteProgress(loaded, total, this.#bufferAheadSeconds()),
        onSuccess: (segment) => this.#answer(segment),
        onError: () => this.#loadByItself(),
      });
    if (cancel) this.#cancel = cancel;
    else this.#loadByItself();
  }

  #answer({ bytes, bitsPerSecond }: DeliveredSegment): void {
    if (!this.#isAsking || !this.#load) return;
    const { context, callbacks } = this.#load;
    this.#cancel = undefined;
    this.#stopAsking();
    this.stats.finish(bytes.byteLength, bitsPerSecond);
    // Where there is such a callback, some lines of hls.js take the bytes from it and from nowhere else.
    callbacks.onProgress?.(this.stats, context, bytes, null);
    callbacks.onSuccess({ url: context.url, data: bytes, code: OK }, this.stats, context, null);
  }

  #loadByItself(): void {
    if (!this.#load || this.#own) return;
    this.#stopAsking();
    const { context, config, callbacks } = this.#load;
    const own = new this.Own(this.config);
    this.#own = own;
    this.stats.reset();
    // hls.js 1 makes them in the constructor, 0.x when it loads: either way they are to be those that hls.js looks at.
    Object.defineProperty(own, 'stats', {
      get: () => this.stats,
      set: (stats: object | null) => void Object.assign(this.stats, stats),
      configurable: true,
    });
    own.load(context, config, callbacks);
  }

  #stopAsking(): void {
    this.#isAsking = false;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #bufferAheadSeconds(): number {
    return this.answerer?.bufferAheadSeconds() ?? 0;
  }
}

/** Keys come by another loader; initialization segments, subtitles and parts are the player's own business. */
function isShareable({ frag, part }: LoaderContext): boolean {
  return frag !== undefined && frag.sn !== 'initSegment' && frag.type !== 'subtitle' && !part;
}

function byteRangeOf({ rangeStart = 0, rangeEnd = 0 }: LoaderContext): ByteRange | undefined {
  return rangeEnd > 0 ? { start: rangeStart, end: rangeEnd } : undefined;
}
