import type { P2POptions } from '../../../engine/src/index';
import { FakeConnection, last } from '../../test/fake-connection';
import type { HlsConfig } from '../../hlsjs/hls-types';
import { CONTEXT, FakeLoader, recordedCallbacks } from '../../hlsjs/test/fake-loader';
import type { JwItem, JwPlayer, JwPlayerGlobal, JwProviderClass, JwSource } from '../jw-types';
import { registerJwPlayerOver } from '../register-jwplayer';

const SOURCE = 'https://cdn.test/live/main.m3u8';

let connections: FakeConnection[];
const connect = (options?: P2POptions): FakeConnection => {
  connections.push(new FakeConnection(options));
  return last(connections);
};

const Hls = Object.assign(function () {}, { isSupported: () => true });

/** As much of the global as registration sees. */
function jwWith(providerNames: readonly string[]) {
  const registered: JwProviderClass[] = [];
  const players: JwPlayer[] = [];
  const jwplayer = Object.assign((query: string | number = 0): JwPlayer => players[Number(query)] ?? {}, {
    api: {
      availableProviders: providerNames.map((name) => ({ name })),
      registerProvider: (provider: JwProviderClass) => void registered.push(provider),
    },
  }) as JwPlayerGlobal;
  return { jwplayer, registered, players };
}

beforeEach(() => {
  connections = [];
  FakeLoader.made = [];
  document.body.innerHTML = '';
});
afterEach(() => {
  jest.useRealTimers();
  delete (globalThis as { Hls?: unknown }).Hls;
});

test.each([undefined, null, {}, () => undefined, Object.assign(() => undefined, { api: {} })])(
  'refuses %p',
  (value) => {
    expect(() => registerJwPlayerOver(connect, value as never)).toThrow(/takes the global `jwplayer` of JW Player 8/);
  },
);

describe('a JW Player without HLS', () => {
  test('gets a provider for HLS alone, once', () => {
    const { jwplayer, registered } = jwWith(['html5']);
    const registration = registerJwPlayerOver(connect, jwplayer, { Hls, maxPeers: 4 });
    expect(registerJwPlayerOver(connect, jwplayer, { Hls })).toBe(registration);
    expect(registered).toHaveLength(1);
    const { supports } = { supports: registered[0]!.supports };
    const isOurs = (source: JwSource): boolean => supports.call(undefined, source);
    expect([{ type: 'hls' }, { file: 'x.m3u8?a' }, { type: 'mp4', file: 'x.m3u8' }, {}].map(isOurs)).toEqual([
      ...[true, true, false, false],
    ]);
    expect(registered[0]!.getName()).toEqual({ name: 'p2pmedialoader' });
    const provider = new registered[0]!('one', { p2pMediaLoader: { maxPeers: 9 } }, document.createElement('video'));
    expect(last(connections).givenOptions).toEqual([{ maxPeers: 9 }]);
    expect(registration.handle('one')).toBe(last(connections).handle);
    (provider as { destroy(): void }).destroy();
    expect([last(connections).isDestroyed, registration.handle('one')]).toEqual([true, undefined]);
  });

  test('needs hls.js', () => {
    const { jwplayer } = jwWith(['html5']);
    expect(() => registerJwPlayerOver(connect, jwplayer)).toThrow(/hls\.js is needed/);
    Object.assign(globalThis, { Hls });
    expect(() => registerJwPlayerOver(connect, jwplayer)).not.toThrow();
  });
});

describe('a JW Player with HLS', () => {
  type Loaders = Required<Pick<HlsConfig, 'fLoader' | 'pLoader'>>;

  function setUp(defaults?: Record<string, unknown>) {
    const { jwplayer, registered, players } = jwWith(['hlsjs', 'html5']);
    if (defaults) jwplayer.defaults = defaults;
    const registration = registerJwPlayerOver(connect, jwplayer, { maxPeers: 4 });
    const loaders = jwplayer.defaults!['hlsjsConfig'] as Loaders & Record<string, unknown>;
    /** JW makes an instance with a config of its own. */
    const play = (url: string) => {
      const config: HlsConfig = { loader: FakeLoader, ...loaders };
      const playlist = new loaders.pLoader(config);
      playlist.load({ url, type: 'manifest' }, {}, recordedCallbacks().callbacks);
      const request = () => new loaders.fLoader(config).load(CONTEXT, {}, recordedCallbacks().callbacks);
      request();
      return { config, request };
    };
    return { jwplayer, registered, players, registration, loaders, play };
  }

  function playerWith(id: string, file: string) {
    const container = document.createElement('div');
    const video = document.createElement('video');
    video.src = 'blob:https://page.test/1';
    container.append(video);
    document.body.append(container);
    const listeners = new Map<string, (event: { item?: JwItem }) => void>();
    const item: JwItem = { file, sources: [{ file, type: 'hls' }] };
    const player: JwPlayer = {
      id,
      getContainer: () => container,
      getPlaylistItem: () => item,
      on: (event, listener) => void listeners.set(event, listener),
    };
    return { player, video, emit: (event: string, data: { item?: JwItem } = {}) => listeners.get(event)?.(data) };
  }

  test('takes the loaders from its defaults, beside what is there', () => {
    const { registered, loaders } = setUp({ width: 5, hlsjsConfig: { liveSyncDurationCount: 3 } });
    expect(registered).toEqual([]);
    expect(loaders).toMatchObject({
      liveSyncDurationCount: 3,
      fLoader: expect.any(Function),
      pLoader: expect.any(Function),
    });
    expect(connections).toEqual([]);
  });

  test('each instance is a session, and its player is found by what it plays', () => {
    const { players, registration, play } = setUp();
    const other = playerWith('other', 'https://cdn.test/other.m3u8');
    const own = playerWith('own', SOURCE);
    players.push(other.player, own.player);
    play(SOURCE);
    expect(connections.map(({ givenOptions }) => givenOptions)).toEqual([[{ maxPeers: 4 }]]);
    expect([registration.handle('own'), registration.handle('other')]).toEqual([last(connections).handle, undefined]);
    expect(last(connections).calls).toEqual([`openSource ${SOURCE}`]);
    expect(last(connections).question.url).toBe(CONTEXT.url);
    own.video.dispatchEvent(new Event('timeupdate'));
    expect(last(connections).reports.length).toBeGreaterThan(0);
    own.emit('remove');
    expect([last(connections).isDestroyed, registration.handle('own')]).toEqual([true, undefined]);
  });

  test('the next item ends the session of the one before', () => {
    const { players, play } = setUp();
    const own = playerWith('own', SOURCE);
    players.push(own.player);
    play(SOURCE);
    own.emit('playlistItem', { item: { sources: [{ file: SOURCE }] } });
    expect(last(connections).isDestroyed).toBe(false);
    own.emit('playlistItem', { item: { sources: [{ file: 'https://cdn.test/next.m3u8' }] } });
    expect(last(connections).isDestroyed).toBe(true);
  });

  test('a session whose player has gone without a word ends, one that is paused stays', () => {
    jest.useFakeTimers();
    const { players, play } = setUp();
    const own = playerWith('own', SOURCE);
    players.push(own.player);
    play(SOURCE);
    jest.advanceTimersByTime(10 * 60_000);
    expect(last(connections).isDestroyed).toBe(false);
    own.video.remove();
    jest.advanceTimersByTime(60_000);
    expect(last(connections).isDestroyed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a session that the page ended leaves the instance to itself', () => {
    const { players, registration, play } = setUp();
    players.push(playerWith('own', SOURCE).player);
    const { request } = play(SOURCE);
    registration.handle('own')!.destroy();
    request();
    expect(connections).toHaveLength(1);
    expect(last(FakeLoader.made).calls).toEqual([`load ${CONTEXT.url}`]);
  });
});
