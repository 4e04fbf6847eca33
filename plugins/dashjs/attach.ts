// `attachDashjs` with the real engine, for both entries.

import { connectDashPlayer } from '../../engine/src/dash';
import type { P2POptions, SessionHandle } from '../../engine/src/index';
import { dashPlayers, lend } from '../../engine/src/plugin';
import type { DashjsPlayer } from './dashjs-types';
import { createAttach } from './plugin';

const attach = createAttach(connectDashPlayer);

dashPlayers.connect ??= connectDashPlayer;
dashPlayers.followDashjs ??= (player, connection) => void createAttach(() => lend(connection))(player as DashjsPlayer);

/**
 * Starts P2P on a player of dash.js 5, and gives the handle of the session. Call it before `player.initialize()`, or in
 * the same turn. With a session running, it changes the options that are given and returns the same handle.
 * @throws P2PError `invalid-option` for a bad option, `invalid-call` when `player` is none
 */
export function attachDashjs(player: DashjsPlayer, options?: P2POptions): SessionHandle {
  return attach(player, options);
}
