// The sessions of one player whose page asks for the handle by a method of the player: one after the other, each until
// the page ends it.

import { P2PError } from '../../engine/src/index';
import type { P2POptions, SessionHandle } from '../../engine/src/index';

/** What runs from the beginning of a session to its end. */
export interface RunningSession {
  readonly handle: SessionHandle;
}

export class SessionKeeper<Session extends RunningSession> {
  #latest: Session | undefined;
  #isRunning = false;
  #isOver = false;

  /**
   * @param begin - connects to the engine, and lets the player load through it
   * @param options - the player's own; those that come with the question go before them
   */
  constructor(
    private readonly begin: (options?: P2POptions) => Session,
    private readonly options: P2POptions | undefined,
  ) {}

  /** Begins with the first question; undefined: the page has ended it, or the player has gone. */
  get running(): Session | undefined {
    if (!this.#latest && !this.#isOver) return this.#begin(this.options);
    return this.#isRunning ? this.#latest : undefined;
  }

  /**
   * What the player's method does: gives the handle, changes the options that are given, and begins anew when the page
   * had ended the session before.
   * @throws P2PError `invalid-option`; `invalid-call` when the player went before there was a session
   */
  handle(options?: P2POptions): SessionHandle {
    const latest = this.#isRunning || this.#isOver ? this.#latest : undefined;
    if (!latest) {
      if (this.#isOver) throw P2PError.invalidCall('p2pMediaLoader(): the player was destroyed');
      return this.#begin(options ? { ...this.options, ...options } : this.options).handle;
    }
    if (options !== undefined) latest.handle.setOptions(options);
    return latest.handle;
  }

  /** The player goes: no session begins any more. */
  end(): void {
    this.#isOver = true;
    if (this.#isRunning) this.#latest?.handle.destroy();
  }

  #begin(options: P2POptions | undefined): Session {
    const session = this.begin(options);
    this.#latest = session;
    this.#isRunning = true;
    session.handle.on('destroyed', () => {
      if (this.#latest === session) this.#isRunning = false;
    });
    return session;
  }
}
