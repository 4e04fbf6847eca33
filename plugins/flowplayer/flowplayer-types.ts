// The parts of Flowplayer 7 and Flowplayer 3 (the newer one, `@flowplayer/player`) that the plugin touches.

import type { P2POptions, SessionHandle } from '../../engine/src/index';
import type { HlsInstance } from '../hlsjs/hls-types';

/** With options it changes them; gives the handle of the player's session. */
export type P2PMethod = (options?: P2POptions) => SessionHandle;

/** A player of Flowplayer 7. */
export interface Flowplayer7Player {
  readonly conf: { readonly p2pMediaLoader?: P2POptions };
  readonly engine?: { readonly engineName?: string };
  /** What plays. */
  readonly video?: { readonly src?: string; readonly type?: string };
  on(event: string, listener: () => void): void;
  p2pMediaLoader?: P2PMethod;
}

/** What its hls.js engine tells about each instance that it makes, before that has a source. */
export interface Flowplayer7Hls {
  readonly hls: HlsInstance;
  readonly player: Flowplayer7Player;
}

/** Its engine that plays through hls.js. */
export interface Flowplayer7Engine {
  plugin(listener: (made: Flowplayer7Hls) => void): void;
}

/** The function `flowplayer` of Flowplayer 7. */
export interface Flowplayer7 {
  /** Calls `extension` for each player that is made from now on, before it loads. */
  (extension: (player: Flowplayer7Player) => void): void;
  engine(name: string): Flowplayer7Engine | undefined;
}

/** A player of Flowplayer 3: the media element itself. */
export interface Flowplayer3Player extends HTMLVideoElement {
  p2pMediaLoader?: P2PMethod;
  on(event: string, listener: (event: CustomEvent<{ readonly hls?: HlsInstance }>) => void): void;
}
