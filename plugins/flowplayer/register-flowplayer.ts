// Flowplayer 7: its hls.js engine tells of each hls.js that it makes.

import { connectPlayer, P2PError } from '../../engine/src/index';
import type { P2POptions } from '../../engine/src/index';
import { type Connect, FlowplayerSession } from './flowplayer-session';
import type { Flowplayer7, Flowplayer7Engine, Flowplayer7Player } from './flowplayer-types';

const ENGINE = 'hlsjs-lite';
/** The same in every copy of this code. */
const REGISTERED = Symbol.for('p2p-media-loader.flowplayer');

/**
 * Gives P2P to all players of Flowplayer 7 that are made from now on; each has the method `p2pMediaLoader()`, which gives
 * the handle of its session. Options under `p2pMediaLoader` in a player's own configuration go before these. A second
 * call changes nothing.
 * @throws P2PError `invalid-call` when `flowplayer` is not that of Flowplayer 7
 */
export function registerFlowplayer(flowplayer: Flowplayer7, options?: P2POptions): void {
  registerFlowplayerOver(connectPlayer, flowplayer, options);
}

/** @internal */
export function registerFlowplayerOver(connect: Connect, flowplayer: Flowplayer7, options?: P2POptions): void {
  const engine = engineOf(flowplayer);
  const marked = flowplayer as Flowplayer7 & { [REGISTERED]?: true };
  if (marked[REGISTERED]) return;
  marked[REGISTERED] = true;
  const sessions = new WeakMap<Flowplayer7Player, FlowplayerSession>();
  flowplayer((player) => {
    const session = new FlowplayerSession(connect, mergedOptions(options, player.conf.p2pMediaLoader));
    sessions.set(player, session);
    player.p2pMediaLoader = (changes) => session.handle(changes);
    player.on('ready', () => {
      if (player.engine?.engineName !== ENGINE) session.noteNative(player.video ?? {});
    });
    player.on('shutdown', () => session.end());
  });
  engine.plugin(({ hls, player }) => sessions.get(player)?.follow(hls));
}

function engineOf(flowplayer: Flowplayer7): Flowplayer7Engine {
  if (typeof flowplayer !== 'function')
    throw P2PError.invalidCall('registerFlowplayer() takes the function `flowplayer` of Flowplayer 7');
  const { engine: find } = flowplayer as Partial<Pick<Flowplayer7, 'engine'>>;
  if (typeof find !== 'function')
    throw P2PError.invalidCall(
      'registerFlowplayer() is for Flowplayer 7; with Flowplayer 3: flowplayer(FlowplayerPlugin)',
    );
  const engine = find(ENGINE);
  if (!engine) throw P2PError.invalidCall(`registerFlowplayer(): this Flowplayer has no engine ${ENGINE}`);
  return engine;
}

function mergedOptions(general: P2POptions | undefined, own: P2POptions | undefined): P2POptions | undefined {
  return general && own ? { ...general, ...own } : (own ?? general);
}
