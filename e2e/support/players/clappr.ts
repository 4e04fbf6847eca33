import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface ClapprFlags {
  /** Whether hls.js gets its source before the page plays. @defaultValue true, as Clappr has it */
  readonly preloads?: boolean;
}

/** What the page's global `Clappr` makes, in all packages. */
interface Player {
  readonly core: {
    readonly activePlayback?: {
      readonly name: string;
      readonly el: HTMLVideoElement;
      readonly _hls?: { levels?: unknown[]; nextLevel: number };
    };
  };
  p2pMediaLoader?(options?: P2POptions): SessionHandle;
  getPlugin(name: string): { readonly handle: SessionHandle } | undefined;
  load(source: string): void;
  seek(seconds: number): void;
  stop(): void;
  play(): void;
  destroy(): void;
}

/** What a test can do besides. */
export interface ClapprDriver extends PlayerDriver {
  readonly player: Player;
}

const CORE = '@clappr/core/dist/clappr-core.min.js';

function clapprPage(name: string, libraries: readonly string[], flags: ClapprFlags = {}): PlayerPage {
  return {
    id: 'clappr',
    flags,
    name,
    formats: ['hls'],
    libraries,
    script: 'clappr.js',
    setUp: ({ source, options, bufferGoalSeconds, flags }: PageSetup): ClapprDriver => {
      const { preloads } = (flags ?? {}) as ClapprFlags;
      const { Clappr, HlsjsPlayback, P2PMediaLoader } = window as unknown as {
        Clappr: { Player: new (options: object) => Player };
        HlsjsPlayback?: unknown;
        P2PMediaLoader: { ClapprPlugin: unknown };
      };
      const player = new Clappr.Player({
        source,
        parent: document.getElementById('stage'),
        width: 640,
        height: 360,
        autoPlay: true,
        mute: true,
        plugins: [...(HlsjsPlayback ? [HlsjsPlayback] : []), ...(options ? [P2PMediaLoader.ClapprPlugin] : [])],
        ...(options && { p2pMediaLoader: options }),
        ...(preloads !== undefined && { hlsPlayback: { preload: preloads } }),
        playback: {
          playInline: true,
          hlsjsConfig:
            bufferGoalSeconds === undefined
              ? {}
              : { maxBufferLength: bufferGoalSeconds, maxMaxBufferLength: bufferGoalSeconds },
        },
      });
      const playback = () => player.core.activePlayback;
      const levels = () => playback()?._hls?.levels ?? [];
      return {
        player,
        isReady: () => levels().length > 0 && playback()!.el.src.startsWith('blob:'),
        currentTime: () => playback()?.el.currentTime ?? 0,
        seek: (seconds) => player.seek(seconds),
        load: (url) => player.load(url),
        qualityCount: () => levels().length,
        setQuality: (index) => void (playback()!._hls!.nextLevel = index),
        destroy: () => player.destroy(),
        get handle() {
          return options && player.p2pMediaLoader?.();
        },
        get hls() {
          return playback()?._hls;
        },
      };
    },
  };
}

/** The package that the site loads: each brings hls.js along, or takes the page's. */
export const CLAPPR_03 = clapprPage('clappr 0.3.13', ['clappr/dist/clappr.min.js']);
export const CLAPPR_PLAYER = clapprPage('@clappr/player 0.11', ['@clappr/player/dist/clappr.min.js']);

/** Without the playback on hls.js, so that the browser is to play by itself. */
export const CLAPPR_NATIVE = clapprPage('@clappr/core alone', [CORE]);

export function clapprCorePage(flags: ClapprFlags = {}): PlayerPage {
  const libraries = [CORE, 'hls.js/dist/hls.min.js', '@clappr/hlsjs-playback/dist/hlsjs-playback.external.min.js'];
  return clapprPage('@clappr/core 0.17', libraries, flags);
}

interface ShakaTrack {
  readonly active: boolean;
}

interface DashPlayback {
  readonly el: HTMLVideoElement;
  readonly _player?: {
    getVariantTracks(): ShakaTrack[];
    configure(options: object): void;
    selectVariantTrack(track: ShakaTrack, isBufferCleared: boolean): void;
  };
}

/** With dash-shaka-playback, which brings Shaka Player 3.3 along. */
function clapprDashPage(name: string, libraries: readonly string[]): PlayerPage {
  return {
    id: 'clappr-dash',
    name: `${name}, dash-shaka-playback 3.6`,
    formats: ['dash'],
    libraries: [...libraries, 'dash-shaka-playback/dist/dash-shaka-playback.min.js'],
    engineScript: 'shaka.js',
    script: 'clappr.js',
    setUp: ({ source, options, bufferGoalSeconds = 20 }: PageSetup): PlayerDriver => {
      const { Clappr, DashShakaPlayback, P2PMediaLoader } = window as unknown as {
        Clappr: { Player: new (options: object) => Player };
        DashShakaPlayback: unknown;
        P2PMediaLoader: { ClapprPlugin: unknown };
      };
      const player = new Clappr.Player({
        source,
        parent: document.getElementById('stage'),
        width: 640,
        height: 360,
        autoPlay: true,
        mute: true,
        plugins: [DashShakaPlayback, ...(options ? [P2PMediaLoader.ClapprPlugin] : [])],
        ...(options && { p2pMediaLoader: options }),
        shakaConfiguration: { streaming: { bufferingGoal: bufferGoalSeconds } },
        playback: { playInline: true },
      });
      const playback = () => player.core.activePlayback as unknown as DashPlayback | undefined;
      const tracks = () => playback()?._player?.getVariantTracks() ?? [];
      return {
        isReady: () => tracks().length > 0,
        currentTime: () => playback()?.el.currentTime ?? 0,
        seek: (seconds) => player.seek(seconds),
        load: (url) => player.load(url),
        qualityCount: () => tracks().length,
        setQuality: (index) => {
          playback()!._player!.configure({ abr: { enabled: false } });
          playback()!._player!.selectVariantTrack(tracks()[index]!, false);
        },
        destroy: () => player.destroy(),
        get handle() {
          return options && player.p2pMediaLoader?.();
        },
      };
    },
  };
}

export const CLAPPR_DASH: readonly PlayerPage[] = [
  clapprDashPage('clappr 0.3.13', ['clappr/dist/clappr.min.js']),
  clapprDashPage('@clappr/player 0.11', ['@clappr/player/dist/clappr.min.js']),
  clapprDashPage('@clappr/core 0.17', [CORE]),
];
