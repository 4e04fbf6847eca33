// Reads along what passes through a player's loaders: manifests, and the indexes of media files.

import { parseRangeHeader } from '../../engine/src/index';
import type { PlayerConnection } from '../../engine/src/index';
import { rangeHeaderOf, toHttpUrl } from '../../engine/src/plugin';
import type { CommonMediaResponse } from './dashjs-types';

/** What the reader needs of the engine. */
export type ReadingEngine = Pick<PlayerConnection, 'addManifest' | 'missingIndex' | 'addIndex'>;

/** Patches and Smooth Streaming come under the same type. */
const MPD_TEXT = /<(?:[\w-]+:)?MPD[\s>]/;
const OK = 200;
const PARTIAL_CONTENT = 206;

/** Hands what `response` holds to the engine, if that is something it reads. */
export function readResponse(engine: ReadingEngine, response: CommonMediaResponse): void {
  const { status, data } = response;
  if (status !== OK && status !== PARTIAL_CONTENT) return;
  const { type, url: listedUrl } = response.request.customData.request;
  const url = toHttpUrl(listedUrl ?? response.request.url);
  if (url === undefined) return;
  if (type === 'MPD' && typeof data === 'string') readManifest(engine, url, data, toHttpUrl(response.url));
  else if (type === 'ContentSteering' && typeof data === 'string') engine.addManifest({ url, text: data });
  else if (type === 'MediaSegment' && data instanceof ArrayBuffer) readIndex(engine, url, data, response);
}

function readManifest(engine: ReadingEngine, url: string, text: string, responseUrl: string | undefined): void {
  if (!MPD_TEXT.test(text)) return;
  engine.addManifest({ url, text, ...(responseUrl !== undefined && responseUrl !== url && { responseUrl }) });
}

/** dash.js asks for an index by itself, at its own guess of a range where the manifest has none. */
function readIndex(engine: ReadingEngine, url: string, data: ArrayBuffer, response: CommonMediaResponse): void {
  const index = engine.missingIndex(url);
  if (!index) return;
  const askedFrom =
    response.status === PARTIAL_CONTENT ? parseRangeHeader(rangeHeaderOf(response.request.headers))?.start : 0;
  if (askedFrom === undefined || askedFrom > index.start || askedFrom + data.byteLength < index.end) return;
  const bytes = new Uint8Array(data, index.start - askedFrom, index.end - index.start);
  engine.addIndex({ url, byteRange: index, bytes });
}
