import fc from 'fast-check';
import { parseRangeHeader, rangeLength, sameRange, toRangeHeader } from '../../src/base/byte-range';

const range = fc
  .tuple(fc.nat(2 ** 40), fc.oneof(fc.integer({ min: 1, max: 2 ** 40 }), fc.constant(Infinity)))
  .map(([start, length]) => ({ start, end: start + length }));

describe('byte ranges', () => {
  test('survive the way through a Range header', () => {
    fc.assert(fc.property(range, (value) => expect(parseRangeHeader(toRangeHeader(value))).toEqual(value)));
  });

  // The header counts its last byte in, everything inside the engine counts it out.
  test('are written with the last byte included', () => {
    expect(toRangeHeader({ start: 0, end: 100 })).toBe('bytes=0-99');
    expect(toRangeHeader({ start: 7, end: Infinity })).toBe('bytes=7-');
    expect(parseRangeHeader(' Bytes=0-0 ')).toEqual({ start: 0, end: 1 });
  });

  test.each([
    [undefined],
    [''],
    ['bytes=5-4'],
    ['bytes=-5'],
    ['bytes=0-1,3-4'],
    ['bytes=a-b'],
    ['items=0-1'],
    ['bytes=99999999999999999999-'],
    ['bytes=0-1;q=1'],
  ])('%p is none that we can serve', (header) => {
    expect(parseRangeHeader(header)).toBeUndefined();
  });

  test('have a length, and are the same when both ends are', () => {
    expect(rangeLength({ start: 3, end: 10 })).toBe(7);
    expect(sameRange({ start: 1, end: 2 }, { start: 1, end: 2 })).toBe(true);
    expect(sameRange({ start: 1, end: 2 }, { start: 1, end: 3 })).toBe(false);
    expect(sameRange(undefined, undefined)).toBe(true);
    expect(sameRange(undefined, { start: 0, end: 1 })).toBe(false);
  });
});
