// Which blocks of a segment are there. A segment is shared in blocks of one size, the last one maybe shorter.

import type { ByteRange } from './byte-range';
import type { Bytes } from './units';

const BITS_PER_BYTE = 8;

/** How many blocks a segment of `totalBytes` has. */
export function blockCountOf(totalBytes: Bytes, blockBytes: Bytes): number {
  return Math.ceil(totalBytes / blockBytes);
}

/** Where block `index` lies in the segment. */
export function blockRange(index: number, totalBytes: Bytes, blockBytes: Bytes): ByteRange {
  return { start: index * blockBytes, end: Math.min(totalBytes, (index + 1) * blockBytes) };
}

/** One bit per block, as it goes over the wire: block 0 is the lowest bit of byte 0. */
export class BlockMap {
  #bits: Uint8Array;
  #count = 0;

  constructor(bits: Uint8Array = new Uint8Array(0)) {
    this.#bits = bits;
    this.#count = countOf(bits);
  }

  /** How many blocks are in it. */
  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return (((this.#bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  }

  add(index: number): void {
    if (this.has(index)) return;
    const byte = index >> 3;
    if (byte >= this.#bits.length) {
      const larger = new Uint8Array(byte + 1);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[byte] = (this.#bits[byte] ?? 0) | (1 << (index & 7));
    this.#count += 1;
  }

  /** Makes it what `bits` say, which stay the caller's. */
  replace(bits: Uint8Array): void {
    if (bits.length > this.#bits.length) this.#bits = bits.slice();
    else {
      this.#bits.set(bits);
      this.#bits.fill(0, bits.length);
    }
    this.#count = countOf(bits);
  }

  /** Whether every block of `bits` is in it. */
  includes(bits: Uint8Array): boolean {
    return isWithin(bits, this.#bits);
  }

  /** Whether every block that is in it is one of `bits`. */
  isWithin(bits: Uint8Array): boolean {
    return isWithin(this.#bits, bits);
  }

  clear(): void {
    this.#bits = new Uint8Array(0);
    this.#count = 0;
  }

  /** The highest block in it, plus 1; 0: none is. */
  get end(): number {
    for (let byte = this.#bits.length - 1; byte >= 0; byte -= 1) {
      const bits = this.#bits[byte] ?? 0;
      if (bits > 0) return byte * BITS_PER_BYTE + (32 - Math.clz32(bits));
    }
    return 0;
  }

  /** A copy of the bits, without empty bytes at the end. */
  toBytes(): Uint8Array {
    return this.#bits.slice(0, Math.ceil(this.end / BITS_PER_BYTE));
  }
}

function isWithin(part: Uint8Array, whole: Uint8Array): boolean {
  for (let index = 0; index < part.length; index += 1)
    if (((part[index] ?? 0) & ~(whole[index] ?? 0)) !== 0) return false;
  return true;
}

function countOf(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
