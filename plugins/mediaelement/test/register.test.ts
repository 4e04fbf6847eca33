import { sessions } from '../../../engine/src/index';
import { FakeHls } from '../../hlsjs/test/fake-hls';
import { FakeConnection, last } from '../../test/fake-connection';
import type { Feature, MediaElement, MediaElementPlayer, Mejs } from '../mediaelement-types';
import { registerMediaElement } from '../register';
import { registerFeature } from '../register-feature';
import { registerOnPage } from '../register-on-page';

const ORDER = ['html5', 'native_dash', 'native_hls', 'youtube_iframe'];

function newMejs(order = ORDER) {
  return { MediaElementPlayer: function () {}, Renderers: { order: [...order] } };
}

const media: MediaElement = {
  rendererName: 'html5',
  getSrc: () => 'https://cdn.test/film.mp4',
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};

function newPlayer(mejs: Mejs, options: MediaElementPlayer['options'] = {}): MediaElementPlayer & Feature {
  return Object.assign(Object.create(mejs.MediaElementPlayer.prototype) as Feature, { options });
}

function registerRecording(mejs: Mejs): FakeConnection[] {
  const connections: FakeConnection[] = [];
  registerFeature(mejs, (options) => {
    connections.push(new FakeConnection(options));
    return last(connections);
  });
  return connections;
}

const microtasks = () => new Promise<void>((resolve) => void queueMicrotask(resolve));

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'mejs');
  jest.restoreAllMocks();
  for (const handle of [...sessions]) handle.destroy();
});

test('hls.js comes before the browser itself, and the others stay in their order', () => {
  const mejs = newMejs();
  registerMediaElement(mejs);
  registerMediaElement(mejs);
  expect(mejs.Renderers.order).toEqual(['native_hls', 'html5', 'native_dash', 'youtube_iframe']);
});

test('a MediaElement without its renderer on hls.js keeps its order', () => {
  const mejs = newMejs(['html5']);
  registerMediaElement(mejs);
  expect(mejs.Renderers.order).toEqual(['html5']);
});

test('the feature starts a session per player, with the options under its name', async () => {
  const mejs = newMejs();
  const connections = registerRecording(mejs);
  const player = newPlayer(mejs, { p2pMediaLoader: { maxPeers: 3 } });
  player.buildp2pmedialoader(player, null, null, media);
  player.buildp2pmedialoader(player, null, null, media);
  expect(connections).toHaveLength(1);
  const [engine] = connections;
  expect(player.p2pMediaLoader?.()).toBe(engine!.handle);
  expect(player.p2pMediaLoader?.({ maxPeers: 4 })).toBe(engine!.handle);
  expect(engine!.givenOptions).toEqual([{ maxPeers: 3 }, { maxPeers: 4 }]);
  player.cleanp2pmedialoader(player);
  player.cleanp2pmedialoader(player);
  // MediaElement cleans its features up first, and destroys hls.js, with its requests, after.
  expect(engine!.isDestroyed).toBe(false);
  await microtasks();
  expect(engine!.isDestroyed).toBe(true);
});

test('after handle.destroy() the method starts a new session on what is playing', async () => {
  const mejs = newMejs();
  const connections = registerRecording(mejs);
  const player = newPlayer(mejs, { p2pMediaLoader: { maxPeers: 3, swarmId: 'mine' } });
  const originalNode = document.createElement('video');
  originalNode.preload = 'auto';
  const hlsPlayer = new FakeHls();
  const playing: MediaElement = { ...media, rendererName: 'native_hls', hlsPlayer, originalNode };
  player.buildp2pmedialoader(player, null, null, playing);
  const ended = player.p2pMediaLoader!();
  ended.destroy();
  expect(hlsPlayer.config.fLoader).toBeUndefined();

  const next = player.p2pMediaLoader!({ maxPeers: 4 });
  expect(next).not.toBe(ended);
  expect(player.p2pMediaLoader!()).toBe(next);
  expect(connections.map(({ givenOptions }) => givenOptions)).toEqual([
    [{ maxPeers: 3, swarmId: 'mine' }],
    [{ maxPeers: 4, swarmId: 'mine' }],
  ]);
  expect(hlsPlayer.config.fLoader).toBeDefined();

  // The page's element gets back what it had before the first session.
  expect(originalNode.preload).toBe('none');
  player.cleanp2pmedialoader(player);
  expect(originalNode.preload).toBe('auto');
  await microtasks();
  expect(last(connections).isDestroyed).toBe(true);
  expect(player.p2pMediaLoader!()).toBe(next);
  expect(connections).toHaveLength(2);
});

test('a bad option is refused by name', () => {
  const mejs = newMejs();
  registerMediaElement(mejs);
  const player = newPlayer(mejs, { p2pMediaLoader: { maxPeers: -1 } });
  expect(() => player.buildp2pmedialoader(player, null, null, media)).toThrow(/maxPeers/);
  expect(sessions.size).toBe(0);
});

test.each([undefined, null, {}, { MediaElementPlayer: function () {} }, { Renderers: { order: [] } }])(
  'refuses %p',
  (value) => {
    expect(() => registerMediaElement(value as never)).toThrow(/registerMediaElement\(\) takes `mejs`/);
  },
);

test("registers on the page's mejs; without one it warns and goes on", () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  registerOnPage();
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('window.mejs is missing'));
  const mejs = newMejs();
  Object.assign(globalThis, { mejs });
  registerOnPage();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(mejs.Renderers.order[0]).toBe('native_hls');
});
