// dash.js as a bare engine.

import type { SessionHandle } from '../../../engine/src/index';
import type { attachDashjs } from '../../../plugins/dashjs/attach';
import type { FullDashjsPlayer } from '../../../plugins/dashjs/dashjs-types';
import type { PageSetup, PlayerPage } from './player-page';
import type { MeasuringDriver } from './shaka';

/** More of it than the plugin uses. */
type Player = FullDashjsPlayer & {
  initialize(media: HTMLMediaElement, url: string, isAutoPlaying: boolean): void;
  attachSource(url: string): void;
  isReady(): boolean;
  getActiveStream(): unknown;
  getAverageThroughput(type: 'video'): number;
  updateSettings(settings: object): void;
  getRepresentationsByType(type: 'video'): unknown[];
  setRepresentationForTypeByIndex(type: 'video', index: number, isReplacing: boolean): void;
};

function setUp({ source, options, bufferGoalSeconds }: PageSetup): MeasuringDriver {
  const page = window as unknown as {
    dashjs: { MediaPlayer: () => { create(): Player } };
    P2PMediaLoader: { attachDashjs: typeof attachDashjs };
  };
  const video = document.createElement('video');
  video.muted = true;
  document.getElementById('stage')?.append(video);
  const player = page.dashjs.MediaPlayer().create();
  const handle: SessionHandle | undefined = options && page.P2PMediaLoader.attachDashjs(player, options);
  player.addResponseInterceptor((response) => {
    const { data, url = '', request } = response;
    if (request.customData.request.type !== 'MediaSegment' || !(data instanceof ArrayBuffer))
      return Promise.resolve(response);
    return crypto.subtle.digest('SHA-256', data).then((digest) => {
      window.probes.segments.push({
        url,
        range: request.headers?.['Range'],
        byteLength: data.byteLength,
        sha256: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
      });
      return response;
    });
  });
  if (bufferGoalSeconds !== undefined) {
    const buffer = { bufferTimeDefault: bufferGoalSeconds, bufferTimeAtTopQuality: bufferGoalSeconds };
    player.updateSettings({ streaming: { buffer } });
  }
  // It would ask a server elsewhere for the time.
  player.updateSettings({ streaming: { utcSynchronization: { enabled: false } } });
  player.initialize(video, source, true);
  return {
    isReady: () =>
      player.isReady() &&
      player.getActiveStream() !== null &&
      video.currentSrc.startsWith('blob:') &&
      video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA,
    currentTime: () => video.currentTime,
    seek: (seconds) => void (video.currentTime = seconds),
    load: (url) => player.attachSource(url),
    qualityCount: () => player.getRepresentationsByType('video').length,
    setQuality: (index) => {
      player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: false } } } });
      player.setRepresentationForTypeByIndex('video', index, true);
    },
    estimatedBitrate: () => player.getAverageThroughput('video') * 1000,
    destroy: () => player.destroy(),
    handle,
  };
}

export const DASHJS: PlayerPage = {
  id: 'dashjs',
  name: 'dash.js 5',
  formats: ['dash'],
  libraries: ['dashjs/dist/modern/umd/dash.all.min.js'],
  script: 'dashjs.js',
  setUp,
};
