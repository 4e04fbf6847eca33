// One address to listen on: TCP or a Unix socket, with or without TLS, behind a proxy or not.

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientAddresses } from './client-address';
import type { LinkOrigin } from './client-link';
import type { Logger } from './logger';
import { PendingSockets } from './pending-sockets';
import { readProxyHeader, type ProxyGateEvents } from './proxy-gate';
import { readTlsFiles, TLS_MIN_VERSION, TlsReloader, type TlsFiles } from './tls-files';
import { DEFAULT_SOCKET_MODE, listenUnix } from './unix-socket';

/** All addresses, IPv6 and IPv4 on one socket. */
export const DEFAULT_HOST = '::';

/** Where to go when the machine has no IPv6: all IPv4 addresses. */
const FALLBACK_HOST = '0.0.0.0';

const NO_IPV6_CODES: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT']);

/** What sockets may do at most until they are WebSockets. */
export interface EntranceLimits {
  /** Milliseconds for the handshake of TLS, and then for the whole request. Stops those who are slow on purpose. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds for a PROXY header: proxies send it at once with the connection. */
  readonly proxyHeaderTimeoutMs: number;
  /**
   * Sockets that are no WebSockets yet, per listener. Stops whoever opens sockets and says nothing: an honest
   * client is through in a few round trips, so of too many the oldest has to go.
   */
  readonly maxPendingSockets: number;
}

export const ENTRANCE_LIMITS: EntranceLimits = {
  handshakeTimeoutMs: 10_000,
  proxyHeaderTimeoutMs: 5_000,
  maxPendingSockets: 4096,
};

/** Milliseconds between two looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 1_000;

/** Milliseconds that a connection of plain HTTP is kept for a next request. */
const KEEP_ALIVE_MS = 5_000;

/** Bytes of a request's header: cookies of the page's site may come along. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Connections that wait to be accepted; the system's own limit (`somaxconn`) counts too. */
const BACKLOG = 4096;

const SERVER_OPTIONS: ServerOptions = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: MAX_HEADER_BYTES,
};

export interface ListenAddress {
  /** Host name or address. @defaultValue `::`, or `0.0.0.0` where there is no IPv6 */
  readonly host?: string;
  /** 0 to 65535; 0 takes a free one. @defaultValue 8000 */
  readonly port?: number;
  /** Path of a Unix socket, instead of host and port. A socket that a dead process left there is replaced. */
  readonly path?: string;
  /** Permissions of the Unix socket. @defaultValue 0o660 */
  readonly mode?: number;
  /** Files of certificate and key, for `wss:`; read again when they change. @defaultValue no TLS */
  readonly tls?: TlsFiles;
  /**
   * `all`: WebSockets, `/health`, `/ready` and `/stats.json`. `viewers`: the same without `/stats.json`.
   * `status`: no WebSockets, and no PROXY header; it stays open during a drain. @defaultValue `all`
   */
  readonly serves?: 'all' | 'viewers' | 'status';
}

export interface ListenerOptions {
  readonly requests: RequestListener;
  /** Takes upgrades; without it there are none. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer, origin: LinkOrigin) => void;
  readonly addresses: ClientAddresses;
  /** Whether trusted proxies send a PROXY header. */
  readonly hasProxyHeader: boolean;
  readonly logger: Logger;
  /** @defaultValue ENTRANCE_LIMITS */
  readonly limits?: EntranceLimits;
}

export interface Listener {
  /** `ws://HOST:PORT` with the host that was asked for and the port that was got, or `ws+unix:PATH`. */
  readonly url: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** Reads the TLS files again, or others from now on; nothing without TLS. @returns false if the old ones stay */
  reloadTls(files?: TlsFiles): boolean;
  /** Takes no more connections; those that are there stay. */
  stopAccepting(): void;
  /** Ends plain HTTP connections too; resolves once upgraded ones are gone. */
  close(): Promise<void>;
}

/**
 * Opens a server.
 * @throws the error of `node:net` when the address cannot be had, `EADDRINUSE` for example, or why TLS files are no good
 */
export async function openListener(address: ListenAddress, options: ListenerOptions): Promise<Listener> {
  const { tls } = address;
  const { handshakeTimeoutMs } = options.limits ?? ENTRANCE_LIMITS;
  const serverOptions = {
    ...SERVER_OPTIONS,
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, handshakeTimeoutMs),
  };
  const server = tls
    ? createHttpsServer(
        { ...serverOptions, ...readTlsFiles(tls), minVersion: TLS_MIN_VERSION, handshakeTimeout: handshakeTimeoutMs },
        options.requests,
      )
    : createServer(serverOptions, options.requests);
  const entrance = new Entrance(server, address.path !== undefined, options);
  await bind(server, address);
  // From now on, an error is one of accepting a connection (too many open files): that client is
  // lost, the others are not.
  server.on('error', (error: NodeJS.ErrnoException) => {
    options.logger.log('warn', 'a connection could not be accepted', { code: error.code ?? error.name });
  });
  const reloader = tls && 'setSecureContext' in server ? new TlsReloader(server, tls, options.logger) : undefined;
  return {
    ...describeAddress(server, address),
    reloadTls: (files) => reloader?.reload(files) ?? true,
    stopAccepting: () => server.close(),
    close: async () => {
      reloader?.close();
      await closeHttp(server, entrance);
    },
  };
}

/** What happens between a fresh socket and the tracker: PROXY header, TLS, upgrade. */
class Entrance {
  readonly #limits: EntranceLimits;
  readonly #pending: PendingSockets;
  /** Sockets under TLS, by both ends' address and port: a TLS socket does not tell what it runs on. */
  readonly #raw = new Map<string, Socket>();

  constructor(
    server: Server,
    private readonly isUnix: boolean,
    private readonly options: ListenerOptions,
  ) {
    this.#limits = options.limits ?? ENTRANCE_LIMITS;
    this.#pending = new PendingSockets(this.#limits.maxPendingSockets);
    const isTls = 'setSecureContext' in server;
    // The server's own listeners get the socket when its PROXY header has been read.
    const takers = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (this.#pending.add(socket))
        options.logger.log('warn', 'too many sockets that say nothing; the oldest was ended');
      const take = () => {
        if (isTls) this.#remember(socket);
        for (const taker of takers) taker.call(server, socket);
      };
      if (options.hasProxyHeader && options.addresses.isTrustedSocket(socket, isUnix)) this.#passGate(socket, take);
      else take();
    });
    if (isTls) server.on('secureConnection', (socket: Socket) => this.#secured(socket));
    if (options.upgrade) server.on('upgrade', (...upgrade) => this.#upgraded(...upgrade));
  }

  /** Ends the sockets that are no WebSockets. */
  close(): void {
    this.#pending.endAll();
  }

  #passGate(socket: Socket, take: () => void): void {
    const events: ProxyGateEvents = {
      passed: (address) => {
        this.options.addresses.tell(socket, address);
        take();
      },
      refused: (reason) => this.options.logger.log('warn', 'a connection of a trusted proxy was refused', { reason }),
    };
    readProxyHeader(socket, events, this.#limits.proxyHeaderTimeoutMs);
  }

  #upgraded(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket instanceof Socket) {
      this.#pending.settle(this.#raw.get(endsOf(socket)) ?? socket);
      this.#raw.delete(endsOf(socket));
    }
    this.options.upgrade?.(request, socket, head, { address: this.options.addresses.of(request, this.isUnix) });
  }

  #remember(socket: Socket): void {
    const ends = endsOf(socket);
    this.#raw.set(ends, socket);
    socket.once('close', () => {
      if (this.#raw.get(ends) === socket) this.#raw.delete(ends);
    });
  }

  #secured(socket: Socket): void {
    const raw = this.#raw.get(endsOf(socket));
    const told = raw && this.options.addresses.toldOf(raw);
    if (told) this.options.addresses.tell(socket, told.address);
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)} ${String(localAddress)} ${String(localPort)}`;
}

async function bind(server: Server, { host, port = 8000, path, mode = DEFAULT_SOCKET_MODE }: ListenAddress) {
  if (path !== undefined) return listenUnix(server, path, mode);
  if (host !== undefined) return bindTcp(server, host, port);
  try {
    await bindTcp(server, DEFAULT_HOST, port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_IPV6_CODES.has(error.code))) throw error;
    await bindTcp(server, FALLBACK_HOST, port);
  }
}

async function bindTcp(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function describeAddress(server: Server, { host, path, tls, serves }: ListenAddress): { url: string; port: number } {
  const protocol = `${serves === 'status' ? 'http' : 'ws'}${tls ? 's' : ''}`;
  if (path !== undefined) return { url: `${protocol}+unix:${path}`, port: 0 };
  const { port, family } = server.address() as AddressInfo;
  const shown = host ?? (family === 'IPv6' ? DEFAULT_HOST : FALLBACK_HOST);
  return { url: `${protocol}://${shown.includes(':') ? `[${shown}]` : shown}:${port}`, port };
}

/** Stops accepting and ends plain HTTP connections; resolves once upgraded ones are gone too. */
async function closeHttp(server: Server, entrance: Entrance): Promise<void> {
  await new Promise<void>((resolve) => {
    // The callback gets an error when it was closed before, and comes all the same when the last socket is gone.
    server.close(() => resolve());
    server.closeAllConnections();
    entrance.close();
  });
}
