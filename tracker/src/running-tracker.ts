// A tracker made from settings, as the command runs it.

import cluster from 'node:cluster';
import type { LineLogger } from './adapters/logger';
import type { Figures } from './adapters/status-routes';
import type { TlsFiles } from './adapters/tls-files';
import { accessOptionsOf } from './config/access-settings';
import { formatListenAddress, type ListenTarget } from './config/listen-address';
import { changedSettings, type LoadedConfig } from './config/load-config';
import type { Settings } from './config/settings';
import { DEFAULT_LIMITS, type TrackerLimits } from './core/limits';
import { createTracker, type ClusterOptions, type ListenAddress, type Tracker } from './index';
import { mergeMetrics } from './metrics/tracker-metrics';
import { HUB_VARIABLE, WorkerChannel } from './workers/worker-channel';
import { sumStats } from './workers/worker-messages';

const LIST_FILES = ['infoHashes.allowFile', 'infoHashes.denyFile'] as const;

/** An address could not be had; the message is for people. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export class RunningTracker {
  readonly #tracker: Tracker;
  /** In a worker: the way to its supervisor. */
  readonly #channel: WorkerChannel | undefined;

  /** @param reload - reads the settings again */
  constructor(
    private settings: Settings,
    private readonly logger: LineLogger,
    reload: () => LoadedConfig<Settings>,
  ) {
    if (cluster.isWorker) {
      this.#channel = new WorkerChannel({
        report: async () => ({ stats: this.#tracker.stats(), metrics: await this.#tracker.metricsReport() }),
        drain: () => void this.drain(),
        close: () => void this.close(),
        reload: () => this.reload(reload()),
      });
    }
    this.#tracker = createTracker({
      intervalSeconds: settings.intervalSeconds,
      pingIntervalMs: settings.pingIntervalMs,
      limits: limitsOf(settings),
      ...accessOptionsOf(settings),
      ...clusterOptionsOf(settings),
      onBusState: (isUp, problem) =>
        logger.log(isUp ? 'info' : 'warn', isUp ? 'the bus is up' : 'the bus is down', { problem: problem ?? 'none' }),
      proxy: {
        trusted: settings.trustedProxies,
        protocol: settings.proxyProtocol,
        forwardedFor: settings.forwardedFor,
      },
      logger,
      ...(this.#channel && { figures: figuresOfAll(this.#channel) }),
    });
  }

  /** Opens all addresses. @returns one line for each, for people and scripts. @throws StartError */
  async start(): Promise<string[]> {
    const { adminListen } = this.settings;
    const serves = adminListen.length > 0 ? 'viewers' : 'all';
    const lines: string[] = [];
    for (const target of this.#targets()) lines.push(`listening on ${await this.#open(target, { serves })}`);
    for (const target of adminListen) lines.push(`admin on ${await this.#open(target, { serves: 'status' })}`);
    this.#channel?.ready(lines);
    return lines;
  }

  /** Takes over what can be changed while it runs, and says what cannot. A mistake changes nothing. */
  reload(loaded: LoadedConfig<Settings>): void {
    if (loaded.type === 'invalid') {
      for (const problem of loaded.problems) this.logger.log('error', 'settings not read again', { problem });
      return;
    }
    const { settings } = loaded;
    const { reloadable, restart } = changedSettings(this.settings, settings);
    for (const setting of restart) this.logger.log('warn', 'this setting needs a restart', { setting });
    this.logger.configure({ level: settings['log.level'], format: settings['log.format'] });
    this.#reloadLists();
    const takesTls = this.#reloadTls(settings);
    const taken = reloadable.filter((name) => takesTls || !name.startsWith('tls.'));
    this.settings = { ...this.settings, ...Object.fromEntries(taken.map((name) => [name, settings[name]])) };
    this.logger.log('info', 'settings read again', { changed: taken.length });
  }

  async drain(): Promise<void> {
    const { drainSeconds, readyGraceSeconds } = this.settings;
    await this.#tracker.drain({ seconds: drainSeconds, readyGraceSeconds });
    await this.close();
  }

  async close(): Promise<void> {
    await this.#tracker.close();
    this.logger.flush();
    this.#channel?.leave();
  }

  /** With one that is broken everything stays as it was. */
  #reloadLists(): void {
    if (LIST_FILES.every((name) => this.settings[name] === undefined)) return;
    try {
      this.#tracker.reload();
      this.logger.log('info', 'lists read again', {});
    } catch (error) {
      this.logger.log('error', 'lists not read again', {
        problem: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** @returns whether the files of these settings are in use now */
  #reloadTls(settings: Settings): boolean {
    const tls = tlsFilesOf(settings);
    if ((tls === undefined) === (tlsFilesOf(this.settings) === undefined)) return this.#tracker.reloadTls(tls);
    this.logger.log('warn', 'this setting needs a restart', { setting: 'tls' });
    return false;
  }

  #targets(): readonly ListenTarget[] {
    const { listen, host, port } = this.settings;
    return listen.length > 0 ? listen : [{ type: 'tcp', host, port }];
  }

  async #open(target: ListenTarget, { serves }: { serves: NonNullable<ListenAddress['serves']> }): Promise<string> {
    const tls = serves === 'status' || target.type === 'unix' ? undefined : tlsFilesOf(this.settings);
    try {
      const { url } = await this.#tracker.listen({ ...addressOf(target, this.settings.socketMode), tls, serves });
      return url;
    } catch (error) {
      throw new StartError(explainListenError(error, target), { cause: error });
    }
  }
}

/** Alone without a bus; workers of one machine are joined by the hub of their supervisor. */
function clusterOptionsOf({ bus, nodeId }: Settings): ClusterOptions {
  const url = bus ?? process.env[HUB_VARIABLE];
  const name = nodeId === undefined || !cluster.worker ? nodeId : `${nodeId}-${cluster.worker.id}`;
  return { ...(url !== undefined && { bus: { url } }), ...(name !== undefined && { nodeId: name }) };
}

/** Whichever worker is asked answers for all. */
function figuresOfAll(channel: WorkerChannel): Figures {
  return {
    stats: async () => sumStats((await channel.collect()).map(({ stats }) => stats)),
    metrics: async () => mergeMetrics((await channel.collect()).map(({ metrics }) => metrics)),
  };
}

/** The files of TLS, if there is to be TLS. */
export function tlsFilesOf(settings: Settings): TlsFiles | undefined {
  const { 'tls.certFile': certFile, 'tls.keyFile': keyFile } = settings;
  return certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
}

function limitsOf(settings: Settings): Partial<TrackerLimits> {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof TrackerLimits)[];
  return Object.fromEntries(names.map((name) => [name, settings[`limits.${name}`]]));
}

function addressOf(target: ListenTarget, mode: number): ListenAddress {
  if (target.type === 'unix') return { path: target.path, mode };
  return { port: target.port, ...(target.host !== undefined && { host: target.host }) };
}

function explainListenError(error: unknown, target: ListenTarget): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  if (target.type === 'unix') {
    if (code === 'EADDRINUSE') return `somebody listens on ${target.path} already, or it is no socket`;
    return `cannot listen on ${formatListenAddress(target)}: ${reason}`;
  }
  const { host, port } = target;
  const where = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
  if (code === 'EADDRINUSE') return `${where} is already in use; choose another with --port`;
  if (code === 'EACCES') return `no permission to listen on ${where}`;
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') return `${String(host)} is no address of this machine`;
  return `cannot listen on ${where}: ${reason}`;
}
