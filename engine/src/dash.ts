// The engine for players that play DASH beside HLS. An entry of its own, so that builds for other players do not
// carry what reads DASH.

import { createBrowserPorts } from './adapters/browser/browser-ports';
import { DASH_FORMAT } from './media/dash/dash-model';
import { HLS_FORMAT } from './media/hls-model';
import { connectPlayerOver } from './player/connect-player';
import type { PlayerConnection } from './player/player-connection';
import type { P2POptions } from './session/options';

/**
 * `connectPlayer`, and DASH is read as well.
 * @throws P2PError `invalid-option`
 */
export function connectDashPlayer(options?: P2POptions): PlayerConnection {
  return connectPlayerOver(createBrowserPorts, options, [HLS_FORMAT, DASH_FORMAT]);
}
