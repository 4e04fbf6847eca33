// Shaka Player as a bare engine.

import type { SessionHandle } from '../../../engine/src/index';
import type { attachShaka } from '../../../plugins/shaka/attach';
import type { FullShakaPlayer } from '../../../plugins/shaka/shaka-types';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface Track {
  readonly id: number;
  readonly videoBandwidth: number | null;
}

/** A driver that also tells what its player thinks of the network. */
export interface MeasuringDriver extends PlayerDriver {
  /** The player's own estimate in bits per second; NaN while it has none. */
  estimatedBitrate(): number;
}

/** More of it than the plugin uses. */
type Player = FullShakaPlayer & {
  attach(media: HTMLMediaElement): Promise<void>;
  load(url: string): Promise<void>;
  configure(key: string, value: unknown): void;
  getVariantTracks(): Track[];
  getStats(): { estimatedBandwidth: number };
  selectVariantTrack(track: Track, isClearing: boolean): void;
};

async function setUp({ source, options, bufferGoalSeconds }: PageSetup): Promise<MeasuringDriver> {
  const MEDIA_SOURCE = 2;
  const SEGMENT = 1;
  const INIT_SEGMENT = 0;
  const LONGEST_SWITCH_MS = 3_000;
  const page = window as unknown as {
    shaka: { Player: new () => Player; polyfill: { installAll(): void } };
    P2PMediaLoader: { attachShaka: typeof attachShaka };
  };
  const video = document.createElement('video');
  Object.assign(video, { muted: true, autoplay: true });
  document.getElementById('stage')?.append(video);
  page.shaka.polyfill.installAll();
  const player = new page.shaka.Player();
  const handle: SessionHandle | undefined = options && page.P2PMediaLoader.attachShaka(player, options);
  let onInitSegment = (): void => undefined;
  player.getNetworkingEngine()?.registerResponseFilter((type, { data, uri, originalRequest }, context) => {
    if (type !== SEGMENT || !data) return;
    if (context?.type === INIT_SEGMENT) onInitSegment();
    const bytes = (data instanceof ArrayBuffer ? data : data.buffer).slice(0) as ArrayBuffer;
    void crypto.subtle.digest('SHA-256', bytes).then((digest) =>
      window.probes.segments.push({
        url: uri,
        range: originalRequest?.headers['Range'],
        byteLength: bytes.byteLength,
        sha256: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
      }),
    );
  });
  if (bufferGoalSeconds !== undefined) player.configure('streaming.bufferingGoal', bufferGoalSeconds);
  await player.attach(video);
  let switching = Promise.resolve();
  const load = async (url: string): Promise<void> => {
    await player.load(url);
    await video.play();
  };
  // Not waited for: a test may want to see how it begins.
  void load(source);
  return {
    isReady: () =>
      player.getLoadMode() === MEDIA_SOURCE &&
      video.currentSrc.startsWith('blob:') &&
      video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA,
    currentTime: () => video.currentTime,
    seek: (seconds) => void switching.then(() => (video.currentTime = seconds)),
    load,
    qualityCount: () => player.getVariantTracks().length,
    setQuality: (index) => {
      player.configure('abr.enabled', false);
      const tracks = player.getVariantTracks().sort((a, b) => (a.videoBandwidth ?? 0) - (b.videoBandwidth ?? 0));
      const track = tracks[index];
      if (!track) return;
      // A seek right after this makes Shaka give up the new init segment, and never ask for it again: by itself, too.
      switching = new Promise((resolve) => {
        onInitSegment = () => player.addEventListener('segmentappended', () => resolve());
        setTimeout(resolve, LONGEST_SWITCH_MS);
      });
      player.selectVariantTrack(track, false);
    },
    estimatedBitrate: () => player.getStats().estimatedBandwidth,
    destroy: () => player.destroy(),
    handle,
  };
}

const shakaPage = (id: string, name: string, library: string): PlayerPage => ({
  id,
  name,
  formats: ['hls', 'dash'],
  libraries: [library],
  script: 'shaka.js',
  setUp,
});

export const SHAKA = shakaPage('shaka', 'Shaka Player 5', 'shaka-player/dist/shaka-player.compiled.js');
export const SHAKA_4 = shakaPage('shaka-4', 'Shaka Player 4', 'shaka-player-4/dist/shaka-player.compiled.js');
