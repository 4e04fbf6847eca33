// HLS playlist texts as they come out of VHS's requests, and a short memory of them for the whole page.

import type { ManifestText } from '../../engine/src/index';
import { toHttpUrl } from './request-kind';
import type { VhsRequest, VhsResponse } from './vhs-types';

/** Stops pages with many players, or long zapping, from keeping every playlist they ever loaded. */
export const MAX_REMEMBERED_PLAYLISTS = 32;
/** Stops a few day-long playlists from holding more memory than that (16-bit characters, so 8 MiB). */
export const MAX_REMEMBERED_CHARACTERS = 4 * 1024 * 1024;

/** The playlist in an answer, if it is one. */
export function readPlaylist(request: VhsRequest, error: unknown, response: VhsResponse): ManifestText | undefined {
  const { body, statusCode = 0 } = response;
  if (error || typeof body !== 'string' || statusCode < 200 || statusCode > 299) return undefined;
  // VHS before 3.13 does not say what it asked for.
  if (request.requestType !== 'hls-playlist' && !/^\s*#EXTM3U/.test(body)) return undefined;
  // By the URL that VHS knows it under: hooks of the page may have put a token on the one that was asked for.
  const url = toHttpUrl(request.uri ?? response.url);
  const responseUrl = toHttpUrl(request.responseURL);
  if (url === undefined) return undefined;
  return { url, text: body, ...(responseUrl !== undefined && responseUrl !== url && { responseUrl }) };
}

/** What names a playlist over all its reloads: LL-HLS reloads carry `_HLS_…` directives in the query. */
export function playlistKey(url: string): string {
  const parsed = new URL(url, document.baseURI);
  const directives = [...parsed.searchParams.keys()].filter((name) => name.startsWith('_HLS_'));
  for (const name of directives) parsed.searchParams.delete(name);
  parsed.hash = '';
  return parsed.href;
}

/** The names under which VHS may ask for `manifest` or know it. */
export function playlistKeys({ url, responseUrl }: ManifestText): string[] {
  return (responseUrl === undefined ? [url] : [url, responseUrl]).map(playlistKey);
}

/** The latest playlists of the page: a player may join long after VHS loaded them. */
export class PlaylistMemory {
  private entries: { readonly keys: readonly string[]; readonly manifest: ManifestText }[] = [];

  remember(manifest: ManifestText): void {
    const keys = playlistKeys(manifest);
    this.entries = this.entries.filter((entry) => !entry.keys.some((key) => keys.includes(key)));
    this.entries.push({ keys, manifest });
    while (this.entries.length > MAX_REMEMBERED_PLAYLISTS || this.characterCount() > MAX_REMEMBERED_CHARACTERS) {
      this.entries.shift();
    }
  }

  recall(url: string): ManifestText | undefined {
    const key = playlistKey(url);
    return this.entries.find((entry) => entry.keys.includes(key))?.manifest;
  }

  private characterCount(): number {
    return this.entries.reduce((sum, { manifest }) => sum + manifest.text.length, 0);
  }
}
