import { sessions } from '../../../engine/src/index';
import { FakeHls } from '../../hlsjs/test/fake-hls';
import { ClapprPlugin } from '../clappr-plugin';
import { FakeCore } from './fake-core';

afterEach(() => {
  for (const handle of [...sessions]) handle.destroy();
});

test('is what Clappr asks of a core plugin', () => {
  expect(ClapprPlugin.type).toBe('core');
  // Clappr looks at the prototype, before there is an instance.
  expect(ClapprPlugin.prototype.name).toBe('p2pMediaLoader');
  expect(ClapprPlugin.prototype.supportedVersion).toEqual({ min: '0.3.0', max: '1.0.0' });
});

test('begins with the options under its name, and ends with the player', () => {
  const core = new FakeCore({ p2pMediaLoader: { swarmId: 'mine' } });
  const plugin = new ClapprPlugin(core);
  expect([...sessions]).toEqual([plugin.handle]);
  plugin.destroy();
  expect(sessions.size).toBe(0);
  expect(core.listenerCount).toBe(0);
});

test('player.p2pMediaLoader() gives the handle and takes changes', () => {
  const plugin = new ClapprPlugin(new FakeCore());
  const { p2pMediaLoader } = plugin.getExternalInterface();
  expect(p2pMediaLoader()).toBe(plugin.handle);
  expect(p2pMediaLoader({ maxPeers: 3 })).toBe(plugin.handle);
  expect(() => p2pMediaLoader({ maxPeers: -1 })).toThrow(/maxPeers/);
});

test('after handle.destroy() the method starts a new session on what is playing, with the options of the player', () => {
  const core = new FakeCore({ p2pMediaLoader: { swarmId: 'mine' } });
  const plugin = new ClapprPlugin(core);
  const { p2pMediaLoader } = plugin.getExternalInterface();
  const hls = new FakeHls(core.options.playback?.hlsjsConfig);
  core.activateHls(hls);
  const ended = plugin.handle;
  ended.destroy();
  expect(core.listenerCount).toBe(0);
  expect(sessions.size).toBe(0);

  const next = p2pMediaLoader();
  expect(next).not.toBe(ended);
  expect([...sessions]).toEqual([next]);
  expect([plugin.handle, p2pMediaLoader()]).toEqual([next, next]);
  // hls.js of before loads through it, and so do those that Clappr will make.
  expect(hls.config.fLoader).toBeDefined();
  expect(core.options.playback?.hlsjsConfig?.fLoader).toBeDefined();

  plugin.destroy();
  expect(sessions.size).toBe(0);
  expect(p2pMediaLoader()).toBe(next);
  expect(sessions.size).toBe(0);
});

test('a bad option is refused by name, and leaves nothing behind', () => {
  const core = new FakeCore({ p2pMediaLoader: { maxPeers: -1 } });
  expect(() => new ClapprPlugin(core)).toThrow(/maxPeers/);
  expect(sessions.size).toBe(0);
  expect(core.options).toEqual({ p2pMediaLoader: { maxPeers: -1 } });
});
