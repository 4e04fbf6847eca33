// `attachShaka` with the real engine, for both entries.

import { connectDashPlayer } from '../../engine/src/dash';
import type { P2POptions, SessionHandle } from '../../engine/src/index';
import { dashPlayers, lend } from '../../engine/src/plugin';
import { createAttach } from './plugin';
import type { ShakaPlayer } from './shaka-types';

const attach = createAttach(connectDashPlayer);

dashPlayers.connect ??= connectDashPlayer;
dashPlayers.followShaka ??= (player, connection) => void createAttach(() => lend(connection))(player as ShakaPlayer);

/**
 * Starts P2P on a `shaka.Player`, and gives the handle of the session. Call it before `player.load()`: what was loaded
 * before stays without P2P. With a session running, it changes the options that are given and returns the same handle.
 * @throws P2PError `invalid-option` for a bad option, `invalid-call` when `player` is none or was destroyed
 */
export function attachShaka(player: ShakaPlayer, options?: P2POptions): SessionHandle {
  return attach(player, options);
}
