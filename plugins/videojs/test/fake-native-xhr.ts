// The browser's XMLHttpRequest, answered by a test. Its event order is that of the XHR standard.

import { last } from '../../test/fake-connection';

const HEADERS_RECEIVED = 2;
const LOADING = 3;
const DONE = 4;

/** Everything that was asked natively, in order. */
export const nativeRequests: FakeNativeXhr[] = [];

/** The latest native request. */
export const lastNative = (): FakeNativeXhr => last(nativeRequests);

export class FakeNativeXhr extends EventTarget {
  readyState = 0;
  status = 0;
  statusText = '';
  response: ArrayBuffer | string | null = null;
  responseURL = '';
  responseType = '';
  withCredentials = false;
  timeout = 0;
  mimeType: string | undefined;
  address = '';
  isAborted = false;
  readonly requestHeaders: Record<string, string> = {};
  [handler: `on${string}`]: ((event: Event) => void) | undefined;

  constructor() {
    super();
    nativeRequests.push(this);
  }

  get responseText(): string {
    return typeof this.response === 'string' ? this.response : '';
  }

  open(_method: string, address: string): void {
    this.address = address;
    this.readyState = 1;
  }

  setRequestHeader(name: string, value: string): void {
    this.requestHeaders[name] = value;
  }

  overrideMimeType(mimeType: string): void {
    this.mimeType = mimeType;
  }

  send(): void {}

  abort(): void {
    const isRunning = this.readyState > 0 && this.readyState < DONE;
    this.isAborted = true;
    this.response = null;
    if (isRunning) this.end('abort');
    this.readyState = 0;
  }

  getAllResponseHeaders(): string {
    return 'content-type: video/mp2t\r\n';
  }

  getResponseHeader(name: string): string | null {
    return name.toLowerCase() === 'content-type' ? 'video/mp2t' : null;
  }

  /** The beginning of a text has come. */
  arrive(status: number, text: string, responseURL = this.address): void {
    Object.assign(this, { status, responseURL, readyState: LOADING, response: text });
    this.emit('progress', text.length);
  }

  answer(status: number, response: ArrayBuffer | string, responseURL = this.address): void {
    Object.assign(this, { status, responseURL, readyState: HEADERS_RECEIVED });
    this.emit('readystatechange');
    const size = typeof response === 'string' ? response.length : response.byteLength;
    this.emit('progress', size);
    this.response = response;
    this.end('load', size);
  }

  fail(): void {
    this.end('error');
  }

  expire(): void {
    this.end('timeout');
  }

  private end(type: string, loaded = 0): void {
    this.readyState = DONE;
    this.emit('readystatechange');
    this.emit(type, loaded);
    this.emit('loadend', loaded);
  }

  private emit(type: string, loaded = 0): void {
    const event = new ProgressEvent(type, { lengthComputable: loaded > 0, loaded, total: loaded });
    this[`on${type}`]?.(event);
    this.dispatchEvent(event);
  }
}
