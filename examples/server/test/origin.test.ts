import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOrigin, type Origin } from '../origin';
import { ask, serve, until } from './http-client';

const fixturesDir = join(__dirname, '..', '..', '..', 'e2e', 'fixtures');
const SEGMENT = '/vod-ts/240p/000.ts';
const segmentBytes = readFileSync(join(fixturesDir, SEGMENT));
const size = segmentBytes.length;

describe('createOrigin', () => {
  let origin: Origin;
  let url: string;
  let nowMs: number;
  let close: () => Promise<void>;

  beforeEach(async () => {
    nowMs = 1_000_000;
    origin = createOrigin({ fixturesDir, live: { startMs: 0, now: () => nowMs } });
    ({ url, close } = await serve((request, response) => {
      if (!origin.handle(request, response)) response.writeHead(418).end();
    }));
  });

  afterEach(async () => {
    origin.close();
    await close();
  });

  const ended = () => until(() => origin.log.entries.every((entry) => entry.outcome !== 'pending'));

  test('serves a segment whole, open to other sites and never cached', async () => {
    const reply = await ask(url, SEGMENT);
    expect(reply.status).toBe(200);
    expect(reply.body.equals(segmentBytes)).toBe(true);
    expect(reply.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'content-length': String(size),
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Content-Length, Content-Range',
      'cache-control': 'no-store',
    });
  });

  test.each([
    ['/vod-ts/master.m3u8', 'application/vnd.apple.mpegurl'],
    ['/vod-fmp4/144p/000.m4s', 'video/iso.segment'],
    ['/vod-fmp4/144p/init.mp4', 'video/mp4'],
    ['/vod-aes/keys/first.key', 'application/octet-stream'],
    ['/dash-base/manifest.mpd', 'application/dash+xml'],
  ])('%s is %s', async (path, type) => {
    const reply = await ask(url, path);
    expect([reply.status, reply.headers['content-type']]).toEqual([200, type]);
  });

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=100-', 100, size],
    ['bytes=-100', size - 100, size],
    [`bytes=${String(size - 1)}-${String(size + 50)}`, size - 1, size],
  ])('Range: %s gets its part', async (range, start, end) => {
    const reply = await ask(url, SEGMENT, { headers: { Range: range } });
    expect(reply.status).toBe(206);
    expect(reply.headers['content-range']).toBe(`bytes ${String(start)}-${String(end - 1)}/${String(size)}`);
    expect(reply.headers['content-length']).toBe(String(end - start));
    expect(reply.body.equals(segmentBytes.subarray(start, end))).toBe(true);
    expect(origin.log.entries[0]).toMatchObject({ range, status: 206, bytes: end - start });
  });

  test('a range past the end gets 416 with the size', async () => {
    const reply = await ask(url, SEGMENT, { headers: { Range: `bytes=${String(size)}-` } });
    expect([reply.status, reply.headers['content-range']]).toEqual([416, `bytes */${String(size)}`]);
  });

  test('HEAD has the headers and no bytes', async () => {
    const reply = await ask(url, SEGMENT, { method: 'HEAD' });
    await ended();
    expect([reply.status, reply.headers['content-length'], reply.body.length]).toEqual([200, String(size), 0]);
    expect(origin.log.bytes()).toBe(0);
  });

  test('a preflight may ask for ranges', async () => {
    const reply = await ask(url, SEGMENT, { method: 'OPTIONS' });
    expect(reply.status).toBe(204);
    expect(reply.headers['access-control-allow-headers']).toContain('Range');
    expect(reply.headers['access-control-allow-methods']).toBe('GET, HEAD, OPTIONS');
  });

  test('other methods are refused', async () => {
    expect((await ask(url, SEGMENT, { method: 'POST' })).status).toBe(405);
  });

  test.each([
    '/vod-ts/240p/999.ts',
    '/vod-ts',
    '/vod-ts/',
    '/vod-ts/240p',
    '/live/',
    '/live/240p/none.ts',
    '/live/none/index.m3u8',
  ])('%s is not found', async (path) => {
    expect((await ask(url, path)).status).toBe(404);
  });

  test.each([
    '/',
    '/recipe/tracks.mjs',
    '/README.md',
    '/vod-ts/../recipe/tracks.mjs',
    '/vod-ts/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/vod-ts/..%2f..%2f..%2fpackage.json',
    '/vod-ts/..\\..\\package.json',
    '//vod-ts/master.m3u8',
    '/vod-ts/./master.m3u8',
    '/vod-ts/%00.ts',
  ])('%s is none of its paths', async (path) => {
    expect((await ask(url, path)).status).toBe(418);
    expect(origin.log.count()).toBe(0);
  });

  test('the log counts requests and bytes by path or condition, and can be cleared', async () => {
    await ask(url, `${SEGMENT}?token=a&b=1`);
    await ask(url, SEGMENT, { headers: { Range: 'bytes=0-9' } });
    await ask(url, '/vod-ts/master.m3u8');
    await ask(url, '/vod-ts/240p/999.ts');
    await ended();
    expect(origin.log.count()).toBe(4);
    expect(origin.log.count(/\.ts$/)).toBe(3);
    expect(origin.log.bytes(/\.ts$/)).toBe(size + 10);
    expect(origin.log.count((entry) => entry.status === 404)).toBe(1);
    expect(origin.log.entries[0]).toEqual({
      method: 'GET',
      path: SEGMENT,
      query: 'token=a&b=1',
      range: undefined,
      timeMs: expect.any(Number) as number,
      status: 200,
      bytes: size,
      outcome: 'completed',
    });
    origin.log.clear();
    expect([origin.log.count(), origin.log.bytes()]).toEqual([0, 0]);
  });

  test('a viewer who hangs up costs what was written, and is no completed request', async () => {
    origin.setFaults({ bytesPerSecond: 100_000 });
    await ask(url, SEGMENT, { hangUpAfterBytes: 5000 });
    await ended();
    const [entry] = origin.log.entries;
    expect(entry?.outcome).toBe('aborted');
    expect(entry?.bytes).toBeGreaterThanOrEqual(5000);
    expect(entry?.bytes).toBeLessThan(size / 2);
  });

  test('faults: a status for one path only', async () => {
    origin.setFaults({ status: ({ path }) => (path === SEGMENT ? 503 : undefined) });
    expect((await ask(url, SEGMENT)).status).toBe(503);
    expect((await ask(url, '/vod-ts/240p/001.ts')).status).toBe(200);
    origin.setFaults({});
    expect((await ask(url, SEGMENT)).status).toBe(200);
  });

  test('faults: the first byte waits', async () => {
    origin.setFaults({ firstByteDelayMs: 80 });
    const startMs = performance.now();
    await ask(url, '/vod-ts/master.m3u8');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(75);
  });

  test('faults: a rate is kept', async () => {
    origin.setFaults({ bytesPerSecond: () => 200_000 });
    const startMs = performance.now();
    const reply = await ask(url, SEGMENT);
    const seconds = (performance.now() - startMs) / 1000;
    expect(reply.body.equals(segmentBytes)).toBe(true);
    expect(size / seconds).toBeLessThan(202_000);
    expect(size / seconds).toBeGreaterThan(50_000);
  });

  test('faults: a connection is cut in the middle of a body', async () => {
    origin.setFaults({ cutAfterBytes: 1000 });
    await expect(ask(url, SEGMENT)).rejects.toThrow();
    await ended();
    expect(origin.log.entries[0]).toMatchObject({ status: 200, bytes: 1000, outcome: 'aborted' });
  });

  test('closing cuts responses that wait or run', async () => {
    origin.setFaults({ firstByteDelayMs: ({ path }) => (path === SEGMENT ? 60_000 : 0), bytesPerSecond: 100 });
    const replies = Promise.allSettled([ask(url, SEGMENT), ask(url, '/vod-ts/240p/001.ts')]);
    await until(() => origin.log.bytes() > 0 && origin.log.count() === 2);
    origin.close();
    expect((await replies).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await ended();
    expect(origin.log.count(({ outcome }) => outcome === 'aborted')).toBe(2);
  });

  test('many viewers at once are each counted', async () => {
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask(url, SEGMENT)));
    await ended();
    expect(replies.every((reply) => reply.body.equals(segmentBytes))).toBe(true);
    expect(origin.log.bytes()).toBe(40 * size);
  });

  test('the live stream: playlists, then segments by their number, gone and coming ones not', async () => {
    const master = await ask(url, '/live/master.m3u8');
    expect(master.body.toString()).toContain('240p/index.m3u8');
    const playlist = (await ask(url, '/live/240p/index.m3u8')).body.toString();
    // 500 segments of 2 s are complete, six are in the window; the loop has 30.
    expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:494\n');
    expect(playlist).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:16\n');
    expect(playlist.trimEnd().endsWith('499.ts')).toBe(true);
    const segment = await ask(url, '/live/240p/499.ts');
    expect(segment.body.equals(readFileSync(join(fixturesDir, 'vod-ts/240p/019.ts')))).toBe(true);
    expect((await ask(url, '/live/240p/500.ts')).status).toBe(404);
    nowMs += 2000;
    expect((await ask(url, '/live/240p/500.ts')).status).toBe(200);
    nowMs += 60_000;
    expect((await ask(url, '/live/240p/500.ts')).status).toBe(404);
  });

  test('low latency: what is announced is answered when it is there, what is far off not at all', async () => {
    const text = (await ask(url, '/live-ll/144p/index.m3u8')).body.toString();
    expect(text).toContain('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="500.0.m4s"');
    const early = [ask(url, '/live-ll/144p/index.m3u8?_HLS_msn=500&_HLS_part=0'), ask(url, '/live-ll/144p/500.0.m4s')];
    await until(() => origin.log.count(({ outcome }) => outcome === 'pending') === 2);
    nowMs += 400;
    const [reload, part] = await Promise.all(early);
    expect(reload?.body.toString()).toContain('URI="500.0.m4s",INDEPENDENT=YES');
    expect([reload?.status, part?.status, part?.headers['content-type']]).toEqual([200, 200, 'video/iso.segment']);
    expect((await ask(url, '/live-ll/144p/index.m3u8?_HLS_msn=600')).status).toBe(400);
    expect((await ask(url, '/live-ll/144p/500.3.m4s')).status).toBe(404);
    expect((await ask(url, '/live-ll/none/index.m3u8')).status).toBe(404);
    expect((await ask(url, '/live-ll/144p/init.mp4')).headers['content-type']).toBe('video/mp4');
  });

  test('low latency: an answer that is still waited for is cut when the origin closes', async () => {
    const reply = Promise.allSettled([ask(url, '/live-ll/144p/index.m3u8?_HLS_msn=501')]);
    await until(() => origin.log.count() === 1);
    origin.close();
    expect((await reply)[0].status).toBe('rejected');
    await ended();
  });
});
