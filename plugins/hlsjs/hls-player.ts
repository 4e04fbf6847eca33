// A player that brings its own hls.js, perhaps a new instance for each source: one session all along.

import type { Cancel, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { bindHls } from './bind-hls';
import { HlsSession } from './hls-session';
import type { HlsInstance } from './hls-types';
import type { InstalledLoaders } from './install-loaders';

export class HlsPlayer {
  readonly session: HlsSession;
  #hls: HlsInstance | undefined;
  #unbind: Cancel | undefined;
  #hasEnded = false;

  /** @param loaders - as `bindHls` takes them */
  constructor(
    connection: PlayerConnection,
    private readonly loaders?: InstalledLoaders,
  ) {
    this.session = new HlsSession(connection);
    this.handle.on('destroyed', () => (this.#hasEnded = true));
  }

  get handle(): SessionHandle {
    return this.session.connection.handle;
  }

  /** The instance that plays from now on, or none; the one before, if there is one, loads by itself. */
  follow(hls: HlsInstance | undefined): void {
    if (hls === this.#hls || this.#hasEnded) return;
    this.#unbind?.();
    if (this.#hls) this.session.closeSource();
    this.#hls = hls;
    this.#unbind = hls && bindHls(this.session, hls, () => this.#leave(hls), this.loaders);
  }

  /** It is about to give up its requests: closed at once, each would go to the origin for a moment. */
  #leave(hls: HlsInstance): void {
    if (hls !== this.#hls) return;
    this.#hls = undefined;
    this.#unbind = undefined;
    queueMicrotask(() => {
      // The next one may be there already, and has said what it loads.
      if (!this.#hls) this.session.closeSource();
    });
  }
}
