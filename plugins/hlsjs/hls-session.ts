// One player built on hls.js, as the engine sees it: its sources, playlists, requests and playhead.

import type {
  Cancel,
  ManifestText,
  PlayerConnection,
  PlayerRequest,
  PlayerRequestListener,
} from '../../engine/src/index';
import { MediaWatch } from '../../engine/src/plugin';
import type { PlaylistListener } from './playlist-loader';
import type { SegmentAnswerer } from './segment-loader';

/** What the loaders of one player talk to. */
export class HlsSession implements PlaylistListener, SegmentAnswerer {
  readonly #media = new MediaWatch((report) => this.connection.reportPlayback(report));
  #hasEnded = false;
  #sourceUrl: string | undefined;
  /** Set while the source's own playlist is awaited: those of renditions are kept until it is there. */
  #held: ManifestText[] | undefined;
  /** Playlists of the source that have come by, under the names of question and answer. */
  readonly #seen = new Set<string>();
  readonly #onEnd = new Set<() => void>();

  constructor(readonly connection: PlayerConnection) {
    connection.handle.on('destroyed', () => this.#end());
  }

  get sourceUrl(): string | undefined {
    return this.#sourceUrl;
  }

  /** The element that plays; undefined: none any more. */
  setMedia(media: HTMLMediaElement | undefined): void {
    this.#media.follow(this.#hasEnded ? undefined : media);
  }

  beginSource(url: string): void {
    if (this.#hasEnded) return;
    this.#held = undefined;
    // Some players ask for it twice in one turn.
    if (url === this.#sourceUrl && this.#seen.size === 0) return;
    this.#sourceUrl = url;
    this.#seen.clear();
    this.connection.openSource(url);
  }

  closeSource(): void {
    this.#sourceUrl = undefined;
    this.#held = undefined;
    this.#seen.clear();
    this.connection.closeSource();
  }

  addPlaylist(manifest: ManifestText): void {
    const isSource = manifest.url === this.#sourceUrl;
    for (const url of [manifest.url, manifest.responseUrl]) if (url !== undefined) this.#seen.add(url);
    if (this.#held && !isSource) return void this.#held.push(manifest);
    this.connection.addManifest(manifest);
    if (isSource) this.stopHolding();
  }

  hasSeen(url: string): boolean {
    return this.#seen.has(url);
  }

  get isAwaitingSource(): boolean {
    return this.#held !== undefined;
  }

  /** The source's own playlist has passed unseen, and is being fetched once more. */
  awaitSource(): void {
    this.#held ??= [];
  }

  stopHolding(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const manifest of held) this.connection.addManifest(manifest);
  }

  request(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined {
    if (this.#hasEnded) return undefined;
    this.#media.tell();
    return this.connection.request(request, listener);
  }

  bufferAheadSeconds(): number {
    return this.#media.bufferAheadSeconds;
  }

  onEnd(leave: () => void): Cancel {
    this.#onEnd.add(leave);
    return () => this.#onEnd.delete(leave);
  }

  #end(): void {
    this.#hasEnded = true;
    this.setMedia(undefined);
    for (const leave of [...this.#onEnd]) leave();
    this.#onEnd.clear();
  }
}
