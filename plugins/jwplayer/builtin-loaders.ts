// JW Player with an HLS provider of its own: it takes loader classes from its configuration, and shows nobody its
// instance of hls.js. So a session is known by the config that its loaders are made with, and the player is found by
// the source that it plays.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { toHttpUrl } from '../../engine/src/plugin';
import { HlsSession } from '../hlsjs/hls-session';
import type { HlsConfig, LoaderConstructor } from '../hlsjs/hls-types';
import { playlistLoaderFor } from '../hlsjs/playlist-loader';
import { segmentLoaderFor } from '../hlsjs/segment-loader';
import type { JwItem, JwPlayer, JwPlayerGlobal } from './jw-types';

/** hls.js tells nobody that it ended. A session whose loaders were not used for so long is looked at. */
const IDLE_MS = 60_000;
/** Whom it stops: a search through the players of a page that never ends. */
const MAX_PLAYERS = 32;

/** What goes into `hlsjsConfig`. */
export interface HlsLoaders {
  readonly fLoader: LoaderConstructor;
  readonly pLoader: LoaderConstructor;
}

interface BuiltinSession {
  readonly session: HlsSession;
  player: JwPlayer | undefined;
  video: HTMLVideoElement | undefined;
  idleTimer: ReturnType<typeof setTimeout> | undefined;
}

export class BuiltinLoaders {
  readonly #sessions = new Map<HlsConfig, BuiltinSession>();
  /** Players that are listened to already. */
  readonly #watched = new WeakSet<JwPlayer>();

  constructor(
    private readonly jwplayer: JwPlayerGlobal,
    private readonly connect: () => PlayerConnection,
  ) {}

  /** Loader classes in front of those that `hlsjsConfig` has already. */
  inFrontOf(hlsjsConfig: Partial<Pick<HlsConfig, 'fLoader' | 'pLoader'>>): HlsLoaders {
    return {
      fLoader: segmentLoaderFor((config) => this.#use(config), hlsjsConfig.fLoader),
      pLoader: playlistLoaderFor((config) => this.#use(config), hlsjsConfig.pLoader),
    };
  }

  handle(playerId: string): SessionHandle | undefined {
    const found = [...this.#sessions.values()].find(({ player }) => player?.id === playerId);
    return found?.session.connection.handle;
  }

  /** A loader is made with `config`: its instance is alive. */
  #use(config: HlsConfig): HlsSession {
    const entry = this.#sessions.get(config) ?? this.#begin(config);
    clearTimeout(entry.idleTimer);
    entry.idleTimer = setTimeout(() => this.#endIfUnused(config, entry), IDLE_MS);
    this.#findPlayer(entry);
    return entry.session;
  }

  #begin(config: HlsConfig): BuiltinSession {
    const session = new HlsSession(this.connect());
    const entry: BuiltinSession = { session, player: undefined, video: undefined, idleTimer: undefined };
    this.#sessions.set(config, entry);
    session.connection.handle.on('destroyed', () => {
      clearTimeout(entry.idleTimer);
      // The page may have ended it; while this instance lives, it plays by itself.
      if (!this.#isPlaying(entry)) this.#sessions.delete(config);
    });
    return entry;
  }

  #findPlayer(entry: BuiltinSession): void {
    const url = entry.session.sourceUrl;
    if (url === undefined || entry.video?.isConnected) return;
    for (let index = 0; index < MAX_PLAYERS; index += 1) {
      const player = this.jwplayer(index);
      // Beyond the last one there is an object without a player.
      if (!player.getContainer || !player.id) return;
      if (!plays(player.getPlaylistItem?.(), url)) continue;
      const video = player.getContainer()?.querySelector('video') ?? undefined;
      entry.player = player;
      entry.video = video;
      entry.session.setMedia(video);
      this.#watch(player);
      return;
    }
  }

  #watch(player: JwPlayer): void {
    if (this.#watched.has(player)) return;
    this.#watched.add(player);
    player.on?.('remove', () => this.#endAll(player, () => true));
    player.on?.('playlistItem', ({ item }) => this.#endAll(player, (url) => !plays(item, url)));
  }

  #endAll(player: JwPlayer, isOver: (sourceUrl: string) => boolean): void {
    for (const [config, entry] of [...this.#sessions]) {
      if (entry.player === player && isOver(entry.session.sourceUrl ?? '')) this.#end(config, entry);
    }
  }

  #endIfUnused(config: HlsConfig, entry: BuiltinSession): void {
    if (!this.#isPlaying(entry)) return this.#end(config, entry);
    entry.idleTimer = setTimeout(() => this.#endIfUnused(config, entry), IDLE_MS);
  }

  #end(config: HlsConfig, entry: BuiltinSession): void {
    this.#sessions.delete(config);
    entry.video = undefined;
    entry.session.connection.handle.destroy();
  }

  /** A paused player still has its media, and gives to others. */
  #isPlaying({ video }: BuiltinSession): boolean {
    return video !== undefined && video.isConnected && video.src !== '';
  }
}

function plays(item: JwItem | undefined, url: string): boolean {
  const files = [item?.file, ...(item?.sources ?? []).map(({ file }) => file)];
  return files.some((file) => file !== undefined && toHttpUrl(file) === url);
}
