import { FakeHls, answer } from '../../hlsjs/test/fake-hls';
import { CONTEXT, FakeLoader, recordedCallbacks } from '../../hlsjs/test/fake-loader';
import { dashPlayers } from '../../../engine/src/plugin';
import { FakeConnection, last } from '../../test/fake-connection';
import { ClapprSession } from '../clappr-session';
import type { ClapprOptions } from '../clappr-types';
import { FakeCore } from './fake-core';

const FIRST = 'https://cdn.test/first.m3u8';
const SECOND = 'https://cdn.test/second.m3u8';
const TEXT = '#EXTM3U';

let engine: FakeConnection;

beforeEach(() => {
  FakeLoader.made = [];
  engine = new FakeConnection();
});

function setUp(options: ClapprOptions = {}): FakeCore {
  const core = new FakeCore(options);
  new ClapprSession(core, engine);
  return core;
}

/** As Clappr makes an instance: of the config that stands in the options then. */
const newHls = ({ options }: FakeCore): FakeHls => new FakeHls(options.playback?.hlsjsConfig);

const microtasks = () => new Promise<void>((resolve) => void queueMicrotask(resolve));

function askSegment({ config }: FakeHls): FakeLoader | undefined {
  new config.fLoader!(config).load(CONTEXT, {}, recordedCallbacks().callbacks);
  return FakeLoader.made.at(-1);
}

test('every instance that Clappr makes is shared, and the handle is the same', async () => {
  const core = setUp();
  const first = newHls(core);
  core.activateHls(first);
  first.loadSource(FIRST);
  answer(last(FakeLoader.made), TEXT);
  askSegment(first);
  expect(engine.questions).toHaveLength(1);

  // `player.load()`: the container and its hls.js go, others come.
  first.trigger('hlsDestroying');
  core.activePlayback = { name: 'hls', _hls: null };
  await microtasks();
  const second = newHls(core);
  core.activateHls(second);
  second.loadSource(SECOND);
  askSegment(second);
  expect(engine.questions).toHaveLength(2);
  expect(engine.calls).toEqual([`openSource ${FIRST}`, `addManifest ${FIRST}`, 'closeSource', `openSource ${SECOND}`]);
});

// Clappr 0.3 makes it when it plays, and both make one anew after `stop()`; there is no event for either.
test('an instance that nothing announces is found by its first request', () => {
  const core = setUp();
  core.activate({ name: 'hls' });
  const hls = newHls(core);
  hls.media = document.createElement('video');
  core.activePlayback = { name: 'hls', _hls: hls };
  hls.loadSource(FIRST);
  expect(engine.calls).toEqual([`openSource ${FIRST}`]);
  hls.media.dispatchEvent(new Event('timeupdate'));
  expect(engine.reports).toHaveLength(1);
});

test('a container that is not the active one loads by itself', () => {
  const core = setUp();
  const [active, other] = [newHls(core), newHls(core)];
  core.activateHls(active);
  active.loadSource(FIRST);
  other.loadSource(SECOND);
  expect(askSegment(other)?.calls).toEqual([`load ${CONTEXT.url}`]);
  expect(engine.calls).toEqual([`openSource ${FIRST}`]);
  expect(engine.questions).toEqual([]);
});

test("the page's own configuration of hls.js is kept, and its objects are not touched", () => {
  class PageLoader extends FakeLoader {}
  const hlsjsConfig = { fLoader: PageLoader, maxBufferLength: 7 };
  const playback = { hlsjsConfig, recycleVideo: true };
  const core = setUp({ playback });
  expect(core.options.playback).toMatchObject({ recycleVideo: true, hlsjsConfig: { maxBufferLength: 7 } });
  expect(playback).toEqual({ hlsjsConfig: { fLoader: PageLoader, maxBufferLength: 7 }, recycleVideo: true });
  engine.takesRequests = false;
  expect(askSegment(newHls(core))).toBeInstanceOf(PageLoader);
});

test('a configuration where Clappr 0.3 has it besides is kept too', () => {
  const core = setUp({ hlsjsConfig: { maxBufferLength: 7 } as object });
  expect(core.options.playback?.hlsjsConfig).toMatchObject({ maxBufferLength: 7 });
});

test('a configuration that the page gives later gets the loaders as well', () => {
  const core = setUp();
  const placed = core.options.playback?.hlsjsConfig;
  core.trigger('core:options:change', {});
  expect(core.options.playback?.hlsjsConfig).toBe(placed);
  core.options.playback = { hlsjsConfig: { maxBufferLength: 7 } as object };
  core.trigger('core:options:change', { playback: core.options.playback });
  const hls = newHls(core);
  expect(hls.config).toMatchObject({ maxBufferLength: 7 });
  core.activateHls(hls);
  hls.loadSource(FIRST);
  expect(engine.calls).toEqual([`openSource ${FIRST}`]);
});

test('options that the page configures later change those of the session', () => {
  const core = setUp();
  core.trigger('core:options:change', { p2pMediaLoader: { maxPeers: 3 } });
  core.trigger('core:options:change', { autoPlay: true });
  core.trigger('core:options:change');
  expect(engine.givenOptions).toEqual([undefined, { maxPeers: 3 }]);
});

test.each([
  [{ name: 'html5_video', options: { src: FIRST } }, 1],
  [{ name: 'no_op', options: { src: 'https://cdn.test/live', mimeType: 'application/x-mpegURL' } }, 1],
  [{ name: 'html5_video', options: { src: 'https://cdn.test/film.mp4' } }, 0],
  [{ name: 'hls', options: { src: FIRST } }, 0],
])('%j: stands aside %d times', (playback, count) => {
  const core = setUp();
  core.activate(playback);
  expect(engine.reasons).toHaveLength(count);
});

test('a next source that is no HLS leaves the one before', () => {
  const core = setUp();
  const hls = newHls(core);
  core.activateHls(hls);
  hls.loadSource(FIRST);
  core.activate({ name: 'html5_video', options: { src: 'https://cdn.test/film.mp4' } });
  expect(engine.calls).toEqual([`openSource ${FIRST}`, 'closeSource']);
});

test('after the end of the session Clappr loads by itself', () => {
  const core = setUp();
  const hls = newHls(core);
  core.activateHls(hls);
  hls.loadSource(FIRST);
  engine.handle.destroy();
  expect(askSegment(hls)?.calls).toEqual([`load ${CONTEXT.url}`]);
  expect(engine.questions).toEqual([]);
  expect(core.listenerCount).toBe(0);
  expect(hls.listenerCount).toBe(0);
  expect(newHls(core).config).toEqual({ loader: FakeLoader, fLoader: undefined, pLoader: undefined });
});

describe('DASH by dash-shaka-playback', () => {
  afterEach(() => delete dashPlayers.followShaka);

  test('each Shaka Player is handed on with the session, and the page hears of it as ever', () => {
    const heard: unknown[] = [];
    dashPlayers.followShaka = (player, connection) => heard.push(['engine', player, connection]);
    const own = (player: object): void => void heard.push(['page', player]);
    const core = setUp({ shakaOnBeforeLoad: own });
    const player = {};
    core.options.shakaOnBeforeLoad!(player);
    expect(heard).toEqual([
      ['engine', player, engine],
      ['page', player],
    ]);
    engine.handle.destroy();
    expect(core.options.shakaOnBeforeLoad).toBe(own);
  });

  test('without the plugin for it nothing happens', () => {
    const core = setUp();
    expect(() => core.options.shakaOnBeforeLoad!({})).not.toThrow();
    engine.handle.destroy();
    expect(core.options.shakaOnBeforeLoad).toBeUndefined();
  });
});

describe('begun on a player at work', () => {
  test('its instance, made without loaders or with those of a session that ended, loads through the engine', () => {
    for (const hlsOf of [() => new FakeHls(), (core: FakeCore) => newHls(core)]) {
      const core = setUp();
      const hls = hlsOf(core);
      engine.handle.destroy();
      core.activateHls(hls);
      hls.loadSource(FIRST);
      const before = hls.config.fLoader;

      engine = new FakeConnection();
      new ClapprSession(core, engine);
      askSegment(hls);
      expect(engine.calls).toEqual([`openSource ${FIRST}`]);
      expect(engine.questions).toHaveLength(1);

      engine.handle.destroy();
      expect(hls.config.fLoader).toBe(before);
    }
  });
});
