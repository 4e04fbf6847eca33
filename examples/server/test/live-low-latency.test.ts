import { join } from 'node:path';
import fc from 'fast-check';
import { fragmentsOf } from '../iso-boxes';
import { chunkedSegment, createLowLatencyStream, readChunkLoop, type Awaited } from '../live-low-latency';
import type { LiveOptions } from '../live-stream';

const loop = readChunkLoop(join(__dirname, '../../../e2e/fixtures/vod-chunks'));
const PART_MS = 400;
const PARTS = 5;
const SEGMENT_MS = PART_MS * PARTS;
const WINDOW = 10;

const streamAt = (atMs: number, options: LiveOptions = {}) =>
  createLowLatencyStream(loop, { windowSegments: WINDOW, startMs: 0, now: () => atMs, ...options });

function awaited<Content>(found: Awaited<Content> | 'refused' | undefined): Awaited<Content> {
  if (found === undefined || found === 'refused') throw new Error(`found ${String(found)}`);
  return found;
}

const playlistAt = (atMs: number, query = '', rendition = '144p'): string =>
  awaited(streamAt(atMs).mediaPlaylist(rendition, query)).read();
const waitFor = (atMs: number, query: string): number =>
  awaited(streamAt(atMs).mediaPlaylist('144p', query)).atMs - atMs;
const linesOf = (text: string, start: string): string[] => text.split('\n').filter((line) => line.startsWith(start));
const uriOf = (line: string | undefined): string => /URI="([^"]+)"/.exec(line ?? '')?.[1] ?? '';
const numbersOf = (uri: string): number[] => uri.split('.').slice(0, -1).map(Number);

const anyTime = fc.integer({ min: SEGMENT_MS, max: SEGMENT_MS * 100 });
const anyRendition = fc.constantFrom('90p', '144p', 'audio');

test('the loop: segments of five chunks, which together are the segment', () => {
  expect(loop).toMatchObject({ segmentMs: SEGMENT_MS, partsPerSegment: PARTS, partTargetSeconds: 0.41 });
  for (const { segments } of loop.renditions.values()) {
    for (const { bytes, parts } of segments) {
      expect([parts[0]?.start, parts.at(-1)?.end]).toEqual([0, bytes.length]);
      for (const [index, { start }] of parts.entries()) expect(start).toBe(index === 0 ? 0 : parts[index - 1]?.end);
    }
    const seconds = segments.flatMap(({ parts }) => parts.map((part) => part.seconds));
    expect(seconds.reduce((sum, part) => sum + part, 0)).toBeCloseTo(16, 9);
    // RFC 8216bis 4.4.4.9: no shorter than 85 % of the target, the last of a segment aside.
    for (const part of seconds) expect(part).toBeGreaterThan(0.85 * loop.partTargetSeconds);
  }
});

test('each round of the loop follows the one before in time', () => {
  const timesOf = (rendition: string, sequence: number) =>
    fragmentsOf(chunkedSegment(loop, rendition, sequence)!.bytes).map(({ decodeTime }) => decodeTime);
  expect(timesOf('144p', 0)).toEqual([0, 5_120, 10_240, 15_360, 20_480]);
  expect(timesOf('144p', 8)).toEqual([0, 5_120, 10_240, 15_360, 20_480].map((time) => time + 16 * 12_800));
  expect(timesOf('audio', 8_001)[0]).toBe(timesOf('audio', 1)[0]! + 16_000 * 48_000);
});

test('a playlist lists complete segments, the parts of the newest, and the part that comes next', () => {
  const text = playlistAt(20 * SEGMENT_MS + 3 * PART_MS + 1);
  expect(linesOf(text, '#EXT-X-MEDIA-SEQUENCE')).toEqual(['#EXT-X-MEDIA-SEQUENCE:10']);
  expect(text.split('\n').filter((line) => /^\d+\.m4s$/.test(line))).toEqual(
    Array.from({ length: WINDOW }, (_, index) => `${String(10 + index)}.m4s`),
  );
  expect(linesOf(text, '#EXT-X-PART:').map(uriOf)).toEqual([
    ...[17, 18, 19].flatMap((sequence) => [0, 1, 2, 3, 4].map((part) => `${String(sequence)}.${String(part)}.m4s`)),
    ...['20.0.m4s', '20.1.m4s', '20.2.m4s'],
  ]);
  expect(linesOf(text, '#EXT-X-PRELOAD-HINT').map(uriOf)).toEqual(['20.3.m4s']);
  expect(linesOf(text, '#EXT-X-RENDITION-REPORT')).toEqual(
    ['audio', '90p'].map((name) => `#EXT-X-RENDITION-REPORT:URI="../${name}/index.m3u8",LAST-MSN=20,LAST-PART=2`),
  );
});

test('what a playlist says at one time holds at any other: parts, dates, durations', () => {
  fc.assert(
    fc.property(anyTime, fc.integer({ min: 0, max: 4 * SEGMENT_MS }), anyRendition, (early, later, rendition) => {
      const entriesOf = (text: string) =>
        new Map(
          [...text.matchAll(/(#EXT-X-PROGRAM-DATE-TIME:.*\n#EXTINF:.*)\n(.*)/g)].map(([, tags, uri]) => [uri, tags]),
        );
      const [before, after] = [early, early + later].map((atMs) => entriesOf(playlistAt(atMs, '', rendition)));
      for (const [uri, tags] of after!) if (before!.has(uri)) expect(tags).toBe(before!.get(uri));
    }),
  );
});

test('all that a playlist lists is there, and the hinted part is within one part', () => {
  fc.assert(
    fc.property(anyTime, anyRendition, (atMs, rendition) => {
      const stream = streamAt(atMs);
      const text = playlistAt(atMs, '', rendition);
      for (const line of text.split('\n').filter((uri) => /^\d+\.m4s$/.test(uri)))
        expect(stream.segment(rendition, Number.parseInt(line))).toBeDefined();
      const parts = linesOf(text, '#EXT-X-PART:').map((line) => numbersOf(uriOf(line)));
      for (const [sequence, part] of parts)
        expect(awaited(stream.part(rendition, sequence!, part!)).atMs).toBeLessThanOrEqual(atMs);
      const [sequence, part] = numbersOf(uriOf(linesOf(text, '#EXT-X-PRELOAD-HINT')[0]));
      const hinted = awaited(stream.part(rendition, sequence!, part!)).atMs - atMs;
      expect([hinted > 0, hinted <= PART_MS]).toEqual([true, true]);
    }),
  );
});

test('the parts of a segment one after the other are the segment', () => {
  const stream = streamAt(50 * SEGMENT_MS);
  const parts = [0, 1, 2, 3, 4].map((part) => awaited(stream.part('audio', 47, part)).read());
  expect(Buffer.concat(parts).equals(stream.segment('audio', 47)!)).toBe(true);
  expect(stream.part('audio', 47, PARTS)).toBeUndefined();
});

test.each([
  ['a segment that is complete', '_HLS_msn=19', 0],
  ['the segment that is being made', '_HLS_msn=20', 2 * PART_MS - 100],
  ['a part that is out', '_HLS_msn=20&_HLS_part=2', 0],
  ['the next part', '_HLS_msn=20&_HLS_part=3', PART_MS - 100],
  ['a part beyond the segment, the first of the next', '_HLS_msn=20&_HLS_part=9', 3 * PART_MS - 100],
  ['the first part of the next segment', '_HLS_msn=21&_HLS_part=0', 3 * PART_MS - 100],
])('a reload waits for %s', (_what, query, waitMs) => {
  const atMs = 20 * SEGMENT_MS + 3 * PART_MS + 100;
  expect(Math.max(0, waitFor(atMs, query))).toBe(waitMs);
});

test.each(['_HLS_part=1', '_HLS_msn=24', '_HLS_msn=x', '_HLS_msn=20&_HLS_part=-1'])('%s is refused', (query) => {
  expect(streamAt(20 * SEGMENT_MS).mediaPlaylist('144p', query)).toBe('refused');
});

test('a delta playlist leaves out what is older than six target durations', () => {
  const full = playlistAt(20 * SEGMENT_MS);
  const delta = playlistAt(20 * SEGMENT_MS, '_HLS_msn=19&_HLS_skip=YES');
  expect(linesOf(delta, '#EXT-X-SKIP')).toEqual(['#EXT-X-SKIP:SKIPPED-SEGMENTS=4']);
  expect(linesOf(delta, '#EXT-X-MEDIA-SEQUENCE')).toEqual(linesOf(full, '#EXT-X-MEDIA-SEQUENCE'));
  expect(full.endsWith(delta.slice(delta.indexOf('#EXT-X-PROGRAM-DATE-TIME')))).toBe(true);
  // A young stream has nothing to leave out.
  expect(playlistAt(5 * SEGMENT_MS, '_HLS_skip=YES')).not.toContain('#EXT-X-SKIP');
});

test('nothing is served before its time, nor after its grace, nor of an unknown rendition', () => {
  const stream = streamAt(40 * SEGMENT_MS, { graceSegments: 4 });
  const isServed = (sequence: number) => stream.segment('90p', sequence) !== undefined;
  // In the playlist: 30…39; in grace: 26…29.
  expect([40, 39, 30, 26, 25, -1].map(isServed)).toEqual([false, true, true, true, false, false]);
  expect(stream.part('90p', 40, 0)).toBeDefined();
  expect(stream.part('90p', 40, 1)).toBeUndefined();
  expect(stream.part('90p', 25, 0)).toBeUndefined();
  expect([stream.mediaPlaylist('none', ''), stream.segment('none', 39), stream.part('none', 39, 0)]).toEqual(
    Array.from({ length: 3 }),
  );
});
