// The loader of playlists: the player's own, overheard.

import type { ManifestText } from '../../engine/src/index';
import { toHttpUrl } from '../../engine/src/plugin';
import type { HlsConfig, Loader, LoaderCallbacks, LoaderConstructor, LoaderContext, LoaderResponse } from './hls-types';

/** What a playlist loader tells the session of its player. */
export interface PlaylistListener {
  /** hls.js asks for the playlist of a source. */
  beginSource(url: string): void;
  addPlaylist(manifest: ManifestText): void;
}

/**
 * A class for `config.pLoader`.
 * @param listenerOf - the session for a config; undefined: there is none
 * @param Own - the loader that would be used without this one. Default: the config's
 */
export function playlistLoaderFor(
  listenerOf: (config: HlsConfig) => PlaylistListener | undefined,
  Own?: LoaderConstructor,
): LoaderConstructor {
  return class implements Loader {
    readonly #own: Loader;
    readonly #listener: PlaylistListener | undefined;

    constructor(config: HlsConfig) {
      this.#own = new (Own ?? config.loader)(config);
      this.#listener = listenerOf(config);
    }

    get context(): Loader['context'] {
      return this.#own.context;
    }

    get stats(): Loader['stats'] {
      return this.#own.stats;
    }

    load(context: LoaderContext, config: object, callbacks: LoaderCallbacks): void {
      const url = toHttpUrl(context.url);
      if (context.type === 'manifest' && url !== undefined) this.#listener?.beginSource(url);
      this.#own.load(context, config, {
        ...callbacks,
        onSuccess: (response, stats, loaded, networkDetails) => {
          // Before hls.js asks for what it lists.
          const manifest = manifestOf(context.url, response);
          if (manifest) this.#listener?.addPlaylist(manifest);
          callbacks.onSuccess(response, stats, loaded, networkDetails);
        },
      });
    }

    abort(): void {
      this.#own.abort();
    }

    destroy(): void {
      this.#own.destroy();
    }

    getCacheAge(): number | null {
      return this.#own.getCacheAge?.() ?? null;
    }

    getResponseHeader(name: string): string | null {
      return this.#own.getResponseHeader?.(name) ?? null;
    }
  };
}

/** The playlist in an answer; undefined when that is no text. */
export function manifestOf(requestedUrl: string, { url: answeredUrl, data }: LoaderResponse): ManifestText | undefined {
  const url = toHttpUrl(requestedUrl);
  const responseUrl = toHttpUrl(answeredUrl);
  if (url === undefined || typeof data !== 'string') return undefined;
  return { url, text: data, ...(responseUrl !== undefined && responseUrl !== url && { responseUrl }) };
}
