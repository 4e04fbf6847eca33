// One player on one session, whichever renderer plays and however often it makes a new hls.js.

import type { PlayerConnection } from '../../engine/src/index';
import { HlsPlayer } from '../hlsjs/hls-player';
import { isHlsSource } from '../hlsjs/hls-source';
import type { HlsInstance } from '../hlsjs/hls-types';
import { Renderer, type MediaElement } from './mediaelement-types';
import { OriginalNode } from './original-node';

const HLS_PLAYER = 'hlsPlayer';
/** The first event of every source, from the renderer that plays it. */
const SOURCE_BEGINS = 'loadstart';
const STAND_ASIDE_REASON = "this source is played by the browser itself, in MediaElement's renderer `html5`";

export class MediaSession {
  readonly #player: HlsPlayer;
  readonly #original: OriginalNode;
  #hls: HlsInstance | null | undefined;

  constructor(
    private readonly media: MediaElement,
    private readonly connection: PlayerConnection,
  ) {
    this.#player = new HlsPlayer(connection);
    this.#original = new OriginalNode(media.originalNode);
    this.#hls = media.hlsPlayer;
    this.#watchInstances();
    this.#followRenderer();
    media.addEventListener(SOURCE_BEGINS, this.#followRenderer);
    connection.handle.on('destroyed', () => this.#end());
  }

  /** The player goes. */
  close(): void {
    this.#original.restore();
    // It destroys its hls.js in this same turn; before that, open requests would go to the origin for a moment.
    queueMicrotask(() => this.connection.handle.destroy());
  }

  /**
   * The renderer makes an instance, sets this property, and gives the instance its source, all in one turn and without
   * an event between. Its renderer on dash.js does the same with `dashPlayer`.
   */
  #watchInstances(): void {
    Object.defineProperty(this.media, HLS_PLAYER, {
      get: () => this.#hls,
      set: (hls: HlsInstance | null | undefined) => {
        this.#hls = hls;
        this.#player.follow(hls ?? undefined);
      },
      configurable: true,
      enumerable: true,
    });
  }

  readonly #followRenderer = (): void => {
    const { media } = this;
    if (media.rendererName === Renderer.HLS) {
      this.#original.silence();
      return this.#player.follow(this.#hls ?? undefined);
    }
    this.#original.restore();
    // A renderer that is not used any more keeps its instance, paused.
    this.#player.follow(undefined);
    if (media.rendererName === Renderer.HTML5 && isHlsSource(media.getSrc()))
      this.connection.standAside(STAND_ASIDE_REASON);
  };

  #end(): void {
    this.media.removeEventListener(SOURCE_BEGINS, this.#followRenderer);
    Object.defineProperty(this.media, HLS_PLAYER, {
      value: this.#hls,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }
}
