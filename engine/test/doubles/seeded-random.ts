import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

import type { Random } from '../../src/ports/random';

const BYTE_MASK = 0xff;
/** The generator's highest bits are its best. */
const BYTE_SHIFT = 24;
/** Small seeds leave most of the generator's state alike: the first numbers of seeds 1, 2, 3 … would be neighbours. */
const DISCARDED_DRAWS = 64;

/** The same seed draws the same lots. */
export class SeededRandom implements Random {
  readonly #generator;

  constructor(readonly seed: number) {
    this.#generator = xoroshiro128plus(seed);
    for (let count = 0; count < DISCARDED_DRAWS; count++) this.#generator.next();
  }

  next(): number {
    return uniformFloat64(this.#generator);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => (this.#generator.next() >>> BYTE_SHIFT) & BYTE_MASK);
  }

  /** A generator of its own, so that what one viewer draws does not shift what another draws. */
  fork(): SeededRandom {
    return new SeededRandom(this.#generator.next());
  }
}
