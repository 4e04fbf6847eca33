// `attachShaka` over any engine: one session per player.

import { P2PError } from '../../engine/src/index';
import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { PlayerSession } from './player-session';
import type { FullShakaPlayer, NetworkingEngineClass, ShakaPlayer } from './shaka-types';

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;
/** Starts P2P on a player. */
export type Attach = (player: ShakaPlayer, options?: P2POptions) => SessionHandle;

const METHODS = ['getNetworkingEngine', 'getMediaElement', 'getLoadMode', 'addEventListener', 'destroy'] as const;

/** Makes `attachShaka` for an engine. */
export function createAttach(connect: Connect): Attach {
  const sessions = new WeakMap<ShakaPlayer, PlayerSession>();
  return (player, options) => {
    if (!isPlayer(player))
      throw P2PError.invalidCall(
        'attachShaka() takes the shaka.Player: attachShaka(player, options), before player.load()',
      );
    const session = sessions.get(player);
    if (session) {
      if (options !== undefined) session.handle.setOptions(options);
      return session.handle;
    }
    const network = player.getNetworkingEngine();
    if (!network) throw P2PError.invalidCall('attachShaka(): the player was destroyed');
    if (!isNetworkingEngineClass(network.constructor))
      throw P2PError.invalidCall('attachShaka(): this Shaka Player has no registerScheme(); versions 3.3 to 5 have');
    const started = new PlayerSession(player, network, connect(options), () => sessions.delete(player));
    sessions.set(player, started);
    return started.handle;
  };
}

function isPlayer(value: ShakaPlayer | undefined | null): value is FullShakaPlayer {
  return METHODS.every((name) => typeof (value as Partial<FullShakaPlayer> | undefined | null)?.[name] === 'function');
}

function isNetworkingEngineClass(value: unknown): boolean {
  return typeof (value as Partial<NetworkingEngineClass>).registerScheme === 'function';
}
