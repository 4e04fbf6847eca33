// Registers `player.p2pMediaLoader()` on a videojs, once, whatever bundles come along.

import { P2PError } from '../../engine/src/index';
import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { VideojsPage } from './page';
import { PlayerSession } from './player-session';
import type { Videojs, VideojsInternals, VideojsPlayer } from './vhs-types';

/** The plugin's name: `player.p2pMediaLoader()`, and its key under `plugins` in the player's options. */
export const PLUGIN_NAME = 'p2pMediaLoader';

/** The same in every copy of this code, so that an ESM and a script-tag copy on one page know of each other. */
const REGISTERED = Symbol.for('p2p-media-loader.videojs');

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;
type PluginMethod = (this: VideojsPlayer, options?: P2POptions) => SessionHandle;

/**
 * Registers the plugin. A second call on the same videojs changes nothing.
 * @throws P2PError `invalid-call` when `videojs` is none
 */
export function registerPlugin(videojs: Videojs, connect: Connect): void {
  if (!isVideojs(videojs)) throw P2PError.invalidCall('registerVideojs() takes the videojs function of video.js');
  const internals = videojs as VideojsInternals & { [REGISTERED]?: true };
  if (internals[REGISTERED]) return;
  internals[REGISTERED] = true;

  const page = new VideojsPage(internals);
  const sessions = new WeakMap<VideojsPlayer, PlayerSession>();
  page.observe();

  const start: PluginMethod = function (options) {
    // VHS may have been added to video.js since.
    page.observe();
    const session = new PlayerSession(this, connect(options), page, () => sessions.delete(this));
    sessions.set(this, session);
    return session.handle;
  };
  videojs.registerPlugin(PLUGIN_NAME, start);

  // video.js wraps the plugin in a method that first triggers events on the player: on anything but a live player
  // that fails with an error of its own, and each look at the handle would count as another set-up.
  const { prototype } = videojs.getComponent('Player') as { prototype: Record<typeof PLUGIN_NAME, PluginMethod> };
  const setUp = prototype[PLUGIN_NAME];
  prototype[PLUGIN_NAME] = function (options) {
    if (!isPlayer(this)) throw P2PError.invalidCall(`${PLUGIN_NAME}() is a method of a video.js player`);
    if (this.isDisposed()) throw P2PError.invalidCall(`${PLUGIN_NAME}(): the player was disposed of`);
    const session = sessions.get(this);
    if (!session) return setUp.call(this, options);
    if (options !== undefined) session.handle.setOptions(options);
    return session.handle;
  };
}

function isVideojs(value: Partial<Videojs> | undefined | null): boolean {
  return typeof value?.registerPlugin === 'function' && typeof value.getComponent === 'function';
}

function isPlayer(value: Partial<VideojsPlayer> | undefined): boolean {
  return typeof value?.isDisposed === 'function' && typeof value.tech === 'function';
}
