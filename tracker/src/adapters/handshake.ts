// The opening handshake of RFC 6455 §4.2. The same for every transport that takes upgrade requests.

import { createHash } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const VERSION = '13';
const KEY_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64. */
const KEY_PATTERN = /^[A-Za-z0-9+/]{22}==$/;
/** A token of RFC 9110 §5.6.2. */
const TOKEN_PATTERN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Why an upgrade is answered with an HTTP error. */
export interface Refusal {
  readonly status: number;
  readonly problem: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is wrong with a request for a WebSocket; undefined if nothing. */
export function findRefusal({
  method,
  httpVersionMajor,
  httpVersionMinor,
  headers,
}: IncomingMessage): Refusal | undefined {
  if (method !== 'GET') return { status: 405, problem: 'the method must be GET', headers: { Allow: 'GET' } };
  if (httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor < 1)) return bad('HTTP must be 1.1');
  if (!hasToken(headers.upgrade, 'websocket')) return bad('Upgrade must be websocket');
  if (!hasToken(headers.connection, 'upgrade')) return bad('Connection must be Upgrade');
  if (headers['sec-websocket-version'] !== VERSION) {
    const problem = `Sec-WebSocket-Version must be ${VERSION}`;
    return { status: 426, problem, headers: { 'Sec-WebSocket-Version': VERSION, Upgrade: 'websocket' } };
  }
  if (!KEY_PATTERN.test(headers['sec-websocket-key'] ?? '')) return bad('Sec-WebSocket-Key must be 16 bytes in base64');
  const protocols = headers['sec-websocket-protocol'];
  if (protocols !== undefined && !splitList(protocols).every((name) => TOKEN_PATTERN.test(name))) {
    return bad('Sec-WebSocket-Protocol must be a list of names');
  }
  return undefined;
}

/** The answer to a request that findRefusal() has nothing against. No extension is ever agreed to. */
export function acceptance({ headers }: IncomingMessage): string {
  const key = createHash('sha1')
    .update(`${headers['sec-websocket-key'] ?? ''}${KEY_GUID}`)
    .digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  lines.push(`Sec-WebSocket-Accept: ${key}`);
  // Browsers give up when none of the protocols that they offer is taken; what it is called is all one here.
  const [protocol] = splitList(headers['sec-websocket-protocol'] ?? '');
  if (protocol) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Answers an upgrade request that is not taken, and ends its socket. */
export function refuse(socket: Duplex, { status, problem, headers = {} }: Refusal): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'Connection: close'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push('Content-Type: text/plain; charset=utf-8', `Content-Length: ${problem.length + 1}`);
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${problem}\n`, () => socket.destroy());
}

function bad(problem: string): Refusal {
  return { status: 400, problem };
}

function hasToken(list: string | undefined, token: string): boolean {
  return splitList(list ?? '').some((entry) => entry.toLowerCase() === token);
}

function splitList(list: string): string[] {
  return list === '' ? [] : list.split(',').map((entry) => entry.trim());
}
