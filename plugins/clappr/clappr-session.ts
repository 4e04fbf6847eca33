// One player of Clappr on one session, whatever it plays and however often it starts.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { dashPlayers } from '../../engine/src/plugin';
import { HlsPlayer } from '../hlsjs/hls-player';
import type { HlsSession } from '../hlsjs/hls-session';
import { isHlsSource } from '../hlsjs/hls-source';
import type { HlsConfig } from '../hlsjs/hls-types';
import { installLoaders, type InstalledLoaders } from '../hlsjs/install-loaders';
import { CoreEvent, type ClapprCore, type ClapprOptions, type HlsjsConfig } from './clappr-types';

const HLS_PLAYBACK = 'hls';
const STAND_ASIDE_REASON = 'this source is played by the browser itself: Clappr has no hls.js for it here';

/** To the end of the player or of the session handle. */
export class ClapprSession {
  readonly #player: HlsPlayer;
  /** What stands in the options for every instance that Clappr will make. */
  #placed: { readonly config: HlsjsConfig; readonly loaders: InstalledLoaders } | undefined;
  /** What was put in an instance that was made before the session. */
  #adopted: InstalledLoaders | undefined;
  #removeShakaHook: (() => void) | undefined;
  readonly #listeners: readonly (readonly [event: string, listener: (data: never) => void])[] = [
    [CoreEvent.ACTIVE_CONTAINER_CHANGED, () => this.#followPlayback()],
    [CoreEvent.OPTIONS_CHANGE, (changed: ClapprOptions | undefined) => this.#takeOptions(changed)],
  ];

  constructor(
    private readonly core: ClapprCore,
    private readonly connection: PlayerConnection,
  ) {
    const ownPlaylistLoader = () => this.#placed?.loaders.OwnPlaylistLoader;
    // They come by the config, and stay in it: Clappr makes a new instance of it whenever it needs one.
    this.#player = new HlsPlayer(connection, {
      get OwnPlaylistLoader() {
        return ownPlaylistLoader();
      },
      remove: () => undefined,
    });
    this.#placeLoaders();
    this.#placeShakaHook();
    for (const [event, listener] of this.#listeners) core.on(event, listener);
    connection.handle.on('destroyed', () => this.#end());
    this.#adoptPlayback();
  }

  get handle(): SessionHandle {
    return this.connection.handle;
  }

  /**
   * Clappr 0.3 keeps the page's own objects in its options, and those may be another player's too: what is changed is
   * ours.
   */
  #placeLoaders(): void {
    const { options } = this.core;
    const config = { ...(options.playback?.hlsjsConfig ?? options.hlsjsConfig) };
    this.#placed = { config, loaders: installLoaders(config, (asking) => this.#sessionFor(asking)) };
    options.playback = { ...options.playback, hlsjsConfig: config };
  }

  /** dash-shaka-playback calls it with each Shaka Player that it makes, before that loads. */
  #placeShakaHook(): void {
    const { options } = this.core;
    const own = options.shakaOnBeforeLoad;
    const ours = (player: object): void => {
      dashPlayers.followShaka?.(player, this.connection);
      own?.(player);
    };
    options.shakaOnBeforeLoad = ours;
    this.#removeShakaHook = () => {
      if (options.shakaOnBeforeLoad === ours) options.shakaOnBeforeLoad = own;
    };
  }

  /** A loader is made: the first word of a new instance. Containers that are not the active one load by themselves. */
  #sessionFor(config: HlsConfig): HlsSession | undefined {
    const hls = this.core.activePlayback?._hls;
    if (hls && hls.config !== config) return undefined;
    if (hls) this.#player.follow(hls);
    return this.#player.session;
  }

  #followPlayback(): void {
    const playback = this.core.activePlayback;
    if (playback?._hls) return this.#player.follow(playback._hls);
    this.#player.follow(undefined);
    if (!playback || playback.name === HLS_PLAYBACK) return;
    if (isHlsSource(playback.options?.src, playback.options?.mimeType)) this.connection.standAside(STAND_ASIDE_REASON);
  }

  /** A session that the page begins anew finds a player at work. */
  #adoptPlayback(): void {
    const playback = this.core.activePlayback;
    if (!playback) return;
    this.#adopted = playback._hls ? installLoaders(playback._hls.config, () => this.#player.session) : undefined;
    this.#followPlayback();
  }

  #takeOptions(changed: ClapprOptions | undefined): void {
    if (changed?.p2pMediaLoader) this.connection.handle.setOptions(changed.p2pMediaLoader);
    // Clappr 0.3 takes the new object as it is.
    const present = this.core.options.playback?.hlsjsConfig;
    if (!present?.fLoader || present.fLoader !== this.#placed?.config.fLoader) this.#placeLoaders();
  }

  #end(): void {
    for (const [event, listener] of this.#listeners) this.core.off(event, listener);
    this.#removeShakaHook?.();
    this.#adopted?.remove();
    this.#placed?.loaders.remove();
    this.#placed = undefined;
  }
}
