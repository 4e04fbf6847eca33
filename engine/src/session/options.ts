// The options a site may give, their defaults, and the check at the door.

import type { Logger } from '../ports/logger';

/** A STUN or TURN server (W3C WebRTC §4.2.4). */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What this viewer gives to others. */
export interface UploadOptions {
  /** Whether to upload at all. @defaultValue true */
  readonly enabled?: boolean;
  /** Ceiling in bits per second over all peers. @defaultValue Infinity */
  readonly maxBitrate?: number;
  /** Ceiling as uploaded ÷ downloaded bytes of this session. @defaultValue 2 */
  readonly maxRatio?: number;
}

/** All optional; with none it works on public trackers and STUN servers. */
export interface P2POptions {
  /** Name under which viewers of this content meet. @defaultValue the manifest URL without query and fragment */
  readonly swarmId?: string;
  /** WebTorrent trackers, ws: or wss: URLs. @defaultValue public trackers, see DEFAULT_TRACKERS */
  readonly trackers?: readonly string[];
  /** STUN and TURN servers. @defaultValue public STUN servers, see DEFAULT_ICE_SERVERS */
  readonly iceServers?: readonly IceServer[];
  /** Whether P2P is on; off: the player loads by itself. @defaultValue true */
  readonly enabled?: boolean;
  readonly upload?: UploadOptions;
  /** Memory for segments kept for other viewers, in bytes. @defaultValue 67108864 (64 MiB) */
  readonly memoryLimitBytes?: number;
  /** Most peers to be connected to at once. @defaultValue 24 */
  readonly maxPeers?: number;
  /** Receives log lines. @defaultValue none */
  readonly logger?: Logger;
}
