// One player on one session, whichever renderer plays and however often it makes a new engine.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { dashPlayers } from '../../engine/src/plugin';
import { HlsPlayer } from '../hlsjs/hls-player';
import { isHlsSource } from '../hlsjs/hls-source';
import { Renderer, type MediaElement } from './mediaelement-types';
import type { OriginalNode } from './original-node';
import { watchProperty } from './watch-property';

/** The first event of every source, from the renderer that plays it. */
const SOURCE_BEGINS = 'loadstart';
const STAND_ASIDE_REASON = "this source is played by the browser itself, in MediaElement's renderer `html5`";

export class MediaSession {
  readonly #player: HlsPlayer;
  readonly #unwatch: readonly (() => void)[];

  constructor(
    private readonly media: MediaElement,
    private readonly connection: PlayerConnection,
    private readonly original: OriginalNode,
  ) {
    this.#player = new HlsPlayer(connection);
    // The renderers make an instance, set a property to it, and give the instance its source, all in one turn and
    // without an event between.
    this.#unwatch = [
      watchProperty(media, 'hlsPlayer', (hls) => this.#player.follow(hls ?? undefined)),
      watchProperty(media, 'dashPlayer', (dash) => this.#followDash(dash)),
    ];
    this.#followDash(media.dashPlayer);
    this.#followRenderer();
    media.addEventListener(SOURCE_BEGINS, this.#followRenderer);
    connection.handle.on('destroyed', () => this.#end());
  }

  get handle(): SessionHandle {
    return this.connection.handle;
  }

  #followDash(dash: object | null | undefined): void {
    if (!dash) return;
    // What hls.js played before is over: it must not close what begins now.
    this.#player.follow(undefined);
    dashPlayers.followDashjs?.(dash, this.connection);
  }

  readonly #followRenderer = (): void => {
    const { media } = this;
    if (media.rendererName === Renderer.HLS) {
      this.original.silence();
      return this.#player.follow(media.hlsPlayer ?? undefined);
    }
    // The browser plays no DASH: its own element loads nothing beside dash.js.
    this.original.restore();
    // A renderer that is not used any more keeps its instance, paused.
    this.#player.follow(undefined);
    if (media.rendererName === Renderer.HTML5 && isHlsSource(media.getSrc()))
      this.connection.standAside(STAND_ASIDE_REASON);
  };

  #end(): void {
    this.media.removeEventListener(SOURCE_BEGINS, this.#followRenderer);
    for (const unwatch of this.#unwatch) unwatch();
  }
}
