import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface ClapprFlags {
  /** Whether hls.js gets its source before the page plays. @defaultValue true, as Clappr has it */
  readonly preloads?: boolean;
}

interface Shaka {
  getVariantTracks(): object[];
  configure(options: object): void;
  selectVariantTrack(track: object, isBufferCleared: boolean): void;
}

/** What plays one source: of hls.js and Shaka Player, the one that it is built on. */
interface Playback {
  readonly name: string;
  readonly el: HTMLVideoElement;
  readonly _hls?: { levels?: object[]; nextLevel: number };
  readonly _player?: Shaka;
}

/** What the page's global `Clappr` makes, in all packages. */
interface Player {
  readonly core: { readonly activePlayback?: Playback };
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

/** The plugins for HLS and DASH are those whose scripts are among the libraries. */
function setUp({ source, options, hlsConfig, bufferGoalSeconds = 20, flags }: PageSetup): ClapprDriver {
  const { preloads } = (flags ?? {}) as ClapprFlags;
  const { Clappr, HlsjsPlayback, DashShakaPlayback, P2PMediaLoader } = window as unknown as {
    Clappr: { Player: new (options: object) => Player };
    HlsjsPlayback?: unknown;
    DashShakaPlayback?: unknown;
    P2PMediaLoader: { ClapprPlugin: unknown };
  };
  const player = new Clappr.Player({
    source,
    parent: document.getElementById('stage'),
    width: 640,
    height: 360,
    autoPlay: true,
    mute: true,
    plugins: [HlsjsPlayback, DashShakaPlayback, options && P2PMediaLoader.ClapprPlugin].filter((plugin) => !!plugin),
    ...(options && { p2pMediaLoader: options }),
    ...(preloads !== undefined && { hlsPlayback: { preload: preloads } }),
    shakaConfiguration: { streaming: { bufferingGoal: bufferGoalSeconds } },
    playback: { playInline: true, hlsjsConfig: hlsConfig },
  });
  const playback = () => player.core.activePlayback;
  const qualities = () => playback()?._hls?.levels ?? playback()?._player?.getVariantTracks() ?? [];
  return {
    player,
    isReady: () => qualities().length > 0 && playback()!.el.src.startsWith('blob:'),
    currentTime: () => playback()?.el.currentTime ?? 0,
    seek: (seconds) => player.seek(seconds),
    load: (url) => player.load(url),
    qualityCount: () => qualities().length,
    setQuality: (index) => {
      const { _hls: hls, _player: shaka } = playback()!;
      if (hls) hls.nextLevel = index;
      shaka?.configure({ abr: { enabled: false } });
      shaka?.selectVariantTrack(qualities()[index]!, false);
    },
    destroy: () => player.destroy(),
    get handle() {
      return options && player.p2pMediaLoader?.();
    },
    get hls() {
      return playback()?._hls;
    },
  };
}

const clapprPage = (name: string, libraries: readonly string[], flags: ClapprFlags = {}): PlayerPage => ({
  id: 'clappr',
  flags,
  name,
  formats: ['hls'],
  libraries,
  script: 'clappr.js',
  setUp,
});

/** The package that the site loads: each brings hls.js along, or takes the page's. */
export const CLAPPR_03 = clapprPage('clappr 0.3.13', ['clappr/dist/clappr.min.js']);
export const CLAPPR_PLAYER = clapprPage('@clappr/player 0.11', ['@clappr/player/dist/clappr.min.js']);

/** Without the playback on hls.js, so that the browser is to play by itself. */
export const CLAPPR_NATIVE = clapprPage('@clappr/core alone', [CORE]);

export function clapprCorePage(flags: ClapprFlags = {}): PlayerPage {
  const libraries = [CORE, 'hls.js/dist/hls.min.js', '@clappr/hlsjs-playback/dist/hlsjs-playback.external.min.js'];
  return clapprPage('@clappr/core 0.17', libraries, flags);
}

/** With dash-shaka-playback, which brings Shaka Player 3.3 along. */
const clapprDashPage = (name: string, libraries: readonly string[]): PlayerPage => ({
  ...clapprPage(`${name}, dash-shaka-playback 3.6`, [
    ...libraries,
    'dash-shaka-playback/dist/dash-shaka-playback.min.js',
  ]),
  id: 'clappr-dash',
  formats: ['dash'],
  engineScript: 'shaka.js',
});

export const CLAPPR_DASH: readonly PlayerPage[] = [
  clapprDashPage('clappr 0.3.13', CLAPPR_03.libraries),
  clapprDashPage('@clappr/player 0.11', CLAPPR_PLAYER.libraries),
  clapprDashPage('@clappr/core 0.17', [CORE]),
];
