// One segment on its way to Shaka: from the engine, else from Shaka's own loader.

import { parseRangeHeader } from '../../engine/src/index';
import type {
  ByteRange,
  Cancel,
  DeliveredSegment,
  PlayerRequest,
  PlayerRequestListener,
  Seconds,
} from '../../engine/src/index';
import { headersWithoutRange, rangeHeaderOf, timeToMove } from '../../engine/src/plugin';
import { DeliverySamples } from './delivery-samples';
import type { ArrivedRequest } from './scheme-hook';
import type { ShakaOperation, ShakaRequest, ShakaResponse } from './shaka-types';

/** What an operation needs of its player. */
export interface OperationContext {
  /** Asks the engine, as `PlayerConnection.request` does. */
  ask(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined;
  bufferAheadSeconds(): Seconds;
  /** Called once, when the engine has nothing more to do with it. */
  onLeft(): void;
}

const OK = 200;
const PARTIAL_CONTENT = 206;

/** A segment that the engine was asked for. */
export class SegmentOperation implements ShakaOperation<ShakaResponse> {
  readonly promise: Promise<ShakaResponse>;
  private readonly byteRange: ByteRange | undefined;
  private readonly samples: DeliverySamples;
  private cancel: Cancel | undefined;
  private native: ShakaOperation<ShakaResponse> | undefined;
  private resolve!: (response: ShakaResponse | Promise<ShakaResponse>) => void;
  private reject!: (error: Error) => void;

  private constructor(
    private readonly arrived: ArrivedRequest,
    private readonly context: OperationContext,
  ) {
    this.byteRange = parseRangeHeader(rangeHeaderOf(arrived.request.headers));
    this.samples = new DeliverySamples(arrived.progressUpdated);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Asks the engine; undefined: it has nothing to do with this request. */
  static begin(arrived: ArrivedRequest, context: OperationContext): SegmentOperation | undefined {
    const operation = new SegmentOperation(arrived, context);
    return operation.askEngine() ? operation : undefined;
  }

  abort(): Promise<void> {
    if (this.native) return this.native.abort();
    if (this.leave()) this.reject(abortError());
    return Promise.resolve();
  }

  finally(listener: (isSuccess: boolean) => void): this {
    this.promise.then(
      () => listener(true),
      () => listener(false),
    );
    return this;
  }

  /** Lets Shaka's own loader do what the engine has not done. */
  loadNatively(): void {
    if (!this.leave()) return;
    this.native = this.arrived.loadNatively();
    this.resolve(this.native.promise);
  }

  private askEngine(): boolean {
    const { request, uri } = this.arrived;
    const { byteRange } = this;
    if (rangeHeaderOf(request.headers) !== undefined && !byteRange) return false;
    this.cancel = this.context.ask(
      {
        url: uri,
        headers: headersWithoutRange(request.headers),
        withCredentials: request.allowCrossSiteCredentials ?? false,
        ...(byteRange && { byteRange }),
      },
      {
        onProgress: (loaded, total) =>
          this.samples.add(loaded, total, this.context.bufferAheadSeconds(), performance.now()),
        onSuccess: (segment) => this.succeed(segment),
        onError: () => this.loadNatively(),
      },
    );
    if (!this.cancel) return false;
    suspendTimeouts(request);
    return true;
  }

  private succeed({ bytes, bitsPerSecond }: DeliveredSegment): void {
    const { arrived, byteRange } = this;
    const size = bytes.byteLength;
    const expected = byteRange && byteRange.end - byteRange.start;
    const isWhole = expected === undefined || !Number.isFinite(expected) || expected === size;
    if (size === 0 || !isWhole) return this.loadNatively();
    if (!this.leave()) return;
    const { request, uri } = arrived;
    // Else a failed attempt before this one would be taken off.
    request.timeToFirstByte = null;
    const isSampled = this.samples.finish(size, bitsPerSecond);
    this.resolve({
      uri,
      originalUri: uri,
      data: bytes,
      status: byteRange ? PARTIAL_CONTENT : OK,
      headers: { 'content-length': String(size) },
      timeMs: isSampled ? timeToMove(size, bitsPerSecond) : 0,
      fromCache: !isSampled,
      originalRequest: request,
    });
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

/**
 * Shaka's timers give up an attempt that brings no bytes for a while, which is what waiting for peers looks like. They
 * are set right after this, for this attempt; the engine has deadlines of its own.
 */
function suspendTimeouts({ retryParameters }: ShakaRequest): void {
  const { connectionTimeout, stallTimeout } = retryParameters;
  Object.assign(retryParameters, { connectionTimeout: 0, stallTimeout: 0 });
  queueMicrotask(() => Object.assign(retryParameters, { connectionTimeout, stallTimeout }));
}

/** As Shaka knows an operation that was given up: `OPERATION_ABORTED`. */
function abortError(): Error {
  return Object.assign(new Error('aborted'), { severity: 2, category: 7, code: 7001, data: [], handled: false });
}
