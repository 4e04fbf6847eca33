// The tracker as a library: one object that serves a port of its own or joins an HTTP server that is there.

import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { AccessControl, type AccessOptions } from './access/access-control';
import { ClientAddresses, type ProxyOptions } from './adapters/client-address';
import type { LinkOrigin } from './adapters/client-link';
import { readClientAbout } from './adapters/client-request';
import { runDrain, type DrainOptions } from './adapters/drain';
import { ClusterMember, type ClusterOptions } from './adapters/bus/cluster-member';
import { DEFAULT_PING_INTERVAL_MS } from './adapters/heartbeat';
import { BuiltInTransport } from './adapters/built-in-transport';
import { refuse } from './adapters/handshake';
import { openListener, type ListenAddress, type Listener } from './adapters/http-listener';
import { LinkHub } from './adapters/link-hub';
import { LoadMeter } from './adapters/load-meter';
import { SILENT, type Logger } from './adapters/logger';
import { createStatusListener, requestPath, type Figures } from './adapters/status-routes';
import type { TlsFiles } from './adapters/tls-files';
import { CLOSE_TIMEOUT_MS, type Transport, type TransportFactory } from './adapters/transport';
import { WsTransport } from './adapters/ws-transport';
import type { ClientAbout } from './core/client-about';
import { DEFAULT_DRAIN_SECONDS, DEFAULT_READY_GRACE_SECONDS } from './core/drain-plan';
import { DEFAULT_INTERVAL_SECONDS, DEFAULT_LIMITS, type TrackerLimits } from './core/limits';
import { LoadGovernor, type OverloadOptions } from './core/load/load-governor';
import { OPEN_REFUSALS, type OpenRefusal } from './core/open-refusal';
import { checkNames, checkWhole } from './core/option-checks';
import { resolveRates, type RateLimits } from './core/rates/rate-limits';
import { TrackerCore } from './core/tracker-core';
import { TrackerMetrics, type MetricsReport } from './metrics/tracker-metrics';
import type { TrackerStats } from './tracker-stats';

export { DEFAULT_INTERVAL_SECONDS, DEFAULT_LIMITS, type TrackerLimits } from './core/limits';
export type { ProxyOptions } from './adapters/client-address';
export type { DrainOptions } from './adapters/drain';
export type { AccessOptions, TokenOptions } from './access/access-control';
export type { AuthorizationOptions, Authorize, AuthorizeRequest } from './access/authorize-gate';
export type { InfoHashOptions } from './access/info-hash-lists';
export type { OriginOptions } from './access/origin-rules';
export type { TokenKey } from './access/token';
export { parseTokenKeys, readTokenKeys } from './access/token-keys';
export type { OverloadOptions } from './core/load/load-governor';
export { DEFAULT_RATES, type RateLimits } from './core/rates/rate-limits';
export type { ListenAddress } from './adapters/http-listener';
export type { LogContext, Logger, LogLevel } from './adapters/logger';
export type { Figures } from './adapters/status-routes';
export type { TrackerStats } from './tracker-stats';
export type { MetricsReport } from './metrics/tracker-metrics';
export type { TlsFiles } from './adapters/tls-files';
export type { ClientLink, CutReason, LinkEvents } from './adapters/client-link';
export type { Transport, TransportFactory, TransportHost, TransportLimits } from './adapters/transport';

export type { Bus, BusCounters, BusDriver, BusEvents } from './adapters/bus/bus';
export type { BusStats, ClusterOptions } from './adapters/bus/cluster-member';
export { BusHub } from './adapters/bus/hub';
export { MemoryBus } from './adapters/bus/memory-bus';
export type { ClusterTotals } from './core/cluster/cluster';

/** All optional. */
export interface TrackerOptions extends AccessOptions, ClusterOptions {
  /** Seconds between two announces of a client, 1 to 86400. @defaultValue 120 */
  readonly intervalSeconds?: number;
  /** Milliseconds between two pings of the server, at least 10. @defaultValue 45000 */
  readonly pingIntervalMs?: number;
  /** What clients may do at most. @defaultValue see DEFAULT_LIMITS */
  readonly limits?: Partial<TrackerLimits>;
  /** How often clients may do it. @defaultValue see DEFAULT_RATES */
  readonly rates?: Partial<RateLimits>;
  /** When the tracker has too much to do, and what it does then. */
  readonly overload?: OverloadOptions;
  /**
   * Where sockets come from: `built-in` is RFC 6455 on Node's own sockets, `ws` the library of that name, which does
   * the same at a higher price; a function brings one of your own.
   * @defaultValue `built-in`
   */
  readonly transport?: 'built-in' | 'ws' | TransportFactory;
  /** Told of errors that should not be possible; the tracker goes on. @defaultValue none */
  readonly onError?: (error: unknown) => void;
  /** Proxies in front of listen() and attach(), and how they say who the client is. @defaultValue none is trusted */
  readonly proxy?: ProxyOptions;
  /** Told what an operator should know; never of single clients or messages. @defaultValue nobody */
  readonly logger?: Logger;
  /** What `/stats.json` and `/metrics` say, where this tracker is one of several. @defaultValue its own figures */
  readonly figures?: Figures;
}

export interface AttachOptions {
  /** Path that WebSockets are taken on, with its leading slash. @defaultValue every path */
  readonly path?: string;
}

export interface Tracker {
  /**
   * Takes the WebSocket upgrades of an HTTP server and leaves its requests alone. Upgrades on other
   * paths are left to the server's other listeners; if there is none, they are answered with 404.
   * @throws Error when it is closed, or its transport takes no upgrades
   */
  attach(server: HttpServer | HttpsServer, options?: AttachOptions): void;
  /** Opens a port of its own, with `/health`, `/ready` and `/stats.json` beside the WebSocket. */
  listen(address?: ListenAddress): Promise<{ url: string; port: number }>;
  stats(): TrackerStats;
  /** Metrics of the tracker and its process in the text format of Prometheus, as `/metrics` has them. */
  metrics(): Promise<string>;
  /** The same as JSON, to be added up with those of others. */
  metricsReport(): Promise<MetricsReport>;
  /**
   * Ends it without a wave of reconnects: `/ready` is 503 at once, after `readyGraceSeconds` nobody new is taken,
   * then viewers are sent away one by one in random order (code 1012 with the time to come back after), and all is
   * closed. Resolves when it is; close() cuts it short.
   * @throws RangeError for a time that is out of its range
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Reads the TLS files of all listeners again, or others from now on, without touching a connection.
   * @returns false when a file cannot be used (the logger says why): the old certificate stays
   */
  reloadTls(files?: TlsFiles): boolean;
  /**
   * Reads the files of the swarms that are allowed and denied again. Peers of a swarm that is denied now leave with
   * their next announce.
   * @throws Error naming the file that is broken; the lists are then what they were
   */
  reload(): void;
  /** Ends every socket, port and timer of the tracker. A server it was attached to stays open. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at who is overdue. */
const TICK_MS = 1000;

/** Milliseconds between two looks at the load. */
const LOAD_INTERVAL_MS = 1000;

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
  readonly #access: AccessControl;
  readonly #governor: LoadGovernor;
  readonly #meter = new LoadMeter();
  #loadDueAt = 0;
  readonly #core: TrackerCore;
  readonly #hub: LinkHub;
  readonly #transport: Transport;
  readonly #timer: NodeJS.Timeout;
  readonly #member: ClusterMember | undefined;
  readonly #undo: (() => void | Promise<void>)[] = [];
  readonly #listeners: Listener[] = [];
  readonly #viewerListeners: Listener[] = [];
  readonly #addresses: ClientAddresses;
  readonly #proxy: ProxyOptions;
  readonly #logger: Logger;
  readonly #figures: Figures;
  #metrics: TrackerMetrics | undefined;
  readonly #abortDrain = new AbortController();
  #draining: Promise<void> | undefined;
  #takesNewcomers = true;
  #closing: Promise<void> | undefined;

  constructor(options: TrackerOptions) {
    const { intervalSeconds = DEFAULT_INTERVAL_SECONDS, pingIntervalMs = DEFAULT_PING_INTERVAL_MS } = options;
    checkWhole('intervalSeconds', intervalSeconds, 1, 86_400);
    checkWhole('pingIntervalMs', pingIntervalMs, 10, 3_600_000);
    const limits = checkLimits(options.limits ?? {});
    this.#logger = options.logger ?? SILENT;
    this.#proxy = options.proxy ?? {};
    this.#figures = options.figures ?? this;
    this.#addresses = new ClientAddresses(this.#proxy);
    const rates = resolveRates(options.rates);
    const governor = (this.#governor = new LoadGovernor(intervalSeconds, options.overload));
    const admission = (this.#access = new AccessControl(options, () => Date.now()));
    this.#core = new TrackerCore({
      random: Math.random,
      intervalSeconds,
      limits,
      rates,
      admission,
      governor,
      isClustered: options.bus !== undefined,
    });
    this.#hub = new LinkHub(this.#core, {
      now: () => performance.now(),
      pingIntervalMs,
      onError: (error) => {
        this.#logger.log('error', 'internal error', { error: describeError(error) });
        options.onError?.(error);
      },
      askAdmission: (request, onSettled) => admission.ask(request, () => performance.now(), onSettled),
      onBusEffect: (effect) => this.#member?.send(effect),
    });
    if (options.bus) this.#member = new ClusterMember(options.bus, options, this.#hub);
    const makeTransport = transportFactory(options.transport ?? 'built-in');
    const { maxMessageBytes, maxFragments } = this.#core.limits;
    this.#transport = makeTransport(this.#hub, { maxMessageBytes, maxFragments, closeTimeoutMs: CLOSE_TIMEOUT_MS });
    // The servers keep the process alive as long as they should; the timer must not.
    this.#timer = setInterval(() => this.#tick(), Math.min(TICK_MS, pingIntervalMs)).unref();
  }

  attach(server: HttpServer | HttpsServer, { path }: AttachOptions = {}): void {
    this.#assertOpen();
    if (path !== undefined && !path.startsWith('/')) {
      throw new RangeError(`path must start with a slash, not be ${JSON.stringify(path)}`);
    }
    this.#assertUpgrades();
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (path === undefined || requestPath(request) === path) {
        this.#upgrade(request, socket, head, { address: this.#addresses.of(request) });
      } else if (server.listenerCount('upgrade') === 1) refuse(socket, { status: 404, problem: 'not found' });
    };
    this.#member?.start();
    server.on('upgrade', onUpgrade);
    this.#undo.push(() => {
      server.off('upgrade', onUpgrade);
    });
  }

  async listen(address: ListenAddress = {}): Promise<{ url: string; port: number }> {
    this.#assertOpen();
    if (address.port !== undefined) checkWhole('port', address.port, 0, 65_535);
    if (address.mode !== undefined) checkWhole('mode', address.mode, 0, 0o777);
    const { serves = 'all' } = address;
    if (serves !== 'status') this.#assertUpgrades();
    const listener = await openListener(address, {
      requests: createStatusListener({
        isReady: () => !this.#closing && !this.#draining,
        ...(serves !== 'viewers' && { figures: this.#figures }),
      }),
      ...(serves !== 'status' && { upgrade: this.#upgrade }),
      addresses: this.#addresses,
      hasProxyHeader: serves !== 'status' && this.#proxy.protocol === 'v2',
      logger: this.#logger,
    });
    if (this.#closing || (serves !== 'status' && !this.#takesNewcomers)) {
      await listener.close();
      throw new Error('the tracker was closed while it opened a port');
    }
    if (serves !== 'status') this.#viewerListeners.push(listener);
    this.#undo.push(() => listener.close());
    this.#listeners.push(listener);
    this.#member?.start();
    return { url: listener.url, port: listener.port };
  }

  stats(): TrackerStats {
    const { load, level } = this.#governor;
    const counters = structuredClone({ ...this.#core.counters, ...this.#hub.counters });
    const [bus, cluster] = [this.#member?.stats(), this.#core.clusterTotals()];
    return {
      ...this.#core.totals(),
      ...counters,
      access: this.#access.counters,
      load,
      overload: level,
      ...(bus && { bus }),
      ...(cluster && { cluster }),
    };
  }

  reload(): void {
    this.#access.reload();
  }

  metrics(): Promise<string> {
    return this.#ownMetrics.text();
  }

  metricsReport(): Promise<MetricsReport> {
    return this.#ownMetrics.report();
  }

  async drain({
    seconds = DEFAULT_DRAIN_SECONDS,
    readyGraceSeconds = DEFAULT_READY_GRACE_SECONDS,
  }: DrainOptions = {}): Promise<void> {
    checkWhole('seconds', seconds, 0, 3600);
    checkWhole('readyGraceSeconds', readyGraceSeconds, 0, 600);
    await (this.#draining ??= this.#drain({ seconds, readyGraceSeconds }));
  }

  reloadTls(files?: TlsFiles): boolean {
    const results = this.#listeners.map((listener) => listener.reloadTls(files));
    return !results.includes(false);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Made when first asked for: it watches the process, for which an embedding server may have its own means. */
  get #ownMetrics(): TrackerMetrics {
    return (this.#metrics ??= new TrackerMetrics(() => this.stats()));
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, origin: LinkOrigin): void => {
    const about = readClientAbout(request, origin.address);
    const refusal = this.#refusal(about);
    if (refusal) refuse(socket, refusal);
    else this.#transport.upgrade?.(request, socket, head, about);
  };

  #refusal(about: ClientAbout): OpenRefusal | undefined {
    if (!this.#takesNewcomers) return OPEN_REFUSALS.draining;
    if (!this.#access.allowsOrigin(about)) return OPEN_REFUSALS.origin;
    const reason = this.#core.refusesConnection(about, performance.now());
    return reason && OPEN_REFUSALS[reason];
  }

  async #drain(options: Required<DrainOptions>): Promise<void> {
    const { connections } = this.stats();
    this.#logger.log('info', 'draining', { ...options, connections });
    await runDrain({
      ...options,
      target: {
        openLinks: () => this.#hub.openLinks(),
        close: (link, code, reason) => this.#hub.close(link, code, reason),
        stopListening: () => {
          for (const listener of this.#viewerListeners) listener.stopAccepting();
          return this.#viewerListeners.length > 0;
        },
        refuseNewcomers: () => (this.#takesNewcomers = false),
      },
      now: () => performance.now(),
      random: Math.random,
      signal: this.#abortDrain.signal,
    });
    await this.close();
  }

  async #close(): Promise<void> {
    this.#abortDrain.abort();
    this.#takesNewcomers = false;
    clearInterval(this.#timer);
    this.#meter.stop();
    const ended = this.#undo.map((undo) => undo());
    this.#hub.sayGoodbye();
    this.#hub.closeAll(GOING_AWAY, 'the tracker is closing');
    await Promise.all([...ended, this.#transport.close(CLOSE_GRACE_MS), this.#member?.close()]);
  }

  #tick(): void {
    const now = performance.now();
    if (now >= this.#loadDueAt) {
      this.#loadDueAt = now + LOAD_INTERVAL_MS;
      this.#governor.note(this.#meter.measure(), now);
    }
    this.#hub.tick();
  }

  #assertUpgrades(): void {
    if (!this.#transport.upgrade) throw new Error('the transport listens by itself and takes no upgrades');
  }

  #assertOpen(): void {
    if (this.#closing) throw new Error('the tracker is closed');
  }
}

function transportFactory(choice: NonNullable<TrackerOptions['transport']>): TransportFactory {
  if (typeof choice === 'function') return choice;
  if (choice === 'built-in') return (host, limits) => new BuiltInTransport(host, limits);
  if (choice === 'ws') return (host, limits) => new WsTransport(host, limits);
  throw new RangeError(`transport must be built-in, ws or a function, not ${JSON.stringify(choice)}`);
}

function checkLimits(limits: Partial<TrackerLimits>): Partial<TrackerLimits> {
  checkNames('limits', limits, DEFAULT_LIMITS);
  for (const [name, value] of Object.entries(limits)) {
    checkWhole(`limits.${name}`, value, 1, Number.MAX_SAFE_INTEGER);
  }
  return limits;
}

/** With its place in the code: what is reported here is a bug, and holds nothing of a client's. */
function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
