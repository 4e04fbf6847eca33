import fc from 'fast-check';
import type { ByteRange } from '../../src/base/byte-range';
import { RangeSet } from '../../src/base/range-set';

const SIZE = 40;

const range: fc.Arbitrary<ByteRange> = fc
  .tuple(fc.nat(SIZE), fc.nat(SIZE))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const operation = fc.record({ kind: fc.constantFrom('add', 'remove'), range });

/** The same set, byte by byte. */
function naive(operations: readonly { kind: string; range: ByteRange }[]): boolean[] {
  const bytes = new Array<boolean>(SIZE).fill(false);
  for (const { kind, range: at } of operations) bytes.fill(kind === 'add', at.start, at.end);
  return bytes;
}

function build(operations: readonly { kind: string; range: ByteRange }[]): RangeSet {
  const set = new RangeSet();
  for (const { kind, range: at } of operations) {
    if (kind === 'add') set.add(at);
    else set.remove(at);
  }
  return set;
}

describe('RangeSet', () => {
  test('holds the same bytes as a set of single bytes', () => {
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const [set, bytes] = [build(operations), naive(operations)];
        expect(set.byteCount).toBe(bytes.filter(Boolean).length);
        expect(bytes.map((_, at) => set.contains({ start: at, end: at + 1 }))).toEqual(bytes);
        const firstMissing = bytes.indexOf(false);
        expect(set.contiguousEnd).toBe(firstMissing < 0 ? SIZE : firstMissing);
      }),
    );
  });

  test('keeps its ranges sorted, apart and not empty', () => {
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const { ranges } = build(operations);
        ranges.forEach(({ start, end }, index) => {
          expect(end).toBeGreaterThan(start);
          const before = ranges[index - 1];
          if (before) expect(start).toBeGreaterThan(before.end);
        });
      }),
    );
  });

  test('what is missing and what is there make up the whole', () => {
    fc.assert(
      fc.property(fc.array(operation), range, (operations, within) => {
        const [set, bytes] = [build(operations), naive(operations)];
        const missing = set.missing(within);
        const isMissing = (at: number) => missing.some(({ start, end }) => start <= at && at < end);
        for (let at = 0; at < SIZE; at += 1) {
          expect(isMissing(at)).toBe(at >= within.start && at < within.end && !bytes[at]);
        }
        expect(set.contains(within)).toBe(missing.length === 0);
      }),
    );
  });

  test('says where the run ends that a byte lies in', () => {
    fc.assert(
      fc.property(fc.array(operation), fc.nat(SIZE - 1), (operations, start) => {
        const [set, bytes] = [build(operations), naive(operations)];
        const end = bytes.indexOf(false, start);
        const runEnd = end < 0 ? SIZE : end;
        expect(set.contains({ start, end: runEnd })).toBe(true);
        expect(set.contains({ start, end: runEnd + 1 })).toBe(false);
      }),
    );
  });

  test('says how many added bytes were new', () => {
    fc.assert(
      fc.property(fc.array(operation), range, (operations, added) => {
        const set = build(operations);
        const before = set.byteCount;
        expect(set.add(added)).toBe(set.byteCount - before);
        expect(set.add(added)).toBe(0);
      }),
    );
  });

  test('a range to the end of something unknown is missing to the end', () => {
    const set = new RangeSet();
    set.add({ start: 3, end: 5 });
    expect(set.missing({ start: 0, end: Infinity })).toEqual([
      { start: 0, end: 3 },
      { start: 5, end: Infinity },
    ]);
  });
});
