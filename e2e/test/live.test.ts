// Live: nobody is ahead, so viewers share the work of fetching each new segment.

import { fixtureHash, sleep, type Viewer } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const SEGMENT = /^\/live\/.*\.ts$/;
const stage = stageForTests();

test('live viewers play on from where they joined and fetch less together than alone', async () => {
  const viewers: Viewer[] = [];
  for (let index = 0; index < 3; index += 1) {
    viewers.push(await stage.open({ source: '/live/master.m3u8' }));
    await sleep(2_000);
  }
  const joinedAt = await Promise.all(viewers.map((viewer) => viewer.currentTime()));
  await Promise.all(viewers.map((viewer) => viewer.reaches('two peers', (stats) => stats.peerCount === 2)));
  await Promise.all(viewers.map((viewer, index) => viewer.playsTo((joinedAt[index] ?? 0) + 20)));

  const stats = await Promise.all(viewers.map((viewer) => viewer.stats()));
  const sum = (field: 'httpBytes' | 'p2pBytes') => stats.reduce((total, viewer) => total + viewer[field], 0);
  expect(sum('p2pBytes')).toBeGreaterThan(sum('httpBytes') / 2);
  expect(stage.origin.log.bytes(SEGMENT)).toBeLessThan(sum('httpBytes') + sum('p2pBytes'));
  for (const viewer of viewers) expect(await viewer.errors()).toEqual([]);

  // What came from peers is what the origin would have given: the same URL, the same bytes, for everybody.
  const seen = new Map<string, string>();
  for (const viewer of viewers) {
    for (const { url, sha256 } of await viewer.segments()) {
      expect(seen.get(url) ?? sha256).toBe(sha256);
      seen.set(url, sha256);
    }
  }
  const loop = Array.from({ length: 30 }, (_, index) => String(index).padStart(3, '0'));
  const originals = new Set(
    ['90p', '144p', '240p'].flatMap((name) => loop.map((n) => fixtureHash(`vod-ts/${name}/${n}.ts`))),
  );
  expect(seen.size).toBeGreaterThan(10);
  for (const sha256 of seen.values()) expect(originals).toContain(sha256);
});
