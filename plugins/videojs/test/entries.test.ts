import videojs from 'video.js';
import type { page } from './vhs-page';

// What a page loads. The engine behind it has its own tests, and needs WebRTC.
jest.mock('../../../engine/src/index', () => ({
  ...jest.requireActual<object>('../../../engine/src/base/p2p-error'),
  sessions: new Set(),
}));
jest.mock('../../../engine/src/dash', () => ({
  connectDashPlayer: () =>
    new (jest.requireActual<typeof import('../../test/fake-connection')>(
      '../../test/fake-connection',
    ).FakeConnection)(),
}));

type Methods = Record<string, unknown>;
type Videojs = typeof page;
const playerMethods = videojs.getComponent('Player').prototype as unknown as Methods;
const videojsOfTag = (): Videojs => {
  const Player = { prototype: {} as Methods };
  const registerPlugin = (name: string, plugin: unknown): void => void (Player.prototype[name] = plugin);
  return { registerPlugin, getComponent: () => Player } as unknown as Videojs;
};

const load = async (entry: 'global' | 'index'): Promise<Methods> => {
  let exported: Methods = {};
  await jest.isolateModulesAsync(async () => {
    exported = (await import(`../${entry}`)) as Methods;
  });
  return exported;
};

afterEach(() => {
  delete (globalThis as { videojs?: unknown }).videojs;
  jest.restoreAllMocks();
});

test('the script tag registers the plugin on window.videojs', async () => {
  const tag = videojsOfTag();
  Object.assign(globalThis, { videojs: tag });
  const exported = await load('global');
  expect(tag.getComponent('Player')).toHaveProperty('prototype.p2pMediaLoader');
  expect(exported).toMatchObject({ registerVideojs: expect.any(Function), sessions: expect.any(Set) });
});

test('without video.js it says so in one line, and registers on demand', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  const { registerVideojs } = await load('global');
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^P2PMediaLoader: window\.videojs is missing.*$/)]]);
  const late = videojsOfTag();
  (registerVideojs as (videojs: Videojs) => void)(late);
  expect(late.getComponent('Player')).toHaveProperty('prototype.p2pMediaLoader');
});

test('the module registers the plugin on the imported video.js', async () => {
  expect(playerMethods['p2pMediaLoader']).toBeUndefined();
  const exported = (await import('../index')) as unknown as Methods;
  expect(playerMethods['p2pMediaLoader']).toBeInstanceOf(Function);
  expect(exported).toMatchObject({ registerVideojs: expect.any(Function), sessions: expect.any(Set) });
});
