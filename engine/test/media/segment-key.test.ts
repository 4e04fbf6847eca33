import fc from 'fast-check';
import { segmentIdOf, segmentKeyOf } from '../../src/media/segment';

const WORD = 0xffff_ffff;

describe('segmentKeyOf', () => {
  // Texts of late are kept at hand: those that fall into the same place must not be taken for one another.
  test('gives each id its text, whichever came before', () => {
    const id = fc.record({
      rendition: fc.constantFrom(0, 1, 0xdeadbeef, WORD),
      discontinuity: fc.constantFrom(0, 1, 2, WORD),
      sequence: fc.oneof(fc.nat(2_000), fc.maxSafeNat()),
    });
    fc.assert(
      fc.property(fc.array(id, { minLength: 200, maxLength: 400 }), (ids) => {
        for (const each of [...ids, ...ids]) {
          const { rendition, discontinuity, sequence } = each;
          const key = `${rendition.toString(16).padStart(8, '0')}/${discontinuity}/${sequence}`;
          expect(segmentKeyOf(each)).toBe(key);
          expect(segmentIdOf(key)).toEqual(each);
        }
      }),
      { numRuns: 20 },
    );
  });
});
