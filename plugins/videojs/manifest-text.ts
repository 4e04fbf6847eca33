// Manifest texts as they come out of VHS's requests, and a short memory of them for the whole page.

import type { ManifestText } from '../../engine/src/index';
import { toHttpUrl } from '../../engine/src/plugin';
import type { VhsRequest, VhsResponse } from './vhs-types';

/** Stops pages with many players, or long zapping, from keeping every manifest they ever loaded. */
export const MAX_REMEMBERED_MANIFESTS = 32;
/** Stops a few day-long manifests from holding more memory than that (16-bit characters, so 8 MiB). */
export const MAX_REMEMBERED_CHARACTERS = 4 * 1024 * 1024;

/** What VHS says it asked for when the answer is for the engine to read. */
const MANIFEST_REQUESTS: ReadonlySet<string> = new Set(['hls-playlist', 'dash-manifest', 'content-steering-manifest']);
/** How each of them begins, for VHS before 3.13, which does not say what it asked for. */
const MANIFEST_TEXT = /^\s*(?:#EXTM3U|<[^]{0,2000}?\bMPD[\s>]|\{[^]*"PATHWAY-PRIORITY")/;

/** The manifest in an answer, if it is one: an HLS playlist, a DASH manifest, or what steers between CDNs. */
export function readManifest(request: VhsRequest, error: unknown, response: VhsResponse): ManifestText | undefined {
  const { body, statusCode = 0 } = response;
  if (error || typeof body !== 'string' || statusCode < 200 || statusCode > 299) return undefined;
  const { requestType } = request;
  const isManifest = requestType === undefined ? MANIFEST_TEXT.test(body) : MANIFEST_REQUESTS.has(requestType);
  if (!isManifest) return undefined;
  // By the URL that VHS knows it under: hooks of the page may have put a token on the one that was asked for.
  const url = toHttpUrl(request.uri ?? response.url);
  const responseUrl = toHttpUrl(request.responseURL);
  if (url === undefined) return undefined;
  return { url, text: body, ...(responseUrl !== undefined && responseUrl !== url && { responseUrl }) };
}

/** What names a manifest over all its reloads: those of HLS carry `_HLS_…` directives in the query. */
export function manifestKey(url: string): string {
  const parsed = new URL(url, document.baseURI);
  const directives = [...parsed.searchParams.keys()].filter((name) => name.startsWith('_HLS_'));
  for (const name of directives) parsed.searchParams.delete(name);
  parsed.hash = '';
  return parsed.href;
}

/** The names under which VHS may ask for `manifest` or know it. */
export function manifestKeys({ url, responseUrl }: ManifestText): string[] {
  return (responseUrl === undefined ? [url] : [url, responseUrl]).map(manifestKey);
}

/** Whether `manifest` lists only what is new since the one before (EXT-X-SKIP): without that, nothing is known of it. */
export function isDelta({ text }: ManifestText): boolean {
  return /^#EXT-X-SKIP:/m.test(text);
}

/** The latest manifests of the page: a player may join long after VHS loaded them. */
export class ManifestMemory {
  private entries: { readonly keys: readonly string[]; readonly manifest: ManifestText }[] = [];

  remember(manifest: ManifestText): void {
    const keys = manifestKeys(manifest);
    this.entries = this.entries.filter((entry) => !entry.keys.some((key) => keys.includes(key)));
    this.entries.push({ keys, manifest });
    while (this.entries.length > MAX_REMEMBERED_MANIFESTS || this.characterCount() > MAX_REMEMBERED_CHARACTERS) {
      this.entries.shift();
    }
  }

  recall(url: string): ManifestText | undefined {
    const key = manifestKey(url);
    return this.entries.find((entry) => entry.keys.includes(key))?.manifest;
  }

  private characterCount(): number {
    return this.entries.reduce((sum, { manifest }) => sum + manifest.text.length, 0);
  }
}
