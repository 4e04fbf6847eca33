// The plugin with the real engine, for both entries.

import { connectDashPlayer } from '../../engine/src/dash';
import { registerPlugin } from './plugin';
import type { Videojs } from './vhs-types';

/**
 * Registers `player.p2pMediaLoader()` on `videojs`. Importing `p2p-media-loader/videojs`, or loading its script after
 * video.js, does it by itself; this is for a videojs that comes from elsewhere. A second call changes nothing.
 * @throws P2PError `invalid-call` when `videojs` is none
 */
export function registerVideojs(videojs: Videojs): void {
  registerPlugin(videojs, connectDashPlayer);
}
