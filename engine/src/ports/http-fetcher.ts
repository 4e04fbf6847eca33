import type { ByteRange } from '../base/byte-range';
import type { Bytes } from '../base/units';
import type { Cancel } from './clock';

/** One GET. */
export interface HttpRequest {
  readonly url: string;
  /** What to ask for by a Range header; absent: the whole resource. `end` may be Infinity. */
  readonly range?: ByteRange;
  /** Headers that the player would have sent, without Range. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether cookies go along across origins. */
  readonly withCredentials: boolean;
}

/** What the response's head says. */
export interface HttpHead {
  /** 200 or 206; any other status arrives as a failure. */
  readonly status: number;
  /** First byte of the resource that the body starts with: 0 for a 200, from Content-Range for a 206. */
  readonly bodyStart: Bytes;
  /** Size of the body in bytes, when the origin says it. */
  readonly bodyBytes: Bytes | undefined;
}

/** Why there is no (more) body. `status` is the HTTP status when there was one. */
export interface HttpFailure {
  readonly reason: 'network' | 'status' | 'range-mismatch';
  readonly status?: number;
  readonly message: string;
}

/** Called in the order head, chunk…, end; or error at any point, then nothing more. Never synchronously from `fetch`. */
export interface HttpListener {
  onHead(head: HttpHead): void;
  /** The listener may keep `bytes`. */
  onChunk(bytes: Uint8Array): void;
  onEnd(): void;
  onError(failure: HttpFailure): void;
}

/** Gets bytes from the origin or CDN. It does no retries and has no time-outs: the core decides both. */
export interface HttpFetcher {
  /** After the returned cancel was called the listener hears nothing more and the transfer is stopped. */
  fetch(request: HttpRequest, listener: HttpListener): Cancel;
}
