// Which rendition the player picks: with P2P the one that it picks without, on the same link to the origin.
//
// The link is made at the origin, which limits each response: what a browser can be told to limit leaves WebRTC out.
// Rates are far from the renditions' own, so that a busy machine changes nothing.

import { until, type Viewer } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const SOURCE = '/vod-ts/master.m3u8';
/** As the multivariant playlist says. */
const BANDWIDTHS: Readonly<Record<string, number>> = { '90p': 104_528, '144p': 137_616, '240p': 200_032 };
const SEGMENT_COUNT = 30;
/** Segments that are looked at. */
const SEEN = { good: 20, poor: 16 };
const BYTES_PER_SECOND = {
  /** 800 kb/s: three times what VHS wants for the best rendition. */
  good: 100_000,
  /** 120 kb/s: less than VHS wants for the lowest, and enough to play it. */
  poor: 15_000,
};

const stage = stageForTests();

/** A viewer that has the whole film in one rendition, and gives it away. */
async function openSeed(height: number, maxBitrate?: number): Promise<Viewer> {
  const upload = { maxRatio: 20, ...(maxBitrate !== undefined && { maxBitrate }) };
  const seed = await stage.open({ source: SOURCE, bufferGoalSeconds: 60, options: { upload } });
  // VHS has them once it has read the multivariant playlist.
  await until('the renditions', () =>
    seed.page.evaluate(() => (window.player.tech(true).vhs?.representations?.() ?? []).length > 0),
  );
  await seed.page.evaluate((wanted) => {
    for (const rendition of window.player.tech(true).vhs?.representations?.() ?? [])
      rendition.enabled(rendition.height === wanted);
  }, height);
  await until('nearly the whole film', async () => {
    const loaded = (await seed.segments()).filter(({ url }) => url.includes(`/${height}p/`));
    return loaded.length >= SEGMENT_COUNT - 5;
  });
  return seed;
}

/** Mean bandwidth of the renditions that VHS picked, and how often it changed. */
async function picks(viewer: Viewer, count: number) {
  await until('enough segments', async () => (await viewer.segments()).length >= count);
  const names = (await viewer.segments()).slice(0, count).map(({ url }) => /\/(\d+p)\//.exec(url)?.[1] ?? '');
  const mean = names.reduce((sum, name) => sum + (BANDWIDTHS[name] ?? NaN), 0) / names.length;
  return { names, mean, switches: names.filter((name, index) => index > 0 && name !== names[index - 1]).length };
}

function setLink(bytesPerSecond: number): void {
  stage.origin.setFaults({ bytesPerSecond: ({ path }) => (path.endsWith('.ts') ? bytesPerSecond : undefined) });
}

test('peers that take their time, for the buffer is full, are no reason to step down', async () => {
  // Less than the rendition's own bitrate, so that these segments come slower than they play.
  await openSeed(240, 150_000);
  setLink(BYTES_PER_SECOND.good);
  const [viewer, control] = await Promise.all([
    stage.open({ source: SOURCE, trustsOwnRates: true }),
    stage.open({ source: SOURCE, isP2P: false, trustsOwnRates: true }),
  ]);
  const [withPeers, without] = await Promise.all([picks(viewer, SEEN.good), picks(control, SEEN.good)]);
  expect(withPeers.mean).toBeGreaterThanOrEqual(0.95 * without.mean);
  expect(withPeers.mean).toBeLessThanOrEqual(1.05 * without.mean);
  expect(withPeers.switches).toBe(without.switches);
  expect(without.names.at(-1)).toBe('240p');
  expect((await viewer.stats()).p2pBytes).toBeGreaterThan(300_000);
  expect(await viewer.errors()).toEqual([]);
});

test('an origin slower than the stream: peers may make it better, never worse', async () => {
  await openSeed(90);
  setLink(BYTES_PER_SECOND.poor);
  const [viewer, control] = await Promise.all([
    stage.open({ source: SOURCE, trustsOwnRates: true }),
    stage.open({ source: SOURCE, isP2P: false, trustsOwnRates: true }),
  ]);
  const [withPeers, without] = await Promise.all([picks(viewer, SEEN.poor), picks(control, SEEN.poor)]);
  expect(without.names.at(-1)).toBe('90p');
  expect(withPeers.mean).toBeGreaterThanOrEqual(0.95 * without.mean);
  expect(withPeers.switches).toBeLessThanOrEqual(Math.max(2, without.switches));
  expect((await viewer.stats()).p2pBytes).toBeGreaterThan(0);
  expect(await viewer.errors()).toEqual([]);
});
