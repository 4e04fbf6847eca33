// How much a client may ask for. Each limit says whom it stops, and who must not meet it.

import { checkNames, checkWhole } from '../option-checks';

/** What an operator may change. */
export interface RateLimits {
  /**
   * Messages that a connection may send at once. Stops scripts; the busiest well-behaved client is one that joins
   * 64 swarms and sends offers to each: two messages for each of them. An answer costs nothing of it: each offer
   * that the tracker brings lets a connection send one message more.
   * @defaultValue 128
   */
  readonly messageBurst: number;
  /**
   * Messages per second of a connection in the long run: 64 rooms that are each announced every 10 s are 6.4.
   * @defaultValue 10
   */
  readonly messagesPerSecond: number;
  /**
   * Announces of one peer in one swarm that may come at once: the first, offers right after it, and a few more when
   * nobody answered.
   * @defaultValue 3
   */
  readonly announceBurst: number;
  /**
   * Seconds for each further announce of a peer in a swarm. The most eager well-behaved clients announce every 10 s.
   * @defaultValue 5
   */
  readonly announceSeconds: number;
  /**
   * A connection that goes beyond this many times its limit of messages, burst and rate, is cut off: to read and drop
   * costs as well.
   * @defaultValue 10
   */
  readonly floodFactor: number;
  /**
   * Messages per second of all connections of one address together, and ten times as many at once; 0: not limited.
   * @defaultValue 0
   */
  readonly addressMessagesPerSecond: number;
  /**
   * New connections per minute of one address, and as many at once; 0: not limited.
   * @defaultValue 0
   */
  readonly addressConnectionsPerMinute: number;
  /**
   * Connections of one address; 0: not limited.
   * @defaultValue 0
   */
  readonly maxConnectionsPerAddress: number;
  /**
   * Addresses without a connection that are remembered. Stops whoever has many addresses from filling the memory; the
   * longest gone are forgotten first.
   * @defaultValue 65536
   */
  readonly maxIdleAddresses: number;
}

// Limits per address are off unless they are set: a mobile carrier, a campus or an office puts thousands of viewers
// behind one address, and a tracker behind a proxy that it was not told of sees a single one.
export const DEFAULT_RATES: RateLimits = {
  messageBurst: 128,
  messagesPerSecond: 10,
  announceBurst: 3,
  announceSeconds: 5,
  floodFactor: 10,
  addressMessagesPerSecond: 0,
  addressConnectionsPerMinute: 0,
  maxConnectionsPerAddress: 0,
  maxIdleAddresses: 65_536,
};

const MOST = 1_000_000;

/** Limits that 0 switches off. */
const MAY_BE_OFF: ReadonlySet<string> = new Set([
  'addressMessagesPerSecond',
  'addressConnectionsPerMinute',
  'maxConnectionsPerAddress',
]);

/**
 * The defaults with what is set instead.
 * @throws RangeError naming the limit
 */
export function resolveRates(rates: Partial<RateLimits> = {}): RateLimits {
  checkNames('rates', rates, DEFAULT_RATES);
  for (const [name, value] of Object.entries(rates)) {
    checkWhole(`rates.${name}`, value, MAY_BE_OFF.has(name) ? 0 : 1, MOST);
  }
  return { ...DEFAULT_RATES, ...rates };
}
