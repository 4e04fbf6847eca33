import { toRangeHeader } from '../../base/byte-range';
import type { Cancel } from '../../ports/clock';
import type { HttpFailure, HttpFetcher, HttpListener, HttpRequest } from '../../ports/http-fetcher';
import { readHead } from './http-head';

/**
 * HTTP by the Fetch API, body streamed.
 *
 * @internal
 */
export class FetchHttp implements HttpFetcher {
  fetch(request: HttpRequest, listener: HttpListener): Cancel {
    const transfer = new FetchTransfer(request, listener);
    void transfer.run();
    return () => transfer.cancel();
  }
}

class FetchTransfer {
  readonly #abort = new AbortController();
  #isRead = false;

  constructor(
    readonly request: HttpRequest,
    readonly listener: HttpListener,
  ) {}

  cancel(): void {
    this.#abort.abort();
  }

  async run(): Promise<void> {
    try {
      const failure = await this.#transfer();
      if (failure && !this.#isCancelled) this.listener.onError(failure);
    } finally {
      // Also when refused by its head, or when the listener threw: an unread body keeps its connection busy. One that
      // was read is left alone: the browser may still note its end, and would take it for given up.
      if (!this.#isRead) this.#abort.abort();
    }
  }

  /** Only calls to the platform are guarded: an exception of the listener is not the network's fault. */
  async #transfer(): Promise<HttpFailure | undefined> {
    const response = await orFailure(this.#send());
    if ('reason' in response) return response;
    if (this.#isCancelled) return undefined;
    const head = readHead(response, this.request);
    if ('reason' in head) return head;
    this.listener.onHead(head);
    if (this.#isCancelled) return undefined;

    const reader = response.body?.getReader();
    while (reader) {
      const piece = await orFailure(reader.read());
      if ('reason' in piece) return piece;
      if (this.#isCancelled) return undefined;
      if (piece.done) break;
      if (piece.value.length > 0) this.listener.onChunk(piece.value);
      if (this.#isCancelled) return undefined;
    }
    this.#isRead = true;
    this.listener.onEnd();
    return undefined;
  }

  /** Async: fetch() throws at once for a header or URL that it cannot send, and failures never come synchronously. */
  async #send(): Promise<Response> {
    const { url, range, headers, withCredentials } = this.request;
    return fetch(url, {
      headers: range ? { ...headers, Range: toRangeHeader(range) } : { ...headers },
      credentials: withCredentials ? 'include' : 'same-origin',
      signal: this.#abort.signal,
    });
  }

  get #isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }
}

async function orFailure<T>(promise: Promise<T>): Promise<T | HttpFailure> {
  try {
    return await promise;
  } catch (error) {
    return { reason: 'network', message: error instanceof Error ? error.message : String(error) };
  }
}
