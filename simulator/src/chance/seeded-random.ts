import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../../../engine/src/ports/random';

const BYTE_MASK = 0xff;
/** The generator's highest bits are its best. */
const BYTE_SHIFT = 24;
/** Small seeds leave most of the generator's state alike: the first numbers of seeds 1, 2, 3 … would be neighbours. */
const DISCARDED_DRAWS = 64;

/** A stream of lots: the same seed draws the same. */
export class SeededRandom implements Random {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
    for (let count = 0; count < DISCARDED_DRAWS; count += 1) this.#generator.next();
  }

  next(): number {
    return uniformFloat64(this.#generator);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => (this.#generator.next() >>> BYTE_SHIFT) & BYTE_MASK);
  }

  /** A stream of its own: what one viewer draws does not shift what another draws. */
  fork(): SeededRandom {
    return new SeededRandom(this.#generator.next());
  }
}
