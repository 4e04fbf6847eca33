// Puts the loaders into the config of a living hls.js, in front of those that are there.

import type { HlsSession } from './hls-session';
import type { HlsConfig, LoaderConstructor } from './hls-types';
import { playlistLoaderFor } from './playlist-loader';
import { segmentLoaderFor } from './segment-loader';

export interface InstalledLoaders {
  /** What loads playlists without us. */
  readonly OwnPlaylistLoader: LoaderConstructor;
  /** Puts back what was there, unless somebody has put something else there since. */
  remove(): void;
}

export function installLoaders(config: HlsConfig, session: HlsSession): InstalledLoaders {
  const { fLoader, pLoader } = config;
  const Segments = segmentLoaderFor(() => session, fLoader);
  const Playlists = playlistLoaderFor(() => session, pLoader);
  config.fLoader = Segments;
  config.pLoader = Playlists;
  return {
    OwnPlaylistLoader: pLoader ?? config.loader,
    remove: () => {
      if (config.fLoader === Segments) config.fLoader = fLoader;
      if (config.pLoader === Playlists) config.pLoader = pLoader;
    },
  };
}
