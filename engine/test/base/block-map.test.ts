import fc from 'fast-check';
import { BlockMap, blockCountOf, blockRange } from '../../src/base/block-map';

const LAST = 600;
const indexes = fc.uniqueArray(fc.nat(LAST));
const mapOf = (blocks: readonly number[]): BlockMap => {
  const map = new BlockMap();
  for (const index of blocks) map.add(index);
  return map;
};
const all = Array.from({ length: LAST + 20 }, (_, index) => index);
const blocksOf = (map: BlockMap): number[] => all.filter((index) => map.has(index));
const inOrder = (blocks: readonly number[]): number[] => [...blocks].sort((a, b) => a - b);

describe('BlockMap', () => {
  test('has what was added, and knows how many and which comes last', () => {
    fc.assert(
      fc.property(indexes, (blocks) => {
        const map = mapOf([...blocks, ...blocks]);
        expect(blocksOf(map)).toEqual(inOrder(blocks));
        expect(map.count).toBe(blocks.length);
        expect(map.end).toBe(Math.max(-1, ...blocks) + 1);
      }),
    );
  });

  test('goes over the wire and back, as short as can be', () => {
    fc.assert(
      fc.property(indexes, (blocks) => {
        const map = mapOf(blocks);
        const bytes = map.toBytes();
        const back = new BlockMap(bytes);
        expect([blocksOf(back), back.count, back.end]).toEqual([blocksOf(map), map.count, map.end]);
        expect(bytes.at(-1)).not.toBe(0);
      }),
    );
  });

  test('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const map = new BlockMap(bytes);
        expect(map.count).toBe(blocksOf(map).length);
        expect(map.end).toBe((blocksOf(map).at(-1) ?? -1) + 1);
        expect([...map.toBytes()]).toEqual([...bytes.slice(0, Math.ceil(map.end / 8))]);
      }),
    );
  });

  test('becomes what it is told to, and keeps no hold of the bytes', () => {
    fc.assert(
      fc.property(indexes, indexes, (before, after) => {
        const map = mapOf(before);
        const bytes = mapOf(after).toBytes();
        map.replace(bytes);
        bytes.fill(0xff);
        expect([blocksOf(map), map.count]).toEqual([inOrder(after), after.length]);
      }),
    );
  });

  test('knows which others it includes, and lies within', () => {
    fc.assert(
      fc.property(indexes, indexes, (some, others) => {
        const [part, whole] = [mapOf(some), mapOf([...some, ...others])];
        expect([whole.includes(part.toBytes()), part.isWithin(whole.toBytes())]).toEqual([true, true]);
        const isSame = part.count === whole.count;
        expect([part.includes(whole.toBytes()), whole.isWithin(part.toBytes())]).toEqual([isSame, isSame]);
      }),
    );
  });

  test('block 0 is the lowest bit of byte 0', () => {
    expect([...mapOf([0, 9]).toBytes()]).toEqual([1, 2]);
  });

  test('what it gave away stays as it was', () => {
    const map = mapOf([1]);
    const bytes = map.toBytes();
    map.add(2);
    expect([...bytes]).toEqual([2]);
    map.clear();
    expect([map.count, map.end, map.has(1), map.toBytes().length]).toEqual([0, 0, false, 0]);
  });
});

describe('blockRange', () => {
  test('the blocks of a segment follow each other to its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 3_000 }), (totalBytes, blockBytes) => {
        let end = 0;
        for (let index = 0; index < blockCountOf(totalBytes, blockBytes); index += 1) {
          const range = blockRange(index, totalBytes, blockBytes);
          expect(range.start).toBe(end);
          expect(range.end).toBeGreaterThan(range.start);
          expect(range.end - range.start).toBeLessThanOrEqual(blockBytes);
          end = range.end;
        }
        expect(end).toBe(totalBytes);
      }),
      { numRuns: 50 },
    );
  });
});
