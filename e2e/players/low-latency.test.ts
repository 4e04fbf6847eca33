// LL-HLS: a live stream that is given out part by part. Parts and waiting reloads are the player's own business; whole
// segments, which players ask for that keep away from the edge, are shared.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chunkedSegment, readChunkLoop } from '../../examples/server/live-low-latency';
import type { LoggedRequest } from '../../examples/server/request-log';
import { openPlayer, type PlayerViewer } from '../support/open-player';
import { hlsjsPage } from '../support/players/hlsjs';
import type { PlayerPage } from '../support/players/player-page';
import { videojsPage } from '../support/players/videojs';
import { ROOT, until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const SOURCE = '/live-ll/master.m3u8';
const PART = /^\/live-ll\/\w+\/\d+\.\d+\.m4s$/;
const SEGMENT = /^\/live-ll\/\w+\/(\d+)\.m4s$/;
/** So much a viewer may be further behind than another without P2P, on a busy machine: each begins where it likes. */
const TOLERATED_SECONDS = 3;
const SEGMENTS_FROM_PEERS = 4;
/** More than a test lasts, with what the window holds when it begins. */
const SEGMENTS_OF_A_TEST = 60;

const [HLSJS, VIDEOJS] = [
  (isLow: boolean) => hlsjsPage('1.7', 'hls.js', { config: { lowLatencyMode: isLow } }),
  (isLow: boolean) => videojsPage({ vhs: { llhls: isLow } }),
];
const playersOf = (isLow: boolean) =>
  [HLSJS, VIDEOJS].map((make) => make(isLow)).map((player): [string, PlayerPage] => [player.name, player]);

const loop = readChunkLoop(join(ROOT, 'e2e/fixtures/vod-chunks'));
const stage = stageForTests();

interface Place {
  /** How far what is shown, and what is loaded, is behind what happens. */
  readonly shownSeconds: number;
  readonly loadedSeconds: number;
}

/** Undefined while the player does not know the date of what it shows. */
const placeOf = ({ viewer }: PlayerViewer): Promise<Place | undefined> =>
  viewer.page.evaluate(() => {
    const shownSeconds = window.driver.latencySeconds?.();
    const { buffered, currentTime } = document.querySelector('video')!;
    if (shownSeconds === undefined || buffered.length === 0) return undefined;
    return { shownSeconds, loadedSeconds: shownSeconds - (buffered.end(buffered.length - 1) - currentTime) };
  });

/** Waits until `viewers` are about as far behind as `control`, in what they show and in what they have. */
async function areAsNear(viewers: readonly PlayerViewer[], control: PlayerViewer): Promise<void> {
  let places: (Place | undefined)[] = [];
  await until(
    'viewers as near to the edge as without P2P',
    async () => {
      places = await Promise.all([control, ...viewers].map(placeOf));
      const [without, ...others] = places;
      return others.every(
        (place) =>
          place !== undefined &&
          without !== undefined &&
          place.shownSeconds < without.shownSeconds + TOLERATED_SECONDS &&
          place.loadedSeconds < without.loadedSeconds + TOLERATED_SECONDS / 2,
      );
    },
    () => JSON.stringify(places),
  );
}

const isWaitingReload = ({ path, query }: LoggedRequest): boolean =>
  path.startsWith('/live-ll/') && /_HLS_msn=\d+&_HLS_part=\d+/.test(query);

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** All that a viewer gave to its source buffers is the origin's: segments of the last minute, whole or in parts. */
async function expectOriginals(viewer: PlayerViewer): Promise<void> {
  const { entries } = stage.origin.log;
  const newest = Math.max(...entries.map(({ path }) => Number(/\/(\d+)\.(?:\d\.)?m4s$/.exec(path)?.[1] ?? 0)));
  const sequences = Array.from({ length: SEGMENTS_OF_A_TEST }, (_, index) => newest - index);
  const known = new Set<string>();
  for (const [name, { init }] of loop.renditions) {
    known.add(hashOf(init));
    for (const sequence of sequences) {
      const { bytes, parts } = chunkedSegment(loop, name, sequence)!;
      for (const media of [bytes, ...parts.map(({ start, end }) => bytes.subarray(start, end))])
        // VHS puts the init segment in front where it changes.
        for (const whole of [media, Buffer.concat([init, media])]) known.add(hashOf(whole));
    }
  }
  const appended = await viewer.viewer.appended();
  expect(appended.length).toBeGreaterThan(SEGMENTS_FROM_PEERS);
  expect(appended.filter(({ sha256 }) => !known.has(sha256))).toEqual([]);
  expect(await viewer.errors()).toEqual([]);
}

test.each(playersOf(true))('%s, low latency: parts as without P2P, and as near to the edge', async (_name, player) => {
  const control = await openPlayer(stage, player, { source: SOURCE, isP2P: false });
  const viewers = [
    await openPlayer(stage, player, { source: SOURCE }),
    await openPlayer(stage, player, { source: SOURCE }),
  ];
  for (const viewer of viewers) await viewer.reaches('a peer', ({ peerCount }) => peerCount === 1);
  for (const viewer of [control, ...viewers]) await viewer.playsOn(4);
  await areAsNear(viewers, control);
  await control.viewer.close();

  stage.origin.log.clear();
  for (const viewer of viewers) await viewer.playsOn(4);
  await until(
    'parts and waiting reloads',
    async () => Math.min(stage.origin.log.count(PART), stage.origin.log.count(isWaitingReload)) > 20,
  );
  expect(stage.origin.log.count(({ status }) => status >= 400)).toBe(0);
  for (const viewer of viewers) await expectOriginals(viewer);
});

test.each(playersOf(false))('%s, ordinary latency: whole segments are shared', async (_name, player) => {
  const viewers = [
    await openPlayer(stage, player, { source: SOURCE }),
    await openPlayer(stage, player, { source: SOURCE }),
  ];
  const second = viewers[1]!;
  await second.reaches('segments from the first', ({ segmentCount }) => segmentCount.p2p >= SEGMENTS_FROM_PEERS);
  await second.playsOn(4);
  expect(stage.origin.log.count(PART)).toBe(0);
  expect(stage.origin.log.count(SEGMENT)).toBeGreaterThan(0);
  for (const viewer of viewers) await expectOriginals(viewer);
});

test('viewers with and without low latency, of either player, are one swarm', async () => {
  const viewers = [
    await openPlayer(stage, VIDEOJS(true), { source: SOURCE }),
    await openPlayer(stage, HLSJS(true), { source: SOURCE }),
    await openPlayer(stage, HLSJS(false), { source: SOURCE }),
    await openPlayer(stage, VIDEOJS(false), { source: SOURCE }),
  ];
  for (const viewer of viewers) await viewer.reaches('three peers', ({ peerCount }) => peerCount === 3);
  for (const viewer of viewers.slice(2)) await viewer.reaches('segments', ({ segmentCount }) => segmentCount.p2p > 0);
  for (const viewer of viewers) {
    await viewer.playsOn(2);
    expect(await viewer.errors()).toEqual([]);
  }
});

test.each(playersOf(true))('%s: a part that is given up is aborted at the origin', async (_name, player) => {
  const viewer = await openPlayer(stage, player, { source: SOURCE });
  await viewer.playsOn(1);
  stage.origin.setFaults({ bytesPerSecond: ({ path }) => (PART.test(path) ? 100 : undefined) });
  const parts = (outcome: string) =>
    stage.origin.log.count((entry) => PART.test(entry.path) && entry.outcome === outcome && entry.bytes > 0);
  await until('a part on its way', async () => parts('pending') > 0);
  expect(parts('aborted')).toBe(0);
  await viewer.load('/vod-byterange/master.m3u8');
  await until('the abort at the origin', async () => parts('aborted') > 0 && parts('pending') === 0);
  expect(await viewer.errors()).toEqual([]);
});
