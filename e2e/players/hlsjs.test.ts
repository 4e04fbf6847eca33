// hls.js, from the oldest line that a bundled player brings to the newest.

import { tellControls, tellLive, tellRecording } from '../support/player-stories';
import { hlsjsPage } from '../support/players/hlsjs';
import type { PlayerPage } from '../support/players/player-page';
import { openPlayer } from '../support/open-player';
import { stageForTests } from '../support/stage-for-tests';

const OLDER: readonly PlayerPage[] = [
  hlsjsPage('0.13', 'hls-0.13'),
  hlsjsPage('0.14', 'hls-0.14'),
  hlsjsPage('1.0', 'hls-1.0'),
  hlsjsPage('1.2', 'hls-1.2'),
  hlsjsPage('1.4', 'hls-1.4'),
  hlsjsPage('1.5', 'hls-1.5'),
  hlsjsPage('1.6', 'hls-1.6'),
];
const NEWEST = hlsjsPage('1.7');

const VOD = '/vod-ts/master.m3u8';

const stage = stageForTests();

test.each([...OLDER, NEWEST].map((line) => [line.name, line] as const))('%s: a recording', (_name, line) =>
  tellRecording(stage, line, 'hls'),
);
test.each([OLDER[0]!, NEWEST].map((line) => [line.name, line] as const))('%s: live', (_name, line) =>
  tellLive(stage, line, 'hls'),
);
test.each([OLDER[0]!, NEWEST].map((line) => [line.name, line] as const))(
  '%s: seek, quality, source, end',
  (_name, line) => tellControls(stage, line, 'hls'),
);

test.each([
  ['without worker', { config: { enableWorker: false } }],
  ['progressively', { config: { progressive: true } }],
  ['attached when the stream is loading already', { attachesLate: true }],
])('played %s', (_how, flags) => tellRecording(stage, hlsjsPage('1.7', 'hls.js', flags), 'hls'));

test('hls.js 0.14 attached late', () =>
  tellRecording(stage, hlsjsPage('0.14', 'hls-0.14', { attachesLate: true }), 'hls'));

test.each(['/vod-aes/master.m3u8', '/vod-byterange/master.m3u8'])('%s is shared', async (source) => {
  const options = { source, bufferGoalSeconds: 60 };
  const first = await openPlayer(stage, NEWEST, options);
  await first.reaches('five segments', ({ segmentCount }) => segmentCount.http >= 5);
  const second = await openPlayer(stage, NEWEST, options);
  await second.reaches('three segments from peers', ({ segmentCount }) => segmentCount.p2p >= 3);
  await second.playsTo(2);
  for (const viewer of [first, second]) expect(await viewer.errors()).toEqual([]);
});

test("the page's own tokens reach the origin, and divide nobody", async () => {
  const page = hlsjsPage('1.7', 'hls.js', { sendsHeader: true });
  const first = await openPlayer(stage, page, { source: VOD });
  await first.reaches('twelve segments', ({ segmentCount }) => segmentCount.http >= 12);
  const segments = stage.origin.log.entries.filter(({ path }) => path.endsWith('.ts'));
  expect(segments.length).toBeGreaterThan(0);
  for (const { query } of segments) expect(query).toBe('token=1');
  const second = await openPlayer(stage, NEWEST, { source: VOD });
  await second.reaches('segments from the other', ({ segmentCount }) => segmentCount.p2p >= 4);
});

test('hls.js hears the rate of the line, with P2P as without', async () => {
  const bytesPerSecond = 100_000;
  stage.origin.setFaults({ bytesPerSecond: ({ path }) => (path.endsWith('.ts') ? bytesPerSecond : undefined) });
  const estimates: number[] = [];
  for (const isP2P of [false, true]) {
    const viewer = await openPlayer(stage, NEWEST, { source: VOD, isP2P, bufferGoalSeconds: 12 });
    await viewer.playsTo(6);
    estimates.push(
      await viewer.viewer.page.evaluate(
        () => (window.driver as unknown as { hls: { bandwidthEstimate: number } }).hls.bandwidthEstimate,
      ),
    );
    await viewer.viewer.close();
  }
  const [plain, shared] = estimates as [number, number];
  expect(shared / plain).toBeGreaterThan(0.5);
  expect(shared / plain).toBeLessThan(2);
});

test('after handle.destroy() hls.js plays on by itself', async () => {
  const viewer = await openPlayer(stage, NEWEST, { source: VOD, bufferGoalSeconds: 6 });
  await viewer.playsTo(2);
  await viewer.viewer.page.evaluate(() => window.driver.handle!.destroy());
  const before = await viewer.viewer.page.evaluate(() => window.P2PMediaLoader.sessions.size);
  expect(before).toBe(0);
  await viewer.seek(40);
  await viewer.playsTo(43);
  expect(await viewer.errors()).toEqual([]);
});

test('without WebRTC it says so once, and plays', async () => {
  const viewer = await openPlayer(stage, NEWEST, { source: VOD, hasNoWebRtc: true });
  await viewer.playsTo(3);
  expect((await viewer.stats()).p2pBytes).toBe(0);
  expect(await viewer.viewer.page.evaluate(() => window.standingAside)).toEqual([expect.stringContaining('WebRTC')]);
});
