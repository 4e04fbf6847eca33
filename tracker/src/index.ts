// The tracker as a library: one object that serves a port of its own or joins an HTTP server that is there.

import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { DEFAULT_PING_INTERVAL_MS } from './adapters/heartbeat';
import { closeHttp, listenHttp, refuseUpgrade, type ListenAddress } from './adapters/http-listener';
import { LinkHub, type LinkCounters } from './adapters/link-hub';
import { createStatusListener, requestPath } from './adapters/status-routes';
import { WebSocketTransport } from './adapters/web-socket-transport';
import type { Counters } from './core/counters';
import { DEFAULT_INTERVAL_SECONDS, DEFAULT_LIMITS, type TrackerLimits } from './core/limits';
import { TrackerCore, type TrackerTotals } from './core/tracker-core';

export { DEFAULT_INTERVAL_SECONDS, DEFAULT_LIMITS, type TrackerLimits } from './core/limits';
export type { ListenAddress } from './adapters/http-listener';

/** All optional. */
export interface TrackerOptions {
  /** Seconds between two announces of a client, 1 to 86400. @defaultValue 120 */
  readonly intervalSeconds?: number;
  /** Milliseconds between two pings of the server, at least 10. @defaultValue 45000 */
  readonly pingIntervalMs?: number;
  /** What clients may do at most. @defaultValue see DEFAULT_LIMITS */
  readonly limits?: Partial<TrackerLimits>;
  /** Told of errors that should not be possible; the tracker goes on. @defaultValue none */
  readonly onError?: (error: unknown) => void;
}

/** Totals of the moment and counts since the start; the content of `/stats.json`. */
export interface TrackerStats extends TrackerTotals, Readonly<Counters>, Readonly<LinkCounters> {}

export interface AttachOptions {
  /** Path that WebSockets are taken on, with its leading slash. @defaultValue every path */
  readonly path?: string;
}

export interface Tracker {
  /**
   * Takes the WebSocket upgrades of an HTTP server and leaves its requests alone. Upgrades on other
   * paths are left to the server's other listeners; if there is none, they are answered with 404.
   */
  attach(server: HttpServer | HttpsServer, options?: AttachOptions): void;
  /** Opens a port of its own, with `/health`, `/ready` and `/stats.json` beside the WebSocket. */
  listen(address?: ListenAddress): Promise<{ url: string; port: number }>;
  stats(): TrackerStats;
  /** Ends every socket, port and timer of the tracker. A server it was attached to stays open. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at who is overdue. */
const TICK_MS = 1000;

/** Milliseconds that clients have to say goodbye at close(). */
const CLOSE_GRACE_MS = 1000;

/** WebSocket close code "going away" (RFC 6455 §7.4.1). */
const GOING_AWAY = 1001;

/**
 * Makes a tracker that does nothing until attach() or listen().
 * @throws RangeError for an option that is out of its range
 */
export function createTracker(options: TrackerOptions = {}): Tracker {
  return new WebSocketTracker(options);
}

class WebSocketTracker implements Tracker {
  readonly #core: TrackerCore;
  readonly #hub: LinkHub;
  readonly #transport: WebSocketTransport;
  readonly #timer: NodeJS.Timeout;
  readonly #undo: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: TrackerOptions) {
    const { intervalSeconds = DEFAULT_INTERVAL_SECONDS, pingIntervalMs = DEFAULT_PING_INTERVAL_MS } = options;
    checkRange('intervalSeconds', intervalSeconds, 1, 86_400);
    checkRange('pingIntervalMs', pingIntervalMs, 10, 3_600_000);
    const limits = checkLimits(options.limits ?? {});
    this.#core = new TrackerCore({ random: Math.random, intervalSeconds, limits });
    this.#hub = new LinkHub(this.#core, {
      now: () => performance.now(),
      pingIntervalMs,
      onError: options.onError ?? (() => undefined),
    });
    this.#transport = new WebSocketTransport(this.#hub, this.#core.limits);
    // The servers keep the process alive as long as they should; the timer must not.
    this.#timer = setInterval(() => this.#hub.tick(), Math.min(TICK_MS, pingIntervalMs)).unref();
  }

  attach(server: HttpServer | HttpsServer, { path }: AttachOptions = {}): void {
    this.#assertOpen();
    if (path !== undefined && !path.startsWith('/')) {
      throw new RangeError(`path must start with a slash, not be ${JSON.stringify(path)}`);
    }
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (path === undefined || requestPath(request) === path) this.#transport.upgrade(request, socket, head);
      else if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket);
    };
    server.on('upgrade', onUpgrade);
    this.#undo.push(() => {
      server.off('upgrade', onUpgrade);
    });
  }

  async listen(address: ListenAddress = {}): Promise<{ url: string; port: number }> {
    this.#assertOpen();
    if (address.port !== undefined) checkRange('port', address.port, 0, 65_535);
    const status = createStatusListener({ isReady: () => !this.#closing, stats: () => this.stats() });
    const { server, url, port } = await listenHttp(status, address);
    if (this.#closing) {
      await closeHttp(server);
      throw new Error('the tracker was closed while it opened a port');
    }
    this.attach(server);
    this.#undo.push(() => closeHttp(server));
    return { url, port };
  }

  stats(): TrackerStats {
    return { ...this.#core.totals(), ...structuredClone({ ...this.#core.counters, ...this.#hub.counters }) };
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    const ended = this.#undo.map((undo) => undo());
    this.#hub.closeAll(GOING_AWAY, 'the tracker is closing');
    await Promise.all([...ended, this.#transport.close(CLOSE_GRACE_MS)]);
  }

  #assertOpen(): void {
    if (this.#closing) throw new Error('the tracker is closed');
  }
}

function checkLimits(limits: Partial<TrackerLimits>): Partial<TrackerLimits> {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw new RangeError(`limits.${name} is not a limit of the tracker`);
    checkRange(`limits.${name}`, value, 1, Number.MAX_SAFE_INTEGER);
  }
  return limits;
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
}
