// DASH through VHS: what a second viewer gets from the first equals the origin's files, for templates and for
// single files with an index.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashSegment, readDashLoop } from '../../examples/server/live-dash';
import type { LoggedRequest } from '../../examples/server/request-log';
import { fixtureHash, ROOT, sleep, type Viewer } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const FIXTURES = join(ROOT, 'e2e', 'fixtures');
/** Of 16 s that both viewers load whole. */
const PLAYED_SECONDS = 10;
const MIN_SEGMENTS_FROM_PEERS = 4;
/** Of the shortest head among the files of `dash-base`, index included. */
const FIRST_SEGMENT_BYTE = 893;
const stage = stageForTests();

interface Outcome {
  readonly viewers: readonly Viewer[];
  /** How often each of them asked the origin for a segment. */
  readonly requestCounts: readonly number[];
}

/** Two viewers, one after the other; `isSegment` tells requests for segments from all others. */
async function twoViewers(source: string, isSegment: (request: LoggedRequest) => boolean): Promise<Outcome> {
  const viewers: Viewer[] = [];
  const requestCounts: number[] = [];
  for (let count = 0; count < 2; count++) {
    stage.origin.log.clear();
    const viewer = await stage.open({ source });
    await viewer.playsTo(PLAYED_SECONDS);
    if (count > 0)
      await viewer.reaches('bytes from peers', (stats) => stats.segmentCount.p2p >= MIN_SEGMENTS_FROM_PEERS);
    viewers.push(viewer);
    requestCounts.push(stage.origin.log.count(isSegment));
  }
  return { viewers, requestCounts };
}

test('SegmentTemplate: the second viewer gets its segments from the first, each as the origin has it', async () => {
  const { viewers, requestCounts } = await twoViewers('/dash-template/manifest.mpd', ({ path }) =>
    /\/\d+\.m4s$/.test(path),
  );
  for (const viewer of viewers) {
    const segments = await viewer.segments();
    expect(segments.length).toBeGreaterThan(8);
    for (const { url, sha256 } of segments) expect(sha256).toBe(fixtureHash(new URL(url).pathname));
    expect(segments.some(({ url }) => url.includes('/audio/'))).toBe(true);
    expect(await viewer.errors()).toEqual([]);
  }
  expectFewer(requestCounts);
});

test('SegmentBase: so it is for parts of one file, which the index of the file names', async () => {
  // Beside segments VHS asks for the beginning of each file: a probe without Range, the index, the init segment.
  const { viewers, requestCounts } = await twoViewers(
    '/dash-base/manifest.mpd',
    ({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]) >= FIRST_SEGMENT_BYTE,
  );
  for (const viewer of viewers) {
    const segments = await viewer.segments();
    expect(segments.length).toBeGreaterThan(8);
    for (const { url, range, sha256 } of segments) {
      const path = new URL(url).pathname;
      const [, first = '', last = ''] = /^bytes (\d+)-(\d+)\//.exec(range ?? '') ?? [];
      expect(sha256).toBe(fixtureHash(path, Number(first), Number(last) + 1));
      // Each segment of the sample begins with this box.
      expect(readFileSync(join(FIXTURES, path)).toString('latin1', Number(first) + 4, Number(first) + 8)).toBe('styp');
    }
    expect(segments.some(({ url }) => url.includes('audio'))).toBe(true);
    expect(await viewer.errors()).toEqual([]);
  }
  expectFewer(requestCounts);
});

test('live: viewers who join one after the other share, each segment as the origin publishes it', async () => {
  const viewers: Viewer[] = [];
  for (let count = 0; count < 2; count++) {
    viewers.push(await stage.open({ source: '/live-dash/manifest.mpd' }));
    await sleep(4_000);
  }
  const [first, second] = viewers as [Viewer, Viewer];
  await second.reaches('a peer', (stats) => stats.peerCount === 1);
  await second.playsTo((await second.currentTime()) + 16);
  const shared = (await Promise.all([first, second].map((viewer) => viewer.stats()))).map(({ p2pBytes }) => p2pBytes);
  expect(shared[0]! + shared[1]!).toBeGreaterThan(0);
  const loop = readDashLoop(join(FIXTURES, 'dash-template'));
  for (const viewer of viewers) {
    const segments = await viewer.segments();
    expect(segments.length).toBeGreaterThan(8);
    for (const { url, sha256 } of segments) {
      const [, representation = '', number] = /\/(\w+)\/(\d+)\.m4s$/.exec(url) ?? [];
      const bytes = dashSegment(loop, representation, Number(number)) ?? new Uint8Array();
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    expect(await viewer.errors()).toEqual([]);
  }
});

/** All that the second viewer had from the first, the origin was not asked for again. */
function expectFewer([first = 0, second = 0]: readonly number[]): void {
  expect(first).toBeGreaterThan(8);
  expect(second).toBeLessThanOrEqual(first - MIN_SEGMENTS_FROM_PEERS);
}
