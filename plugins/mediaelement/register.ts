// The plugin with the real engine, for both entries.

import { connectPlayer } from '../../engine/src/index';
import { dashPlayers } from '../../engine/src/plugin';
import type { Mejs } from './mediaelement-types';
import { registerFeature } from './register-feature';

/**
 * Registers the feature `p2pmedialoader` on `mejs`, and lets hls.js play HLS wherever it can. Importing
 * `p2p-media-loader/mediaelement`, or loading its script after MediaElement.js, does it by itself; this is for a `mejs`
 * that comes from elsewhere. To be called before players are made. A second call changes nothing.
 * @throws P2PError `invalid-call` when `mejs` is none
 */
export function registerMediaElement(mejs: Mejs): void {
  registerFeature(mejs, (options) => (dashPlayers.connect ?? connectPlayer)(options));
}
