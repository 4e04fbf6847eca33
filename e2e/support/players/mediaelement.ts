import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface MediaElementFlags {
  /** As the page's element has it. @defaultValue 'none', as MediaElement sets it where the page says nothing */
  readonly preload?: 'none' | 'metadata' | 'auto';
  /** hls.js is not on the page: MediaElement loads it from there. */
  readonly hlsPath?: string;
  /** Named by the page. @defaultValue MediaElement's order */
  readonly renderers?: readonly string[];
}

interface Hls {
  levels?: unknown[];
  nextLevel: number;
}

interface Media {
  readonly rendererName: string;
  readonly renderer: HTMLVideoElement;
  readonly originalNode: HTMLVideoElement;
  readonly hlsPlayer?: Hls;
}

interface Player {
  readonly media: Media;
  p2pMediaLoader?(options?: P2POptions): SessionHandle;
  setSrc(source: string): void;
  setCurrentTime(seconds: number): void;
  load(): void;
  play(): void;
  remove(): void;
}

/** What a test can do besides. */
export interface MediaElementDriver extends PlayerDriver {
  readonly player: Player;
}

const HLSJS = 'hls.js/dist/hls.min.js';

/** MediaElement 7 with hls.js on the page; `flags` change how the page sets it up. */
export function mediaelementPage(flags: MediaElementFlags = {}): PlayerPage {
  return {
    id: 'mediaelement',
    flags,
    name: 'MediaElement 7.1',
    formats: ['hls'],
    libraries: ['mediaelement/build/mediaelement-and-player.min.js', ...(flags.hlsPath ? [] : [HLSJS])],
    script: 'mediaelement.js',
    setUp: ({ source, options, hlsConfig, flags }: PageSetup): Promise<MediaElementDriver> => {
      const { preload, hlsPath, renderers } = (flags ?? {}) as MediaElementFlags;
      const { MediaElementPlayer } = window as unknown as {
        MediaElementPlayer: new (node: HTMLVideoElement, options: object) => unknown;
      };
      const video = document.createElement('video');
      video.muted = true;
      if (preload) video.preload = preload;
      video.src = source;
      document.getElementById('stage')!.append(video);
      return new Promise((resolve) => {
        const success = (media: Media, _node: unknown, player: Player): void => {
          // At once: what is said while the feature is built comes before the page's own script goes on.
          if (renderers)
            player.p2pMediaLoader?.().on('standingAside', ({ reason }) => window.standingAside.push(reason));
          player.play();
          resolve({
            player,
            isReady: () => (media.hlsPlayer?.levels ?? []).length > 0 && media.renderer.src.startsWith('blob:'),
            currentTime: () => media.renderer.currentTime,
            seek: (seconds) => player.setCurrentTime(seconds),
            load: (url) => {
              player.setSrc(url);
              player.load();
              player.play();
            },
            qualityCount: () => (media.hlsPlayer?.levels ?? []).length,
            setQuality: (index) => void (media.hlsPlayer!.nextLevel = index),
            destroy: () => player.remove(),
            get handle() {
              return options && player.p2pMediaLoader?.();
            },
            get hls() {
              return media.hlsPlayer;
            },
          });
        };
        new MediaElementPlayer(video, {
          features: ['playpause', 'progress', ...(options ? ['p2pmedialoader'] : [])],
          ...(options && { p2pMediaLoader: options }),
          ...(renderers && { renderers }),
          hls: {
            ...(hlsPath && { path: hlsPath }),
            ...hlsConfig,
          },
          success,
        });
      });
    },
  };
}

interface Dashjs {
  isReady(): boolean;
  getRepresentationsByType(type: 'video'): unknown[];
  setRepresentationForTypeByIndex(type: 'video', index: number, isReplacing: boolean): void;
  updateSettings(settings: object): void;
}

/** MediaElement 7 with dash.js on the page. */
interface DashMedia extends Media {
  readonly dashPlayer?: Dashjs;
  addEventListener(event: string, listener: () => void): void;
}

export const MEDIAELEMENT_DASH: PlayerPage = {
  id: 'mediaelement-dash',
  name: 'MediaElement 7.1, dash.js 5.2',
  formats: ['dash'],
  libraries: ['mediaelement/build/mediaelement-and-player.min.js', 'dashjs/dist/modern/umd/dash.all.min.js'],
  engineScript: 'dashjs.js',
  script: 'mediaelement.js',
  setUp: ({ source, options }: PageSetup): Promise<PlayerDriver> => {
    const { MediaElementPlayer } = window as unknown as {
      MediaElementPlayer: new (node: HTMLVideoElement, options: object) => unknown;
    };
    const video = document.createElement('video');
    video.muted = true;
    const sourceElement = document.createElement('source');
    Object.assign(sourceElement, { src: source, type: 'application/dash+xml' });
    video.append(sourceElement);
    document.getElementById('stage')!.append(video);
    return new Promise((resolve) => {
      const success = (media: DashMedia, _node: unknown, player: Player): void => {
        // Earlier, the element would still have what dash.js is about to replace.
        media.addEventListener('canplay', () => player.play());
        resolve({
          isReady: () => media.rendererName === 'native_dash' && (media.dashPlayer?.isReady() ?? false),
          currentTime: () => media.renderer.currentTime,
          seek: (seconds) => player.setCurrentTime(seconds),
          load: (url) => {
            player.setSrc(url);
            player.load();
          },
          qualityCount: () => media.dashPlayer?.getRepresentationsByType('video').length ?? 0,
          setQuality: (index) => {
            media.dashPlayer!.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: false } } } });
            media.dashPlayer!.setRepresentationForTypeByIndex('video', index, false);
          },
          destroy: () => player.remove(),
          get handle() {
            return options && player.p2pMediaLoader?.();
          },
        });
      };
      new MediaElementPlayer(video, {
        features: ['playpause', 'progress', ...(options ? ['p2pmedialoader'] : [])],
        ...(options && { p2pMediaLoader: options }),
        success,
      });
    });
  },
};
