// P2P for one instance of hls.js.

import { connectPlayer, P2PError } from '../../engine/src/index';
import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { bindHls, handleOf, isHls } from './bind-hls';
import { HlsSession } from './hls-session';
import type { HlsInstance } from './hls-types';

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;

/**
 * Starts P2P on an instance of hls.js, any time: what is asked for from then on is shared. Called once more, it changes
 * the options that are given and gives the same handle. `hls.destroy()` ends the session.
 * @throws P2PError `invalid-call` when `hls` is no instance of hls.js, `invalid-option`
 */
export function attachHls(hls: HlsInstance, options?: P2POptions): SessionHandle {
  return attachHlsOver(connectPlayer, hls, options);
}

/** @internal */
export function attachHlsOver(connect: Connect, hls: HlsInstance, options?: P2POptions): SessionHandle {
  if (!isHls(hls)) throw P2PError.invalidCall('attachHls() takes an instance of hls.js: attachHls(new Hls(), options)');
  const known = handleOf(hls);
  if (known) {
    if (options !== undefined) known.setOptions(options);
    return known;
  }
  const session = new HlsSession(connect(options));
  bindHls(session, hls, () => session.connection.handle.destroy());
  return session.connection.handle;
}
