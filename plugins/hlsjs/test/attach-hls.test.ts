import type { P2POptions } from '../../../engine/src/index';
import { FakeConnection, last } from '../../test/fake-connection';
import { attachHlsOver } from '../attach-hls';
import type { HlsInstance } from '../hls-types';
import { answer, FakeHls } from './fake-hls';
import { CONTEXT, FakeLoader, recordedCallbacks } from './fake-loader';

const SOURCE = 'https://cdn.test/live/main.m3u8';
const MEDIA = 'https://cdn.test/live/low.m3u8';
const MASTER_TEXT = '#EXTM3U master';
const MEDIA_TEXT = '#EXTM3U media';

let connections: FakeConnection[];
const connect = (options?: P2POptions): FakeConnection => {
  const connection = new FakeConnection(options);
  connections.push(connection);
  return connection;
};
const engine = (): FakeConnection => last(connections);
const attach = (hls: HlsInstance, options?: P2POptions) => attachHlsOver(connect, hls, options);

beforeEach(() => {
  connections = [];
  FakeLoader.made = [];
});

test('playlists that are loaded from now on are handed over before hls.js reads them', () => {
  const hls = new FakeHls();
  attach(hls, { maxPeers: 7 });
  expect(engine().givenOptions).toEqual([{ maxPeers: 7 }]);
  hls.loadSource(SOURCE);
  answer(last(FakeLoader.made), MASTER_TEXT, 'https://other.test/main.m3u8');
  answer(hls.loadPlaylist(MEDIA, 'level'), MEDIA_TEXT);
  answer(hls.loadPlaylist(MEDIA, 'level'), new ArrayBuffer(3));
  expect(engine().calls).toEqual([`openSource ${SOURCE}`, `addManifest ${SOURCE}`, `addManifest ${MEDIA}`]);
  expect(engine().manifests).toEqual([
    { url: SOURCE, responseUrl: 'https://other.test/main.m3u8', text: MASTER_TEXT },
    { url: MEDIA, text: MEDIA_TEXT },
  ]);
});

test('a next source begins anew', () => {
  const hls = new FakeHls();
  attach(hls);
  hls.loadSource(SOURCE);
  hls.loadSource('https://cdn.test/other.m3u8');
  expect(engine().calls).toEqual([`openSource ${SOURCE}`, 'openSource https://cdn.test/other.m3u8']);
});

test('loaders of the page stay behind ours, and come back at the end', () => {
  class PageLoader extends FakeLoader {}
  const hls = new FakeHls();
  hls.config.fLoader = PageLoader;
  const handle = attach(hls);
  engine().takesRequests = false;
  new hls.config.fLoader(hls.config).load(CONTEXT, {}, recordedCallbacks().callbacks);
  expect(last(FakeLoader.made)).toBeInstanceOf(PageLoader);
  handle.destroy();
  expect(hls.config).toEqual({ loader: FakeLoader, fLoader: PageLoader, pLoader: undefined });
  expect(hls.listenerCount).toBe(0);
});

test('a loader that was put there later stays', () => {
  class LaterLoader extends FakeLoader {}
  const hls = new FakeHls();
  const handle = attach(hls);
  hls.config.fLoader = LaterLoader;
  handle.destroy();
  expect(hls.config.fLoader).toBe(LaterLoader);
});

test('attached again it changes options and gives the same handle; after the end it begins anew', () => {
  const hls = new FakeHls();
  const handle = attach(hls);
  expect(attach(hls)).toBe(handle);
  expect(attach(hls, { maxPeers: 5 })).toBe(handle);
  expect(engine().givenOptions).toEqual([undefined, { maxPeers: 5 }]);
  hls.trigger('hlsDestroying');
  expect(engine().isDestroyed).toBe(true);
  expect(attach(hls)).not.toBe(handle);
});

test.each([undefined, null, {}, { loadSource: () => undefined }, document.createElement('video')])(
  'refuses %p',
  (value) => {
    expect(() => attach(value as never)).toThrow(/attachHls\(\) takes an instance of hls\.js/);
    expect(connections).toEqual([]);
  },
);

test('reports the playhead of the element that is attached, and of none after', () => {
  const hls = new FakeHls();
  attach(hls);
  const media = document.createElement('video');
  media.dispatchEvent(new Event('timeupdate'));
  hls.media = media;
  hls.trigger('hlsMediaAttached');
  media.dispatchEvent(new Event('timeupdate'));
  expect(engine().reports).toEqual([{ playheadSeconds: 0, bufferAheadSeconds: 0, rate: 1, isPaused: true }]);
  hls.trigger('hlsMediaDetaching');
  media.dispatchEvent(new Event('timeupdate'));
  expect(engine().reports).toHaveLength(1);
});

test('steering comes by its event', () => {
  const hls = new FakeHls();
  attach(hls);
  hls.trigger('hlsSteeringManifestLoaded', { url: 'https://cdn.test/steer', steeringManifest: { VERSION: 1 } });
  expect(engine().manifests).toEqual([{ url: 'https://cdn.test/steer', text: '{"VERSION":1}' }]);
});

describe('attached late', () => {
  test('with the source on its way, its text comes with hls.js’s event', () => {
    const hls = new FakeHls();
    hls.loadSource(SOURCE);
    attach(hls);
    answer(hls.loadPlaylist(MEDIA, 'level'), MEDIA_TEXT);
    expect(engine().manifests).toEqual([]);
    const xhr = new XMLHttpRequest();
    Object.defineProperty(xhr, 'responseText', { value: MASTER_TEXT });
    hls.trigger('hlsManifestLoaded', { networkDetails: xhr });
    expect(engine().manifests.map(({ url }) => url)).toEqual([SOURCE, MEDIA]);
  });

  test('with everything there, the source is asked for once more and goes first; media playlists are hls.js’s', () => {
    const hls = new FakeHls();
    hls.url = SOURCE;
    hls.levels = [{ details: { url: MEDIA, m3u8: MEDIA_TEXT } }, {}, { details: { url: `${MEDIA}?live`, live: true } }];
    attach(hls);
    expect(FakeLoader.made.map(({ calls }) => calls)).toEqual([[`load ${SOURCE}`]]);
    const [loader] = FakeLoader.made;
    answer(loader!, MASTER_TEXT);
    expect(engine().calls).toEqual([`openSource ${SOURCE}`, `addManifest ${SOURCE}`, `addManifest ${MEDIA}`]);
    expect(loader!.calls).toEqual([`load ${SOURCE}`, 'destroy']);
  });

  test('a source that cannot be had again holds nobody up', () => {
    const hls = new FakeHls();
    hls.url = SOURCE;
    hls.levels = [{ details: { url: MEDIA, m3u8: MEDIA_TEXT } }];
    attach(hls);
    FakeLoader.made[0]!.callbacks!.onError({});
    expect(engine().manifests.map(({ url }) => url)).toEqual([MEDIA]);
  });

  test('a recording whose text hls.js does not keep is asked for once more, and nothing after the end', () => {
    const hls = new FakeHls();
    attach(hls);
    hls.loadSource(SOURCE);
    hls.trigger('hlsLevelLoaded', { details: { url: MEDIA, live: false } });
    const loader = last(FakeLoader.made);
    expect(loader.calls).toEqual([`load ${MEDIA}`]);
    hls.trigger('hlsDestroying');
    expect(loader.calls).toEqual([`load ${MEDIA}`, 'destroy']);
    expect(hls.listenerCount).toBe(0);
  });

  test('a playlist that has come by is not looked for again', () => {
    const hls = new FakeHls();
    attach(hls);
    hls.loadSource(SOURCE);
    answer(hls.loadPlaylist(MEDIA, 'level'), MEDIA_TEXT);
    hls.trigger('hlsLevelLoaded', { details: { url: MEDIA, m3u8: MEDIA_TEXT } });
    expect(engine().manifests).toHaveLength(1);
  });
});
