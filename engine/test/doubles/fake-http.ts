// An origin in memory: what is served, how fast and how badly is scripted per URL; time is the given clock's.

import type { ByteRange } from '../../src/base/byte-range';
import { timeToMove, type BitsPerSecond, type Bytes, type Milliseconds } from '../../src/base/units';
import type { Cancel, Clock } from '../../src/ports/clock';
import type { HttpFailure, HttpFetcher, HttpListener, HttpRequest } from '../../src/ports/http-fetcher';

/** How a URL answers. What is left out comes from the origin's defaults. */
export interface FakeResponse {
  readonly bytes: Uint8Array;
  /** Anything but 200 is a failure. */
  readonly status: number;
  /** Time from the request to the head. */
  readonly ttfb: Milliseconds;
  /** Speed of the body; Infinity: at once. */
  readonly rate: BitsPerSecond;
  /** Size of the pieces that the body comes in. */
  readonly chunkBytes: Bytes;
  /** Answers a Range request with 200 and everything. */
  readonly ignoresRange: boolean;
  /** Does not say how long the body is. */
  readonly hidesLength: boolean;
  /** The connection breaks after so many bytes of the body. */
  readonly breaksAfter: Bytes;
  /** Nothing more comes after so many bytes of the body, for ever. */
  readonly stallsAfter: Bytes;
  /** How many requests fail as 'network' before the first that works. */
  readonly failures: number;
}

/** What was asked and what became of it. */
export interface FakeRequest {
  readonly request: HttpRequest;
  readonly at: Milliseconds;
  sentBytes: Bytes;
  state: 'running' | 'ended' | 'failed' | 'cancelled';
}

const DEFAULT_CHUNK_BYTES = 16_384;
const DEFAULTS: FakeResponse = {
  bytes: new Uint8Array(0),
  status: 200,
  ttfb: 20,
  rate: Infinity,
  chunkBytes: DEFAULT_CHUNK_BYTES,
  ignoresRange: false,
  hidesLength: false,
  breaksAfter: Infinity,
  stallsAfter: Infinity,
  failures: 0,
};

/** A scripted origin; a URL that is not served answers 404. */
export class FakeHttp implements HttpFetcher {
  /** Every request so far, oldest first. */
  readonly requests: FakeRequest[] = [];
  readonly #clock: Clock;
  readonly #defaults: FakeResponse;
  readonly #responses = new Map<string, { response: FakeResponse; failuresLeft: number }>();

  constructor(clock: Clock, defaults: Partial<FakeResponse> = {}) {
    this.#clock = clock;
    this.#defaults = { ...DEFAULTS, ...defaults };
  }

  /** Serves `bytes` at `url` from now on; requests that run are not changed. */
  serve(url: string, bytes: Uint8Array, more: Partial<Omit<FakeResponse, 'bytes'>> = {}): void {
    const response = { ...this.#defaults, ...more, bytes };
    this.#responses.set(url, { response, failuresLeft: response.failures });
  }

  /** Answers 404 at `url` from now on. */
  remove(url: string): void {
    this.#responses.delete(url);
  }

  /** Requests for `url`, or for all URLs. */
  requestCount(url?: string): number {
    return this.requests.filter((entry) => url === undefined || entry.request.url === url).length;
  }

  /** Requests that are under way. */
  get activeCount(): number {
    return this.requests.filter((entry) => entry.state === 'running').length;
  }

  fetch(request: HttpRequest, listener: HttpListener): Cancel {
    const entry: FakeRequest = { request, at: this.#clock.now(), sentBytes: 0, state: 'running' };
    this.requests.push(entry);
    const served = this.#responses.get(request.url);
    const response = served?.response ?? { ...this.#defaults, status: 404 };
    const isBroken = served !== undefined && served.failuresLeft > 0;
    if (isBroken) served.failuresLeft--;
    const transfer = new FakeTransfer(this.#clock, entry, response, listener);
    transfer.start(isBroken);
    return () => transfer.cancel();
  }
}

class FakeTransfer {
  #cancelTimer: Cancel = () => undefined;

  constructor(
    readonly clock: Clock,
    readonly entry: FakeRequest,
    readonly response: FakeResponse,
    readonly listener: HttpListener,
  ) {}

  start(isBroken: boolean): void {
    this.#later(this.response.ttfb, () => {
      if (isBroken) this.#fail({ reason: 'network', message: 'scripted failure' });
      else this.#sendHead();
    });
  }

  cancel(): void {
    if (this.entry.state === 'running') this.entry.state = 'cancelled';
    this.#cancelTimer();
  }

  #sendHead(): void {
    const { status, bytes, ignoresRange, hidesLength } = this.response;
    if (status !== 200) return this.#fail({ reason: 'status', status, message: `HTTP status ${status}` });
    const asked = ignoresRange ? undefined : this.entry.request.range;
    if (asked && asked.start >= bytes.length) {
      return this.#fail({ reason: 'status', status: 416, message: 'HTTP status 416' });
    }
    const body: ByteRange = asked
      ? { start: asked.start, end: Math.min(asked.end, bytes.length) }
      : { start: 0, end: bytes.length };
    this.listener.onHead({
      status: asked ? 206 : 200,
      bodyStart: body.start,
      bodyBytes: hidesLength ? undefined : body.end - body.start,
    });
    if (this.#isRunning()) this.#sendNext(body);
  }

  #sendNext(rest: ByteRange): void {
    const { bytes, chunkBytes, rate, breaksAfter, stallsAfter } = this.response;
    const sent = this.entry.sentBytes;
    if (sent >= breaksAfter) return this.#later(0, () => this.#fail({ reason: 'network', message: 'scripted break' }));
    if (sent >= stallsAfter) return;
    if (rest.start >= rest.end) {
      return this.#later(0, () => {
        this.entry.state = 'ended';
        this.listener.onEnd();
      });
    }
    const length = Math.min(chunkBytes, rest.end - rest.start, breaksAfter - sent, stallsAfter - sent);
    this.#later(timeToMove(length, rate), () => {
      this.entry.sentBytes += length;
      this.listener.onChunk(bytes.slice(rest.start, rest.start + length));
      if (this.#isRunning()) this.#sendNext({ start: rest.start + length, end: rest.end });
    });
  }

  #fail(failure: HttpFailure): void {
    this.entry.state = 'failed';
    this.listener.onError(failure);
  }

  #isRunning(): boolean {
    return this.entry.state === 'running';
  }

  #later(delay: Milliseconds, task: () => void): void {
    if (delay !== Infinity) this.#cancelTimer = this.clock.schedule(delay, task);
  }
}
