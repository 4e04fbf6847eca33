// The plugin on a player that behaves as dash.js does. The engine is FakeConnection.

import { delivered, FakeConnection, last } from '../../test/fake-connection';
import type { CommonMediaRequest, Loader } from '../dashjs-types';
import { createAttach } from '../plugin';
import { FakeDashjsPlayer, type FakeLoader, requestFor } from './dashjs-page';

const SOURCE = 'https://cdn.test/film/manifest.mpd';
const SEGMENT_URL = 'https://cdn.test/film/7.m4s';
const RANGE = { headers: { Range: 'bytes=100-299' } };

const connections: FakeConnection[] = [];
const attach = createAttach((options) => {
  const connection = new FakeConnection(options);
  connections.push(connection);
  return connection;
});
const engine = (): FakeConnection => last(connections);
let player: FakeDashjsPlayer;
let own: FakeLoader;
let used: Loader;

beforeEach(() => {
  Object.assign(globalThis, { MediaSource: jest.fn() });
  player = new FakeDashjsPlayer();
  attach(player);
  ({ own, used } = player.createLoader());
});

const load = (more: Partial<CommonMediaRequest> = {}, type?: string) => {
  const loaded = requestFor(SEGMENT_URL, more, type);
  used.load(loaded.request, loaded.response);
  return loaded;
};

describe('a segment', () => {
  test('is asked of the engine as the page would have asked', () => {
    const { request } = requestFor(SEGMENT_URL);
    load({
      url: 'https://edge.test/film/7.m4s?CMCD=a',
      credentials: 'include',
      headers: { ...RANGE.headers, 'X-Token': 'a', 'X-Empty': '' },
      customData: request.customData,
    });
    expect(engine().question).toMatchObject({
      url: 'https://edge.test/film/7.m4s?CMCD=a',
      listedUrl: SEGMENT_URL,
      byteRange: { start: 100, end: 300 },
      withCredentials: true,
    });
    expect(engine().question.headers).toEqual({ 'X-Token': 'a' });
    expect(engine().reports).toHaveLength(1);
    expect(own.loaded).toEqual([]);
  });

  test('comes as from a server', () => {
    const { response, ends } = load(RANGE);
    const segment = delivered(200);
    engine().question.listener.onSuccess(segment);
    expect(response).toMatchObject({ data: segment.bytes, status: 206, url: SEGMENT_URL });
    expect(ends).toEqual(['loadend']);
    const whole = load();
    engine().question.listener.onSuccess(delivered(200));
    expect(whole.response.status).toBe(200);
  });

  test('where the engine has an error, dash.js loads by itself', () => {
    const { request, progress, ends } = load(RANGE);
    engine().question.listener.onError(undefined as never);
    expect(own.loaded).toEqual([request]);
    expect([progress, ends]).toEqual([[], []]);
    request.customData.abort?.();
    expect(own.abortCount).toBe(1);
  });

  test('that is given up is cancelled, whichever way dash.js does it', () => {
    const first = load();
    first.request.customData.onloadend = undefined;
    first.request.customData.abort?.();
    expect(engine().question.isCancelled).toBe(true);
    expect(first.ends).toEqual(['abort']);
    const second = load();
    used.abort(second.request);
    expect(engine().question.isCancelled).toBe(true);
    expect(second.ends).toEqual(['abort']);
    used.abort();
    expect(own.abortCount).toBe(1);
  });

  test('several at once stay apart', () => {
    const loads = [load(), load()];
    engine().questions[0]?.listener.onSuccess(delivered(10));
    expect(loads.map(({ ends }) => ends)).toEqual([['loadend'], []]);
  });
});

test.each([
  ['an init segment', {}, 'InitializationSegment'],
  ['a manifest', { responseType: '' }, 'MPD'],
  ['a request with a body', { method: 'POST', body: 'a' }, 'MediaSegment'],
  ['several ranges', { headers: { Range: 'bytes=0-1,4-5' } }, 'MediaSegment'],
])('%s is not asked of the engine', (_name, more, type) => {
  const { request } = load(more, type);
  expect(own.loaded).toEqual([request]);
  expect(engine().questions).toEqual([]);
});

test('what the engine does not take, dash.js loads', () => {
  engine().takesRequests = false;
  const { request } = load();
  expect(own.loaded).toEqual([request]);
});

describe('a source', () => {
  const mpd = (text: unknown, url = SOURCE) => ({
    ...requestFor(url, {}, 'MPD').response,
    status: 200,
    url: 'https://edge.test/manifest.mpd',
    data: text,
  });

  test('is opened with its first manifest, and all its manifests are handed over', async () => {
    player.beginSource(SOURCE);
    await player.intercept(mpd('<?xml version="1.0"?><MPD type="dynamic">'));
    player.beginSource(SOURCE);
    await player.intercept(mpd('<dash:MPD\n>'));
    expect(engine().calls).toEqual([`openSource ${SOURCE}`, `addManifest ${SOURCE}`, `addManifest ${SOURCE}`]);
    expect(engine().manifests[0]).toMatchObject({ responseUrl: 'https://edge.test/manifest.mpd' });
    player.emit('streamTeardownComplete');
    player.beginSource('https://cdn.test/next.mpd');
    expect(engine().calls.slice(3)).toEqual(['closeSource', 'openSource https://cdn.test/next.mpd']);
  });

  test('is read after the interceptors of the page, also after player.reset() dropped them', async () => {
    player.interceptors = [];
    player.addResponseInterceptor((response) => {
      response.data = '<MPD rewritten>';
      return Promise.resolve(response);
    });
    player.beginSource(SOURCE);
    await player.intercept(mpd('<MPD>'));
    expect(engine().manifests.map(({ text }) => text)).toEqual(['<MPD rewritten>']);
    expect(player.interceptors).toHaveLength(2);
  });

  test('that was there before the call is opened at once', () => {
    const other = new FakeDashjsPlayer();
    other.source = SOURCE;
    attach(other);
    expect(engine().calls).toEqual([`openSource ${SOURCE}`]);
    other.beginSource(SOURCE);
    expect(engine().calls).toHaveLength(1);
  });

  test.each(['<Patch xmlns="urn:mpeg:dash:schema:mpd-patch:2020">', '<SmoothStreamingMedia>', undefined])(
    '%p is no manifest of DASH',
    async (text) => {
      player.beginSource(SOURCE);
      await player.intercept(mpd(text));
      await player.intercept({ ...mpd('<MPD>'), status: 404 });
      expect(engine().manifests).toEqual([]);
    },
  );

  test.each([
    ['in a part', 'bytes=750-949', 206, 750, 200],
    ['in the whole file', undefined, 200, 0, 2000],
  ])('with an index %s: it is handed over', async (_name, Range, status, start, size) => {
    engine().missingIndexes.set(SEGMENT_URL, { start: 800, end: 900 });
    const data = Uint8Array.from({ length: size }, (_, index) => (start + index) % 251).buffer;
    const headers: Record<string, string> = Range === undefined ? {} : { Range };
    const other = { ...requestFor(SEGMENT_URL, { headers: { Range: 'bytes=0-799' } }).response, status: 206, data };
    await player.intercept({ ...other, data: data.slice(0, 100) });
    expect(engine().indexes).toEqual([]);
    await player.intercept({ ...requestFor(SEGMENT_URL, { headers }).response, status, data });
    expect(engine().indexes).toMatchObject([{ url: SEGMENT_URL, byteRange: { start: 800, end: 900 } }]);
    expect(engine().indexes[0]?.bytes).toEqual(Uint8Array.from({ length: 100 }, (_, index) => (800 + index) % 251));
  });
});

describe('the session', () => {
  test('is one per player; options given again change it', () => {
    const { handle } = engine();
    expect(attach(player, { enabled: false })).toBe(handle);
    expect(attach(player)).toBe(handle);
    expect(engine().givenOptions).toEqual([undefined, { enabled: false }]);
  });

  test('that ends leaves open requests, and all later ones, to dash.js', () => {
    const { request } = load();
    engine().handle.destroy();
    expect(engine().question.isCancelled).toBe(true);
    expect(own.loaded).toEqual([request]);
    load();
    expect(own.loaded).toHaveLength(2);
    const reportCount = engine().reports.length;
    player.media?.dispatchEvent(new Event('timeupdate'));
    player.beginSource(SOURCE);
    expect([engine().reports.length, engine().calls, player.interceptors]).toEqual([reportCount, [], []]);
  });

  test('that begins again on the same player uses the loaders that are there', () => {
    const { handle } = engine();
    handle.destroy();
    expect(attach(player)).not.toBe(handle);
    load();
    expect(engine().questions).toHaveLength(1);
    expect(player.extensions).toEqual(['XHRLoader']);
  });

  test('ends with the player', () => {
    player.beginSource(SOURCE);
    player.destroy();
    expect(player.isDestroyed).toBe(true);
    expect(engine().isDestroyed).toBe(true);
    expect(last(engine().calls)).toBe('closeSource');
  });

  test('reports the playhead of whichever element the player has', () => {
    player.beginSource(SOURCE);
    const { media } = player;
    media?.dispatchEvent(new Event('timeupdate'));
    expect(engine().reports).toHaveLength(1);
    player.media = null;
    load();
    media?.dispatchEvent(new Event('timeupdate'));
    expect(engine().reports).toHaveLength(1);
  });

  test('stands aside where there are no Media Source Extensions', () => {
    Reflect.deleteProperty(globalThis, 'MediaSource');
    attach(new FakeDashjsPlayer());
    expect(engine().reasons).toEqual([expect.stringContaining('Media Source Extensions')]);
  });

  test.each([undefined, null, {}, document.createElement('video')])('%p is no player', (value) => {
    expect(() => attach(value as never)).toThrow(/dashjs\.MediaPlayer\(\)\.create\(\)/);
  });
});
