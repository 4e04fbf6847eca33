// One player with P2P: follows its sources, hands on what it reads and asks the engine for its segments.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { afterDestroy, MediaWatch, toHttpUrl } from '../../engine/src/plugin';
import { ResponseReader } from './response-reader';
import { SchemeHook, type ArrivedRequest, type RequestOwner } from './scheme-hook';
import { SegmentOperation } from './segment-operation';
import {
  LoadMode,
  RequestType,
  type FullShakaPlayer,
  type NetworkingEngine,
  type NetworkingEngineClass,
  type RequestFilter,
  type ResponseFilter,
  type ShakaRequest,
} from './shaka-types';

const STAND_ASIDE_REASON = 'the browser plays this source by itself, without Media Source Extensions';
/** Files that are no stream: that the browser plays them is no news. */
const PLAIN_FILE = /\.(mp4|m4v|m4a|mov|webm|mkv|mp3|aac|og[agv]|opus|wav|flac)$/i;

/** From `attachShaka()` to the end of the player or of the session handle. */
export class PlayerSession implements RequestOwner {
  private readonly reader: ResponseReader;
  private readonly hook: SchemeHook;
  private readonly leaveHook: () => void;
  private readonly restoreDestroy: () => void;
  private readonly running = new Set<SegmentOperation>();
  /** The URLs of requests before the page's filters. */
  private readonly listedUrls = new WeakMap<ShakaRequest, string>();
  private readonly media = new MediaWatch((report) => this.connection.reportPlayback(report));
  /** `load()` was called, and nothing of the new source has been asked for yet. */
  private isBeginning = false;
  private isSourceOpen = false;
  private hasEnded = false;
  private readonly listeners: readonly (readonly [event: string, listener: () => void])[] = [
    ['loading', () => this.begin()],
    ['loaded', () => this.standAsideWithoutMse()],
    ['unloading', () => this.closeSource()],
  ];

  constructor(
    private readonly player: FullShakaPlayer,
    readonly network: NetworkingEngine,
    private readonly connection: PlayerConnection,
    private readonly onEnded: () => void,
  ) {
    this.reader = new ResponseReader(connection);
    this.hook = SchemeHook.of(network.constructor as unknown as NetworkingEngineClass);
    this.leaveHook = this.hook.use();
    this.restoreDestroy = afterDestroy(player, () => this.end('abort'));
    for (const [event, listener] of this.listeners) player.addEventListener(event, listener);
    this.addFilters();
    connection.handle.on('destroyed', () => this.end('native'));
    this.followMedia();
  }

  get handle(): SessionHandle {
    return this.connection.handle;
  }

  take(arrived: ArrivedRequest): SegmentOperation | undefined {
    const { request } = arrived;
    const { method = 'GET', body, streamDataCallback } = request;
    const url = toHttpUrl(arrived.uri);
    if (this.hasEnded || url === undefined || method !== 'GET' || body) return undefined;
    // Bytes that are played as they come cannot wait for peers. Else the callback is only there in case.
    if (streamDataCallback && this.playsUnfinishedSegments()) return undefined;
    const listedUrl = toHttpUrl(this.listedUrls.get(request));
    this.followMedia();
    const operation = SegmentOperation.begin(
      { ...arrived, uri: url },
      {
        ask: (asked, listener) => {
          this.media.tell();
          return this.connection.request({ ...asked, ...(listedUrl !== undefined && { listedUrl }) }, listener);
        },
        bufferAheadSeconds: () => this.media.bufferAheadSeconds,
        onLeft: () => operation && this.running.delete(operation),
      },
    );
    if (operation) this.running.add(operation);
    return operation;
  }

  // Shaka copies the filters for each source, so they may be called after the end.
  private readonly filterRequest: RequestFilter = (type, request, context) => {
    if (this.hasEnded) return;
    if (!this.listedUrls.has(request)) {
      const listedUrl = context?.segment?.getUris?.()[0] ?? request.uris[0];
      if (listedUrl !== undefined) this.listedUrls.set(request, listedUrl);
    }
    if (!context?.isPreload) this.followSource(type, request);
    if (type === RequestType.SEGMENT) this.hook.watch(request, this);
  };

  private readonly filterResponse: ResponseFilter = (type, response, context) => {
    if (this.hasEnded) return;
    const { originalRequest } = response;
    this.reader.read(type, response, originalRequest && this.listedUrls.get(originalRequest), context);
  };

  private begin(): void {
    this.isBeginning = true;
    // After those of the page, which may change what the player is going to read; Shaka copies them now.
    this.addFilters();
    this.followMedia();
  }

  private addFilters(): void {
    this.removeFilters();
    this.network.registerRequestFilter(this.filterRequest);
    this.network.registerResponseFilter(this.filterResponse);
  }

  private removeFilters(): void {
    this.network.unregisterRequestFilter(this.filterRequest);
    this.network.unregisterResponseFilter(this.filterResponse);
  }

  /** The first request after `load()` tells the source: its manifest, or a segment where that was preloaded. */
  private followSource(type: number, { uris: [firstUri] }: ShakaRequest): void {
    if (!this.isBeginning || (type !== RequestType.MANIFEST && type !== RequestType.SEGMENT)) return;
    const isManifest = type === RequestType.MANIFEST;
    const url = toHttpUrl(this.player.getAssetUri() ?? (isManifest ? firstUri : undefined));
    this.isBeginning = false;
    if (url === undefined) return;
    this.isSourceOpen = true;
    this.connection.openSource(url);
    this.reader.replayPreloaded();
  }

  private closeSource(): void {
    if (!this.isSourceOpen) return;
    this.isSourceOpen = false;
    this.connection.closeSource();
  }

  private standAsideWithoutMse(): void {
    if (this.player.getLoadMode() !== LoadMode.SRC_EQUALS) return;
    this.isBeginning = false;
    this.closeSource();
    const url = toHttpUrl(this.player.getAssetUri() ?? undefined);
    if (url !== undefined && !PLAIN_FILE.test(new URL(url).pathname)) this.connection.standAside(STAND_ASIDE_REASON);
  }

  private playsUnfinishedSegments(): boolean {
    return this.reader.isLowLatency && (this.player.getConfiguration().streaming.lowLatencyMode ?? false);
  }

  /** The page may give the player another element at any time, or none. */
  private followMedia(): void {
    this.media.follow(this.player.getMediaElement());
  }

  /** @param fate - what becomes of requests that the engine has not answered: `native` where Shaka plays on */
  private end(fate: 'abort' | 'native'): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const [event, listener] of this.listeners) this.player.removeEventListener(event, listener);
    this.removeFilters();
    this.restoreDestroy();
    this.media.follow(undefined);
    this.leaveHook();
    for (const operation of [...this.running]) {
      if (fate === 'native') operation.loadNatively();
      else void operation.abort();
    }
    this.onEnded();
    this.handle.destroy();
  }
}
