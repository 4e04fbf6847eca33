// One player with P2P: follows its sources, hands on what it reads and asks the engine for its segments.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { afterDestroy, MediaWatch, toHttpUrl } from '../../engine/src/plugin';
import type { FullDashjsPlayer, FragmentRequest, ResponseInterceptor } from './dashjs-types';
import type { ArrivedRequest, LoaderExtension } from './loader-extension';
import { readResponse } from './response-reader';
import { SegmentLoad } from './segment-load';

const NO_MSE_REASON = 'this browser has no Media Source Extensions, which dash.js needs';

/** From `attachDashjs()` to the end of the player or of the session handle. */
export class PlayerSession {
  private readonly restoreDestroy: () => void;
  private readonly running = new Set<SegmentLoad>();
  private readonly media = new MediaWatch((report) => this.connection.reportPlayback(report));
  private isSourceOpen = false;
  private hasEnded = false;
  private readonly listeners: readonly (readonly [event: string, listener: (event: never) => void])[] = [
    ['manifestLoadingStarted', ({ request }: { request?: FragmentRequest }) => this.followManifest(request?.url)],
    ['streamTeardownComplete', () => this.closeSource()],
  ];

  constructor(
    private readonly player: FullDashjsPlayer,
    private readonly extension: LoaderExtension,
    private readonly connection: PlayerConnection,
    private readonly onEnded: () => void,
  ) {
    extension.taker = (arrived) => this.take(arrived);
    this.restoreDestroy = afterDestroy(player, () => this.end());
    for (const [event, listener] of this.listeners) player.on(event, listener);
    player.addResponseInterceptor(this.intercept);
    connection.handle.on('destroyed', () => this.end());
    if (!hasMediaSource()) connection.standAside(NO_MSE_REASON);
    const source = sourceOf(player);
    // Its manifest is on its way.
    if (source !== undefined) this.openSource(source);
  }

  get handle(): SessionHandle {
    return this.connection.handle;
  }

  private take(arrived: ArrivedRequest): SegmentLoad | undefined {
    const { method = 'GET', body, responseType, customData } = arrived.request;
    if (customData.request.type !== 'MediaSegment' || method !== 'GET' || body || responseType !== 'arraybuffer')
      return undefined;
    this.followMedia();
    const load = SegmentLoad.begin(arrived, {
      ask: (request, listener) => {
        this.media.tell();
        return this.connection.request(request, listener);
      },
      bufferAheadSeconds: () => this.media.bufferAheadSeconds,
      onLeft: () => load && this.running.delete(load),
    });
    if (load) this.running.add(load);
    return load;
  }

  private readonly intercept: ResponseInterceptor = (response) => {
    readResponse(this.connection, response);
    return Promise.resolve(response);
  };

  /** A source begins, or a live one is read again. */
  private followManifest(url: string | null | undefined): void {
    // After those of the page, which may change what dash.js is going to read. `player.reset()` drops them all.
    this.player.removeResponseInterceptor(this.intercept);
    this.player.addResponseInterceptor(this.intercept);
    const source = toHttpUrl(url ?? undefined);
    if (source !== undefined && !this.isSourceOpen) this.openSource(source);
  }

  private openSource(url: string): void {
    this.isSourceOpen = true;
    this.connection.openSource(url);
    this.followMedia();
  }

  private closeSource(): void {
    if (!this.isSourceOpen) return;
    this.isSourceOpen = false;
    this.connection.closeSource();
  }

  /** The page may give the player another element at any time, or none. */
  private followMedia(): void {
    this.media.follow(mediaOf(this.player));
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const [event, listener] of this.listeners) this.player.off(event, listener);
    this.player.removeResponseInterceptor(this.intercept);
    this.restoreDestroy();
    this.media.follow(undefined);
    this.extension.taker = undefined;
    for (const load of [...this.running]) load.loadNatively();
    this.onEnded();
    this.handle.destroy();
  }
}

function sourceOf(player: FullDashjsPlayer): string | undefined {
  try {
    const source = player.getSource();
    return typeof source === 'string' ? toHttpUrl(source) : undefined;
  } catch {
    return undefined;
  }
}

function mediaOf(player: FullDashjsPlayer): HTMLMediaElement | null {
  try {
    return player.getVideoElement();
  } catch {
    return null;
  }
}

function hasMediaSource(): boolean {
  return ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource'].some((name) => name in globalThis);
}
