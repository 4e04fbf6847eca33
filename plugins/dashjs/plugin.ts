// `attachDashjs` over any engine: one session per player.

import { P2PError } from '../../engine/src/index';
import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import type { DashjsPlayer, FullDashjsPlayer } from './dashjs-types';
import { LoaderExtension } from './loader-extension';
import { PlayerSession } from './player-session';

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;
/** Starts P2P on a player. */
export type Attach = (player: DashjsPlayer, options?: P2POptions) => SessionHandle;

const METHODS = ['on', 'off', 'extend', 'addResponseInterceptor', 'getSource', 'destroy'] as const;

/** Makes `attachDashjs` for an engine. */
export function createAttach(connect: Connect): Attach {
  const sessions = new WeakMap<DashjsPlayer, PlayerSession>();
  const extensions = new WeakMap<DashjsPlayer, LoaderExtension>();
  return (player, options) => {
    if (!isPlayer(player))
      throw P2PError.invalidCall(
        'attachDashjs() takes a player of dash.js 5: attachDashjs(dashjs.MediaPlayer().create(), options), before player.initialize()',
      );
    const session = sessions.get(player);
    if (session) {
      if (options !== undefined) session.handle.setOptions(options);
      return session.handle;
    }
    const connection = connect(options);
    const extension = extensions.get(player) ?? new LoaderExtension(player);
    extensions.set(player, extension);
    const started = new PlayerSession(player, extension, connection, () => sessions.delete(player));
    sessions.set(player, started);
    return started.handle;
  };
}

function isPlayer(value: Partial<FullDashjsPlayer> | undefined | null): value is FullDashjsPlayer {
  return METHODS.every((name) => typeof value?.[name] === 'function');
}
