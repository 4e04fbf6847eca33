// Puts the loaders into a config of hls.js, in front of those that are there.

import type { HlsSession } from './hls-session';
import type { HlsConfig, LoaderConstructor } from './hls-types';
import { playlistLoaderFor } from './playlist-loader';
import { segmentLoaderFor } from './segment-loader';

/** That of a living instance, or what a page gives to `new Hls()`. */
export type LoaderConfig = Pick<HlsConfig, 'fLoader' | 'pLoader'>;

/** The session for the instance whose config it is; undefined: there is none, the player loads by itself. */
export type SessionOf = (config: HlsConfig) => HlsSession | undefined;

export interface InstalledLoaders {
  /** What loads playlists without us; absent: the instance's usual loader. */
  readonly OwnPlaylistLoader?: LoaderConstructor | undefined;
  /** Puts back what was there, unless somebody has put something else there since. */
  remove(): void;
}

export function installLoaders(config: LoaderConfig, sessionOf: SessionOf): InstalledLoaders {
  const { fLoader, pLoader } = config;
  const Segments = segmentLoaderFor(sessionOf, fLoader);
  const Playlists = playlistLoaderFor(sessionOf, pLoader);
  config.fLoader = Segments;
  config.pLoader = Playlists;
  return {
    OwnPlaylistLoader: pLoader,
    remove: () => {
      if (config.fLoader === Segments) config.fLoader = fLoader;
      if (config.pLoader === Playlists) config.pLoader = pLoader;
    },
  };
}
