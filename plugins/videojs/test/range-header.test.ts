import { readRangeHeader } from '../range-header';

test.each([
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=100-199', { start: 100, end: 200 }],
  [' Bytes=5- ', { start: 5, end: Infinity }],
  ['bytes=9-3', undefined],
  ['bytes=-500', undefined],
  ['bytes=0-1,5-6', undefined],
  ['bytes=99999999999999999999-', undefined],
  ['pages=1-2', undefined],
  ['', undefined],
])('readRangeHeader %p', (value, expected) => {
  expect(readRangeHeader(value)).toEqual(expected);
});
