import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface HlsFlags {
  readonly config?: object;
  /** The plugin is called when the first media playlist is there. */
  readonly attachesLate?: boolean;
  /** The page's `xhrSetup` puts a token on segments and a header on everything. */
  readonly sendsHeader?: boolean;
}

/** What the page's global `Hls` makes, in all lines. */
interface Hls {
  /** hls.js before 1.0 has none before the source is loaded. */
  levels?: unknown[];
  nextLevel: number;
  loadLevel: number;
  readonly playingDate?: Date | null;
  loadSource(url: string): void;
  attachMedia(media: HTMLMediaElement): void;
  detachMedia(): void;
  destroy(): void;
  on(event: string, listener: () => void): void;
}

/** hls.js by its package's name under `node_modules/`; `flags` change how the page sets it up. */
export function hlsjsPage(version: string, packageName = 'hls.js', flags: HlsFlags = {}): PlayerPage {
  return {
    id: 'hlsjs',
    flags,
    name: `hls.js ${version}`,
    formats: ['hls'],
    libraries: [`${packageName}/dist/hls.min.js`],
    script: 'hlsjs.js',
    setUp: ({ source, options, hlsConfig, flags }: PageSetup): PlayerDriver => {
      const { config, attachesLate, sendsHeader } = (flags ?? {}) as HlsFlags;
      const { Hls, P2PMediaLoader } = window as unknown as {
        Hls: new (config: object) => Hls;
        P2PMediaLoader: { attachHls(hls: Hls, options?: P2POptions): SessionHandle };
      };
      const video = document.createElement('video');
      video.muted = true;
      video.autoplay = true;
      document.getElementById('stage')!.append(video);
      const hls = new Hls({
        ...hlsConfig,
        ...(sendsHeader && {
          xhrSetup: (xhr: XMLHttpRequest, url: string) => {
            if (url.endsWith('.ts')) xhr.open('GET', `${url}?token=1`, true);
            xhr.setRequestHeader('X-Page', 'hello');
          },
        }),
        ...config,
      });
      let handle: SessionHandle | undefined;
      const attach = () => void (handle = options && P2PMediaLoader.attachHls(hls, options));
      if (attachesLate) hls.on('hlsLevelLoaded', () => handle ?? attach());
      else attach();
      hls.attachMedia(video);
      hls.loadSource(source);
      return {
        isReady: () =>
          (!options || handle !== undefined) && (hls.levels ?? []).length > 0 && video.src.startsWith('blob:'),
        currentTime: () => video.currentTime,
        seek: (seconds) => void (video.currentTime = seconds),
        load: (url) => {
          // hls.js 0.13 goes on with the media source of before, and with the level chosen by hand, which may not be there.
          hls.detachMedia();
          hls.loadLevel = -1;
          hls.loadSource(url);
          hls.attachMedia(video);
        },
        qualityCount: () => (hls.levels ?? []).length,
        setQuality: (index) => void (hls.nextLevel = index),
        destroy: () => hls.destroy(),
        latencySeconds: () => (hls.playingDate ? (Date.now() - hls.playingDate.getTime()) / 1_000 : undefined),
        get handle() {
          return handle;
        },
        hls,
      };
    },
  };
}
