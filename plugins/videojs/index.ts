// `p2p-media-loader/videojs`: importing it gives every player of the imported video.js the method `p2pMediaLoader()`.

import videojs from 'video.js';
import type { P2POptions, SessionHandle } from '../../engine/src/index';
import { registerVideojs } from './register';

export * from '../../engine/src/index';
export { registerVideojs } from './register';
export type { Videojs } from './vhs-types';

declare module 'video.js/dist/types/player' {
  // eslint-disable-next-line no-restricted-syntax -- video.js exports the class so, and only the same name merges
  export default interface Player {
    /**
     * Starts P2P on this player, and gives the handle of the session. With a session running, it changes the options
     * that are given and returns the same handle.
     * @throws P2PError `invalid-option` for a bad option, `invalid-call` after `dispose()`
     */
    p2pMediaLoader(options?: P2POptions): SessionHandle;
  }
}

registerVideojs(videojs);
