// One segment on its way to Shaka: from the engine, else from Shaka's own loader.

import type { DeliveredSegment } from '../../engine/src/index';
import { AskedSegment, statusFor, timeToMove } from '../../engine/src/plugin';
import type { AskingSession } from '../../engine/src/plugin';
import { DeliverySamples } from './delivery-samples';
import type { ArrivedRequest } from './scheme-hook';
import type { ShakaOperation, ShakaRequest, ShakaResponse } from './shaka-types';

/** A segment that the engine was asked for. */
export class SegmentOperation implements ShakaOperation<ShakaResponse> {
  readonly promise: Promise<ShakaResponse>;
  private readonly asked: AskedSegment;
  private readonly samples: DeliverySamples;
  private native: ShakaOperation<ShakaResponse> | undefined;
  private resolve!: (response: ShakaResponse | Promise<ShakaResponse>) => void;
  private reject!: (error: Error) => void;

  private constructor(
    private readonly arrived: ArrivedRequest,
    private readonly session: AskingSession,
  ) {
    this.asked = new AskedSegment(session);
    this.samples = new DeliverySamples(arrived.progressUpdated);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Asks the engine; undefined: it has nothing to do with this request. */
  static begin(arrived: ArrivedRequest, session: AskingSession): SegmentOperation | undefined {
    const operation = new SegmentOperation(arrived, session);
    return operation.askEngine() ? operation : undefined;
  }

  abort(): Promise<void> {
    if (this.native) return this.native.abort();
    if (this.asked.leave()) this.reject(abortError());
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
    if (!this.asked.leave()) return;
    this.native = this.arrived.loadNatively();
    this.resolve(this.native.promise);
  }

  private askEngine(): boolean {
    const { request, uri } = this.arrived;
    const isAsked = this.asked.ask(
      { url: uri, headers: request.headers, withCredentials: request.allowCrossSiteCredentials ?? false },
      {
        onProgress: (loaded, total) =>
          this.samples.add(loaded, total, this.session.bufferAheadSeconds(), performance.now()),
        onSuccess: (segment) => this.succeed(segment),
        onError: () => this.loadNatively(),
      },
    );
    if (isAsked) suspendTimeouts(request);
    return isAsked;
  }

  private succeed({ bytes, bitsPerSecond }: DeliveredSegment): void {
    if (!this.asked.leave()) return;
    const { request, uri } = this.arrived;
    const size = bytes.byteLength;
    // Else a failed attempt before this one would be taken off.
    request.timeToFirstByte = null;
    const isSampled = this.samples.finish(size, bitsPerSecond);
    this.resolve({
      uri,
      originalUri: uri,
      data: bytes,
      status: statusFor(request.headers),
      headers: { 'content-length': String(size) },
      timeMs: isSampled ? timeToMove(size, bitsPerSecond) : 0,
      fromCache: !isSampled,
      originalRequest: request,
    });
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
