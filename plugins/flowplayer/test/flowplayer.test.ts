import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import { FakeConnection, last } from '../../test/fake-connection';
import type { HlsConfig, HlsInstance, HlsListener } from '../../hlsjs/hls-types';
import { FakeLoader } from '../../hlsjs/test/fake-loader';
import { FlowplayerPlugin, startFlowplayer3 } from '../flowplayer-plugin';
import type { Flowplayer3Player, Flowplayer7, Flowplayer7Hls, Flowplayer7Player } from '../flowplayer-types';
import { registerFlowplayerOver } from '../register-flowplayer';

let connections: FakeConnection[];
const connect = (options?: P2POptions): FakeConnection => {
  connections.push(new FakeConnection(options));
  return last(connections);
};
const engine = (): FakeConnection => last(connections);

beforeEach(() => {
  connections = [];
});

class FakeHls implements HlsInstance {
  readonly config: HlsConfig = { loader: FakeLoader };
  readonly url = null;
  readonly media = null;
  readonly #listeners = new Map<string, Set<HlsListener>>();
  loadSource(): void {}
  on(event: string, listener: HlsListener): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }
  off(event: string, listener: HlsListener): void {
    this.#listeners.get(event)?.delete(listener);
  }
  destroy(): void {
    for (const listener of [...(this.#listeners.get('hlsDestroying') ?? [])]) listener('hlsDestroying', {} as never);
  }
  get isOurs(): boolean {
    return this.config.fLoader !== undefined && this.config.pLoader !== undefined;
  }
}

describe('Flowplayer 7', () => {
  type Mutable = { -readonly [Key in keyof Flowplayer7Player]: Flowplayer7Player[Key] };

  /** As much of Flowplayer 7 as the plugin sees. */
  function fakeFlowplayer() {
    const extensions: ((player: Flowplayer7Player) => void)[] = [];
    const listeners: ((made: Flowplayer7Hls) => void)[] = [];
    const flowplayer = Object.assign(
      (extension: (player: Flowplayer7Player) => void) => void extensions.push(extension),
      {
        engine: (name: string) =>
          name === 'hlsjs-lite'
            ? { plugin: (listener: (made: Flowplayer7Hls) => void) => void listeners.push(listener) }
            : undefined,
      },
    ) as Flowplayer7;
    const make = (own?: P2POptions) => {
      const events = new Map<string, () => void>();
      const player: Mutable = {
        conf: { ...(own && { p2pMediaLoader: own }) },
        on: (event, listener) => void events.set(event, listener),
      };
      for (const extension of extensions) extension(player);
      const play = (hls: HlsInstance): void => {
        for (const listener of listeners) listener({ hls, player });
      };
      return { player, play, trigger: (event: string) => events.get(event)?.() };
    };
    return { flowplayer, make, extensions, listeners };
  }

  test('each instance of hls.js that a player makes loads through its one session', async () => {
    const { flowplayer, make } = fakeFlowplayer();
    registerFlowplayerOver(connect, flowplayer, { maxPeers: 3, memoryLimitBytes: 50_000_000 });
    const { player, play, trigger } = make({ maxPeers: 9 });
    expect(connections).toEqual([]);
    const [first, next] = [new FakeHls(), new FakeHls()];
    play(first);
    expect(engine().givenOptions).toEqual([{ maxPeers: 9, memoryLimitBytes: 50_000_000 }]);
    expect(first.isOurs).toBe(true);
    first.destroy();
    await Promise.resolve();
    expect([first.isOurs, engine().calls]).toEqual([false, ['closeSource']]);
    play(next);
    expect([next.isOurs, connections.length]).toEqual([true, 1]);
    expect(player.p2pMediaLoader!()).toBe(engine().handle);
    player.p2pMediaLoader!({ maxPeers: 4 });
    expect(engine().givenOptions.at(-1)).toEqual({ maxPeers: 4 });
    trigger('shutdown');
    expect([engine().isDestroyed, next.isOurs]).toEqual([true, false]);
  });

  test('after the page ended the session the player plays by itself, until the page asks for the handle', () => {
    const { flowplayer, make } = fakeFlowplayer();
    registerFlowplayerOver(connect, flowplayer, { maxPeers: 3 });
    const { player, play } = make();
    play(new FakeHls());
    const ended = player.p2pMediaLoader!();
    ended.destroy();
    const next = new FakeHls();
    play(next);
    expect([connections.length, next.isOurs]).toEqual([1, false]);
    expect(player.p2pMediaLoader!({ maxPeers: 4 })).not.toBe(ended);
    expect([connections.length, next.isOurs]).toEqual([2, true]);
    expect(engine().givenOptions).toEqual([{ maxPeers: 4 }]);
  });

  test('a session that begins after hls.js was destroyed waits for the next instance', () => {
    const { flowplayer, make } = fakeFlowplayer();
    registerFlowplayerOver(connect, flowplayer);
    const { player, play } = make();
    const first = new FakeHls();
    play(first);
    player.p2pMediaLoader!().destroy();
    first.destroy();
    player.p2pMediaLoader!();
    expect([connections.length, first.isOurs]).toEqual([2, false]);
  });

  test('players share nothing but the page', () => {
    const { flowplayer, make } = fakeFlowplayer();
    registerFlowplayerOver(connect, flowplayer);
    registerFlowplayerOver(connect, flowplayer);
    const [a, b] = [make(), make()];
    a.play(new FakeHls());
    b.play(new FakeHls());
    expect(connections).toHaveLength(2);
    a.trigger('shutdown');
    expect(connections.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
  });

  test.each([
    ['video/mp4', 'film.mp4', 'html5', 0],
    ['application/x-mpegurl', 'live.m3u8', 'html5', 1],
    ['application/x-mpegurl', 'live.m3u8', 'hlsjs-lite', 0],
    [undefined, 'live.m3u8?x=1', 'html5', 1],
  ])('%s %s played by %s: it stands aside %i times', (type, src, engineName, count) => {
    const { flowplayer, make } = fakeFlowplayer();
    registerFlowplayerOver(connect, flowplayer);
    const { player, trigger } = make();
    Object.assign(player, { engine: { engineName }, video: { src, ...(type && { type }) } });
    trigger('ready');
    expect(connections.flatMap(({ reasons }) => reasons)).toHaveLength(count);
  });

  test.each<[unknown, RegExp]>([
    [undefined, /takes the function `flowplayer` of Flowplayer 7/],
    [{}, /takes the function `flowplayer` of Flowplayer 7/],
    [() => undefined, /with Flowplayer 3: flowplayer\(FlowplayerPlugin\)/],
    [Object.assign(() => undefined, { engine: () => undefined }), /has no engine hlsjs-lite/],
  ])('refuses %p', (value, message) => {
    expect(() => registerFlowplayerOver(connect, value as Flowplayer7)).toThrow(message);
  });
});

describe('Flowplayer 3', () => {
  function fakePlayer() {
    const video = document.createElement('video') as unknown as Flowplayer3Player;
    video.on = (event, listener) => video.addEventListener(event, listener as unknown as EventListener);
    const attach = (hls?: HlsInstance): void =>
      void video.dispatchEvent(new CustomEvent('hls:attached', { detail: { ...(hls && { hls }) } }));
    return { video, attach };
  }

  test('its class has the name that configurations use', () => {
    expect(FlowplayerPlugin.pluginName).toBe('p2pMediaLoader');
    const { video } = fakePlayer();
    new FlowplayerPlugin().init({}, undefined, video);
    expect(video.p2pMediaLoader).toBeInstanceOf(Function);
  });

  test('each instance of hls.js loads through the session of the player, to its end', () => {
    const { video, attach } = fakePlayer();
    startFlowplayer3(connect, { maxPeers: 5 }, video);
    attach();
    expect(connections).toEqual([]);
    const [first, next] = [new FakeHls(), new FakeHls()];
    attach(first);
    attach(next);
    expect([first.isOurs, next.isOurs, connections.length]).toEqual([false, true, 1]);
    const handle: SessionHandle = video.p2pMediaLoader!();
    expect(handle).toBe(engine().handle);
    video.dispatchEvent(new Event('reap'));
    expect(engine().isDestroyed).toBe(true);
  });

  test('played natively, it stands aside', () => {
    const { video } = fakePlayer();
    startFlowplayer3(connect, undefined, video);
    Object.defineProperty(video, 'currentSrc', { value: 'https://cdn.test/live.m3u8', configurable: true });
    video.dispatchEvent(new Event('loadeddata'));
    expect(engine().reasons).toEqual([expect.stringContaining('without hls.js')]);
  });
});
