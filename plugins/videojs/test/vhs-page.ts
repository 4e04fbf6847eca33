// The real video.js with its real VHS in a page without media: enough of MSE for VHS to load playlists and ask for
// segments, and no network but FakeNativeXhr.

import videojs from 'video.js';
import type { VhsHandler, VhsRequestOptions, VhsXhr, VideojsInternals, VideojsPlayer } from '../vhs-types';
import { FakeNativeXhr, nativeRequests } from './fake-native-xhr';

export const HLS = 'application/x-mpegURL';
export const SOURCE_URL = 'https://cdn.test/live/main.m3u8';
export const MULTIVARIANT = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nlow.m3u8\n';
export const MEDIA = [
  '#EXTM3U\n#EXT-X-TARGETDURATION:4',
  '#EXTINF:4,\ns0.ts\n#EXTINF:4,\ns1.ts\n#EXT-X-ENDLIST\n',
].join('\n');
/** What VHS asks of its request function for a media segment. */
export const SEGMENT: VhsRequestOptions = {
  uri: 'https://cdn.test/live/s0.ts',
  responseType: 'arraybuffer',
  headers: {},
  requestType: 'segment',
  timeout: 6000,
};

/** A player with what the tests need beyond the plugin's own view of it. */
export interface TestPlayer extends VideojsPlayer {
  src(source: { src: string; type: string }): void;
  dispose(): void;
  reset(): void;
  trigger(type: string): void;
}

/** The real videojs as the plugin takes it, with its internals. */
export const page = videojs as unknown as Parameters<typeof import('../plugin').registerPlugin>[0] &
  VideojsInternals & { (id: string, options: object): TestPlayer; Vhs: { xhr: VhsXhr } };

interface VhsTech {
  registerSourceHandler(handler: unknown, index: number): void;
}

class SilentMediaSource extends EventTarget {
  static isTypeSupported = () => true;
  readyState = 'closed';
  sourceBuffers = [];
}

class SilentWorker {
  postMessage(): void {}
  terminate(): void {}
}

/** Prepares the page; once per test file. */
export function setUpPage(): void {
  Object.assign(window, { MediaSource: SilentMediaSource, Worker: SilentWorker });
  Object.assign(URL, { createObjectURL: () => 'blob:https://page.test/1', revokeObjectURL: () => undefined });
  Object.assign(HTMLMediaElement.prototype, {
    load: () => undefined,
    pause: () => undefined,
    play: () => Promise.resolve(),
    canPlayType: () => 'maybe',
  });
  Object.assign(page.xhr ?? {}, { XMLHttpRequest: FakeNativeXhr });
  // VHS registered itself for browsers with MSE only, when video.js was imported.
  (videojs.getTech('Html5') as unknown as VhsTech).registerSourceHandler(page.VhsSourceHandler, 0);
  videojs.log.level('off');
}

/** A new player; `options` as video.js takes them. */
export function createPlayer(options: object = {}): TestPlayer {
  nativeRequests.length = 0;
  document.body.innerHTML = '<video-js id="player"></video-js>';
  return page('player', options);
}

/** A player whose VHS has been made for `SOURCE_URL` and has asked for the multivariant playlist. */
export async function createPlayingPlayer(options: object = {}): Promise<TestPlayer> {
  const player = createPlayer({ sources: [{ src: SOURCE_URL, type: HLS }], ...options });
  await until(() => nativeRequests.length > 0);
  return player;
}

/** VHS at work in `player`. */
export function vhsOf(player: TestPlayer): VhsHandler {
  const tech = player.tech(true);
  if (!tech || !tech.vhs) throw new Error('the player has no VHS');
  return tech.vhs;
}

/** Resolves when `condition` holds; video.js takes sources a timer later. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
