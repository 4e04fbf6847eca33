/** Chance for everything that draws lots: cryptographic in a page, seeded in the simulator. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}
