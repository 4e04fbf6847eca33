// A stand-in for XMLHttpRequest, for one segment: `videojs.xhr` takes one as its `xhr` option. It asks the engine, and
// when the engine has no answer it becomes the real thing, so that VHS gets what it would have got without us.
//
// `videojs.xhr` and VHS write their own notes on the request (`url`, `method`, `headers`, `uri`, `requestType`,
// `aborted`, `responseTime` …, and a wrapped `abort`), so no member here may bear such a name unless it means that.

import { parseRangeHeader } from '../../engine/src/index';
import type { ByteRange, Cancel, DeliveredSegment, PlayerRequest, PlayerRequestListener } from '../../engine/src/index';
import { ProgressFeed } from '../../engine/src/plugin';
import { type Answer, ReadyState, SegmentAnswer } from './segment-answer';

/** What a request needs from its player. */
export interface SegmentXhrContext {
  /** Asks the engine, as `PlayerConnection.request` does. */
  request(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined;
  bufferAheadSeconds(): number;
  createNativeRequest(): XMLHttpRequest;
}

/** Listener on an `on…` property. */
export type XhrHandler = ((event: Event) => void) | null;

const FORWARDED_EVENTS = ['readystatechange', 'progress', 'load', 'error', 'timeout', 'abort', 'loadend'] as const;
const EVENTS = ['loadstart', ...FORWARDED_EVENTS] as const;
type XhrEvent = (typeof EVENTS)[number];

/** Who is at work on the request. */
type Phase = 'unsent' | 'opened' | 'engine' | 'native' | 'done';

/** A question to the engine; its identity tells a late answer from a current one. */
interface EngineQuestion {
  cancel: Cancel | undefined;
  isAsked: boolean;
}

/** An XMLHttpRequest that asks the engine first. */
export class SegmentXhr extends EventTarget {
  onreadystatechange: XhrHandler = null;
  onloadstart: XhrHandler = null;
  onprogress: XhrHandler = null;
  onload: XhrHandler = null;
  onerror: XhrHandler = null;
  ontimeout: XhrHandler = null;
  onabort: XhrHandler = null;
  onloadend: XhrHandler = null;

  responseType: XMLHttpRequestResponseType = '';
  withCredentials = false;
  /** Milliseconds for the real request, if it comes to one; the engine has its own deadlines. 0 is none. */
  timeout = 0;

  /** The rate that VHS takes for its estimate; VHS measures by itself where it is not set. */
  bandwidth: number | undefined;
  /** When VHS made the request, by `Date.now()`: VHS sets it and computes rates from it. */
  requestTime: number | undefined;
  /** How VHS knows a timeout from an error. */
  timedout: boolean | undefined;

  private phase: Phase = 'unsent';
  private answer: Answer = new SegmentAnswer(ReadyState.UNSENT);
  private opening: { readonly verb: string; readonly address: string; readonly more: unknown[] } | undefined;
  private requestHeaders: [name: string, value: string][] = [];
  private mimeType: string | undefined;
  private question: EngineQuestion | undefined;
  private native: XMLHttpRequest | undefined;
  private progressFeed = new ProgressFeed();

  constructor(private readonly context: SegmentXhrContext) {
    super();
    for (const type of EVENTS) this.addEventListener(type, (event) => this[`on${type}`]?.call(this, event));
  }

  get readyState(): number {
    return this.answer.readyState;
  }
  get status(): number {
    return this.answer.status;
  }
  get statusText(): string {
    return this.answer.statusText;
  }
  get response(): unknown {
    return this.answer.response;
  }
  get responseURL(): string {
    return this.answer.responseURL;
  }
  /** Empty for binary responses, where the real one throws: VHS reads it when it puts an error into words. */
  get responseText(): string {
    return typeof this.response === 'string' ? this.response : '';
  }
  getAllResponseHeaders(): string {
    return this.answer.getAllResponseHeaders();
  }
  getResponseHeader(name: string): string | null {
    return this.answer.getResponseHeader(name);
  }

  /** Begins anew, also after an end: `videojs.xhr` retries with the same object. */
  open(verb: string, address: string, ...more: unknown[]): void {
    this.forgetAttempt();
    this.opening = { verb, address, more };
    this.requestHeaders = [];
    this.phase = 'opened';
    this.enter(ReadyState.OPENED);
  }

  setRequestHeader(name: string, value: string): void {
    this.requestHeaders.push([name, value]);
  }

  overrideMimeType(mimeType: string): void {
    this.mimeType = mimeType;
  }

  send(body: XMLHttpRequestBodyInit | null = null): void {
    if (this.phase !== 'opened') throw new DOMException('The request is not open', 'InvalidStateError');
    this.phase = 'engine';
    this.emit('loadstart');
    // A listener may have aborted.
    if (this.isIn('engine') && !(body === null && this.askEngine())) this.sendNatively(body);
  }

  abort(): void {
    if (this.native) return this.native.abort(); // its events come through
    const wasEngine = this.phase === 'engine';
    this.dropQuestion();
    if (wasEngine) {
      this.phase = 'done';
      this.enter(ReadyState.DONE);
      this.emit('abort');
      this.emit('loadend');
    }
    if (this.phase === 'done') this.answer = new SegmentAnswer(ReadyState.UNSENT);
  }

  /** The session ended: what the engine has not answered yet, the real request asks anew. */
  leaveEngine(): void {
    if (this.phase !== 'engine') return;
    this.dropQuestion();
    this.sendNatively();
  }

  private get byteRange(): ByteRange | undefined {
    return this.rangeHeader === undefined ? undefined : parseRangeHeader(this.rangeHeader);
  }

  private get rangeHeader(): string | undefined {
    return this.requestHeaders.find(([name]) => isRange(name))?.[1];
  }

  /** Whether the engine took the request. */
  private askEngine(): boolean {
    const { byteRange } = this;
    if (!this.opening || (this.rangeHeader !== undefined && !byteRange)) return false;
    const question: EngineQuestion = { cancel: undefined, isAsked: false };
    this.question = question;
    const whenCurrent = (act: () => void): void => {
      // Until send() returns, videojs.xhr has not returned the request that VHS's callback reads.
      if (!question.isAsked) queueMicrotask(() => whenCurrent(act));
      else if (this.question === question) act();
    };
    try {
      question.cancel = this.context.request(
        {
          url: new URL(this.opening.address, document.baseURI).href,
          headers: headersWithoutRange(this.requestHeaders),
          withCredentials: this.withCredentials,
          ...(byteRange && { byteRange }),
        },
        {
          onProgress: (loadedBytes, totalBytes) => whenCurrent(() => this.feedProgress(loadedBytes, totalBytes)),
          onSuccess: (segment) => whenCurrent(() => this.succeed(segment)),
          onError: () => whenCurrent(() => this.sendNatively()),
        },
      );
    } catch {
      // Whatever failed in the engine, the segment must come.
    }
    question.isAsked = true;
    if (!question.cancel) this.question = undefined;
    return question.cancel !== undefined;
  }

  private feedProgress(loadedBytes: number, totalBytes: number | undefined): void {
    const madeAt = this.requestTime;
    const shown = this.progressFeed.beginningFor(loadedBytes, this.context.bufferAheadSeconds(), Date.now());
    if (shown === undefined) return;
    this.requestTime = shown;
    this.emit('progress', loadedBytes, totalBytes);
    this.requestTime = madeAt;
  }

  private succeed({ bytes, bitsPerSecond }: DeliveredSegment): void {
    const { byteRange } = this;
    const size = bytes.byteLength;
    const { question } = this;
    const delivered = { bytes, byteRange, address: this.opening?.address ?? '' };
    // VHS keeps what stands here; its own sum would take the speed of the memory for that of the network.
    if (Number.isFinite(bitsPerSecond) && bitsPerSecond > 0) this.bandwidth = bitsPerSecond;
    for (const readyState of [ReadyState.HEADERS_RECEIVED, ReadyState.LOADING]) {
      this.enter(readyState, delivered);
      if (this.question !== question) return; // aborted by a listener
    }
    // As each real request has one at least. With earlier ones it could still tell VHS to abort what is complete.
    if (!this.progressFeed.hasBegun) this.emit('progress', size, size);
    if (this.question !== question) return;
    this.question = undefined;
    this.phase = 'done';
    this.enter(ReadyState.DONE, delivered);
    this.emit('load', size, size);
    this.emit('loadend', size, size);
  }

  private sendNatively(body: XMLHttpRequestBodyInit | null = null): void {
    if (!this.opening) return;
    this.question = undefined;
    this.phase = 'native';
    const native = this.context.createNativeRequest();
    const { verb, address, more } = this.opening;
    // videojs.xhr hands over user and password too, undefined mostly, which open() would take for an empty name.
    const [isAsync = true, user, password] = more as [boolean?, string?, string?];
    native.open(verb, address, isAsync, user ?? null, password ?? null);
    native.withCredentials = this.withCredentials;
    native.responseType = this.responseType;
    native.timeout = this.timeout;
    if (this.mimeType !== undefined) native.overrideMimeType(this.mimeType);
    for (const [name, value] of this.requestHeaders) native.setRequestHeader(name, value);
    for (const type of FORWARDED_EVENTS) native.addEventListener(type, (event) => this.forward(native, type, event));
    this.native = native;
    this.answer = native;
    // VHS computes the rate from here on; what the engine tried before says nothing about HTTP.
    if (this.requestTime !== undefined) this.requestTime = Date.now();
    native.send(body);
  }

  private forward(native: XMLHttpRequest, type: XhrEvent, event: Event): void {
    if (this.native !== native) return;
    if (type === 'timeout') this.timedout = true;
    if (type === 'loadend') this.phase = 'done';
    const { loaded, total, lengthComputable } = event as Partial<ProgressEvent>;
    this.emit(type, loaded, lengthComputable ? total : undefined);
  }

  /** Ends what is running without a word, as open() on a busy XMLHttpRequest does. */
  private forgetAttempt(): void {
    this.dropQuestion();
    const { native } = this;
    this.native = undefined;
    native?.abort();
    this.bandwidth = undefined;
    this.timedout = undefined;
    this.progressFeed = new ProgressFeed();
  }

  private dropQuestion(): void {
    const { question } = this;
    this.question = undefined;
    question?.cancel?.();
  }

  private enter(readyState: number, delivered?: ConstructorParameters<typeof SegmentAnswer>[1]): void {
    this.answer = new SegmentAnswer(readyState, delivered);
    this.emit('readystatechange');
  }

  private emit(type: XhrEvent, loaded = 0, total?: number): void {
    this.dispatchEvent(
      type === 'readystatechange'
        ? new Event(type)
        : new ProgressEvent(type, { lengthComputable: total !== undefined, loaded, total: total ?? 0 }),
    );
  }

  /** A comparison that the compiler does not take for a lasting fact: listeners change the phase. */
  private isIn(phase: Phase): boolean {
    return this.phase === phase;
  }
}

const isRange = (name: string): boolean => name.toLowerCase() === 'range';

function headersWithoutRange(headers: readonly [string, string][]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (isRange(name)) continue;
    result[name] = name in result ? `${result[name]}, ${value}` : value;
  }
  return result;
}
