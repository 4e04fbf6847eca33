// What has to be true with every player, told once. The figures that a story returns are for tables.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openPlayer, type PlayerViewer } from './open-player';
import type { Format, PlayerPage } from './players/player-page';
import { fixtureHash, ROOT, type Stage, until } from './stage';

interface Sample {
  /** Recordings: one in fragmented MP4, whose files are appended as they are, and one that is long enough to go about in. */
  readonly exact: string;
  readonly long: string;
  readonly live: string;
  readonly mediaFile: RegExp;
}

const SAMPLES: Readonly<Record<Format, Sample>> = {
  hls: {
    exact: '/vod-fmp4/master.m3u8',
    long: '/vod-ts/master.m3u8',
    live: '/live/master.m3u8',
    mediaFile: /\.(ts|m4s)$/,
  },
  dash: {
    exact: '/dash-template/manifest.mpd',
    long: '/dash-long/manifest.mpd',
    live: '/live-dash/manifest.mpd',
    mediaFile: /\.m4s$/,
  },
};
/** So much of a sample must have come from peers before a story ends. */
const SEGMENTS_FROM_PEERS = 6;

/** Who comes later gets most of a recording from who came before, and exactly what the origin would have given. */
export async function tellRecording(stage: Stage, player: PlayerPage, format: Format): Promise<void> {
  const { exact, mediaFile } = SAMPLES[format];
  const options = { source: exact, bufferGoalSeconds: 60 };
  const first = await openPlayer(stage, player, options);
  await first.reaches('enough segments', ({ segmentCount }) => segmentCount.http >= 2 * SEGMENTS_FROM_PEERS);
  await settles(first);
  const requestsOfFirst = stage.origin.log.count(({ path }) => mediaFile.test(path));
  const second = await openPlayer(stage, player, options);
  await second.reaches(
    'most from the first',
    ({ segmentCount, p2pBytes, httpBytes }) => segmentCount.p2p >= SEGMENTS_FROM_PEERS && p2pBytes > httpBytes,
  );
  await settles(second);
  await second.playsTo(2);
  const requestsOfSecond = stage.origin.log.count(({ path }) => mediaFile.test(path)) - requestsOfFirst;
  expect(requestsOfSecond).toBeLessThan(requestsOfFirst);
  expect((await first.stats()).uploadedBytes).toBe((await second.stats()).p2pBytes);
  const files = hashesOfFolder(exact.split('/')[1]!);
  for (const viewer of [first, second]) {
    const appended = await viewer.appendedHashes();
    expect(appended.length).toBeGreaterThan(SEGMENTS_FROM_PEERS);
    for (const hash of appended) expect(files).toContain(hash);
    expect(await viewer.errors()).toEqual([]);
  }
}

/** Live, nobody is ahead: viewers share the work of fetching. */
export async function tellLive(stage: Stage, player: PlayerPage, format: Format): Promise<void> {
  const { live, mediaFile } = SAMPLES[format];
  const viewers: PlayerViewer[] = [];
  for (let index = 0; index < 2; index += 1) viewers.push(await openPlayer(stage, player, { source: live }));
  for (const viewer of viewers) await viewer.reaches('a peer', ({ peerCount }) => peerCount === 1);
  const before = stage.origin.log.count(({ path }) => mediaFile.test(path));
  const loadedBefore = await segmentsOf(viewers);
  await until(
    `${player.name}: segments shared live`,
    async () => {
      const p2p = await Promise.all(viewers.map(async (viewer) => (await viewer.stats()).segmentCount.p2p));
      return p2p[0]! + p2p[1]! >= SEGMENTS_FROM_PEERS;
    },
    () => 'none',
  );
  const requests = stage.origin.log.count(({ path }) => mediaFile.test(path)) - before;
  expect(requests).toBeLessThan((await segmentsOf(viewers)) - loadedBefore);
  for (const viewer of viewers) {
    await viewer.playsOn(2);
    expect(await viewer.errors()).toEqual([]);
  }
}

/**
 * Seeking, another quality, another source, the end.
 * @param inspect - looks at both viewers before the end
 */
export async function tellControls(
  stage: Stage,
  player: PlayerPage,
  format: Format,
  inspect?: (viewer: PlayerViewer) => Promise<void>,
): Promise<void> {
  const options = { source: SAMPLES[format].long, bufferGoalSeconds: 4 };
  const first = await openPlayer(stage, player, options);
  const second = await openPlayer(stage, player, options);
  await second.reaches('a peer', ({ peerCount }) => peerCount === 1);

  // To where nobody has been, and by hand to one rendition: the connection stays, and both are shared.
  for (const viewer of [first, second]) {
    await viewer.setQuality(0);
    await viewer.seek(24);
    await viewer.playsTo(26);
  }
  const connections = () => second.viewer.page.evaluate(() => window.probes.connections.length);
  const connectionCount = await connections();
  const { p2pBytes } = await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);
  expect(await second.qualityCount()).toBeGreaterThan(1);
  for (const viewer of [first, second]) {
    await viewer.setQuality(1);
    await viewer.seek(40);
    await viewer.playsTo(42);
  }
  await second.reaches('more from peers', (stats) => stats.p2pBytes > p2pBytes);
  expect(await connections()).toBe(connectionCount);

  // Another source, another swarm; the handle and its counters go on.
  let before = await second.stats();
  // Without audio of its own: with it, hls.js 0.13 may ask for nothing more after a change of source, with or without P2P.
  const next = format === 'hls' ? '/vod-byterange/master.m3u8' : '/dash-base/manifest.mpd';
  for (const viewer of [first, second]) {
    before = await viewer.stats();
    await viewer.load(next);
    await viewer.reaches('the new swarm', (stats) => stats.swarmId !== undefined && stats.swarmId !== before.swarmId);
    await until(`${player.name} begins the next`, async () => (await viewer.currentTime()) < 6);
    await viewer.playsTo(1);
  }
  // Where JW makes a new instance for each source, a session for each counts from nothing.
  await second.reaches('bytes of the next', ({ p2pBytes }) => p2pBytes > 0 && p2pBytes !== before.p2pBytes);
  await second.reaches('a peer in the new swarm', ({ peerCount }) => peerCount === 1);
  for (const viewer of [first, second]) expect(await viewer.errors()).toEqual([]);

  if (inspect) for (const viewer of [first, second]) await inspect(viewer);

  await second.destroy();
  await second.leavesNothing();
  await first.playsOn(1);
}

/** When the page has ended its session the player plays on by itself, until the page asks for the handle again. */
export async function tellHandle(stage: Stage, player: PlayerPage): Promise<void> {
  const viewer = await openPlayer(stage, player, { source: SAMPLES.hls.long, bufferGoalSeconds: 6 });
  const { page } = viewer.viewer;
  const sessionCount = () => page.evaluate(() => window.P2PMediaLoader.sessions.size);
  await viewer.playsTo(1);
  await page.evaluate(() => window.driver.handle!.destroy());
  expect(await sessionCount()).toBe(0);
  await viewer.seek(40);
  await viewer.playsTo(42);
  await viewer.load(SAMPLES.hls.exact);
  await until('the next source', async () => (await viewer.currentTime()) < 10);
  await viewer.playsTo(1);
  expect(await sessionCount()).toBe(0);
  // The driver asks for it as a page does.
  await viewer.reaches('segments of what plays', ({ segmentCount }) => segmentCount.http > 0);
  expect(await sessionCount()).toBe(1);
  expect(await viewer.errors()).toEqual([]);
}

async function segmentsOf(viewers: readonly PlayerViewer[]): Promise<number> {
  const counts = await Promise.all(viewers.map(async (viewer) => (await viewer.stats()).segmentCount));
  return counts.reduce((sum, { http, p2p }) => sum + http + p2p, 0);
}

/** Waits until a second has passed in which nothing was loaded. */
async function settles(viewer: PlayerViewer): Promise<void> {
  let [before, since] = [-1, Date.now()];
  await until(`${viewer.name}: all loaded`, async () => {
    const count = await segmentsOf([viewer]);
    if (count !== before) [before, since] = [count, Date.now()];
    return Date.now() - since > 1_000;
  });
}

/** SHA-256 of every file in a folder of the fixtures, and below. */
function hashesOfFolder(folder: string): Set<string> {
  const names = readdirSync(join(ROOT, 'e2e', 'fixtures', folder), { recursive: true }) as string[];
  const files = names.map((name) => join(folder, name));
  return new Set(
    files.filter((file) => statSync(join(ROOT, 'e2e', 'fixtures', file)).isFile()).map((file) => fixtureHash(file)),
  );
}
