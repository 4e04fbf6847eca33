import type { Random } from '../../src/ports/random';
import { expectSame, expectTrue, type ContractCase } from './contract';

/** What the cases need. */
export interface RandomWorld {
  readonly random: Random;
}

const DRAWS = 2000;
/** More than crypto.getRandomValues fills in one call. */
const MANY_BYTES = 70_000;

/** Clauses of {@link Random}. */
export const randomContract: readonly ContractCase<RandomWorld>[] = [
  {
    name: 'numbers are in [0, 1) and spread over it',
    run({ random }) {
      const tenths = new Array<number>(10).fill(0);
      for (let count = 0; count < DRAWS; count++) {
        const value = random.next();
        expectTrue(value >= 0 && value < 1, `${value} is in [0, 1)`);
        const tenth = Math.floor(value * 10);
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }
      expectTrue(
        tenths.every((count) => count > DRAWS / 20),
        `each tenth is drawn: ${tenths.join()}`,
      );
    },
  },
  {
    name: 'numbers do not repeat',
    run({ random }) {
      const values = new Set(Array.from({ length: DRAWS }, () => random.next()));
      expectSame(values.size, DRAWS, 'different numbers');
    },
  },
  {
    name: 'bytes come in the asked number, every value among them',
    run({ random }) {
      expectSame(random.bytes(0).length, 0, 'length');
      expectSame(random.bytes(20).length, 20, 'length');
      const many = random.bytes(MANY_BYTES);
      expectSame(many.length, MANY_BYTES, 'length');
      expectSame(new Set(many.subarray(-4096)).size, 256, 'values among the last');
    },
  },
  {
    name: 'two draws of bytes differ and are the caller’s own',
    run({ random }) {
      const first = random.bytes(20);
      const kept = [...first];
      const second = random.bytes(20);
      expectSame([...first], kept, 'the first draw after the second');
      expectTrue(kept.join() !== second.join(), 'the draws differ');
    },
  },
];
