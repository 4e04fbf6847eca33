// The main job: who comes later gets most of the film from who came before.

import { fixtureHash, sleep } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const SEGMENT = /^\/vod-ts\/.*\.ts$/;
const stage = stageForTests();

test('on VOD later viewers get more than half of their bytes from peers, and the origin counts the same as the engine', async () => {
  const source = '/vod-ts/master.m3u8';
  const first = await stage.open({ source });
  await first.playsTo(1);
  await sleep(10_000);
  const second = await stage.open({ source });
  await second.playsTo(1);
  const third = await stage.open({ source });
  const viewers = [first, second, third];

  for (const viewer of viewers) await viewer.playsTo(12);
  for (const viewer of [second, third]) {
    await viewer.reaches('more than half from peers', (stats) => stats.p2pBytes > stats.httpBytes);
  }

  const stats = await Promise.all(viewers.map((viewer) => viewer.stats()));
  const httpBytes = stats.reduce((sum, { httpBytes: bytes }) => sum + bytes, 0);
  const p2pBytes = stats.reduce((sum, { p2pBytes: bytes }) => sum + bytes, 0);
  const uploadedBytes = stats.reduce((sum, { uploadedBytes: bytes }) => sum + bytes, 0);
  expect(stage.origin.log.bytes(SEGMENT)).toBe(httpBytes);
  expect(uploadedBytes).toBe(p2pBytes);

  for (const viewer of viewers) {
    const segments = await viewer.segments();
    expect(segments.length).toBeGreaterThan(10);
    for (const { url, sha256 } of segments) expect(sha256).toBe(fixtureHash(new URL(url).pathname));
    expect(await viewer.errors()).toEqual([]);
  }
});
