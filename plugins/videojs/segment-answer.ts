// What a request that the engine answered says about its answer.

import type { ByteRange } from '../../engine/src/index';

/** The answering side of an XMLHttpRequest; a real one fits too. */
export interface Answer {
  readonly readyState: number;
  readonly status: number;
  readonly statusText: string;
  readonly response: unknown;
  readonly responseURL: string;
  getAllResponseHeaders(): string;
  getResponseHeader(name: string): string | null;
}

/** Bytes that the engine delivered, and what was asked for. */
export interface DeliveredBytes {
  readonly bytes: ArrayBuffer;
  readonly byteRange: ByteRange | undefined;
  readonly address: string;
}

/** The states of an XMLHttpRequest. */
export const ReadyState = { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 } as const;

const OK = 200;
const PARTIAL_CONTENT = 206;

/** An answer at `readyState`; without `delivered` there is none. */
export class SegmentAnswer implements Answer {
  readonly status: number = 0;
  readonly statusText: string = '';
  readonly response: ArrayBuffer | null = null;
  readonly responseURL: string = '';
  private readonly headers: Readonly<Record<string, string>> = {};

  constructor(
    readonly readyState: number,
    delivered?: DeliveredBytes,
  ) {
    if (!delivered) return;
    const { bytes, byteRange, address } = delivered;
    this.status = byteRange ? PARTIAL_CONTENT : OK;
    this.statusText = byteRange ? 'Partial Content' : 'OK';
    this.responseURL = new URL(address, document.baseURI).href;
    if (readyState === ReadyState.DONE) this.response = bytes;
    this.headers = {
      'content-length': String(bytes.byteLength),
      // The size of the whole resource is not known here; RFC 9110 §14.4 writes that as *.
      ...(byteRange && {
        'content-range': `bytes ${byteRange.start}-${byteRange.start + bytes.byteLength - 1}/*`,
      }),
    };
  }

  getAllResponseHeaders(): string {
    return Object.entries(this.headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }

  getResponseHeader(name: string): string | null {
    return this.headers[name.toLowerCase()] ?? null;
  }
}
