import fc from 'fast-check';
import { createLiveStream, type LiveLoop, type LiveOptions } from '../live-stream';

const LOOP_LENGTH = 7;
const SEGMENT_MS = 2000;
const WINDOW = 6;

const files = Array.from({ length: LOOP_LENGTH }, (_, index) => `${String(index)}.ts`);
const loop: LiveLoop = {
  segmentMs: SEGMENT_MS,
  multivariantPlaylist: '#EXTM3U\n',
  filesByRendition: new Map([
    ['low', files],
    ['high', files],
  ]),
};

interface PublishedSegment {
  readonly sequence: number;
  readonly discontinuity: number;
  readonly startMs: number;
  readonly uri: string;
}

/** Reads a playlist by the rules of RFC 8216, sections 4.3.3.2 and 6.3. */
function readPlaylist(text: string): PublishedSegment[] {
  const segments: PublishedSegment[] = [];
  let sequence = 0;
  let discontinuity = 0;
  let startMs = NaN;
  for (const line of text.split('\n')) {
    const [tag = '', value = ''] = line.split(/:(.*)/);
    if (tag === '#EXT-X-MEDIA-SEQUENCE') sequence = Number(value);
    else if (tag === '#EXT-X-DISCONTINUITY-SEQUENCE') discontinuity = Number(value);
    else if (tag === '#EXT-X-DISCONTINUITY') discontinuity += 1;
    else if (tag === '#EXT-X-PROGRAM-DATE-TIME') startMs = Date.parse(value);
    else if (line !== '' && !line.startsWith('#'))
      segments.push({ sequence: sequence++, discontinuity, startMs, uri: line });
  }
  return segments;
}

/** The stream of a viewer who looks at `atMs` after the start. */
const streamAt = (atMs: number, options: LiveOptions = {}) =>
  createLiveStream(loop, { windowSegments: WINDOW, startMs: 0, now: () => atMs, ...options });

const segmentsAt = (atMs: number) => readPlaylist(streamAt(atMs).mediaPlaylist('low') ?? '');

const anyTime = fc.integer({ min: SEGMENT_MS, max: SEGMENT_MS * LOOP_LENGTH * 40 });

describe('createLiveStream', () => {
  test('an early and a late viewer give every segment the same numbers', () => {
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 0, max: SEGMENT_MS * WINDOW }), (early, later) => {
        const known = new Map(segmentsAt(early).map((segment) => [segment.uri, segment]));
        for (const segment of segmentsAt(early + later)) {
          if (known.has(segment.uri)) expect(segment).toEqual(known.get(segment.uri));
        }
      }),
    );
  });

  test('any two moments agree on the discontinuity number as a function of the sequence alone', () => {
    fc.assert(
      fc.property(anyTime, (atMs) => {
        for (const { sequence, discontinuity } of segmentsAt(atMs))
          expect(discontinuity).toBe(Math.floor(sequence / LOOP_LENGTH));
      }),
    );
  });

  test('the window slides: full, without a gap, never backwards, up to the newest complete segment', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (first, second) => {
        const [early, late] = first < second ? [first, second] : [second, first];
        const before = segmentsAt(early);
        const after = segmentsAt(late);
        expect(after[0]?.sequence).toBeGreaterThanOrEqual(before[0]?.sequence ?? NaN);
        const newest = Math.floor(late / SEGMENT_MS) - 1;
        expect(after.map((segment) => segment.sequence)).toEqual(
          Array.from({ length: Math.min(WINDOW, newest + 1) }, (_, index) => Math.max(0, newest - WINDOW + 1) + index),
        );
      }),
    );
  });

  test('dates follow the sequence across wraps of the loop', () => {
    const segments = segmentsAt(SEGMENT_MS * (LOOP_LENGTH * 2 + 3));
    expect(segments.map(({ startMs }) => startMs)).toEqual(segments.map(({ sequence }) => sequence * SEGMENT_MS));
  });

  test('every segment of a playlist is served, with the file of its place in the loop', () => {
    fc.assert(
      fc.property(anyTime, (atMs) => {
        for (const { sequence, uri } of segmentsAt(atMs)) {
          expect(uri).toBe(`${String(sequence)}.ts`);
          expect(streamAt(atMs).segmentFile('high', sequence)).toEqual({
            rendition: 'high',
            file: `${String(sequence % LOOP_LENGTH)}.ts`,
          });
        }
      }),
    );
  });

  test('nothing is served before it is complete, nor after its grace', () => {
    const stream = streamAt(SEGMENT_MS * 40, { graceSegments: 4 });
    const isServed = (sequence: number) => stream.segmentFile('low', sequence) !== undefined;
    expect([39, 40, 1000].map(isServed)).toEqual([true, false, false]);
    // In the playlist: 34…39; in grace: 30…33.
    expect([34, 33, 30, 29, 0].map(isServed)).toEqual([true, true, true, false, false]);
  });

  test('before the first segment is complete there is no playlist', () => {
    expect(streamAt(SEGMENT_MS - 1).mediaPlaylist('low')).toBeUndefined();
    expect(streamAt(-5).mediaPlaylist('low')).toBeUndefined();
    expect(segmentsAt(SEGMENT_MS)).toHaveLength(1);
  });

  test('the playlist is a live one and has the right target duration', () => {
    const text = streamAt(SEGMENT_MS * 100).mediaPlaylist('low');
    expect(text).toContain('#EXT-X-TARGETDURATION:2\n');
    expect(text).not.toContain('#EXT-X-ENDLIST');
    expect(text).not.toContain('#EXT-X-PLAYLIST-TYPE');
  });

  test('an unknown rendition has nothing', () => {
    expect(streamAt(SEGMENT_MS * 9).mediaPlaylist('none')).toBeUndefined();
    expect(streamAt(SEGMENT_MS * 9).segmentFile('none', 5)).toBeUndefined();
  });

  test('a window shorter than three segments is refused', () => {
    expect(() => createLiveStream(loop, { windowSegments: 2 })).toThrow(RangeError);
  });
});
