// One segment on its way to dash.js: from the engine, else from dash.js's own loader.

import type { DeliveredSegment } from '../../engine/src/index';
import { AskedSegment, statusFor, toHttpUrl } from '../../engine/src/plugin';
import type { AskingSession } from '../../engine/src/plugin';
import type { ArrivedRequest, TakenRequest } from './loader-extension';
import { ThroughputSamples } from './throughput-samples';

/** A segment that the engine was asked for. */
export class SegmentLoad implements TakenRequest {
  private readonly asked: AskedSegment;
  private readonly samples: ThroughputSamples;

  private constructor(
    private readonly arrived: ArrivedRequest,
    private readonly session: AskingSession,
  ) {
    this.asked = new AskedSegment(session);
    this.samples = new ThroughputSamples((progress) => arrived.request.customData.onprogress?.(progress));
  }

  /** Asks the engine; undefined: it has nothing to do with this request. */
  static begin(arrived: ArrivedRequest, session: AskingSession): SegmentLoad | undefined {
    const load = new SegmentLoad(arrived, session);
    return load.askEngine() ? load : undefined;
  }

  abort(): void {
    if (this.asked.leave()) this.arrived.request.customData.onabort?.();
  }

  /** Lets dash.js's own loader do what the engine has not done. */
  loadNatively(): void {
    if (this.asked.leave()) this.arrived.loadNatively();
  }

  private askEngine(): boolean {
    const { request } = this.arrived;
    const url = toHttpUrl(request.url);
    const listedUrl = toHttpUrl(request.customData.request.url ?? undefined);
    if (url === undefined) return false;
    return this.asked.ask(
      {
        url,
        headers: request.headers ?? {},
        withCredentials: request.credentials === 'include',
        ...(listedUrl !== undefined && { listedUrl }),
      },
      {
        onProgress: (loaded, total) =>
          this.samples.add(loaded, total, this.session.bufferAheadSeconds(), performance.now()),
        onSuccess: (segment) => this.succeed(segment),
        onError: () => this.loadNatively(),
      },
    );
  }

  private succeed({ bytes, bitsPerSecond }: DeliveredSegment): void {
    const { request, response } = this.arrived;
    const size = bytes.byteLength;
    this.samples.finish(request.customData.request, size, bitsPerSecond, performance.now());
    // Hearing of it, dash.js may have given the segment up.
    if (!this.asked.leave()) return;
    response.url = request.url;
    response.status = statusFor(request.headers ?? {});
    response.statusText = response.status === 206 ? 'Partial Content' : 'OK';
    response.headers = { 'content-length': String(size) };
    response.data = bytes;
    request.customData.onloadend?.();
  }
}
