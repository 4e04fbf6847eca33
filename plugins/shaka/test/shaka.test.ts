// The plugin in the real networking of Shaka Player 4 and 5. The engine is FakeConnection.

import type { DeliveredSegment } from '../../../engine/src/index';
import { delivered, FakeConnection, last } from '../../test/fake-connection';
import { createAttach } from '../plugin';
import type { RequestFilter, ShakaRequest } from '../shaka-types';
import { createOldEngine, engineOf, FakeShakaPlayer, PageLoader, RETRY, settle } from './shaka-page';

const SOURCE = 'https://cdn.test/film/master.m3u8';
const SEGMENT_URL = 'https://cdn.test/film/7.m4s';
const MANIFEST = 0;
const SEGMENT = 1;

const connections: FakeConnection[] = [];
const attach = createAttach((options) => {
  const connection = new FakeConnection(options);
  connections.push(connection);
  return connection;
});
const engine = (): FakeConnection => last(connections);
const text = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));

describe.each(['shaka-player', 'shaka-player-4'] as const)('%s', (packageName) => {
  const Engine = engineOf(packageName);
  let loader: PageLoader;
  let player: FakeShakaPlayer;

  beforeEach(() => {
    loader = new PageLoader();
    for (const scheme of ['http', 'https']) Engine.registerScheme(scheme, loader.plugin, 3, true);
    player = new FakeShakaPlayer(Engine);
    attach(player);
  });
  afterEach(() => {
    for (const { handle } of connections) handle.destroy();
    jest.useRealTimers();
  });

  const askForSegment = async (more: Partial<ShakaRequest> = {}, context?: object) => {
    const operation = player.ask(SEGMENT, SEGMENT_URL, more, context);
    await settle();
    return operation;
  };
  const deliver = (segment: DeliveredSegment): void => engine().question.listener.onSuccess(segment);

  test('the engine is asked as the page would have asked, and answers', async () => {
    const operation = await askForSegment({
      headers: { Range: 'bytes=100-299', 'X-Token': 'a' },
      allowCrossSiteCredentials: true,
    });
    expect(engine().question).toMatchObject({
      url: SEGMENT_URL,
      byteRange: { start: 100, end: 300 },
      headers: { 'X-Token': 'a' },
      withCredentials: true,
    });
    expect(engine().question.headers).not.toHaveProperty('Range');
    expect(engine().reports).toHaveLength(1);
    const segment = delivered(200);
    deliver(segment);
    const response = await operation.promise;
    expect(response).toMatchObject({ data: segment.bytes, status: 206, uri: SEGMENT_URL });
    expect(loader.loads).toEqual([]);
  });

  test("the page's filters, earlier and later, decide what is asked; the manifest's URL goes along", async () => {
    const addToken: RequestFilter = (_type, request) => {
      request.headers['X-Token'] = 'b';
      request.uris = request.uris.map((uri) => uri.replace('cdn.test', 'edge.test'));
    };
    player.network.registerRequestFilter(addToken);
    await askForSegment();
    expect(engine().question).toMatchObject({
      url: 'https://edge.test/film/7.m4s',
      listedUrl: SEGMENT_URL,
      headers: { 'X-Token': 'b' },
    });
    await askForSegment({}, { type: 1, segment: { getUris: () => ['https://other.test/7.m4s'] } });
    expect(engine().question.listedUrl).toBe('https://other.test/7.m4s');
  });

  test('what the engine does not take, and all that is no segment, goes to the loader that was there', async () => {
    engine().takesRequests = false;
    await askForSegment();
    engine().takesRequests = true;
    player.ask(MANIFEST, SOURCE);
    player.ask(SEGMENT, SEGMENT_URL, { method: 'HEAD' });
    player.ask(6, 'https://cdn.test/key');
    await settle();
    expect(loader.loads.map(({ uri }) => uri)).toEqual([SEGMENT_URL, SOURCE, SEGMENT_URL, 'https://cdn.test/key']);
    expect(engine().questions).toEqual([]);
  });

  test.each([
    ['availabilityTimeOffset="1.5"', 0],
    ["availabilityTimeOffset='INF'", 0],
    ['availabilityTimeOffset="0.0"', 1],
    ['', 1],
  ])('segments of a manifest with %s that Shaka can play as they come', async (attribute, questionCount) => {
    player.beginLoad(SOURCE);
    await settle();
    loader.answer({ data: text(`<MPD><SegmentTemplate ${attribute}/></MPD>`) });
    await settle();
    await askForSegment({ streamDataCallback: () => Promise.resolve() });
    expect(engine().questions).toHaveLength(questionCount);
    // Shaka has no use for unfinished ones.
    await askForSegment();
    expect(engine().questions).toHaveLength(questionCount + 1);
  });

  test('a player without P2P on the same page has its own way', async () => {
    const other = new FakeShakaPlayer(Engine);
    other.ask(SEGMENT, SEGMENT_URL);
    await settle();
    expect(loader.loads).toHaveLength(1);
    expect(engine().questions).toEqual([]);
  });

  test('waiting for peers is no stall, and the time limits are there again for what comes after', async () => {
    jest.useFakeTimers();
    const isDone = jest.fn();
    const operation = await askForSegment();
    operation.promise.then(isDone, isDone);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(isDone).not.toHaveBeenCalled();
    expect(engine().question.isCancelled).toBe(false);
    deliver(delivered(200));
    const { originalRequest } = await operation.promise;
    expect(originalRequest?.retryParameters).toMatchObject({
      connectionTimeout: RETRY.connectionTimeout,
      stallTimeout: RETRY.stallTimeout,
    });
  });

  test('the estimate hears one sample at the honest rate, however long it took', async () => {
    const operation = await askForSegment();
    engine().question.listener.onProgress(50_000, 100_000);
    deliver(delivered(100_000, 1_000_000));
    await operation.promise;
    expect(player.samples).toEqual([[800, 100_000]]);
  });

  test('and none where no rate is known', async () => {
    const operation = await askForSegment();
    deliver(delivered(100_000, NaN));
    await operation.promise;
    expect(player.samples).toEqual([]);
  });

  test('where the engine has an error, the loader that was there tries', async () => {
    const operation = await askForSegment({ headers: { Range: 'bytes=100-299' } });
    engine().question.listener.onError(undefined as never);
    await settle();
    expect(loader.loads).toMatchObject([{ uri: SEGMENT_URL, request: { headers: { Range: 'bytes=100-299' } } }]);
    const data = new ArrayBuffer(200);
    loader.answer({ data });
    expect((await operation.promise).data).toBe(data);
  });

  test('giving up cancels, at the engine or at the loader', async () => {
    const operation = await askForSegment();
    operation.promise.catch(() => undefined);
    await operation.abort();
    await expect(operation.promise).rejects.toMatchObject({ code: 7001 });
    expect(engine().question.isCancelled).toBe(true);
    const other = await askForSegment();
    engine().question.listener.onError(undefined as never);
    await settle();
    other.promise.catch(() => undefined);
    void other.abort();
    await settle();
    expect(loader.loads).toMatchObject([{ isAborted: true }]);
  });

  describe('the page', () => {
    const load = async (): Promise<void> => {
      new FakeShakaPlayer(Engine).ask(SEGMENT, SEGMENT_URL);
      await settle();
    };

    test('gets its loader back with the last player, also as it was registered', async () => {
      const second = new FakeShakaPlayer(Engine);
      const handle = attach(second);
      const registerScheme = jest.spyOn(Engine, 'registerScheme');
      handle.destroy();
      expect(registerScheme).not.toHaveBeenCalled();
      connections[connections.length - 2]?.handle.destroy();
      const restored = registerScheme.mock.calls.filter(([, plugin]) => plugin === loader.plugin);
      expect(restored).toEqual([
        ['http', loader.plugin, 3, true],
        ['https', loader.plugin, 3, true],
      ]);
      registerScheme.mockRestore();
      await load();
      expect(loader.loads).toHaveLength(1);
    });

    test('may put a loader of its own in the place of ours, which then stays', async () => {
      const later = new PageLoader();
      Engine.registerScheme('https', later.plugin);
      engine().handle.destroy();
      await load();
      expect(later.loads).toHaveLength(1);
    });
  });

  describe('a source', () => {
    test('is opened with its first request, and its manifests are handed over as Shaka reads them', async () => {
      player.network.registerResponseFilter((type, response) => {
        if (type === MANIFEST) response.data = text('#EXTM3U rewritten');
      });
      player.beginLoad(SOURCE);
      await settle();
      expect(engine().calls).toEqual([`openSource ${SOURCE}`]);
      loader.answer({ uri: 'https://edge.test/master.m3u8', data: text('#EXTM3U') });
      await settle();
      expect(engine().manifests).toEqual([
        { url: SOURCE, responseUrl: 'https://edge.test/master.m3u8', text: '#EXTM3U rewritten' },
      ]);
      player.ask(MANIFEST, 'https://cdn.test/film/video.m3u8');
      await settle();
      loader.answer({ data: text('#EXTM3U media') });
      await settle();
      expect(engine().calls.slice(1)).toEqual([
        `addManifest ${SOURCE}`,
        'addManifest https://cdn.test/film/video.m3u8',
      ]);
      player.emit('unloading');
      expect(last(engine().calls)).toBe('closeSource');
      player.beginLoad(SOURCE);
      await settle();
      expect(last(engine().calls)).toBe(`openSource ${SOURCE}`);
    });

    test('that was preloaded is known when it is played, not before', async () => {
      player.beginLoad(SOURCE);
      const next = 'https://cdn.test/next/manifest.mpd';
      player.ask(MANIFEST, next, {}, { type: 4, isPreload: true });
      await settle();
      loader.answer({ data: text('<MPD/>') });
      await settle();
      expect(engine().manifests.map(({ url }) => url)).toEqual([SOURCE]);
      player.emit('unloading');
      player.assetUri = next;
      player.emit('loading');
      await askForSegment();
      expect(engine().calls.slice(-2)).toEqual([`openSource ${next}`, `addManifest ${next}`]);
    });

    test('in pieces: patches of a manifest are not handed over', async () => {
      player.beginLoad(SOURCE);
      player.ask(MANIFEST, 'https://cdn.test/patch', {}, { type: 6 });
      await settle();
      loader.answer({ data: text('<Patch/>') });
      await settle();
      expect(engine().manifests.map(({ url }) => url)).toEqual([SOURCE]);
    });

    test('with an index: it is handed over when Shaka asks for it', async () => {
      engine().takesRequests = false;
      engine().missingIndexes.set(SEGMENT_URL, { start: 800, end: 900 });
      for (const [Range, size] of [
        ['bytes=0-99', 100],
        ['bytes=800-899', 100],
      ] as const) {
        await askForSegment({ headers: { Range } });
        expect(engine().indexes).toEqual([]);
        loader.answer({ data: new Uint8Array(size).fill(size) });
        await settle();
      }
      expect(engine().indexes).toEqual([
        { url: SEGMENT_URL, byteRange: { start: 800, end: 900 }, bytes: new Uint8Array(100).fill(100) },
      ]);
    });

    test.each([
      ['https://cdn.test/film/master.m3u8', 1],
      ['https://cdn.test/stream', 1],
      ['https://cdn.test/film.mp4', 0],
    ])('%s that the browser plays by itself', (url, reasonCount) => {
      player.emit('loading');
      Object.assign(player, { assetUri: url, loadMode: 3 });
      player.emit('loaded');
      expect(engine().reasons).toHaveLength(reasonCount);
    });
  });

  test('a second call gives the same handle and changes options', () => {
    const { handle } = engine();
    const count = connections.length;
    expect(attach(player, { enabled: false })).toBe(handle);
    expect(attach(player)).toBe(handle);
    expect(connections).toHaveLength(count);
    expect(engine().givenOptions).toEqual([undefined, { enabled: false }]);
  });

  test('the end of the handle leaves open requests to the loader, and the player as it was', async () => {
    const operation = await askForSegment();
    const { media } = player;
    engine().handle.destroy();
    expect(Object.keys(player)).not.toContain('destroy');
    expect(engine().question.isCancelled).toBe(true);
    await settle();
    loader.answer({ data: new ArrayBuffer(3) });
    expect((await operation.promise).data).toHaveProperty('byteLength', 3);
    const reportCount = engine().reports.length;
    media?.dispatchEvent(new Event('timeupdate'));
    player.beginLoad(SOURCE);
    await askForSegment();
    expect([engine().reports.length, engine().calls, engine().questions.length]).toEqual([reportCount, [], 1]);
    expect(attach(player)).not.toBe(connections[connections.length - 2]?.handle);
  });

  test('the end of the player ends the session, and asks nobody for what was open', async () => {
    const operation = await askForSegment();
    operation.promise.catch(() => undefined);
    await player.destroy();
    expect(engine().isDestroyed).toBe(true);
    expect(player.isDestroyed).toBe(true);
    expect(engine().question.isCancelled).toBe(true);
    expect(loader.loads).toEqual([]);
    expect(() => attach(player)).toThrow(/destroyed/);
  });

  test('the playhead is reported of whichever element the player has', async () => {
    player.media?.dispatchEvent(new Event('timeupdate'));
    expect(engine().reports).toHaveLength(1);
    const before = player.media;
    player.media = document.createElement('video');
    await askForSegment();
    const count = engine().reports.length;
    before?.dispatchEvent(new Event('timeupdate'));
    expect(engine().reports).toHaveLength(count);
    player.media.dispatchEvent(new Event('timeupdate'));
    expect(engine().reports).toHaveLength(count + 1);
  });
});

test.each([undefined, null, {}, document.createElement('video'), () => undefined])('%p is no player', (value) => {
  expect(() => attach(value as never)).toThrow(/attachShaka\(player, options\), before player\.load\(\)/);
});

describe('networking that does not tell what is registered', () => {
  test('gets a scheme of its own, and whatever the engine does not take is asked for natively', async () => {
    const Old = createOldEngine();
    const loader = new PageLoader();
    for (const scheme of ['http', 'https']) Old.registerScheme(scheme, loader.plugin, 2);
    const player = new FakeShakaPlayer(Old);
    attach(player);
    const operation = player.ask(SEGMENT, SEGMENT_URL);
    expect(engine().question).toMatchObject({ url: SEGMENT_URL, listedUrl: SEGMENT_URL });
    const segment = delivered(10);
    engine().question.listener.onSuccess(segment);
    expect(await operation.promise).toMatchObject({ uri: SEGMENT_URL, data: segment.bytes });
    player.ask(SEGMENT, SEGMENT_URL);
    engine().question.listener.onError(undefined as never);
    engine().takesRequests = false;
    player.ask(SEGMENT, SEGMENT_URL);
    player.ask(MANIFEST, SOURCE);
    expect(loader.loads.map(({ uri }) => uri)).toEqual([SEGMENT_URL, SEGMENT_URL, SOURCE]);
    engine().handle.destroy();
    player.ask(SEGMENT, SEGMENT_URL);
    expect(loader.loads).toHaveLength(4);
  });
});
