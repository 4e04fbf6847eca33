import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface VideojsFlags {
  /** Options of VHS. */
  readonly vhs?: object;
}

/** `flags` change how the page sets it up. */
export const videojsPage = (flags: VideojsFlags = {}): PlayerPage => ({
  id: 'videojs',
  flags,
  name: 'video.js 8.24',
  formats: ['hls', 'dash'],
  libraries: ['video.js/dist/video.min.js'],
  script: 'videojs.js',
  setUp: ({ source, options, bufferGoalSeconds, flags }: PageSetup): PlayerDriver => {
    const { vhs } = (flags ?? {}) as VideojsFlags;
    interface Representation {
      enabled(isEnabled: boolean): void;
    }
    interface Segment {
      readonly start?: number;
      readonly dateTimeObject?: Date;
    }
    interface Vhs {
      representations?(): Representation[];
      readonly playlists?: { media(): { readonly segments?: readonly Segment[] } | undefined };
    }
    interface Player {
      tech(isSafe: true): { vhs?: Vhs };
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
    const player = videojs(element, { autoplay: 'muted', muted: true, ...(vhs && { html5: { vhs } }) });
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
      latencySeconds: () => {
        const now = player.currentTime();
        const segments = player.tech(true).vhs?.playlists?.media()?.segments ?? [];
        const dated = segments.find(({ start, dateTimeObject }) => start !== undefined && dateTimeObject);
        if (!dated) return undefined;
        return (Date.now() - dated.dateTimeObject!.getTime()) / 1_000 - (now - dated.start!);
      },
      handle,
    };
  },
});

export const VIDEOJS = videojsPage();
