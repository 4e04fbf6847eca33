// What the head of a response says about the body: pure, so that every odd origin can be a test.

import type { HttpFailure, HttpHead, HttpRequest } from '../../ports/http-fetcher';

/**
 * The part of a Fetch response that counts.
 *
 * @internal
 */
export interface ResponseHead {
  readonly status: number;
  /** 'cors': another origin answered, whose headers may be hidden. */
  readonly type: string;
  readonly headers: { get(name: string): string | null };
}

const CONTENT_RANGE_PATTERN = /^bytes (\d+)-(\d+)\/(?:\d+|\*)$/i;
const OK = 200;
const PARTIAL_CONTENT = 206;

/**
 * The head of a usable response, or why it is not usable.
 *
 * @internal
 */
export function readHead(response: ResponseHead, request: HttpRequest): HttpHead | HttpFailure {
  const { status, headers } = response;
  // Undecoded size and range mean nothing for a body that the platform has decoded.
  const isEncoded = !['', 'identity'].includes(headers.get('content-encoding')?.trim().toLowerCase() ?? '');
  const statedBytes = isEncoded ? undefined : parseLength(headers.get('content-length'));

  // 200 for a Range request: the origin knows no ranges and sends everything.
  if (status === OK) return { status, bodyStart: 0, bodyBytes: statedBytes };
  if (status !== PARTIAL_CONTENT) return { reason: 'status', status, message: `HTTP status ${status}` };

  if (isEncoded) return mismatch('206 with a Content-Encoding');
  if (headers.get('content-type')?.toLowerCase().startsWith('multipart/')) return mismatch('206 with several parts');
  const contentRange = headers.get('content-range');
  if (contentRange === null) {
    // Content-Range is not among the headers that CORS shows without Access-Control-Expose-Headers, which few CDNs
    // send. A 206 that had nothing to do with the request is then not detected here.
    if (response.type !== 'cors' || !request.range) return mismatch('206 without Content-Range');
    return { status, bodyStart: request.range.start, bodyBytes: statedBytes };
  }
  const match = CONTENT_RANGE_PATTERN.exec(contentRange.trim());
  const [start, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || last < start) return mismatch(`206 with Content-Range "${contentRange}"`);
  if (start !== request.range?.start) return mismatch(`206 starts at ${start}, asked was ${request.range?.start}`);
  return { status, bodyStart: start, bodyBytes: last + 1 - start };
}

function parseLength(value: string | null): number | undefined {
  return value !== null && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
}

function mismatch(message: string): HttpFailure {
  return { reason: 'range-mismatch', status: PARTIAL_CONTENT, message };
}
