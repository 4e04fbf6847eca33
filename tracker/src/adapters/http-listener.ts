import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** All addresses, IPv6 and IPv4 on one socket. */
export const DEFAULT_HOST = '::';

/** Where to go when the machine has no IPv6: all IPv4 addresses. */
const FALLBACK_HOST = '0.0.0.0';

const NO_IPV6_CODES: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT']);

export interface ListenAddress {
  /** Host name or address. @defaultValue `::`, or `0.0.0.0` where there is no IPv6 */
  readonly host?: string;
  /** 0 to 65535; 0 takes a free one. @defaultValue 8000 */
  readonly port?: number;
}

export interface ListeningServer {
  readonly server: Server;
  /** `ws://HOST:PORT` with the host that was asked for and the port that was got. */
  readonly url: string;
  readonly port: number;
}

/**
 * Opens an HTTP server.
 * @throws the error of `node:net` when the address cannot be had, `EADDRINUSE` for example
 */
export async function listenHttp(
  listener: RequestListener,
  { host, port = 8000 }: ListenAddress,
): Promise<ListeningServer> {
  if (host !== undefined) return listenOn(listener, host, port);
  try {
    return await listenOn(listener, DEFAULT_HOST, port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_IPV6_CODES.has(error.code))) throw error;
    return listenOn(listener, FALLBACK_HOST, port);
  }
}

async function listenOn(listener: RequestListener, host: string, port: number): Promise<ListeningServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // After that, an error is one of accepting a connection (too many open files): that client is
  // lost, the others are not.
  server.on('error', () => undefined);
  const { port: actualPort } = server.address() as AddressInfo;
  return { server, url: `ws://${host.includes(':') ? `[${host}]` : host}:${actualPort}`, port: actualPort };
}

/** Stops accepting and ends plain HTTP connections; resolves once upgraded ones are gone too. */
export async function closeHttp(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Answers an upgrade request that nobody wants, and ends its socket. */
export function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
}
