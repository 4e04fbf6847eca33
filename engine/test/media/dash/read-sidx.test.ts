import fc from 'fast-check';
import { readSidx } from '../../../src/media/dash/read-sidx';
import { sidxBox } from './manifests';

const box = (type: string, size: number): number[] => [0, 0, 0, size, ...new TextEncoder().encode(type)];

describe('readSidx', () => {
  test.each([false, true])('lists ranges that follow the box; 64 bits: %s', (isLong) => {
    const bytes = sidxBox([100, 50], { isLong, firstOffset: 7 });
    const start = 1000 + bytes.length + 7;
    expect(readSidx(bytes, 1000)).toEqual([
      { byteRange: { start, end: start + 100 }, durationSeconds: 2 },
      { byteRange: { start: start + 100, end: start + 150 }, durationSeconds: 2 },
    ]);
  });

  test('skips boxes before it, references to further indexes, and what is empty', () => {
    const bytes = new Uint8Array([...box('styp', 10), 0, 0, ...sidxBox([10, -20, 0, 30])]);
    expect(readSidx(bytes, 0)).toMatchObject([
      { byteRange: { start: bytes.length, end: bytes.length + 10 } },
      { byteRange: { start: bytes.length + 30, end: bytes.length + 60 } },
    ]);
  });

  test('knows no duration without a timescale', () => {
    expect(readSidx(sidxBox([5], { timescale: 0 }), 0)).toMatchObject([{ durationSeconds: 0 }]);
  });

  test.each([
    ['has no sidx box', new Uint8Array(0)],
    ['has no sidx box', new Uint8Array(box('moov', 8))],
    ['has no sidx box', new Uint8Array(box('moov', 0))],
    ['has a box that is malformed', new Uint8Array([...box('moov', 7), 0, 0])],
    ['ends within the sidx box', sidxBox([1, 2]).subarray(0, -1)],
    ['has a sidx box that is too short', new Uint8Array([...box('sidx', 12), 0, 0, 0, 0])],
    ['has a sidx box that is too short', Uint8Array.from(sidxBox([1]), (byte, i) => (i === 31 ? 2 : byte))],
    [
      'lists ranges beyond exact numbers',
      Uint8Array.from(sidxBox([1], { isLong: true }), (b, i) => (i === 28 ? 255 : b)),
    ],
  ])('%s', (why, bytes) => {
    expect(readSidx(bytes, 0)).toBe(why);
  });

  test('any bytes: no exception, and only ranges in their order', () => {
    const mutated = fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })).map(([place, value]) => {
      return Uint8Array.from(sidxBox([3, 4], { isLong: true }), (byte, i) => (i === place ? value : byte));
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const read = readSidx(bytes, 50);
        if (typeof read === 'string') return;
        let last = 0;
        for (const { byteRange } of read) {
          expect(byteRange.start).toBeGreaterThanOrEqual(last);
          last = byteRange.end;
          expect(Number.isSafeInteger(last) && last > byteRange.start).toBe(true);
        }
      }),
    );
  });
});
