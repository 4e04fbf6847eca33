// Peers and the connections that own them: each knows the other, so both are here.

import { UNKNOWN_CLIENT, type ClientAbout } from './client-about';
import type { ConnectionRates } from './rates/connection-rates';
import type { ReceivedOffers } from './received-offers';
import type { Swarm, SwarmMember } from './swarm';

/**
 * One client's connection, and the owner of every peer that announced over it: nobody else may
 * stop, move or speak for them, and they leave with it. What it is made of (a socket, a worker's
 * message port) is the transport's business.
 */
export class Connection {
  /** The peers that came over this connection, in any number of swarms. */
  readonly peers = new Set<Peer>();
  /** Whether it has ended; nothing is taken from it or sent to it any more. */
  isClosed = false;
  /** Peers, by swarm and id, whose announces wait for a verdict. */
  readonly held = new Set<string>();
  readonly about: ClientAbout;

  constructor(
    about: ClientAbout = UNKNOWN_CLIENT,
    readonly rates?: ConnectionRates,
  ) {
    // A copy: what is remembered of one client must not be what is remembered of another.
    this.about = { ...about };
  }
}

/** A member of one swarm. A viewer in three swarms is three of these, on one connection. */
export interface Peer extends SwarmMember {
  readonly swarm: Swarm<Peer>;
  readonly connection: Connection;
  /** Offers it was sent and has not answered. */
  readonly receivedOffers: ReceivedOffers;
  /** Time of its last announce, in milliseconds; the registry keeps it. */
  announcedAt: number;
}
