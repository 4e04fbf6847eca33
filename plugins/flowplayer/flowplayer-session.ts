// One player of either Flowplayer with P2P.

import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { HlsPlayer } from '../hlsjs/hls-player';
import { isHlsSource } from '../hlsjs/hls-source';
import type { HlsInstance } from '../hlsjs/hls-types';

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;

/** Begins when the player plays through hls.js, or when the page asks for the handle. */
export class FlowplayerSession {
  #player: HlsPlayer | undefined;

  constructor(
    private readonly connect: Connect,
    private readonly options: P2POptions | undefined,
  ) {}

  follow(hls: HlsInstance): void {
    this.#begin().follow(hls);
  }

  /** What the player's method `p2pMediaLoader` does. */
  handle(options: P2POptions | undefined): SessionHandle {
    const { handle } = this.#begin();
    if (options !== undefined) handle.setOptions(options);
    return handle;
  }

  /** Called when the player plays `source` by something else than hls.js. */
  noteNative({ src, type }: { readonly src?: string; readonly type?: string }): void {
    if (isHlsSource(src, type))
      this.#begin().session.connection.standAside('the browser plays this stream itself, without hls.js');
  }

  end(): void {
    this.#player?.handle.destroy();
    this.#player = undefined;
  }

  #begin(): HlsPlayer {
    if (this.#player) return this.#player;
    const player = new HlsPlayer(this.connect(this.options));
    this.#player = player;
    // The page may end it; what it plays next begins anew.
    player.handle.on('destroyed', () => {
      if (this.#player === player) this.#player = undefined;
    });
    return player;
  }
}
