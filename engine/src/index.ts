/**
 * The engine: what every player plugin shares, and what a page holds of a session.
 *
 * @packageDocumentation
 */

import { createBrowserPorts } from './adapters/browser/browser-ports';
import { connectPlayerOver } from './player/connect-player';
import type { PlayerConnection } from './player/player-connection';
import type { P2POptions } from './session/options';

/**
 * Starts a session for one player in a page: what a plugin calls. Reads HLS. Nothing touches the network before a
 * source is opened.
 * @throws P2PError `invalid-option`
 */
export function connectPlayer(options?: P2POptions): PlayerConnection {
  return connectPlayerOver(createBrowserPorts, options);
}

export { P2PError } from './base/p2p-error';
export type { ErrorContext, P2PErrorReason } from './base/p2p-error';
export { parseRangeHeader } from './base/byte-range';
export type { ByteRange } from './base/byte-range';
export type { BitsPerSecond, Bytes, Milliseconds, Seconds } from './base/units';
export { sessions } from './player/live-sessions';
export type {
  DeliveredSegment,
  IndexBytes,
  ManifestText,
  PlaybackReport,
  PlayerConnection,
  PlayerRequest,
  PlayerRequestListener,
  SegmentOrigin,
} from './player/player-connection';
export type { Cancel } from './ports/clock';
export type { Logger, LogLevel } from './ports/logger';
export type { TokenProvider, TokenRequest } from './ports/token-source';
export { DEFAULT_ICE_SERVERS, DEFAULT_TRACKERS } from './session/options';
export type { IceServer, P2POptions, UploadOptions } from './session/options';
export type { SessionEvents, SessionHandle, SessionStats } from './session/session-handle';
export type { SwarmEvents } from './swarm/swarm-events';
