import type { P2PError } from '../base/p2p-error';
import type { Bytes, Milliseconds } from '../base/units';

/** What happens in a swarm, for the page. Part of the session's events. */
export interface SwarmEvents {
  /** Bytes were sent to a peer in answer to one request. */
  chunkUploaded: { readonly peerId: string; readonly bytes: Bytes };
  /** A peer can exchange segments from now on. */
  peerConnected: { readonly peerId: string };
  /** A peer is gone. */
  peerClosed: { readonly peerId: string; readonly reason: string };
  /** A message of a peer broke the protocol; the peer was closed. */
  chunkRejected: { readonly peerId: string | undefined; readonly reason: string; readonly bytes: Bytes };
  /** A tracker answered the first announce on a connection, or let this viewer in again that it had refused. */
  trackerConnected: { readonly url: string; readonly swarmSize: number | undefined };
  /** A tracker was lost or could not be reached; it is tried again after `retryInMs`. Not an error where it said so itself. */
  trackerClosed: { readonly url: string; readonly reason: string; readonly retryInMs: Milliseconds };
  /** Something failed that an operator may want to know; playback goes on. */
  error: P2PError;
}

/** Hands one event to the page. */
export type ReportSwarmEvent = <Name extends keyof SwarmEvents>(name: Name, payload: SwarmEvents[Name]) => void;
