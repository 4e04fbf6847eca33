// Who a connection is from: the socket's own word, and that of the proxies that are trusted, hop by hop.

import type { IncomingMessage } from 'node:http';
import { canonicalAddress, NetworkSet } from './networks';

/** Which proxies stand in front, and how they say who their client is. */
export interface ProxyOptions {
  /**
   * Addresses and networks (`10.0.0.0/8`) of the proxies. Nobody else's word counts. Whoever may connect to a
   * Unix socket is trusted, by that socket's permissions.
   * @defaultValue none
   */
  readonly trusted?: readonly string[];
  /** `v2`: trusted proxies begin each connection with a PROXY header of version 2, which is then required. @defaultValue `off` */
  readonly protocol?: 'off' | 'v2';
  /** Whether X-Forwarded-For of trusted proxies is read. @defaultValue true */
  readonly forwardedFor?: boolean;
}

/** Entries of X-Forwarded-For that are read, from the last one. Stops a header of ten thousand hops. */
const MAX_FORWARDED_HOPS = 16;

/** What a connection came over, as far as it is known. */
export interface PeerSocket {
  /** Undefined for a Unix socket, and for one that is gone. */
  readonly remoteAddress?: string | undefined;
}

export class ClientAddresses {
  readonly #trusted: NetworkSet;
  readonly #readsForwardedFor: boolean;
  /** What a PROXY header said about a socket. */
  readonly #told = new WeakMap<object, { readonly address: string | undefined }>();

  /** @throws RangeError for a network that is none */
  constructor({ trusted = [], forwardedFor = true }: ProxyOptions) {
    this.#trusted = new NetworkSet(trusted);
    this.#readsForwardedFor = forwardedFor;
  }

  /** Whether the other end of a socket may speak for its clients. */
  isTrustedSocket({ remoteAddress }: PeerSocket, isUnix: boolean): boolean {
    return remoteAddress === undefined ? isUnix : this.#trusted.has(remoteAddress);
  }

  /** Notes what a PROXY header said; without an address, that the proxy speaks for itself. */
  tell(socket: object, address: string | undefined): void {
    this.#told.set(socket, { address });
  }

  /** What a PROXY header said of this socket, if there was one. */
  toldOf(socket: object): { readonly address: string | undefined } | undefined {
    return this.#told.get(socket);
  }

  /** The client that a request is from; undefined if nobody knows. */
  of(request: Pick<IncomingMessage, 'headers' | 'socket'>, isUnix = false): string | undefined {
    const { socket, headers } = request;
    const own = canonicalAddress(socket.remoteAddress ?? '');
    const told = this.#told.get(socket)?.address;
    const known = told ?? own;
    const isTrusted = known === undefined ? isUnix : this.#trusted.has(known);
    if (!this.#readsForwardedFor || !isTrusted) return known;
    return this.#lastUntrusted(headers['x-forwarded-for'], known);
  }

  /** Follows the hops from the nearest one back, as long as each is trusted to know the one before. */
  #lastUntrusted(header: string | string[] | undefined, nearest: string | undefined): string | undefined {
    let known = nearest;
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
    for (const hop of hops.slice(-MAX_FORWARDED_HOPS).reverse()) {
      const address = canonicalAddress(withoutPort(hop.trim()));
      if (address === undefined) return known;
      known = address;
      if (!this.#trusted.has(address)) return known;
    }
    return known;
  }
}

/** Some proxies add the port: `192.0.2.1:5678`, `[2001:db8::1]:5678`. */
function withoutPort(hop: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(hop) ?? [];
  return bracketed ?? dotted ?? hop;
}
