// Flowplayer 3: a plugin class, and the event of its HLS plugin.

import { connectPlayer } from '../../engine/src/index';
import type { P2POptions } from '../../engine/src/index';
import { type Connect, FlowplayerSession } from './flowplayer-session';
import type { Flowplayer3Player } from './flowplayer-types';

/**
 * For `flowplayer(HLS, FlowplayerPlugin)`, before players are made. Options under `p2pMediaLoader` in a player's
 * configuration; its method `p2pMediaLoader()` gives the handle of its session.
 */
export class FlowplayerPlugin {
  static readonly pluginName = 'p2pMediaLoader';

  /** Called by Flowplayer for each player. */
  init(config: { readonly p2pMediaLoader?: P2POptions }, _root: unknown, player: Flowplayer3Player): void {
    startFlowplayer3(connectPlayer, config.p2pMediaLoader, player);
  }
}

/** @internal */
export function startFlowplayer3(connect: Connect, options: P2POptions | undefined, player: Flowplayer3Player): void {
  const session = new FlowplayerSession(connect, options);
  player.p2pMediaLoader = (changes) => session.handle(changes);
  // After each change of the source, with a new instance that has asked for nothing but the source's own playlist.
  player.on('hls:attached', ({ detail: { hls } }) => {
    if (hls) session.follow(hls);
  });
  // With hls.js the element plays a blob.
  player.addEventListener('loadeddata', () => session.noteNative({ src: player.currentSrc }));
  player.on('reap', () => session.end());
}
