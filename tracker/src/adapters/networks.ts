// Addresses and networks of IP: parsing, one spelling for each address, and membership.

import { BlockList, isIP, SocketAddress } from 'node:net';

export interface Network {
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 'ipv4' | 'ipv6';
}

const BITS = { ipv4: 32, ipv6: 128 } as const;
const MAPPED_PREFIX = '::ffff:';

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address. @returns undefined if it is none of them */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text);
  const version = isIP(match?.[1] ?? '');
  if (!match || version === 0) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const prefixLength = match[2] === undefined ? BITS[family] : Number(match[2]);
  if (prefixLength > BITS[family]) return undefined;
  return { address: match[1]!, prefixLength, family };
}

/**
 * One spelling for each address: lower case, shortest, without a zone, and IPv4 as IPv4.
 * @returns undefined for a text that is no address
 */
export function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 0) return undefined;
  if (version === 4) return text;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const mapped = address.startsWith(MAPPED_PREFIX) ? address.slice(MAPPED_PREFIX.length) : '';
  return isIP(mapped) === 4 ? mapped : address;
}

/** A set of networks. */
export class NetworkSet {
  readonly #blocks = new BlockList();

  /** @throws RangeError for a text that is no network */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (!network) {
        throw new RangeError(`proxy.trusted must hold addresses or networks (10.0.0.0/8), not ${JSON.stringify(text)}`);
      }
      this.#blocks.addSubnet(network.address, network.prefixLength, network.family);
    }
  }

  /** @param address - in any spelling; a text that is no address is in no network */
  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#blocks.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}
