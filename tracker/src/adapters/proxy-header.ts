// The PROXY protocol, version 2, as its specification by HAProxy describes it: a binary header that a proxy sends
// before anything else, and that says who its client is.

import { canonicalAddress } from './networks';

/** Twelve bytes that no other protocol begins with. */
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** Signature, command, family, and the length of what follows. */
const PREFIX_BYTES = 16;

/** How version 1, a line of text, begins. */
const VERSION_1 = Buffer.from('PROXY ', 'latin1');

/**
 * Bytes of one header at most: 16, up to 216 of addresses, the rest for the extensions, which are skipped. Stops
 * a header that announces 64 KiB and never sends them.
 */
export const MAX_PROXY_HEADER_BYTES = 4096;

const COMMAND = { local: 0x20, proxy: 0x21 } as const;

/** Family and transport → bytes of the two addresses and ports. Streams only: nothing else comes over a socket. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 0x00: 0, 0x11: 12, 0x21: 36, 0x31: 216 };
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

export type ProxyHeader =
  /** Not whole yet: read on until there are `bytes`. */
  | { readonly type: 'incomplete'; readonly bytes: number }
  | { readonly type: 'refused'; readonly reason: ProxyHeaderProblem }
  /** Without an address the proxy speaks for itself (a health check), or its client has none. */
  | { readonly type: 'header'; readonly bytes: number; readonly address: string | undefined };

export type ProxyHeaderProblem =
  | 'not a PROXY header'
  | 'PROXY protocol version 1 is not supported; set version 2 in the proxy'
  | 'unknown version or command'
  | 'unknown address family or transport'
  | 'too long'
  | 'too short for its addresses';

/** Reads the header that `bytes` begin with. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const seen = Math.min(bytes.length, SIGNATURE.length);
  if (SIGNATURE.compare(bytes, 0, seen, 0, seen) !== 0) return refused(foreignProblem(bytes));
  if (bytes.length < PREFIX_BYTES) return { type: 'incomplete', bytes: PREFIX_BYTES };
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const length = bytes.readUInt16BE(14);
  if (command !== COMMAND.local && command !== COMMAND.proxy) return refused('unknown version or command');
  const total = PREFIX_BYTES + length;
  if (total > MAX_PROXY_HEADER_BYTES) return refused('too long');
  // A local header's addresses mean nothing, whatever they are.
  const addressBytes = command === COMMAND.local ? 0 : ADDRESS_BYTES[family];
  if (addressBytes === undefined) return refused('unknown address family or transport');
  if (length < addressBytes) return refused('too short for its addresses');
  if (bytes.length < total) return { type: 'incomplete', bytes: total };
  return {
    type: 'header',
    bytes: total,
    address: command === COMMAND.local ? undefined : sourceAddress(bytes, family),
  };
}

function sourceAddress(bytes: Buffer, family: number): string | undefined {
  if (family === TCP_OVER_IPV4) return bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + 4).join('.');
  if (family !== TCP_OVER_IPV6) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(PREFIX_BYTES + 2 * index).toString(16));
  return canonicalAddress(groups.join(':'));
}

function foreignProblem(bytes: Buffer): ProxyHeaderProblem {
  return bytes.subarray(0, VERSION_1.length).equals(VERSION_1)
    ? 'PROXY protocol version 1 is not supported; set version 2 in the proxy'
    : 'not a PROXY header';
}

function refused(reason: ProxyHeaderProblem): ProxyHeader {
  return { type: 'refused', reason };
}
