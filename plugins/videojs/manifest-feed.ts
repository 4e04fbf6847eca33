// Hands the manifests of one source to the engine, the source's own first, and finds those that VHS loaded before
// anyone was listening.

import type { ManifestText } from '../../engine/src/index';
import { toHttpUrl } from '../../engine/src/plugin';
import { isDelta, type ManifestMemory, manifestKey, manifestKeys } from './manifest-text';
import type { SourceFormat } from './request-kind';
import type { VhsHandler, VhsPlaylist } from './vhs-types';

/** What VHS plays. */
export interface PlayedSource {
  readonly url: string;
  readonly format: SourceFormat;
}

const REQUEST_TYPES: Readonly<Record<SourceFormat, string>> = { hls: 'hls-playlist', dash: 'dash-manifest' };

/** The manifests of the source that one VHS plays. */
export class ManifestFeed {
  private readonly known = new Set<string>();
  /** Playlists asked for again; each once, whatever comes of it. */
  private readonly refetched = new Set<string>();
  private readonly running = new Set<{ abort(): void }>();
  /** Media playlists that wait for the source's own; the newest of each. */
  private readonly held = new Map<string, ManifestText>();
  private isSourceRefetching = false;

  constructor(
    private readonly vhs: VhsHandler,
    private readonly source: PlayedSource,
    private readonly memory: ManifestMemory,
    private readonly handOver: (manifest: ManifestText) => void,
  ) {}

  /** A manifest that VHS just loaded. */
  add(manifest: ManifestText): void {
    this.findMissing();
    this.deliver(manifest);
  }

  /**
   * Looks for playlists that VHS has and the engine has not: among those that the page remembers, else through VHS's
   * own request function, so that the page's tokens and credentials go along. Live media playlists are not asked for:
   * their next reload comes by itself.
   */
  findMissing(): void {
    // Without it, VHS itself still waits for the first answer.
    if (!this.vhs.playlists?.main) return;
    this.find(this.source.url, true);
    // DASH has one manifest; VHS makes up playlists for its renditions.
    if (this.source.format === 'dash') return;
    for (const { resolvedUri, endList = false } of loadedPlaylists(this.vhs)) {
      const url = toHttpUrl(resolvedUri);
      if (url !== undefined) this.find(url, endList);
    }
  }

  /** Ends the requests that are still under way. */
  close(): void {
    for (const request of [...this.running]) request.abort();
    this.running.clear();
  }

  private find(url: string, mayRefetch: boolean): void {
    const key = manifestKey(url);
    if (this.known.has(key) || this.held.has(key) || this.refetched.has(key)) return;
    const remembered = this.memory.recall(url);
    if (remembered) this.deliver(remembered);
    else if (mayRefetch) this.refetch(url, key);
  }

  private refetch(uri: string, key: string): void {
    this.refetched.add(key);
    const isSource = this.isSource(key);
    if (isSource) this.isSourceRefetching = true;
    const withCredentials = this.vhs.options_?.withCredentials ?? false;
    const request = this.vhs.xhr({ uri, withCredentials, requestType: REQUEST_TYPES[this.source.format] }, () => {
      this.running.delete(request);
      // The text itself came through the response hook. When it did not, the engine makes do with the others.
      if (isSource) this.stopHolding();
    });
    this.running.add(request);
  }

  private deliver(manifest: ManifestText): void {
    const keys = manifestKeys(manifest);
    const isSource = keys.some((key) => this.isSource(key));
    if (isDelta(manifest) && !keys.some((key) => this.known.has(key))) return this.findWhole(manifest);
    if (this.isSourceRefetching && !isSource) {
      for (const key of keys) this.held.set(key, manifest);
      return;
    }
    for (const key of keys) this.known.add(key);
    this.handOver(manifest);
    if (isSource) this.stopHolding();
  }

  /** Nothing can be made of a delta update by those who have not seen the playlist that it updates. */
  private findWhole({ url }: ManifestText): void {
    const key = manifestKey(url);
    if (!this.refetched.has(key)) this.refetch(key, key);
  }

  private stopHolding(): void {
    this.isSourceRefetching = false;
    const manifests = new Set(this.held.values());
    this.held.clear();
    for (const manifest of manifests) this.deliver(manifest);
  }

  private isSource(key: string): boolean {
    return key === manifestKey(this.source.url);
  }
}

/** The media playlists that VHS has loaded; alternative audio is known to its own loader only. */
function loadedPlaylists({ playlists, playlistController_: controller }: VhsHandler): VhsPlaylist[] {
  const audio = controller?.mediaTypes_?.AUDIO?.activePlaylistLoader?.media();
  const all = [...(playlists?.main?.playlists ?? []), ...(audio ? [audio] : [])];
  return all.filter(({ segments }) => segments !== undefined && segments.length > 0);
}
