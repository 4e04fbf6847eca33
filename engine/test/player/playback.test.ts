import fc from 'fast-check';
import { bufferAheadSeconds, type TimeSpans } from '../../src/player/playback';

type Span = readonly [start: number, end: number];

const spansOf = (...spans: Span[]): TimeSpans => ({
  length: spans.length,
  start: (index) => spans[index]![0],
  end: (index) => spans[index]![1],
});

/** In order and apart, as TimeRanges are: built of alternating gaps and lengths, in hundredths of a second. */
const anySpans = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2000 })))
  .map((steps) => {
    let at = 0;
    return steps.map(([gap, length]): Span => {
      const start = at + gap;
      at = start + length;
      return [start / 100, at / 100];
    });
  });
const anyPlayhead = fc.integer({ min: 0, max: 20_000 }).map((hundredths) => hundredths / 100);

describe('bufferAheadSeconds', () => {
  test.each<[string, number, Span[], number]>([
    ['nothing buffered, before the first frame', 0, [], 0],
    ["video.js's word for nothing", 0, [[0, 0]], 0],
    ['within a range', 4, [[0, 10]], 6],
    ['a first frame that is not at 0', 0, [[0.08, 6]], 6],
    ['a first frame too far away', 0, [[0.4, 6]], 0],
    [
      'a small gap between ranges',
      1,
      [
        [0, 4],
        [4.05, 9],
      ],
      8,
    ],
    [
      'a gap that stops playback',
      1,
      [
        [0, 4],
        [4.2, 9],
      ],
      3,
    ],
    [
      'after everything',
      20,
      [
        [0, 4],
        [5, 9],
      ],
      0,
    ],
    [
      'in the second range',
      6,
      [
        [0, 4],
        [5, 9],
      ],
      3,
    ],
    ['live, before the seek to the edge', 0, [[1000, 1006]], 0],
  ])('%s', (_case, playhead, spans, expected) => {
    expect(bufferAheadSeconds(spansOf(...spans), playhead)).toBeCloseTo(expected);
  });

  test('is 0 or ends where a range ends, and every gap on the way is small', () => {
    fc.assert(
      fc.property(anySpans, anyPlayhead, (spans, playhead) => {
        const ahead = bufferAheadSeconds(spansOf(...spans), playhead);
        expect(ahead).toBeGreaterThanOrEqual(0);
        if (ahead === 0) return;
        const end = playhead + ahead;
        expect(spans.some((span) => Math.abs(span[1] - end) < 1e-6)).toBe(true);
        let reached = playhead;
        for (const [start, stop] of spans) {
          if (stop <= playhead || start >= end) continue;
          expect(start - reached).toBeLessThan(0.1 + 1e-6);
          reached = stop;
        }
      }),
    );
  });

  test('playing on for a while takes exactly that while off it', () => {
    fc.assert(
      fc.property(anySpans, anyPlayhead, fc.double({ min: 0, max: 1, noNaN: true }), (spans, playhead, share) => {
        const ahead = bufferAheadSeconds(spansOf(...spans), playhead);
        const later = playhead + ahead * share;
        expect(bufferAheadSeconds(spansOf(...spans), later)).toBeCloseTo(ahead * (1 - share), 4);
      }),
    );
  });
});
