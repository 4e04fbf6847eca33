import type { Random } from '../../ports/random';

/** crypto.getRandomValues refuses to fill more at once. */
const MAX_BYTES_PER_CALL = 65_536;
const HIGH_BITS = 21;
const LOW_BITS = 32;

/**
 * Chance from the platform's cryptographic generator; also there on pages without HTTPS.
 *
 * @internal
 */
export class CryptoRandom implements Random {
  next(): number {
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    return ((high >>> (LOW_BITS - HIGH_BITS)) * 2 ** LOW_BITS + low) / 2 ** (HIGH_BITS + LOW_BITS);
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let start = 0; start < length; start += MAX_BYTES_PER_CALL) {
      crypto.getRandomValues(bytes.subarray(start, start + MAX_BYTES_PER_CALL));
    }
    return bytes;
  }
}
