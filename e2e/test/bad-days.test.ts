// Trackers die, networks cut connections, browsers lack WebRTC: the player must not notice.

import { fixtureHash, sleep, until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const SOURCE = '/vod-ts/master.m3u8';
const SEGMENT = /^\/vod-ts\/.*\.ts$/;
const stage = stageForTests();

test('a tracker that stops changes nothing for those who play; newcomers play too, and meet them soon after it is back', async () => {
  const { tracker, url, port } = await stage.startTracker();
  const options = { trackers: [url] };
  const first = await stage.open({ source: SOURCE, options });
  await first.playsTo(1);
  // It has little in its buffer, and most of the film still to load from the first one.
  const second = await stage.open({ source: SOURCE, options, bufferGoalSeconds: 14 });
  const connected = await second.reaches('a peer', (stats) => stats.peerCount === 1);

  await tracker.close();
  await second.reaches('the loss', (stats) => stats.trackerCount === 0);
  await second.playsTo(5);
  const during = await second.reaches('more from peers', (stats) => stats.p2pBytes > connected.p2pBytes);
  expect(during.peerCount).toBe(1);
  const newcomer = await stage.open({ source: SOURCE, options });
  await newcomer.playsTo(2);
  expect((await newcomer.stats()).peerCount).toBe(0);

  await stage.startTracker(port);
  const backAt = Date.now();
  await newcomer.reaches('a peer', (stats) => stats.peerCount > 0);
  expect(Date.now() - backAt).toBeLessThan(30_000);
  for (const viewer of [first, second, newcomer]) {
    expect(await viewer.errors()).toEqual([]);
    expect(await viewer.page.evaluate(() => window.player.error())).toBeNull();
  }
});

test('without WebRTC the page plays over HTTP, says so once, and opens no socket', async () => {
  const viewer = await stage.open({ source: SOURCE, hasNoWebRtc: true });
  await viewer.playsTo(6);
  expect(await viewer.page.evaluate(() => window.standingAside)).toEqual(['this browser has no WebRTC']);
  expect(await viewer.page.evaluate(() => window.probes.sockets.length)).toBe(0);
  expect(stage.origin.log.count(SEGMENT)).toBeGreaterThan(3);
  for (const { url, sha256 } of await viewer.segments()) expect(sha256).toBe(fixtureHash(new URL(url).pathname));
  expect(await viewer.errors()).toEqual([]);
});

test('a response that breaks off is resumed by a Range request, not begun anew', async () => {
  stage.origin.setFaults({
    cutAfterBytes: ({ path, range }) => (/\/00[12]\.ts$/.test(path) && range === undefined ? 9_000 : undefined),
  });
  const viewer = await stage.open({ source: SOURCE });
  await viewer.playsTo(6);
  const resumed = stage.origin.log.select((entry) => SEGMENT.test(entry.path) && entry.range !== undefined);
  expect(resumed.length).toBeGreaterThanOrEqual(2);
  for (const { range, status } of resumed) {
    expect(range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(status).toBe(206);
  }
  for (const { url, sha256 } of await viewer.segments()) expect(sha256).toBe(fixtureHash(new URL(url).pathname));
});

test('a viewer that vanishes in the middle of everything is not missed', async () => {
  const first = await stage.open({ source: SOURCE });
  await first.playsTo(1);
  const second = await stage.open({ source: SOURCE });
  await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);
  await first.close();
  await second.page.evaluate(() => void window.player.currentTime(30));
  await second.playsTo(34);
  await until('the peer to be gone', async () => (await second.stats()).peerCount === 0);
  for (const { url, sha256 } of await second.segments()) expect(sha256).toBe(fixtureHash(new URL(url).pathname));
  expect(await second.errors()).toEqual([]);
});

test('with no tracker to be reached at all the page plays as without the plugin', async () => {
  const options = { trackers: ['ws://127.0.0.1:9/'] };
  const viewer = await stage.open({ source: SOURCE, options });
  await viewer.playsTo(3);
  await sleep(500);
  expect(await viewer.page.evaluate(() => window.player.error())).toBeNull();
});
