// The parts of Clappr that the plugin touches, the same in `clappr` 0.3 and in `@clappr/core`. What is optional is not
// there at every moment, or not in every playback.

import type { P2POptions } from '../../engine/src/index';
import type { HlsConfig, HlsInstance } from '../hlsjs/hls-types';

/** What Clappr's playback gives to `new Hls()`. */
export type HlsjsConfig = Partial<Pick<HlsConfig, 'loader' | 'fLoader' | 'pLoader'>>;

/** Options of the player. Clappr keeps the same object for all sources. */
export interface ClapprOptions {
  playback?: { readonly hlsjsConfig?: HlsjsConfig | undefined };
  /** Read by Clappr 0.3, where there is none under `playback`. */
  readonly hlsjsConfig?: HlsjsConfig;
  readonly p2pMediaLoader?: P2POptions;
  /** Called by dash-shaka-playback with each Shaka Player, before that loads. */
  shakaOnBeforeLoad?: ((player: object) => void) | undefined;
}

/** What plays one source: its own hls.js, the element itself, another plugin. */
export interface ClapprPlayback {
  readonly name?: string;
  readonly options?: { readonly src?: string; readonly mimeType?: string };
  /** Only of the playback that is built on hls.js, from its start to its stop. */
  readonly _hls?: HlsInstance | null;
}

/** What Clappr gives to the constructor of a core plugin. */
export interface ClapprCore {
  readonly options: ClapprOptions;
  /** Undefined before the first source. */
  readonly activePlayback?: ClapprPlayback | null | undefined;
  on(event: string, listener: (data: never) => void): unknown;
  off(event: string, listener: (data: never) => void): unknown;
}

export const CoreEvent = {
  /** Another playback is there, for a next source or of another container. */
  ACTIVE_CONTAINER_CHANGED: 'core:active:container:changed',
  /** The page changed options; those that it gave come along. */
  OPTIONS_CHANGE: 'core:options:change',
} as const;
