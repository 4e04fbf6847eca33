// The same promise for every kind of HLS: what the player appends is what the origin has.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtureHash, ROOT, until, type Viewer } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const FIXTURES = join(ROOT, 'e2e', 'fixtures');
const stage = stageForTests();

async function twoViewers(source: string, more: { keepsSent?: boolean } = {}): Promise<[Viewer, Viewer]> {
  const first = await stage.open({ source, ...more });
  await first.playsTo(3);
  const second = await stage.open({ source, ...more });
  await second.reaches('bytes from peers', (stats) => stats.segmentCount.p2p >= 3);
  await second.playsTo(3);
  return [first, second];
}

test('fMP4 with separate audio: both tracks are shared, and what is appended equals the files', async () => {
  const viewers = await twoViewers('/vod-fmp4/master.m3u8');
  const known = new Map<string, string>();
  for (const folder of ['144p', '240p', 'audio']) {
    const path = join(FIXTURES, 'vod-fmp4', folder);
    const init = readFileSync(join(path, 'init.mp4'));
    for (const name of readdirSync(path).filter((file) => file.endsWith('.m4s'))) {
      const segment = readFileSync(join(path, name));
      // VHS puts the init segment in front when it changes.
      for (const bytes of [segment, Buffer.concat([init, segment])]) {
        known.set(createHash('sha256').update(bytes).digest('hex'), `${folder}/${name}`);
      }
    }
  }
  for (const viewer of viewers) {
    const appended = await viewer.appended();
    const folders = new Set(appended.map(({ sha256 }) => known.get(sha256)?.split('/')[0] ?? 'something else'));
    expect(appended.length).toBeGreaterThan(6);
    expect(folders).not.toContain('something else');
    expect(folders).toContain('audio');
  }
  const fromPeers = await viewers[1].segments();
  expect(fromPeers.some(({ url }) => url.includes('/audio/'))).toBe(true);
});

test('byte ranges: parts of one file are shared, each with exactly its own bytes', async () => {
  const viewers = await twoViewers('/vod-byterange/master.m3u8');
  const playlist = readFileSync(join(FIXTURES, 'vod-byterange/144p/index.m3u8'), 'utf8');
  const hashes = new Set<string>();
  let next = 0;
  for (const [, length, offset] of playlist.matchAll(/#EXT-X-BYTERANGE:(\d+)(?:@(\d+))?/g)) {
    const start = offset === undefined ? next : Number(offset);
    next = start + Number(length);
    hashes.add(fixtureHash('vod-byterange/144p/all.ts', start, next));
  }
  expect(hashes.size).toBeGreaterThan(5);
  for (const viewer of viewers) {
    const segments = await viewer.segments();
    expect(segments.length).toBeGreaterThan(3);
    for (const { sha256 } of segments) expect(hashes).toContain(sha256);
  }
  expect(stage.origin.log.count((entry) => entry.path.endsWith('all.ts') && entry.status !== 206)).toBe(0);
});

test('AES-128: the ciphertext is shared; each viewer gets the keys from the origin, and they never go over a data channel', async () => {
  const viewers = await twoViewers('/vod-aes/master.m3u8', { keepsSent: true });
  const keys = readdirSync(join(FIXTURES, 'vod-aes/keys')).map((name) =>
    readFileSync(join(FIXTURES, 'vod-aes/keys', name)).toString('hex'),
  );
  expect(keys.length).toBeGreaterThan(0);
  let sharedSegments = 0;
  for (const viewer of viewers) {
    const sent = (await viewer.page.evaluate(() => window.probes.sentHex)).join('');
    for (const key of keys) expect(sent).not.toContain(key);
    // The search does find what is there: the start of a segment's ciphertext.
    const files = readdirSync(join(FIXTURES, 'vod-aes/144p')).filter((name) => name.endsWith('.ts'));
    sharedSegments += files.filter((name) =>
      sent.includes(
        readFileSync(join(FIXTURES, 'vod-aes/144p', name))
          .subarray(0, 32)
          .toString('hex'),
      ),
    ).length;
    for (const { url, sha256 } of await viewer.segments()) expect(sha256).toBe(fixtureHash(new URL(url).pathname));
  }
  expect(sharedSegments).toBeGreaterThanOrEqual(3);
  await until('both viewers to have asked for a key', async () => stage.origin.log.count(/\/keys\//) >= 2);
});
