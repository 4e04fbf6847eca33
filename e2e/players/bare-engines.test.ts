// Shaka Player and dash.js as bare engines: what comes from peers equals the origin's, and people do with the player
// what they do with players.

import { createHash } from 'node:crypto';
import { dashSegment, readDashLoop } from '../../examples/server/live-dash';
import type { LoggedRequest } from '../../examples/server/request-log';
import { openPlayer, type PlayerViewer } from '../support/open-player';
import { tellControls, tellRecording } from '../support/player-stories';
import { DASHJS } from '../support/players/dashjs';
import type { Format, PlayerPage } from '../support/players/player-page';
import { type MeasuringDriver, SHAKA, SHAKA_4 } from '../support/players/shaka';
import { fixtureHash, ROOT, until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const PLAYED: readonly (readonly [name: string, format: Format, player: PlayerPage])[] = [
  ['Shaka Player 5', 'hls', SHAKA],
  ['Shaka Player 5', 'dash', SHAKA],
  ['Shaka Player 4', 'hls', SHAKA_4],
  ['Shaka Player 4', 'dash', SHAKA_4],
  ['dash.js 5', 'dash', DASHJS],
];
const PLAYERS = [SHAKA, SHAKA_4, DASHJS].map((player) => [player.name, player] as const);
const MIN_SEGMENTS = 6;
const LIVE_SEGMENTS_EACH = 9;
/** Of the shortest head among the files of `dash-base`, index included. */
const FIRST_SEGMENT_BYTE = 893;
const LIVE_LOOP_LENGTH = 30;

const stage = stageForTests();
const dashLoop = readDashLoop(`${ROOT}/e2e/fixtures/dash-template`);

/** SHA-256 of what the origin has at `url`. */
function originalHash(url: string, range: string | undefined): string {
  const { pathname } = new URL(url);
  const [, stream, rendition = '', number = NaN] =
    /^\/(live|live-dash|dash-long)\/(\w+)\/(\d+)\.\w+$/.exec(pathname) ?? [];
  if (stream === 'live') {
    const file = String(Number(number) % LIVE_LOOP_LENGTH).padStart(3, '0');
    return fixtureHash(`vod-ts/${rendition}/${file}.ts`);
  }
  if (stream) {
    const bytes = dashSegment(dashLoop, rendition, Number(number)) ?? new Uint8Array();
    return createHash('sha256').update(bytes).digest('hex');
  }
  const [, first = 0, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const end = last === undefined ? undefined : Number(last) + 1;
  return fixtureHash(pathname.replace(/^\/(live-dash|dash-long)\//, 'dash-template/'), Number(first), end);
}

/** Every segment that the player got is the origin's, it gave enough to its source buffers, and there were no errors. */
async function expectOriginals(viewer: PlayerViewer): Promise<void> {
  const segments = await viewer.viewer.segments();
  expect(segments.length).toBeGreaterThanOrEqual(MIN_SEGMENTS);
  for (const { url, range, sha256 } of segments) expect([url, sha256]).toEqual([url, originalHash(url, range)]);
  expect((await viewer.appendedHashes()).length).toBeGreaterThanOrEqual(MIN_SEGMENTS);
  expect(await viewer.viewer.errors()).toEqual([]);
}

const loadedCount = async (viewer: PlayerViewer): Promise<number> => (await viewer.viewer.segments()).length;

test.each(PLAYED)('%s, %s: a recording', (_name, format, player) => tellRecording(stage, player, format));

test.each(PLAYERS)('%s: parts of one file, which the index of the file names', async (_name, player) => {
  const isSegment = ({ range }: LoggedRequest) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]) >= FIRST_SEGMENT_BYTE;
  const setup = { source: '/dash-base/manifest.mpd', bufferGoalSeconds: 20 };
  const viewers = [await openPlayer(stage, player, setup)];
  await until('most of it', async () => stage.origin.log.count(isSegment) >= 2 * MIN_SEGMENTS);
  const requestsOfFirst = stage.origin.log.count(isSegment);
  const second = await openPlayer(stage, player, setup);
  viewers.push(second);
  await second.reaches('bytes from peers', ({ segmentCount }) => segmentCount.p2p >= MIN_SEGMENTS);
  await until('most of it', async () => (await loadedCount(second)) >= 2 * MIN_SEGMENTS);
  expect(stage.origin.log.count(isSegment) - requestsOfFirst).toBeLessThan(requestsOfFirst);
  for (const viewer of viewers) await expectOriginals(viewer);
});

test.each(PLAYED)('%s, %s: live viewers share, each segment as the origin publishes it', async (_n, format, player) => {
  const source = format === 'hls' ? '/live/master.m3u8' : '/live-dash/manifest.mpd';
  const viewers = [await openPlayer(stage, player, { source }), await openPlayer(stage, player, { source })];
  for (const viewer of viewers) await viewer.reaches('a peer', ({ peerCount }) => peerCount === 1);
  for (const viewer of viewers)
    await until('reloads of the manifest', async () => (await loadedCount(viewer)) >= LIVE_SEGMENTS_EACH);
  const p2pBytes = async () => (await Promise.all(viewers.map((viewer) => viewer.stats()))).map((s) => s.p2pBytes);
  await until('bytes from peers', async () => (await p2pBytes()).some((byteCount) => byteCount > 0));
  for (const viewer of viewers) {
    await viewer.playsOn(2);
    await expectOriginals(viewer);
  }
});

test.each(PLAYED)('%s, %s: seek, quality, source, end', (_name, format, player) =>
  tellControls(stage, player, format, async (viewer) => {
    const segments = await viewer.viewer.segments();
    expect(segments.filter(({ url }) => /\/90p\/\d/.test(url)).length).toBeGreaterThan(1);
    await expectOriginals(viewer);
  }),
);

test.each(PLAYERS)('%s: after handle.destroy() it plays on by itself', async (_name, player) => {
  const viewer = await openPlayer(stage, player, { source: '/dash-template/manifest.mpd', bufferGoalSeconds: 4 });
  await viewer.playsTo(1);
  await viewer.viewer.page.evaluate(() => window.driver.handle?.destroy());
  expect(await viewer.viewer.page.evaluate(() => window.P2PMediaLoader.sessions.size)).toBe(0);
  const before = stage.origin.log.count(/\.m4s$/);
  await viewer.seek(10);
  await viewer.playsTo(12);
  expect(stage.origin.log.count(/\.m4s$/)).toBeGreaterThan(before);
  await expectOriginals(viewer);
});

/** What the origin gives to each request for a segment: more than any rendition needs, and far less than memory gives. */
const MEASURED = [
  { player: SHAKA, source: '/vod-ts/master.m3u8', bytesPerSecond: 60_000 },
  { player: SHAKA_4, source: '/vod-ts/master.m3u8', bytesPerSecond: 60_000 },
  { player: DASHJS, source: '/dash-template/manifest.mpd', bytesPerSecond: 30_000 },
];

test.each(MEASURED)('$player.name: peers change nothing in what it thinks of the network', async (c) => {
  const { player, source, bytesPerSecond } = c;
  const setup = { source, bufferGoalSeconds: 20 };
  const seed = await openPlayer(stage, player, setup);
  await until('most of it', async () => (await loadedCount(seed)) >= 2 * MIN_SEGMENTS);
  stage.origin.setFaults({
    bytesPerSecond: ({ path }) => (/\/\d+\.(m4s|ts)$/.test(path) ? bytesPerSecond : undefined),
  });
  const viewer = await openPlayer(stage, player, setup);
  const control = await openPlayer(stage, player, { ...setup, isP2P: false });
  await viewer.reaches('bytes from peers', ({ segmentCount }) => segmentCount.p2p >= MIN_SEGMENTS);
  for (const each of [viewer, control])
    await until('enough samples', async () => (await loadedCount(each)) >= 2 * MIN_SEGMENTS);

  const estimateOf = ({ viewer: { page } }: PlayerViewer) =>
    page.evaluate(() => (window.driver as MeasuringDriver).estimatedBitrate());
  const [withPeers, without] = [await estimateOf(viewer), await estimateOf(control)];
  expect(without / (bytesPerSecond * 8)).toBeGreaterThan(0.5);
  expect(without / (bytesPerSecond * 8)).toBeLessThan(1.5);
  expect(withPeers / without).toBeGreaterThan(0.5);
  expect(withPeers / without).toBeLessThan(1.5);
  expect(await viewer.viewer.errors()).toEqual([]);
});
