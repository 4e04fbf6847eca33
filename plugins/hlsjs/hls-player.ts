// A player that brings its own hls.js, perhaps a new instance for each source: one session all along.

import type { Cancel, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { bindHls } from './bind-hls';
import { HlsSession } from './hls-session';
import type { HlsInstance } from './hls-types';

export class HlsPlayer {
  readonly session: HlsSession;
  #hls: HlsInstance | undefined;
  #unbind: Cancel | undefined;

  constructor(connection: PlayerConnection) {
    this.session = new HlsSession(connection);
  }

  get handle(): SessionHandle {
    return this.session.connection.handle;
  }

  /** The instance that plays from now on; the one before, if there is one, is left alone. */
  follow(hls: HlsInstance): void {
    if (hls === this.#hls) return;
    this.#unbind?.();
    this.#hls = hls;
    this.#unbind = bindHls(this.session, hls, () => this.#leave(hls));
  }

  #leave(hls: HlsInstance): void {
    if (hls !== this.#hls) return;
    this.#hls = undefined;
    this.session.closeSource();
  }
}
