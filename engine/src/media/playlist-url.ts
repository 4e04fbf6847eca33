// URLs as the engine compares them. Knows nothing of playlists' contents.

import type { ByteRange } from '../base/byte-range';

/** Parameters that players add to a playlist's URL (delivery directives); RFC 8216bis reserves the prefix. */
const DELIVERY_DIRECTIVE = /^_HLS_/i;

function parseUrl(url: string, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

/** `url` made absolute, without its fragment; undefined unless it is an HTTP(S) URL. */
export function resolveHttpUrl(url: string, base?: string): string | undefined {
  const parsed = parseUrl(url, base);
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') return undefined;
  if (parsed.hash) parsed.hash = '';
  return parsed.href;
}

/** The form in which playlist URLs are compared: absolute, without fragment and `_HLS_…` parameters. */
export function playlistUrlKey(url: string, base?: string): string | undefined {
  const resolved = resolveHttpUrl(url, base);
  const parsed = resolved === undefined ? undefined : parseUrl(resolved);
  if (!parsed) return undefined;
  const parameters = parsed.search.slice(1).split('&');
  parsed.search = parameters.filter((parameter) => !DELIVERY_DIRECTIVE.test(parameter)).join('&');
  return parsed.href;
}

/** `url` without credentials, query and fragment; undefined when it is not absolute. */
export function withoutQuery(url: string): string | undefined {
  const parsed = parseUrl(url);
  return parsed && `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** The path of an absolute URL; undefined when it is not one. */
export const pathOf = (url: string): string | undefined => parseUrl(url)?.pathname;

/** A resource, or a part of it, as text for maps. `url` must be resolved: it holds no space then. */
export function locationOf(url: string, range: ByteRange | undefined): string {
  return range ? `${url} ${range.start}-${range.end}` : url;
}
