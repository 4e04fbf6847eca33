// Hands the indexes of media files (the `sidx` box of DASH) to the engine as they pass through VHS's requests: without
// one, nobody knows which byte ranges of a file are its segments.
//
// VHS asks for the file from its beginning, without Range, and aborts when it knows the container. If the index is in
// what came until then, that was it; else VHS asks for the index by Range. A response hook sees the second only.

import { parseRangeHeader } from '../../engine/src/index';
import type { ByteRange, PlayerConnection } from '../../engine/src/index';
import type { VhsHandler, VhsRequestOptions } from './vhs-types';

const OK = 200;
const PARTIAL_CONTENT = 206;

/** What the feed needs of the engine. */
export type IndexReader = Pick<PlayerConnection, 'missingIndex' | 'addIndex'>;

/** The indexes of the source that one VHS plays. */
export class IndexFeed {
  /** Files whose index was handed over or asked for again; each once, whatever comes of it. */
  private readonly done = new Set<string>();
  private readonly running = new Set<{ abort(): void }>();
  private isClosed = false;

  constructor(
    private readonly vhs: VhsHandler,
    private readonly engine: IndexReader,
  ) {}

  /** Makes a request for the file that VHS knows as `url` show what it loads, if the engine lacks the file's index. */
  watch(options: VhsRequestOptions, url: string): VhsRequestOptions {
    const index = this.engine.missingIndex(url);
    const { beforeSend } = options;
    if (!index) return options;
    const look = (request: XMLHttpRequest): void => {
      const bytes = this.isClosed ? undefined : readRange(request, options, index);
      if (!bytes || !this.engine.missingIndex(url)) return;
      this.done.add(url);
      this.engine.addIndex({ url, byteRange: index, bytes });
    };
    return {
      ...options,
      beforeSend: (request: XMLHttpRequest) => {
        // Before VHS's own listener, which aborts the probe: nothing could be read afterwards.
        for (const type of ['progress', 'load']) request.addEventListener(type, () => look(request));
        beforeSend?.(request);
      },
    };
  }

  /**
   * VHS asks for a segment of the file at `url`, so it has read the index. If the engine has not, it passed before
   * anyone was listening: it is asked for once more, through VHS's own request function.
   */
  findMissing(url: string): void {
    const index = this.done.has(url) ? undefined : this.engine.missingIndex(url);
    if (!index) return;
    this.done.add(url);
    // Not within the hook that brought us here.
    queueMicrotask(() => this.refetch(url, index));
  }

  /** Ends the requests that are still under way. */
  close(): void {
    this.isClosed = true;
    for (const request of [...this.running]) request.abort();
    this.running.clear();
  }

  private refetch(uri: string, { start, end }: ByteRange): void {
    if (this.isClosed) return;
    const request = this.vhs.xhr(
      {
        uri,
        responseType: 'arraybuffer',
        headers: { Range: `bytes=${start}-${end - 1}` },
        withCredentials: this.vhs.options_?.withCredentials ?? false,
        requestType: 'dash-sidx',
      },
      () => this.running.delete(request),
    );
    this.running.add(request);
  }
}

/** The bytes of `range`, if the request has them by now. */
function readRange(request: XMLHttpRequest, options: VhsRequestOptions, range: ByteRange): Uint8Array | undefined {
  const { status, responseType, readyState } = request;
  if (status !== OK && status !== PARTIAL_CONTENT) return undefined;
  const start = range.start - (status === PARTIAL_CONTENT ? startAskedFor(options) : 0);
  const end = start + range.end - range.start;
  if (start < 0) return undefined;
  // The probe: VHS has the bytes come as characters, one each, in order to read them on the way.
  if (responseType === '' && options.beforeSend) {
    const text = request.responseText;
    return text.length < end ? undefined : Uint8Array.from(text.slice(start, end), (char) => char.charCodeAt(0));
  }
  if (responseType !== 'arraybuffer' || readyState !== XMLHttpRequest.DONE) return undefined;
  const body: unknown = request.response;
  return body instanceof ArrayBuffer && body.byteLength >= end ? new Uint8Array(body.slice(start, end)) : undefined;
}

function startAskedFor({ headers = {} }: VhsRequestOptions): number {
  const [, header] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'range') ?? [];
  return (header === undefined ? undefined : parseRangeHeader(header)?.start) ?? 0;
}
