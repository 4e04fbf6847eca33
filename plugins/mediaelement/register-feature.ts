// Registers the feature on a MediaElement, once, whatever bundles come along.

import { P2PError } from '../../engine/src/index';
import type { P2POptions, PlayerConnection } from '../../engine/src/index';
import { SessionKeeper } from '../hlsjs/session-keeper';
import { MediaSession } from './media-session';
import { Renderer, type Feature, type MediaElementPlayer, type Mejs } from './mediaelement-types';
import { OriginalNode } from './original-node';

/** The same in every copy of this code, so that an ESM and a script-tag copy on one page know of each other. */
const REGISTERED = Symbol.for('p2p-media-loader.mediaelement');

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;

/**
 * Registers the feature. A second call on the same MediaElement changes nothing.
 * @throws P2PError `invalid-call` when `mejs` is none
 */
export function registerFeature(mejs: Mejs, connect: Connect): void {
  if (!isMejs(mejs))
    throw P2PError.invalidCall('registerMediaElement() takes `mejs` of MediaElement.js with its player');
  const prototype = mejs.MediaElementPlayer.prototype as Feature & { [REGISTERED]?: true };
  if (prototype[REGISTERED]) return;
  prototype[REGISTERED] = true;
  preferHlsjs(mejs);
  const cleanings = new WeakMap<MediaElementPlayer, () => void>();
  const feature: Feature = {
    buildp2pmedialoader(player, _controls, _layers, media) {
      if (cleanings.has(player)) return;
      const original = new OriginalNode(media.originalNode);
      const sessions = new SessionKeeper(
        (options) => new MediaSession(media, connect(options), original),
        player.options.p2pMediaLoader,
      );
      sessions.handle();
      player.p2pMediaLoader = (options) => sessions.handle(options);
      cleanings.set(player, () => {
        original.restore();
        // It destroys its engine in this same turn; before that, open requests would go to the origin for a moment.
        queueMicrotask(() => sessions.end());
      });
    },
    cleanp2pmedialoader(player) {
      cleanings.get(player)?.();
      cleanings.delete(player);
    },
  };
  Object.assign(prototype, feature);
}

/**
 * A feature is built when the renderer is chosen already, and a browser that says that it may play HLS itself would get
 * it. `renderers` in a player's options goes before this order.
 */
function preferHlsjs({ Renderers }: Mejs): void {
  const { order } = Renderers;
  if (!order.includes(Renderer.HLS)) return;
  Renderers.order = [Renderer.HLS, ...order.filter((name) => name !== Renderer.HLS)];
}

function isMejs(value: Partial<Mejs> | null | undefined): boolean {
  return typeof value?.MediaElementPlayer === 'function' && Array.isArray(value.Renderers?.order);
}
