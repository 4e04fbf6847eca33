// Where links come from. The tracker brings two transports and takes a third from its user.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientAbout } from '../core/client-about';
import type { ClientLink, LinkEvents } from './client-link';

/** What one socket may do at most; a socket that does more is closed. */
export interface TransportLimits {
  /** Bytes of one message, whatever frames it comes in. A frame over it is refused by its header, before its payload is kept. */
  readonly maxMessageBytes: number;
  /** Frames of one message. */
  readonly maxFragments: number;
  /** Milliseconds that a client has for its side of the closing handshake. */
  readonly closeTimeoutMs: number;
}

/** Milliseconds that a client has to say goodbye as well, before its socket is ended without. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** What a transport serves. */
export interface TransportHost {
  /**
   * Takes in a link that is open.
   * @param about - what is known of its client, for access and limits. @defaultValue nothing
   * @returns where to report what happens on it
   */
  open(link: ClientLink, about?: ClientAbout): LinkEvents;
}

/** A source of links. */
export interface Transport {
  /**
   * Turns an upgrade request of an HTTP server into a link, or answers it with an error. Never throws.
   * A transport that listens by itself has none; such a tracker can neither attach() nor listen().
   */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, about?: ClientAbout): void;
  /** Takes no more links, and ends those there are: after up to `graceMs` for those that are saying goodbye. */
  close(graceMs: number): Promise<void>;
}

/**
 * Makes a transport. How to bring one that is not Node's own (uWebSockets.js, a worker's message ports):
 * open a link for each socket with `host.open(link)`, report what comes to the events it returns, and do
 * with the link what ClientLink says.
 */
export type TransportFactory = (host: TransportHost, limits: TransportLimits) => Transport;
