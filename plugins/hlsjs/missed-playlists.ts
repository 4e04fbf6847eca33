// Playlists that hls.js loaded before anyone was listening.

import { toHttpUrl } from '../../engine/src/plugin';
import type { HlsSession } from './hls-session';
import type { HlsInstance, HlsTrack, Loader, LoaderConstructor } from './hls-types';
import { manifestOf } from './playlist-loader';

/** hls.js wants its limits with each request; these are its own for playlists. */
const LOAD_TIMEOUT_MS = 20_000;
const POLICY = {
  maxTimeToFirstByteMs: LOAD_TIMEOUT_MS,
  maxLoadTimeMs: LOAD_TIMEOUT_MS,
  timeoutRetry: null,
  errorRetry: null,
};
const LIMITS = { loadPolicy: POLICY, timeout: LOAD_TIMEOUT_MS, maxRetry: 0, retryDelay: 0, maxRetryDelay: 0 };

/** Finds what the engine has not seen, and has it fetched once more where hls.js keeps no text of it. */
export class MissedPlaylists {
  readonly #running = new Set<Loader>();

  constructor(
    private readonly hls: HlsInstance,
    private readonly OwnLoader: LoaderConstructor,
    private readonly session: HlsSession,
  ) {}

  /** Called when listening begins: hls.js may be anywhere between no source and playing. */
  find(): void {
    const url = toHttpUrl(this.hls.url ?? undefined);
    if (url === undefined || this.session.hasSeen(url)) return;
    this.session.beginSource(url);
    this.session.awaitSource();
    // Without renditions its answer is still to come, and with it MANIFEST_LOADED.
    const tracks = [...(this.hls.levels ?? []), ...(this.hls.audioTracks ?? [])];
    if (tracks.length === 0) return;
    this.#fetch(url, () => this.session.stopHolding());
    for (const track of tracks) this.noteMediaLoaded(track);
  }

  /** The source's own playlist is there, asked for before we were. */
  noteSourceLoaded(networkDetails: unknown): void {
    const url = this.session.sourceUrl;
    if (url === undefined || !this.session.isAwaitingSource) return;
    const text = textOf(networkDetails);
    if (text === undefined) this.#fetch(url, () => this.session.stopHolding());
    else this.session.addPlaylist({ url, text });
  }

  close(): void {
    for (const loader of this.#running) loader.destroy();
    this.#running.clear();
  }

  /** A media playlist has been read, perhaps asked for before we were. A live one comes again by itself. */
  noteMediaLoaded({ details }: HlsTrack): void {
    const url = toHttpUrl(details?.url);
    if (!details || url === undefined || url === this.session.sourceUrl || this.session.hasSeen(url)) return;
    if (details.m3u8) this.session.addPlaylist({ url, text: details.m3u8 });
    else if (!details.live) this.#fetch(url);
  }

  #fetch(url: string, onEnd: () => void = () => undefined): void {
    const loader = new this.OwnLoader(this.hls.config);
    this.#running.add(loader);
    const end = (): void => {
      if (!this.#running.delete(loader)) return;
      loader.destroy();
      onEnd();
    };
    loader.load({ url, responseType: 'text', type: 'manifest' }, LIMITS, {
      onSuccess: (response) => {
        const manifest = manifestOf(url, response);
        if (manifest) this.session.addPlaylist(manifest);
        end();
      },
      onError: end,
      onTimeout: end,
    });
  }
}

/** hls.js's usual loader gives the XMLHttpRequest along. */
function textOf(networkDetails: unknown): string | undefined {
  if (!(networkDetails instanceof XMLHttpRequest)) return undefined;
  const isText = networkDetails.responseType === '' || networkDetails.responseType === 'text';
  return isText && networkDetails.responseText !== '' ? networkDetails.responseText : undefined;
}
