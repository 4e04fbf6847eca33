// The plugin as Clappr takes it.

import { connectPlayer } from '../../engine/src/index';
import type { P2POptions, SessionHandle } from '../../engine/src/index';
import { dashPlayers } from '../../engine/src/plugin';
import { SessionKeeper } from '../hlsjs/session-keeper';
import { ClapprSession } from './clappr-session';
import type { ClapprCore } from './clappr-types';

/** The plugin's name, and the key of its options. */
export const PLUGIN_NAME = 'p2pMediaLoader';

/** What a player has besides, with the plugin. */
export interface PlayerMethods {
  /**
   * Gives the handle of the session; with options it changes those that are given. After `handle.destroy()` it begins
   * another session.
   * @throws P2PError `invalid-option`
   */
  readonly p2pMediaLoader: (options?: P2POptions) => SessionHandle;
}

/**
 * P2P for Clappr: an entry of `plugins`, with its options under `p2pMediaLoader`. Made by Clappr, once for each player.
 *
 * It has all that Clappr asks of a core plugin and extends nothing, so it is the same for `clappr` 0.3, `@clappr/player`
 * and `@clappr/core`, wherever they come from.
 */
export class ClapprPlugin {
  /** By which Clappr knows what kind of plugin it is. */
  static readonly type = 'core';

  readonly #sessions: SessionKeeper<ClapprSession>;
  #handle: SessionHandle;

  /**
   * Called by Clappr.
   * @throws P2PError `invalid-option` for a bad option; `new Clappr.Player()` throws it on
   */
  constructor(core: object) {
    const player = core as ClapprCore;
    const connect = dashPlayers.connect ?? connectPlayer;
    this.#sessions = new SessionKeeper(
      (options) => new ClapprSession(player, connect(options)),
      player.options.p2pMediaLoader,
    );
    this.#handle = this.#sessions.handle();
  }

  /** Of the session of the player: the latest one. */
  get handle(): SessionHandle {
    return this.#handle;
  }

  /** By which `player.getPlugin()` finds it. */
  get name(): string {
    return PLUGIN_NAME;
  }

  /** Versions of Clappr's core: from `min` up to below `max`. */
  get supportedVersion(): { readonly min: string; readonly max: string } {
    return { min: '0.3.0', max: '1.0.0' };
  }

  /** What Clappr makes methods of the player. */
  getExternalInterface(): PlayerMethods {
    return {
      [PLUGIN_NAME]: (options) => {
        this.#handle = this.#sessions.handle(options);
        return this.#handle;
      },
    };
  }

  /** Called by Clappr when the player is destroyed. */
  destroy(): void {
    this.#sessions.end();
  }
}
