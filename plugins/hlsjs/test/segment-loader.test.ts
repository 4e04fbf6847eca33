import { delivered, FakeConnection } from '../../test/fake-connection';
import { P2PError } from '../../../engine/src/index';
import { HlsSession } from '../hls-session';
import type { HlsConfig, LoaderContext } from '../hls-types';
import { segmentLoaderFor } from '../segment-loader';
import { CONTEXT, FakeLoader, recordedCallbacks } from './fake-loader';

const failure = P2PError.httpFailed('x', 'gone');

function setUp(changes: Partial<HlsConfig> = {}) {
  const engine = new FakeConnection();
  const session = new HlsSession(engine);
  const config: HlsConfig = { loader: FakeLoader, ...changes };
  const loader = new (segmentLoaderFor(() => session))(config);
  const { calls, callbacks } = recordedCallbacks();
  return {
    engine,
    session,
    loader,
    calls,
    load: (context: LoaderContext = CONTEXT) => loader.load(context, {}, callbacks),
  };
}

beforeEach(() => {
  FakeLoader.made = [];
  jest.useFakeTimers({ now: 0 });
});
afterEach(() => jest.useRealTimers());

test('the engine answers: the bytes go to onProgress and to onSuccess, with the statistics of the start', () => {
  const { engine, loader, calls, load } = setUp();
  const { stats } = loader;
  load();
  expect(engine.question).toMatchObject({
    url: CONTEXT.url,
    listedUrl: CONTEXT.url,
    headers: {},
    withCredentials: false,
  });
  jest.advanceTimersByTime(3_000);
  const segment = delivered(1_000_000, 4_000_000);
  engine.question.listener.onSuccess(segment);
  expect(calls).toEqual([
    ['onProgress', stats, CONTEXT, segment.bytes, null],
    ['onSuccess', { url: CONTEXT.url, data: segment.bytes, code: 200 }, stats, CONTEXT, null],
  ]);
  // 1 MB at 4 Mb/s are two seconds, for hls.js 1 and for 0.x.
  expect(stats).toMatchObject({ loaded: 1_000_000, total: 1_000_000, aborted: false, trequest: 1_000, tload: 3_000 });
  expect(stats!.loading).toMatchObject({ start: 1_000, first: 1_001, end: 3_000 });
  loader.destroy();
  expect(stats!.aborted).toBe(false);
  expect(engine.question.isCancelled).toBe(false);
  expect(FakeLoader.made).toEqual([]);
});

test('a byte range is asked for as such', () => {
  const { engine, load } = setUp();
  load({ ...CONTEXT, rangeStart: 100, rangeEnd: 300 });
  expect(engine.question.byteRange).toEqual({ start: 100, end: 300 });
});

test.each<[string, LoaderContext]>([
  ['an initialization segment', { ...CONTEXT, frag: { sn: 'initSegment', type: 'main' } }],
  ['a subtitle', { ...CONTEXT, frag: { sn: 7, type: 'subtitle' } }],
  ['a part', { ...CONTEXT, part: {} }],
  ['a key', { url: 'https://cdn.test/key' }],
])('%s is the own business of the player', (_what, context) => {
  const { engine, load } = setUp();
  load(context);
  expect(engine.questions).toEqual([]);
  expect(FakeLoader.made[0]!.context).toBe(context);
});

test('what the engine does not know, or cannot get, the own loader loads with the same statistics and callbacks', () => {
  for (const isRefused of [true, false]) {
    const { engine, loader, load, calls } = setUp();
    const { stats } = loader;
    engine.takesRequests = !isRefused;
    load();
    if (!isRefused) engine.question.listener.onError(failure);
    const own = FakeLoader.made.at(-1)!;
    expect(own.calls).toEqual([`load ${CONTEXT.url}`]);
    expect(own.stats).toBe(stats);
    expect(stats!.loading.start).toBe(5);
    own.callbacks!.onSuccess({ url: '', data: new ArrayBuffer(1) }, own.stats!, CONTEXT, 'xhr');
    expect(calls.map(([name]) => name)).toEqual(['onSuccess']);
    expect(loader.getCacheAge!()).toBe(3);
    expect(loader.getResponseHeader!('age')).toBe('the age');
    loader.destroy();
    expect(loader.stats).toBe(stats);
  }
});

test('hls.js 0.x, whose loaders make statistics when they load, sees them as well', () => {
  class OldLoader extends FakeLoader {
    override load(): void {
      const fresh = { trequest: 9, retry: 0 };
      Object.assign(this, { stats: fresh });
      Object.assign(this.stats!, { tfirst: 12, loaded: 40 });
    }
  }
  const { engine, loader, load } = setUp({ loader: OldLoader });
  engine.takesRequests = false;
  load();
  expect(loader.stats).toMatchObject({ trequest: 9, tfirst: 12, loaded: 40 });
});

test('abort() cancels and says so once; destroy() cancels without a word', () => {
  const { engine, loader, load, calls } = setUp();
  load();
  loader.abort();
  loader.destroy();
  expect(engine.question.isCancelled).toBe(true);
  expect(calls).toEqual([['onAbort', loader.stats, CONTEXT, null]]);
  expect(loader.stats!.aborted).toBe(true);
  engine.question.listener.onSuccess(delivered(10));
  expect(calls).toHaveLength(1);

  const other = setUp();
  other.load();
  other.loader.destroy();
  expect(other.engine.question.isCancelled).toBe(true);
  expect(other.calls).toEqual([]);
});

test('abort() and destroy() reach the own loader once it has taken over', () => {
  const { engine, loader, load } = setUp();
  engine.takesRequests = false;
  load();
  loader.abort();
  loader.destroy();
  expect(FakeLoader.made[0]!.calls).toEqual([`load ${CONTEXT.url}`, 'abort', 'destroy']);
});

test('when the session ends, what it has not answered goes to the own loader', () => {
  const { engine, load } = setUp();
  load();
  engine.handle.destroy();
  expect(engine.question.isCancelled).toBe(true);
  expect(FakeLoader.made[0]!.calls).toEqual([`load ${CONTEXT.url}`]);
});

test('without a session the own loader loads', () => {
  const loader = new (segmentLoaderFor(() => undefined, FakeLoader))({ loader: FakeLoader });
  loader.load(CONTEXT, {}, recordedCallbacks().callbacks);
  expect(FakeLoader.made[0]!.calls).toEqual([`load ${CONTEXT.url}`]);
});

describe('while it waits', () => {
  const mediaWith = (bufferedTo: number): HTMLMediaElement => {
    const media = document.createElement('video');
    Object.defineProperty(media, 'buffered', { value: { length: 1, start: () => 0, end: () => bufferedTo } });
    return media;
  };

  test('with a comfortable buffer the request seems to have just begun, and shows no bytes', () => {
    const { engine, session, loader, load } = setUp();
    session.setMedia(mediaWith(20));
    load();
    jest.advanceTimersByTime(2_000);
    engine.question.listener.onProgress(1_000, 100_000);
    expect(loader.stats).toMatchObject({ loaded: 0, loading: { start: 2_000 } });
  });

  test('with a short one it shows the rate from then on', () => {
    const { engine, session, loader, load } = setUp();
    session.setMedia(mediaWith(3));
    load();
    jest.advanceTimersByTime(1_000);
    expect(loader.stats!.loading.start).toBe(0);
    engine.question.listener.onProgress(10_000, 100_000);
    jest.advanceTimersByTime(1_000);
    engine.question.listener.onProgress(20_000, 100_000);
    const { loaded, total, loading } = loader.stats!;
    expect({ loaded, total }).toEqual({ loaded: 20_000, total: 100_000 });
    // 10,000 bytes in the last second, not 20,000 in two.
    expect((loaded / (2_000 - loading.start)) * 1_000).toBeCloseTo(10_000);
  });
});

describe("the page's own xhrSetup", () => {
  const asked = async (xhrSetup: NonNullable<HlsConfig['xhrSetup']>) => {
    const { engine, load } = setUp({ xhrSetup });
    load({ ...CONTEXT, headers: { 'X-Player': 'p' } });
    expect(engine.questions).toEqual([]);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    return engine.questions[0];
  };

  test('sets headers, credentials and the URL', async () => {
    const question = await asked((xhr, url) => {
      xhr.open('GET', `${url}?token=1`, true);
      xhr.setRequestHeader('X-Page', '1');
      xhr.withCredentials = true;
    });
    expect(question).toMatchObject({
      url: `${CONTEXT.url}?token=1`,
      listedUrl: CONTEXT.url,
      headers: { 'X-Player': 'p', 'X-Page': '1' },
      withCredentials: true,
    });
  });

  test('that sets headers at once is called again with an open request', async () => {
    const setUpRequest = jest.fn((xhr: XMLHttpRequest) => xhr.setRequestHeader('X-Page', '1'));
    expect((await asked(setUpRequest))?.headers).toEqual({ 'X-Player': 'p', 'X-Page': '1' });
    expect(setUpRequest).toHaveBeenCalledTimes(2);
  });

  test('may take its time', async () => {
    expect(await asked(async (xhr) => void (await Promise.resolve(), (xhr.withCredentials = true)))).toMatchObject({
      withCredentials: true,
    });
  });

  test.each<[string, NonNullable<HlsConfig['xhrSetup']>]>([
    ['listens to the request', (xhr) => xhr.addEventListener('load', () => undefined)],
    ['posts', (xhr) => xhr.open('POST', '/x')],
    ['logs in', (xhr) => xhr.open('GET', '/x', true, 'me', 'secret')],
    ['goes elsewhere than HTTP', (xhr) => xhr.open('GET', 'blob:x')],
  ])('that %s gets a real one', async (_what, xhrSetup) => {
    expect(await asked(xhrSetup)).toBeUndefined();
    expect(FakeLoader.made[0]!.calls).toEqual([`load ${CONTEXT.url}`]);
  });

  test('and a request that is given up meanwhile is not made', async () => {
    const { engine, loader, load } = setUp({ xhrSetup: () => undefined });
    load();
    loader.destroy();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect([engine.questions, FakeLoader.made]).toEqual([[], []]);
  });
});
