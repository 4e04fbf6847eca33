import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

export const VIDEOJS: PlayerPage = {
  id: 'videojs',
  name: 'video.js 8.24',
  formats: ['hls', 'dash'],
  libraries: ['video.js/dist/video.min.js'],
  script: 'videojs.js',
  setUp: ({ source, options, bufferGoalSeconds }: PageSetup): PlayerDriver => {
    interface Representation {
      enabled(isEnabled: boolean): void;
    }
    interface Player {
      tech(isSafe: true): { vhs?: { representations?(): Representation[] } };
      currentTime(seconds?: number): number;
      src(source: object): void;
      dispose(): void;
      p2pMediaLoader(options: P2POptions): SessionHandle;
    }
    const { videojs } = window as unknown as {
      videojs: {
        (element: Element, options: object): Player;
        Vhs: { GOAL_BUFFER_LENGTH: number; MAX_GOAL_BUFFER_LENGTH: number };
      };
    };
    if (bufferGoalSeconds !== undefined)
      videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = bufferGoalSeconds;
    const element = document.createElement('video-js');
    document.getElementById('stage')!.append(element);
    const player = videojs(element, { autoplay: 'muted', muted: true });
    const handle = options && player.p2pMediaLoader(options);
    const sourceOf = (src: string) => ({
      src,
      type: src.endsWith('.mpd') ? 'application/dash+xml' : 'application/x-mpegURL',
    });
    player.src(sourceOf(source));
    const renditions = () => player.tech(true).vhs?.representations?.() ?? [];
    return {
      isReady: () => renditions().length > 0,
      currentTime: () => player.currentTime(),
      seek: (seconds) => void player.currentTime(seconds),
      load: (url) => player.src(sourceOf(url)),
      qualityCount: () => renditions().length,
      setQuality: (index) => renditions().forEach((rendition, place) => rendition.enabled(place === index)),
      destroy: () => player.dispose(),
      handle,
    };
  },
};
