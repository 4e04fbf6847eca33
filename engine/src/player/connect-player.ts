// The session of one player over all its sources: a new core per source, one handle and one set of counters.

import type { ByteRange } from '../base/byte-range';
import { Emitter } from '../base/emitter';
import { P2PError } from '../base/p2p-error';
import { MediaModel, type ManifestFormat } from '../media/media-model';
import type { EnginePorts } from '../ports';
import type { Cancel } from '../ports/clock';
import { Counters } from '../session/counters';
import { Executor } from '../session/executor';
import { MediaSession } from '../session/media-session';
import type { P2POptions, ResolvedOptions } from '../session/options';
import { applyOptions, DEFAULT_OPTIONS } from '../session/options';
import type { Delivery, SessionReport } from '../session/session-effects';
import type { SessionEvents, SessionHandle, SessionStats } from '../session/session-handle';
import { newPeerId } from '../session/session-identity';
import { noteSession } from './live-sessions';
import type {
  IndexBytes,
  ManifestText,
  PlaybackReport,
  PlayerConnection,
  PlayerRequest,
  PlayerRequestListener,
} from './player-connection';

/** Makes the ports of one session from its options. */
export type PortsFactory = (options: ResolvedOptions) => EnginePorts;

/** A source while P2P is on. */
interface ActiveSource {
  readonly session: MediaSession;
  readonly executor: Executor;
}

/**
 * Starts a session for one player. Nothing touches the network before a source is opened.
 * @param formats - manifests that can be read: HLS when absent
 * @throws P2PError `invalid-option`
 * @internal
 */
export function connectPlayerOver(
  makePorts: PortsFactory,
  options?: P2POptions,
  formats?: readonly ManifestFormat[],
): PlayerConnection {
  return new PlayerSession(applyOptions(DEFAULT_OPTIONS, options), makePorts, formats);
}

class PlayerSession implements PlayerConnection {
  readonly handle: SessionHandle;
  readonly #emitter: Emitter<SessionEvents>;
  readonly #counters = new Counters();
  readonly #listeners = new Map<number, PlayerRequestListener>();
  readonly #unlist: () => void;
  readonly #unsubscribe: Cancel;
  readonly #ports: EnginePorts;
  readonly #peerId: string;
  #options: ResolvedOptions;
  #source: ActiveSource | undefined;
  #sourceUrl: string | undefined;
  /** Of the present source. Outlives the swarm: after the page was away, or P2P off, players read little again. */
  #model: MediaModel | undefined;
  #nextRequestId = 1;
  #stoodAside = false;
  #isDestroyed = false;

  constructor(
    options: ResolvedOptions,
    private readonly makePorts: PortsFactory,
    private readonly formats: readonly ManifestFormat[] | undefined,
  ) {
    this.#options = options;
    this.#ports = makePorts(options);
    this.#peerId = newPeerId(this.#ports.random);
    this.#emitter = new Emitter((error) => this.#ports.logger.log('error', 'a listener threw', { error }));
    this.handle = {
      stats: () => this.#stats(),
      on: (event, listener) => this.#emitter.on(event, listener),
      setOptions: (partial) => this.#setOptions(partial),
      destroy: () => this.#destroy(),
    };
    this.#unlist = noteSession(this.handle);
    this.#unsubscribe = this.#ports.lifecycle.subscribe({
      onLeave: () => this.#stop(),
      onReturn: () => this.#start(),
    });
  }

  openSource(url: string): void {
    if (this.#isDestroyed) return;
    this.closeSource();
    this.#sourceUrl = url;
    this.#model = new MediaModel({ sourceUrl: url, formats: this.formats });
    this.#start();
  }

  addManifest(manifest: ManifestText): void {
    if (this.#source) this.#source.executor.run((session, now) => session.addManifest(manifest, now));
    else if (this.#mayBegin) this.#model?.addManifest(manifest);
  }

  missingIndex(url: string): ByteRange | undefined {
    return this.#model?.missingIndex(url)?.byteRange;
  }

  addIndex(index: IndexBytes): void {
    if (this.#source) this.#source.executor.run((session, now) => session.addIndex(index, now));
    else if (this.#mayBegin) this.#model?.addIndex(index.url, index.byteRange, index.bytes);
  }

  request(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined {
    const source = this.#source;
    const { url, listedUrl, byteRange } = request;
    const segment =
      source?.session.findSegment(url, byteRange) ??
      (listedUrl === undefined ? undefined : source?.session.findSegment(listedUrl, byteRange));
    if (!source || !segment) return undefined;
    const requestId = this.#nextRequestId++;
    const { headers = {}, withCredentials = false } = request;
    this.#listeners.set(requestId, listener);
    // The player may not be ready to hear an answer before this call returns.
    queueMicrotask(() => {
      if (!this.#listeners.has(requestId)) return;
      if (source !== this.#source) return this.#fail(requestId, P2PError.destroyed());
      // The page's own URL, with its token of this moment, is the one to ask.
      const asked = { ...segment, url };
      source.executor.run((session, now) =>
        session.request({ requestId, segment: asked, headers, withCredentials }, now),
      );
    });
    return () => {
      if (this.#listeners.delete(requestId)) source.executor.run((session, now) => session.abort(requestId, now));
    };
  }

  reportPlayback(report: PlaybackReport): void {
    this.#source?.executor.run((session, now) => session.reportPlayback(report, now));
  }

  closeSource(): void {
    this.#stop();
    this.#sourceUrl = undefined;
    this.#model = undefined;
  }

  standAside(reason: string): void {
    if (this.#stoodAside || this.#isDestroyed) return;
    this.#stoodAside = true;
    // A page that calls the plugin with a source set already can listen only once it has the handle.
    queueMicrotask(() => this.#emitter.emit('standingAside', { reason }));
  }

  /** False where P2P can never come on: then what the manifests say is of no use. */
  get #mayBegin(): boolean {
    return this.#ports.peers.isSupported;
  }

  #start(): void {
    const { enabled, logger } = this.#options;
    if (this.#sourceUrl === undefined || !this.#model || !enabled || this.#source || this.#isDestroyed) return;
    // New for each source: network options may have changed, and the store belongs to one source.
    const ports = this.makePorts(this.#options);
    if (!ports.peers.isSupported) return this.standAside('this browser has no WebRTC');
    logger?.log('debug', 'source opened', { url: this.#sourceUrl });
    const session = new MediaSession({
      sourceUrl: this.#sourceUrl,
      model: this.#model,
      peerId: this.#peerId,
      options: this.#options,
      random: ports.random,
      counters: this.#counters,
    });
    const executor = new Executor(session, ports, {
      deliver: (delivery) => this.#deliver(delivery),
      progress: ({ requestId, loadedBytes, totalBytes }) =>
        this.#guard(() => this.#listeners.get(requestId)?.onProgress(loadedBytes, totalBytes)),
      fail: ({ requestId, error }) => this.#fail(requestId, error),
      report: (report) => this.#report(report),
    });
    this.#source = { session, executor };
    executor.run((core, now) => core.begin(now));
  }

  #stop(): void {
    const source = this.#source;
    this.#source = undefined;
    source?.executor.close();
  }

  #deliver({ requestId, bytes, httpBytes, p2pBytes, bitsPerSecond }: Delivery): void {
    const listener = this.#takeListener(requestId);
    // A copy: players transfer buffers to workers, and what is kept for other viewers would be empty then.
    this.#guard(() => listener?.onSuccess({ bytes: bytes.slice().buffer, httpBytes, p2pBytes, bitsPerSecond }));
  }

  #fail(requestId: number, error: P2PError): void {
    const listener = this.#takeListener(requestId);
    this.#guard(() => listener?.onError(error));
  }

  /** A player that throws must not keep the engine from what else it has to do. */
  #guard(tellPlayer: () => void): void {
    try {
      tellPlayer();
    } catch (error) {
      this.#ports.logger.log('error', 'the player threw', { error });
    }
  }

  #takeListener(requestId: number): PlayerRequestListener | undefined {
    const listener = this.#listeners.get(requestId);
    this.#listeners.delete(requestId);
    return listener;
  }

  #report(report: SessionReport): void {
    this.#emitter.emit(report.name, report.payload);
  }

  #setOptions(partial: P2POptions): void {
    if (this.#isDestroyed) throw P2PError.destroyed();
    this.#options = applyOptions(this.#options, partial);
    if (!this.#options.enabled) this.#stop();
    else if (this.#source) this.#source.executor.run((session, now) => session.setOptions(this.#options, now));
    else this.#start();
  }

  #stats(): SessionStats {
    const counters = this.#counters;
    const session = this.#source?.session;
    return {
      httpBytes: counters.httpBytes,
      p2pBytes: counters.p2pBytes,
      uploadedBytes: counters.uploadedBytes,
      wastedBytes: counters.wastedBytes,
      rejectedBytes: counters.rejectedBytes,
      offloadRatio: counters.offloadRatio,
      peerCount: session?.swarm?.peers.length ?? 0,
      connectionCount: session?.swarm?.connectionCount ?? 0,
      segmentCount: { http: counters.httpSegmentCount, p2p: counters.p2pSegmentCount },
      trackerCount: session?.swarm?.joinedTrackerCount ?? 0,
      swarmSize: session?.swarm?.swarmSize,
      swarmId: session?.swarmId,
      peerId: this.#peerId,
    };
  }

  #destroy(): void {
    if (this.#isDestroyed) return;
    this.closeSource();
    this.#isDestroyed = true;
    this.#unsubscribe();
    this.#unlist();
    this.#emitter.emit('destroyed', {});
    this.#emitter.clear();
  }
}
