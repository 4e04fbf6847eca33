// The parts of JW Player 8 that the plugin touches, and of hls.js as the provider uses it. Nothing here is JW's code.

import type { P2POptions, SessionHandle } from '../../engine/src/index';
import type { HlsInstance, HlsTrack } from '../hlsjs/hls-types';

/** A source of a playlist item; JW has put its type right by then. */
export interface JwSource {
  readonly file?: string;
  /** `hls` for HLS, whatever the page wrote. */
  readonly type?: string;
}

export interface JwItem {
  readonly sources: readonly JwSource[];
  readonly file?: string;
  /** Seconds; 0 or absent: from the beginning, or live. */
  readonly starttime?: number;
  /** Seconds from which a live window can be sought in. @defaultValue 120 */
  readonly minDvrWindow?: number;
}

/** A player's configuration as a provider gets it: what the page wrote is in it, by reference. */
export interface JwPlayerConfig {
  readonly hlsjsConfig?: object;
  readonly p2pMediaLoader?: P2POptions;
}

/** A player of the page. */
export interface JwPlayer {
  readonly id?: string;
  getContainer?(): HTMLElement | undefined;
  getPlaylistItem?(): JwItem | undefined;
  on?(event: string, listener: (event: { readonly item?: JwItem }) => void): void;
}

/** As JW names what a provider does. */
export type ProviderState = 'idle' | 'loading' | 'stalled' | 'playing' | 'paused' | 'complete';

/** What JW takes as a provider; its methods are those of `HlsProvider`. */
export interface JwProviderClass {
  new (playerId: string, config: JwPlayerConfig, video: HTMLVideoElement): object;
  getName(): { readonly name: string };
  supports(source: JwSource): boolean;
}

/** The global `jwplayer`. */
export interface JwPlayerGlobal {
  /** A player by its element's id, or by number; without an argument the first one. */
  (query?: string | number): JwPlayer;
  readonly api?: {
    readonly availableProviders?: readonly { readonly name: string }[];
    registerProvider(provider: JwProviderClass): void;
  };
  /** Goes under the configuration of each player that is set up. */
  defaults?: Record<string, unknown>;
}

/** An instance of hls.js 1, as far as the provider drives it. */
export interface DrivenHls extends HlsInstance {
  readonly levels: readonly HlsLevel[];
  /** The rendition that plays, or -1. */
  readonly currentLevel: number;
  /** -1: by itself. */
  nextLevel: number;
  readonly autoLevelEnabled: boolean;
  readonly audioTracks: readonly HlsAudioTrack[];
  audioTrack: number;
  subtitleTrack: number;
  readonly bandwidthEstimate: number;
  readonly latency: number;
  readonly targetLatency: number | null;
  readonly liveSyncPosition: number | null;
  attachMedia(media: HTMLMediaElement): void;
  recoverMediaError(): void;
  startLoad(): void;
  destroy(): void;
}

export interface HlsLevel {
  readonly bitrate: number;
  readonly width?: number;
  readonly height?: number;
  readonly videoCodec?: string;
  readonly details?: { readonly live?: boolean } | null;
}

export interface HlsAudioTrack extends HlsTrack {
  readonly name: string;
  readonly lang?: string;
  readonly default?: boolean;
}

export interface HlsClass {
  new (config: object): DrivenHls;
  isSupported(): boolean;
}

/** Options of `registerJwPlayer()`. */
export interface JwPlayerOptions extends P2POptions {
  /**
   * The class of hls.js 1, for a JW Player that has no HLS of its own (the open-source one).
   * @defaultValue `window.Hls`
   */
  readonly Hls?: object;
}

/** What `registerJwPlayer()` gives. */
export interface JwRegistration {
  /** The session of the player with this id, while it plays HLS. */
  handle(playerId: string): SessionHandle | undefined;
}
