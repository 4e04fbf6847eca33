// Which sources are for the engine, and which requests of VHS are media segments. Everything else is left to the
// player: manifests, keys, initialization segments, clocks, DASH indexes and container probes.

import { toHttpUrl } from '../../engine/src/plugin';
import type { VhsHandler, VhsRequestOptions, VideojsSource } from './vhs-types';

/** A manifest format that both VHS and the engine read. */
export type SourceFormat = 'hls' | 'dash';

const FORMATS: readonly (readonly [format: SourceFormat, type: RegExp, path: RegExp])[] = [
  ['hls', /^(audio|video|application)\/(x-|vnd\.apple\.)?mpegurl/i, /\.m3u8$/i],
  ['dash', /^application\/dash\+xml/i, /\.mpd$/i],
];

/** What a source is by its type or, without one, by its name; undefined: nothing that VHS plays. */
export function sourceFormatOf({ src, type }: VideojsSource): SourceFormat | undefined {
  const url = toHttpUrl(src);
  const pathname = url === undefined ? '' : new URL(url).pathname;
  return FORMATS.find(([, ofType, ofPath]) => (type ? ofType.test(type) : ofPath.test(pathname)))?.[0];
}

/** Whether the engine may answer this request: a plain GET for what looks like a media segment. */
export function isSegmentRequest(options: VhsRequestOptions): boolean {
  return isPlainGet(options) && looksLikeSegment(options) && toHttpUrl(options.uri) !== undefined;
}

/**
 * Whether VHS is loading a part (LL-HLS) from `uri`. Its request type is `segment` too, so only the loader's own state
 * tells; without that state the engine answers, which knows no segment at a part's URL and range.
 */
export function isPartRequest({ playlistController_: controller }: VhsHandler, uri: string | undefined): boolean {
  return [controller?.mainSegmentLoader_, controller?.audioSegmentLoader_].some((loader) => {
    const pending = loader?.pendingSegment_;
    return typeof pending?.partIndex === 'number' && pending.part?.resolvedUri === uri;
  });
}

/** A request with a body, log-in or its own `xhr` is the page's business; a synchronous one cannot wait for peers. */
export function isPlainGet({ method = 'GET', body, data, sync, username, xhr }: VhsRequestOptions): boolean {
  return method.toUpperCase() === 'GET' && !body && !data && !sync && !username && !xhr;
}

function looksLikeSegment(options: VhsRequestOptions): boolean {
  if (options.requestType !== undefined) return options.requestType === 'segment';
  // VHS before 3.13 gives no type. Of its binary requests, only those of a segment loader carry both headers and the
  // loader's settings: keys have no headers, and DASH's probe, which must stay untouched, has a `beforeSend`.
  return (
    options.responseType === 'arraybuffer' &&
    options.headers !== undefined &&
    'maxPlaylistRetries' in options &&
    options.beforeSend === undefined
  );
}
