import { RateGate, type RateVerdict } from './bucket';
import type { RateLimits } from './rate-limits';

const IPV4_MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** Seconds' worth of messages that an address may send at once. */
const MESSAGE_BURST_SECONDS = 10;

interface Entry {
  connectionCount: number;
  readonly messages: RateGate | undefined;
  readonly connections: RateGate | undefined;
}

/** Why a connection of an address is not taken. */
export type AddressRefusal = 'too-many-connections' | 'too-fast';

/**
 * What clients of one address do together. Remembers nothing while no limit is set; otherwise an entry for each address
 * that has a connection, and for a bounded number of those that had one and whose limits have not recovered yet.
 */
export class AddressBook {
  readonly #entries = new Map<string, Entry>();
  /** Without connections, the longest gone first. */
  readonly #idle = new Set<string>();
  readonly #isUsed: boolean;

  constructor(private readonly limits: RateLimits) {
    const { addressMessagesPerSecond, addressConnectionsPerMinute, maxConnectionsPerAddress } = limits;
    this.#isUsed = addressMessagesPerSecond + addressConnectionsPerMinute + maxConnectionsPerAddress > 0;
  }

  /** Addresses that something is remembered of. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether a client of this address may connect now; a connection that is refused counts as a try. */
  refuses(address: string | undefined, now: number): AddressRefusal | undefined {
    const entry = this.#find(address, now);
    if (!entry) return undefined;
    const { maxConnectionsPerAddress } = this.limits;
    if (entry.connections && entry.connections.take(now) !== 'taken') return 'too-fast';
    const isFull = maxConnectionsPerAddress > 0 && entry.connectionCount >= maxConnectionsPerAddress;
    return isFull ? 'too-many-connections' : undefined;
  }

  open(address: string | undefined, now: number): void {
    const entry = this.#find(address, now);
    if (!entry || address === undefined) return;
    entry.connectionCount += 1;
    this.#idle.delete(addressGroup(address));
  }

  close(address: string | undefined): void {
    if (!this.#isUsed || address === undefined) return;
    const group = addressGroup(address);
    const entry = this.#entries.get(group);
    if (!entry || entry.connectionCount === 0) return;
    entry.connectionCount -= 1;
    if (entry.connectionCount === 0) this.#rest(group);
  }

  takeMessage(address: string | undefined, now: number): RateVerdict {
    return this.#find(address, now)?.messages?.take(now) ?? 'taken';
  }

  /** Forgets those that have no connection and have recovered. */
  sweep(now: number): void {
    for (const group of this.#idle) {
      const entry = this.#entries.get(group);
      const isRecovered = (entry?.messages?.isIdle(now) ?? true) && (entry?.connections?.isIdle(now) ?? true);
      // Those behind it were active later: few of them have recovered.
      if (!isRecovered) return;
      this.#forget(group);
    }
  }

  #find(address: string | undefined, now: number): Entry | undefined {
    if (!this.#isUsed || address === undefined) return undefined;
    const group = addressGroup(address);
    const known = this.#entries.get(group);
    if (known) {
      if (this.#idle.delete(group)) this.#idle.add(group);
      return known;
    }
    const { addressMessagesPerSecond, addressConnectionsPerMinute } = this.limits;
    const gate = (burst: number, perSecond: number) =>
      perSecond > 0 ? new RateGate({ burst, perSecond }, now) : undefined;
    const entry: Entry = {
      connectionCount: 0,
      messages: gate(addressMessagesPerSecond * MESSAGE_BURST_SECONDS, addressMessagesPerSecond),
      connections: gate(addressConnectionsPerMinute, addressConnectionsPerMinute / 60),
    };
    this.#entries.set(group, entry);
    this.#rest(group);
    return entry;
  }

  #rest(group: string): void {
    this.#idle.add(group);
    if (this.#idle.size <= this.limits.maxIdleAddresses) return;
    for (const longestGone of this.#idle) {
      this.#forget(longestGone);
      return;
    }
  }

  #forget(group: string): void {
    this.#idle.delete(group);
    this.#entries.delete(group);
  }
}

/** One subscriber: an IPv4 address, or the 64-bit network of an IPv6 address, since a home has all of it. */
export function addressGroup(address: string): string {
  const mapped = IPV4_MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [plain = ''] = address.toLowerCase().split('%', 1);
  const [head = '', tail] = plain.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
