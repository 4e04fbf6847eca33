import { P2PError } from '../../../engine/src/base/p2p-error';
import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import { registerPlugin } from '../plugin';
import { SegmentXhr } from '../segment-xhr';
import { delivered, FakeConnection, last } from '../../test/fake-connection';
import { lastNative, nativeRequests } from './fake-native-xhr';
import {
  createPlayer,
  createPlayingPlayer,
  HLS,
  MEDIA,
  MULTIVARIANT,
  page,
  SEGMENT,
  setUpPage,
  SOURCE_URL,
  type TestPlayer,
  until,
  vhsOf,
} from './vhs-page';

// The engine is FakeConnection here.

type Player = TestPlayer & { p2pMediaLoader(options?: P2POptions): SessionHandle };

const OTHER_URL = 'https://cdn.test/other/main.m3u8';
const MEDIA_URL = 'https://cdn.test/live/low.m3u8';

let connections: FakeConnection[];
let connect: jest.MockedFunction<(options?: P2POptions) => FakeConnection>;
let players: TestPlayer[];

beforeAll(() => {
  setUpPage();
  connect = jest.fn();
  registerPlugin(page, connect);
});

beforeEach(() => {
  connections = [];
  players = [];
  connect.mockReset().mockImplementation((options) => {
    const connection = new FakeConnection(options);
    connections.push(connection);
    return connection;
  });
});

afterEach(() => {
  for (const player of players) if (!player.isDisposed()) player.dispose();
});

const engine = (): FakeConnection => last(connections);
const asPlayer = (player: TestPlayer): Player => {
  players.push(player);
  return player as Player;
};
const newPlayer = (options?: object): Player => asPlayer(createPlayer(options));
const playingPlayer = async (options?: object): Promise<Player> => asPlayer(await createPlayingPlayer(options));

/** Lets VHS load the multivariant playlist and the one media playlist in it. */
async function loadPlaylists(): Promise<void> {
  lastNative().answer(200, MULTIVARIANT);
  await until(() => nativeRequests.length > 1);
  lastNative().answer(200, MEDIA);
}

const segmentRequest = (player: Player, more: object = {}): SegmentXhr =>
  vhsOf(player).xhr({ ...SEGMENT, ...more }, jest.fn()) as unknown as SegmentXhr;

function reasonOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof P2PError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('player.p2pMediaLoader()', () => {
  test('starts a session, and gives its handle from then on', () => {
    const player = newPlayer();
    const options = { swarmId: 'a' };
    const handle = player.p2pMediaLoader(options);
    expect(handle).toBe(engine().handle);
    expect(player.p2pMediaLoader()).toBe(handle);
    expect(connect.mock.calls).toEqual([[options]]);
  });

  test('with options again changes them', () => {
    const player = newPlayer();
    const handle = player.p2pMediaLoader();
    expect(player.p2pMediaLoader({ maxPeers: 3 })).toBe(handle);
    expect(engine().givenOptions).toEqual([undefined, { maxPeers: 3 }]);
  });

  test('starts anew after the handle was destroyed', async () => {
    const player = await playingPlayer();
    const first = player.p2pMediaLoader();
    first.destroy();
    expect(player.p2pMediaLoader()).not.toBe(first);
    expect(connections.map(({ calls }) => calls)).toEqual([[`openSource ${SOURCE_URL}`], [`openSource ${SOURCE_URL}`]]);
  });

  test('lets the error of a bad option through, and can be called again', () => {
    const player = newPlayer();
    connect.mockImplementationOnce(() => {
      throw P2PError.invalidOption('maxPeers', -1, 'a whole number from 1 on');
    });
    expect(reasonOf(() => player.p2pMediaLoader({ maxPeers: -1 }))).toBe('invalid-option');
    expect(player.p2pMediaLoader()).toBe(engine().handle);
  });

  test('is also an option of the player', async () => {
    const player = await playingPlayer({ plugins: { p2pMediaLoader: { maxPeers: 3 } } });
    expect(player.p2pMediaLoader()).toBe(engine().handle);
    expect(engine().givenOptions).toEqual([{ maxPeers: 3 }]);
    expect(engine().calls).toEqual([`openSource ${SOURCE_URL}`]);
  });

  test('refuses a player that was disposed of, at once and later', async () => {
    const player = newPlayer();
    player.dispose();
    expect(reasonOf(() => player.p2pMediaLoader())).toBe('invalid-call');
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(reasonOf(() => player.p2pMediaLoader())).toBe('invalid-call');
  });

  test('refuses what is no player', () => {
    const { p2pMediaLoader } = newPlayer();
    expect(reasonOf(() => p2pMediaLoader.call({}))).toBe('invalid-call');
    expect(reasonOf(() => p2pMediaLoader.call(undefined))).toBe('invalid-call');
  });
});

describe('registerPlugin', () => {
  test('a second time, as from another bundle, changes nothing', async () => {
    const { handleSource } = page.VhsSourceHandler!;
    const other = jest.fn();
    registerPlugin(page, other);
    expect(page.VhsSourceHandler!.handleSource).toBe(handleSource);
    newPlayer().p2pMediaLoader();
    expect(other).not.toHaveBeenCalled();
  });

  test.each([undefined, null, {}, 'videojs'])('refuses %p for videojs', (value) => {
    expect(reasonOf(() => registerPlugin(value as typeof page, connect))).toBe('invalid-call');
  });
});

describe('the engine hears', () => {
  test('source, multivariant playlist and media playlist, in this order, when called before the source is set', async () => {
    const player = newPlayer();
    player.p2pMediaLoader();
    player.src({ src: SOURCE_URL, type: HLS });
    await until(() => nativeRequests.length > 0);
    await loadPlaylists();
    expect(engine().calls).toEqual([
      `openSource ${SOURCE_URL}`,
      `addManifest ${SOURCE_URL}`,
      `addManifest ${MEDIA_URL}`,
    ]);
    expect(engine().manifests[1]).toEqual({ url: MEDIA_URL, text: MEDIA });
  });

  test('the same when called while the multivariant playlist is on its way', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    await loadPlaylists();
    expect(engine().calls).toEqual([
      `openSource ${SOURCE_URL}`,
      `addManifest ${SOURCE_URL}`,
      `addManifest ${MEDIA_URL}`,
    ]);
  });

  test('the same when called long after, without a request more', async () => {
    const player = await playingPlayer();
    await loadPlaylists();
    const requestCount = nativeRequests.length;
    player.p2pMediaLoader();
    expect(engine().calls).toEqual([
      `openSource ${SOURCE_URL}`,
      `addManifest ${SOURCE_URL}`,
      `addManifest ${MEDIA_URL}`,
    ]);
    expect(nativeRequests).toHaveLength(requestCount);
  });

  test('the same when the source is in the markup', async () => {
    document.body.innerHTML = `<video id="markup"><source src="${SOURCE_URL}" type="${HLS}"></video>`;
    nativeRequests.length = 0;
    asPlayer(page('markup', {})).p2pMediaLoader();
    await until(() => nativeRequests.length > 0);
    await loadPlaylists();
    expect(engine().calls).toEqual([
      `openSource ${SOURCE_URL}`,
      `addManifest ${SOURCE_URL}`,
      `addManifest ${MEDIA_URL}`,
    ]);
  });

  test('where the player is, and right before each request', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    for (const event of ['timeupdate', 'seeking', 'seeked', 'play', 'pause', 'ratechange', 'waiting', 'progress']) {
      player.trigger(event);
    }
    expect(engine().reports).toHaveLength(8);
    expect(engine().reports[0]).toEqual({ playheadSeconds: 0, bufferAheadSeconds: 0, rate: 1, isPaused: true });
    segmentRequest(player);
    expect(engine().reports).toHaveLength(9);
  });
});

describe('segments', () => {
  test('come from the engine, without the time limit of VHS', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    const requestCount = nativeRequests.length;
    const request = segmentRequest(player);
    expect(request).toBeInstanceOf(SegmentXhr);
    expect(request.timeout).toBe(SEGMENT.timeout);
    engine().question.listener.onSuccess(delivered(100, 3_000_000));
    expect(request).toMatchObject({ bandwidth: 3_000_000, bytesReceived: 100, status: 200 });
    expect(nativeRequests).toHaveLength(requestCount);
  });

  // VHS may ask for nothing more, ever, once its own time limit has expired.
  test('may take longer than the time limit of VHS', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    jest.useFakeTimers();
    try {
      segmentRequest(player);
      jest.advanceTimersByTime(10 * SEGMENT.timeout!);
    } finally {
      jest.useRealTimers();
    }
    expect(engine().question.isCancelled).toBe(false);
  });

  test('are asked for as the hooks of the page leave them', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    vhsOf(player).xhr.onRequest((options) => ({
      ...options,
      uri: `${options.uri}?token=1`,
      headers: { ...options.headers, Authorization: 'token' },
    }));
    segmentRequest(player, { headers: { Range: 'bytes=0-9' } });
    expect(engine().question).toMatchObject({
      url: `${SEGMENT.uri}?token=1`,
      listedUrl: SEGMENT.uri,
      headers: { Authorization: 'token' },
      byteRange: { start: 0, end: 10 },
    });
  });

  test.each(['segment-key', 'segment-media-initialization', 'hls-playlist'])('are not: %s', async (requestType) => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    const request = segmentRequest(player, { requestType });
    expect(request).toBe(lastNative());
    expect(engine().questions).toEqual([]);
  });

  // P2P ends, playback does not.
  test('under way when the handle is destroyed are asked for natively', async () => {
    const player = await playingPlayer();
    const handle = player.p2pMediaLoader();
    const callback = jest.fn();
    vhsOf(player).xhr(SEGMENT, callback);
    handle.destroy();
    expect(engine().question.isCancelled).toBe(true);
    expect(lastNative()).toMatchObject({ address: SEGMENT.uri, timeout: SEGMENT.timeout });
    lastNative().answer(200, new ArrayBuffer(10));
    expect(callback).toHaveBeenCalledTimes(1);
    expect(segmentRequest(player)).toBe(lastNative());
  });
});

describe('a change of source', () => {
  test('installs the hooks on the new VHS, and closes nothing in between', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    const oldVhs = vhsOf(player);
    player.src({ src: OTHER_URL, type: HLS });
    await until(() => lastNative().address === OTHER_URL);
    await Promise.resolve();
    expect(vhsOf(player)).not.toBe(oldVhs);
    expect(oldVhs.xhr._requestCallbackSet).toBeUndefined();
    expect(engine().calls).toEqual([`openSource ${SOURCE_URL}`, `openSource ${OTHER_URL}`]);
    expect(segmentRequest(player)).toBeInstanceOf(SegmentXhr);
  });

  test('aborts what the engine was asked for the old one', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    segmentRequest(player);
    player.src({ src: OTHER_URL, type: HLS });
    await until(() => engine().question.isCancelled);
    expect(nativeRequests.some(({ address }) => address === SEGMENT.uri)).toBe(false);
  });

  test.each<[string, (player: Player) => void]>([
    ['a file', (player) => player.src({ src: 'https://cdn.test/film.mp4', type: 'video/mp4' })],
    ['nothing', (player) => player.reset()],
  ])('to %s closes the source once', async (_case, change) => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    change(player);
    await until(() => engine().calls.includes('closeSource'));
    await Promise.resolve();
    expect(engine().calls).toEqual([`openSource ${SOURCE_URL}`, 'closeSource']);
    expect(engine().isDestroyed).toBe(false);
  });

  test('may go from HLS to DASH and back', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    const mpdUrl = 'https://cdn.test/main.mpd';
    player.src({ src: mpdUrl, type: 'application/dash+xml' });
    await until(() => lastNative().address === mpdUrl);
    player.src({ src: SOURCE_URL, type: HLS });
    await until(() => lastNative().address === SOURCE_URL);
    expect(engine().calls).toEqual([SOURCE_URL, mpdUrl, SOURCE_URL].map((url) => `openSource ${url}`));
  });
});

describe('without VHS', () => {
  const withoutVhs = (player: Player, source: object): void => {
    Object.assign(player, {
      tech: () => ({ currentSrc: () => SOURCE_URL }),
      currentSource: () => source,
    });
  };

  test('the plugin stands aside when the browser plays HLS by itself', () => {
    const player = newPlayer();
    player.p2pMediaLoader();
    withoutVhs(player, { src: SOURCE_URL, type: HLS });
    player.trigger('loadstart');
    expect(engine().reasons).toEqual([expect.stringContaining('VHS')]);
  });

  test('also when it does already', () => {
    const player = newPlayer();
    withoutVhs(player, { src: SOURCE_URL, type: HLS });
    player.p2pMediaLoader();
    expect(engine().reasons).toHaveLength(1);
  });

  test('also when nothing can play it', () => {
    const player = newPlayer();
    player.p2pMediaLoader();
    withoutVhs(player, { src: SOURCE_URL, type: HLS });
    Object.assign(player, { error: () => ({ code: 4 }) });
    player.trigger('error');
    expect(engine().reasons).toHaveLength(1);
  });

  test('a file is no reason to say so', () => {
    const player = newPlayer();
    player.p2pMediaLoader();
    withoutVhs(player, { src: 'https://cdn.test/film.mp4', type: 'video/mp4' });
    player.trigger('loadstart');
    expect(engine().reasons).toEqual([]);
  });

  test('nor is a source that VHS is about to begin', async () => {
    const player = newPlayer({ sources: [{ src: SOURCE_URL, type: HLS }] });
    player.p2pMediaLoader();
    await until(() => nativeRequests.length > 0);
    player.trigger('loadstart');
    expect(engine().reasons).toEqual([]);
  });
});

describe('player.dispose()', () => {
  test('destroys the session and removes every hook', async () => {
    const player = await playingPlayer();
    player.p2pMediaLoader();
    const { xhr } = vhsOf(player);
    segmentRequest(player);
    player.dispose();
    expect(engine().isDestroyed).toBe(true);
    expect(engine().question.isCancelled).toBe(true);
    expect(xhr._requestCallbackSet).toBeUndefined();
    expect(xhr._responseCallbackSet).toBeUndefined();
    expect(nativeRequests.some(({ address }) => address === SEGMENT.uri)).toBe(false);
    await Promise.resolve();
    expect(engine().calls).toEqual([`openSource ${SOURCE_URL}`]);
  });

  test('is not waited for when the handle was destroyed: no listener is left', async () => {
    const player = await playingPlayer();
    const added: unknown[] = [];
    const on = player.on.bind(player);
    player.on = (type, listener) => {
      added.push([type, listener]);
      on(type, listener);
    };
    const off = jest.spyOn(player, 'off');
    player.p2pMediaLoader().destroy();
    expect(off.mock.calls).toEqual(added);
    player.trigger('timeupdate');
    expect(engine().reports).toEqual([]);
    expect(vhsOf(player).xhr._requestCallbackSet).toBeUndefined();
  });
});
