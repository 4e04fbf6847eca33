// One player of either Flowplayer with P2P.

import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { HlsPlayer } from '../hlsjs/hls-player';
import { isHlsSource } from '../hlsjs/hls-source';
import { HlsEvent, type HlsInstance } from '../hlsjs/hls-types';
import { SessionKeeper } from '../hlsjs/session-keeper';

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;

/** Begins when the player plays through hls.js, or when the page asks for the handle. */
export class FlowplayerSession {
  readonly #sessions: SessionKeeper<HlsPlayer>;
  /** What plays, with a session or by itself. */
  #hls: HlsInstance | undefined;

  constructor(connect: Connect, options: P2POptions | undefined) {
    this.#sessions = new SessionKeeper((given) => {
      const player = new HlsPlayer(connect(given));
      player.follow(this.#hls);
      return player;
    }, options);
  }

  follow(hls: HlsInstance): void {
    this.#hls = hls;
    hls.on(HlsEvent.DESTROYING, () => {
      if (this.#hls === hls) this.#hls = undefined;
    });
    this.#sessions.running?.follow(hls);
  }

  /** What the player's method `p2pMediaLoader` does. */
  handle(options: P2POptions | undefined): SessionHandle {
    return this.#sessions.handle(options);
  }

  /** Called when the player plays `source` by something else than hls.js. */
  noteNative({ src, type }: { readonly src?: string; readonly type?: string }): void {
    if (isHlsSource(src, type))
      this.#sessions.running?.session.connection.standAside('the browser plays this stream itself, without hls.js');
  }

  end(): void {
    this.#sessions.end();
  }
}
