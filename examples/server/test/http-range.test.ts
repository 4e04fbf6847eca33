import fc from 'fast-check';
import { resolveRange } from '../http-range';

const whole = { kind: 'whole' };
const unsatisfiable = { kind: 'unsatisfiable' };
const part = (start: number, end: number) => ({ kind: 'part', start, end });

describe('resolveRange', () => {
  test.each([
    ['no header', undefined, whole],
    ['a closed range', 'bytes=10-19', part(10, 20)],
    ['one byte', 'bytes=0-0', part(0, 1)],
    ['an open range', 'bytes=90-', part(90, 100)],
    ['an end beyond the size', 'bytes=90-999999999999999999999', part(90, 100)],
    ['a suffix', 'bytes=-10', part(90, 100)],
    ['a suffix longer than the resource', 'bytes=-1000', part(0, 100)],
    ['a suffix of nothing', 'bytes=-0', unsatisfiable],
    ['a start at the size', 'bytes=100-', unsatisfiable],
    ['a start beyond the size', 'bytes=5000-6000', unsatisfiable],
    ['a range that ends before it starts', 'bytes=20-10', whole],
    ['two ranges', 'bytes=0-1,5-6', whole],
    ['another unit', 'lines=0-1', whole],
    ['no numbers', 'bytes=-', whole],
    ['garbage', 'bytes=a-b', whole],
  ])('%s', (_, header, expected) => {
    expect(resolveRange(header, 100)).toEqual(expected);
  });

  test('an empty resource has no part', () => {
    expect(resolveRange('bytes=0-', 0)).toEqual(unsatisfiable);
    expect(resolveRange('bytes=-1', 0)).toEqual(unsatisfiable);
  });

  test('a part never leaves the resource and is never empty', () => {
    const end = fc.option(fc.nat(), { nil: '' });
    fc.assert(
      fc.property(end, end, fc.nat(2000), (first, last, size) => {
        const answer = resolveRange(`bytes=${String(first)}-${String(last)}`, size);
        if (answer.kind !== 'part') return true;
        return answer.start >= 0 && answer.start < answer.end && answer.end <= size;
      }),
    );
  });
});
