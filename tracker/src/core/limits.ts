// Every limit of the tracker in one place, each with the one it stops. A limit never closes the
// socket of a client that could be well-behaved: what is over it is left out, or refused with a
// reason. The exceptions end a socket that is of no use to anybody: `maxMessageBytes` (the rest
// cannot be read without buffering it), `maxFragments`, `maxQueuedBytes` and the missed ping.

/** The limits that an operator may change. */
export interface TrackerLimits {
  /**
   * Bytes of one incoming WebSocket message. Stops the sender of a message that fills the memory;
   * ten offers of a busy browser are 12 to 30 KB.
   * @defaultValue 65536
   */
  readonly maxMessageBytes: number;
  /**
   * Frames that one message may come in. Stops a stream of empty frames, which escapes a limit in bytes.
   * @defaultValue 256
   */
  readonly maxFragments: number;
  /**
   * Offers relayed per announce; those beyond it are ignored. Stops one announce from becoming a
   * hundred messages to others.
   * @defaultValue 10
   */
  readonly maxOffers: number;
  /**
   * UTF-16 units of one SDP. Stops a client that uses the tracker to carry data; real ones are
   * 0.5 to 5 KB.
   * @defaultValue 16384
   */
  readonly maxSdpLength: number;
  /**
   * Memberships (pairs of swarm and peer id) of one connection. Stops one socket from filling the
   * memory with swarms or a swarm with copies of itself; a page with several players needs fewer than ten.
   * @defaultValue 64
   */
  readonly maxPeersPerConnection: number;
  /**
   * Connections at once; upgrades beyond it are answered with 503. Stops a crowd from taking the memory of those who are
   * here: a connection with its peer costs 12 to 15 KB, half as much again in the kernel.
   * @defaultValue 100000
   */
  readonly maxConnections: number;
  /**
   * Swarms at once; a join that would begin one more is refused. Stops clients that make up names; a swarm lives as
   * long as it has a peer.
   * @defaultValue 500000
   */
  readonly maxSwarms: number;
  /**
   * Swarms asked for in one scrape. Stops one short message from asking for a long answer.
   * @defaultValue 64
   */
  readonly maxScrapeHashes: number;
  /**
   * Offers kept in mind per peer until it answers them. Stops a swarm of strangers from growing
   * one viewer's memory on the tracker; the oldest are forgotten.
   * @defaultValue 128
   */
  readonly maxReceivedOffers: number;
  /**
   * Bytes waiting for one socket above which offers to it are dropped. Spares a viewer on a slow
   * line: an offer that arrives late is worthless, a response is not.
   * @defaultValue 65536
   */
  readonly maxQueuedBytesForOffers: number;
  /**
   * Bytes waiting for one socket above which it is cut off. Stops a client that sends and never reads.
   * @defaultValue 262144
   */
  readonly maxQueuedBytes: number;
}

export const DEFAULT_LIMITS: TrackerLimits = {
  maxMessageBytes: 64 * 1024,
  maxFragments: 256,
  maxOffers: 10,
  maxSdpLength: 16 * 1024,
  maxPeersPerConnection: 64,
  maxConnections: 100_000,
  maxSwarms: 500_000,
  maxScrapeHashes: 64,
  maxReceivedOffers: 128,
  maxQueuedBytesForOffers: 64 * 1024,
  maxQueuedBytes: 256 * 1024,
};

/**
 * Values in one message, and levels of arrays and objects inside each other. Stop a message from being read
 * at great expense: 64 KiB of brackets or of short members take JSON.parse several milliseconds. Ten offers
 * are 60 values, on 4 levels.
 */
export const MAX_MESSAGE_VALUES = 1024;
export const MAX_MESSAGE_DEPTH = 16;

/** Characters of the longest token that is looked at; the tracker's own have 300 at most. */
export const MAX_TOKEN_LENGTH = 512;

/** Seconds between two announces of a client, as asked for in each response. */
export const DEFAULT_INTERVAL_SECONDS = 120;

/** Share by which each response's interval differs from the set one, so that a crowd that came at once does not come back at once. */
export const INTERVAL_JITTER = 0.1;

/** A peer that did not announce for this many intervals is dropped: one late announce and one lost are forgiven. */
export const PEER_LIFETIME_INTERVALS = 2.5;

/**
 * Least time without an announce before a peer is dropped, in milliseconds, whatever the interval:
 * browsers run the timers of hidden pages once a minute, and some clients announce every 120 s at most.
 */
export const PEER_LIFETIME_MIN_MS = 180_000;

/** How long an offer can be answered, in milliseconds: clients drop theirs after 50 to 120 s. */
export const OFFER_LIFETIME_MS = 120_000;
