import fc from 'fast-check';
import { MAX_SEGMENTS_PER_PEER } from '../../src/protocol/limits';
import { segmentKeyOf } from '../../src/media/segment';
import { MAX_SHELVED_SEGMENTS, SegmentShelf } from '../../src/session/segment-shelf';

const idOf = (sequence: number) => ({ rendition: 1, discontinuity: 0, sequence });
const keyOf = (sequence: number) => segmentKeyOf(idOf(sequence));

function start(limitBytes: number) {
  const stored = new Map<string, number>();
  const removed: string[] = [];
  const shelf = new SegmentShelf(
    limitBytes,
    (effect) => {
      if (effect.type === 'putSegment') stored.set(effect.key, effect.bytes.length);
      else if (effect.type === 'removeSegment') stored.delete(effect.key);
      else if (effect.type === 'clearStore') stored.clear();
    },
    (key) => removed.push(key),
  );
  const put = (sequence: number, size: number) => shelf.put(keyOf(sequence), idOf(sequence), new Uint8Array(size));
  return { shelf, stored, removed, put };
}

describe('SegmentShelf', () => {
  test('[STO-1] never holds more than the limit, keeps the newest, and tells the store of all that it drops', () => {
    const step = fc.record({ sequence: fc.nat(30), size: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.array(step), (limit, steps) => {
        const { shelf, stored, put } = start(limit);
        for (const { sequence, size } of steps) {
          put(sequence, size);
          expect([...stored.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(limit);
          expect(new Set(shelf.haves().map(({ id }) => segmentKeyOf(id)))).toEqual(new Set(stored.keys()));
          if (size <= limit) expect(stored.has(keyOf(sequence))).toBe(true);
        }
      }),
    );
  });

  test('[STO-1] the oldest goes first, and the others hear of it', () => {
    const { shelf, removed, put } = start(100);
    for (const sequence of [1, 2, 3]) put(sequence, 40);
    expect(removed).toEqual([keyOf(1)]);
    expect(shelf.get(keyOf(1))).toBeUndefined();
    shelf.setLimit(40);
    expect(removed).toEqual([keyOf(1), keyOf(2)]);
    put(4, 41);
    expect(shelf.haves().map(({ id }) => id.sequence)).toEqual([3]);
  });

  // Ten thousand short audio segments fit into the memory; peers would have closed a viewer that says so.
  test('[STO-2] holds no more segments than peers let it announce', () => {
    const { shelf, put } = start(Infinity);
    for (let sequence = 0; sequence <= MAX_SHELVED_SEGMENTS + 10; sequence += 1) put(sequence, 1);
    expect(shelf.haves()).toHaveLength(MAX_SHELVED_SEGMENTS);
    expect(MAX_SHELVED_SEGMENTS).toBeLessThan(MAX_SEGMENTS_PER_PEER);
    expect(shelf.get(keyOf(10))).toBeUndefined();
    expect(shelf.get(keyOf(11))).toBeDefined();
  });

  test('[STO-3] what the store could not keep is not offered', () => {
    const { shelf, removed, put } = start(100);
    put(1, 60);
    shelf.forget(keyOf(1));
    shelf.forget(keyOf(1));
    expect([shelf.haves(), removed]).toEqual([[], [keyOf(1)]]);
    put(2, 100);
    expect(shelf.haves()).toHaveLength(1);
  });

  test('knows which ranges it can give', () => {
    const { shelf, put } = start(100);
    put(1, 60);
    expect(shelf.has(keyOf(1), { start: 10, end: 60 })).toBe(true);
    expect(shelf.has(keyOf(1), { start: 10, end: 61 })).toBe(false);
    expect(shelf.has(keyOf(2), { start: 0, end: 1 })).toBe(false);
  });

  test('a segment that is there already stays as it is', () => {
    const { shelf, stored, put } = start(100);
    put(1, 60);
    put(1, 50);
    expect([shelf.get(keyOf(1))?.byteCount, stored.get(keyOf(1))]).toEqual([60, 60]);
    shelf.remove(keyOf(9));
    shelf.remove(keyOf(1));
    shelf.clear();
    expect(shelf.haves()).toEqual([]);
  });
});
