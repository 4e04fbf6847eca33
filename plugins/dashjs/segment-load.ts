// One segment on its way to dash.js: from the engine, else from dash.js's own loader.

import { parseRangeHeader } from '../../engine/src/index';
import type {
  ByteRange,
  Cancel,
  DeliveredSegment,
  PlayerRequest,
  PlayerRequestListener,
  Seconds,
} from '../../engine/src/index';
import { headersWithoutRange, rangeHeaderOf, toHttpUrl } from '../../engine/src/plugin';
import type { ArrivedRequest, TakenRequest } from './loader-extension';
import { ThroughputSamples } from './throughput-samples';

/** What a load needs of its player. */
export interface LoadContext {
  /** Asks the engine, as `PlayerConnection.request` does. */
  ask(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined;
  bufferAheadSeconds(): Seconds;
  /** Called once, when the engine has nothing more to do with it. */
  onLeft(): void;
}

const OK = 200;
const PARTIAL_CONTENT = 206;

/** A segment that the engine was asked for. */
export class SegmentLoad implements TakenRequest {
  private readonly byteRange: ByteRange | undefined;
  private readonly samples: ThroughputSamples;
  private cancel: Cancel | undefined;

  private constructor(
    private readonly arrived: ArrivedRequest,
    private readonly context: LoadContext,
  ) {
    this.byteRange = parseRangeHeader(rangeHeaderOf(arrived.request.headers));
    this.samples = new ThroughputSamples((progress) => arrived.request.customData.onprogress?.(progress));
  }

  /** Asks the engine; undefined: it has nothing to do with this request. */
  static begin(arrived: ArrivedRequest, context: LoadContext): SegmentLoad | undefined {
    const load = new SegmentLoad(arrived, context);
    return load.askEngine() ? load : undefined;
  }

  abort(): void {
    if (this.leave()) this.arrived.request.customData.onabort?.();
  }

  /** Lets dash.js's own loader do what the engine has not done. */
  loadNatively(): void {
    if (this.leave()) this.arrived.loadNatively();
  }

  private askEngine(): boolean {
    const { request } = this.arrived;
    const { byteRange } = this;
    const url = toHttpUrl(request.url);
    const listedUrl = toHttpUrl(request.customData.request.url ?? undefined);
    if (url === undefined || (rangeHeaderOf(request.headers) !== undefined && !byteRange)) return false;
    this.cancel = this.context.ask(
      {
        url,
        headers: headersWithoutRange(request.headers),
        withCredentials: request.credentials === 'include',
        ...(listedUrl !== undefined && { listedUrl }),
        ...(byteRange && { byteRange }),
      },
      {
        onProgress: (loaded, total) =>
          this.samples.add(loaded, total, this.context.bufferAheadSeconds(), performance.now()),
        onSuccess: (segment) => this.succeed(segment),
        onError: () => this.loadNatively(),
      },
    );
    return this.cancel !== undefined;
  }

  private succeed({ bytes, bitsPerSecond }: DeliveredSegment): void {
    const { byteRange } = this;
    const { request, response } = this.arrived;
    const size = bytes.byteLength;
    const expected = byteRange && byteRange.end - byteRange.start;
    const isWhole = expected === undefined || !Number.isFinite(expected) || expected === size;
    if (size === 0 || !isWhole) return this.loadNatively();
    this.samples.finish(request.customData.request, size, bitsPerSecond, performance.now());
    // Hearing of it, dash.js may have given the segment up.
    if (!this.leave()) return;
    response.url = request.url;
    response.status = byteRange ? PARTIAL_CONTENT : OK;
    response.statusText = byteRange ? 'Partial Content' : 'OK';
    response.headers = { 'content-length': String(size) };
    response.data = bytes;
    request.customData.onloadend?.();
  }

  /** Whether it was the engine's until now. */
  private leave(): boolean {
    const { cancel } = this;
    if (!cancel) return false;
    this.cancel = undefined;
    cancel();
    this.context.onLeft();
    return true;
  }
}
