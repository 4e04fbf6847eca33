// What a page holds of a running session.

import type { P2PError } from '../base/p2p-error';
import type { Bytes } from '../base/units';
import type { SwarmEvents } from '../swarm/swarm-events';
import type { P2POptions } from './options';

/** Where bytes come from. */
export type Source = 'http' | 'p2p';

/** Counters of a session since it began; a change of source does not reset them. */
export interface SessionStats {
  /** Segment bytes received from the origin or CDN. */
  readonly httpBytes: Bytes;
  /** Segment bytes received from peers. */
  readonly p2pBytes: Bytes;
  /** Segment bytes sent to peers. */
  readonly uploadedBytes: Bytes;
  /** Of the received bytes, those never handed to the player nor kept: duplicates and cancelled downloads. */
  readonly wastedBytes: Bytes;
  /** Bytes of peer messages that broke the protocol. */
  readonly rejectedBytes: Bytes;
  /** p2pBytes ÷ (p2pBytes + httpBytes), in [0, 1]; 0 before the first byte. */
  readonly offloadRatio: number;
  /** Peers that can exchange segments now. */
  readonly peerCount: number;
  /** Peer connections that exist now, those still connecting included. */
  readonly connectionCount: number;
  /** Segments completed, by where most of their bytes came from. */
  readonly segmentCount: { readonly http: number; readonly p2p: number };
  /** Trackers that answer now. */
  readonly trackerCount: number;
  /** Peers in the swarm by the trackers' count, this viewer included; undefined before the first answer. */
  readonly swarmSize: number | undefined;
  /** The name under which viewers of this content meet; undefined without a source. */
  readonly swarmId: string | undefined;
  /** This viewer's id in the swarm: 20 characters, new for each session. */
  readonly peerId: string;
}

/** Events of a session: past tense, payload documented per event. */
export interface SessionEvents extends SwarmEvents {
  /** A segment is complete. */
  segmentLoaded: { readonly url: string; readonly httpBytes: Bytes; readonly p2pBytes: Bytes };
  /** A swarm was joined: viewers with the same id share. */
  swarmJoined: { readonly swarmId: string };
  /** A manifest, or the index of a resource, could not be read; its segments go over HTTP by the player's own loader. */
  manifestRejected: { readonly url: string; readonly error: P2PError };
  /** P2P cannot work here; the player plays on by itself. Once per session. */
  standingAside: { readonly reason: string };
  /** The session ended; no event follows. */
  destroyed: Record<string, never>;
}

/** The handle that `player.p2pMediaLoader()` and the attach functions give. */
export interface SessionHandle {
  /** A snapshot of the counters. */
  stats(): SessionStats;
  /** Calls `listener` at every `event` until the returned function is called. A listener that throws harms nobody. */
  on<Name extends keyof SessionEvents>(event: Name, listener: (payload: SessionEvents[Name]) => void): () => void;
  /**
   * Changes options while running. Identity and network options (`swarmId`, `trackers`, `iceServers`) take effect
   * with the next source; `token` with the next announce, or at once where a tracker refused the last one.
   * @throws P2PError `invalid-option` naming the option; nothing is changed then.
   */
  setOptions(partial: P2POptions): void;
  /** Ends the session: swarm left, everything closed; the player plays on by itself. Idempotent. */
  destroy(): void;
}
