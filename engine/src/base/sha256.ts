// SHA-256 (FIPS 180-4) for what is hashed to be named: a few hundred bytes, now and then. WebCrypto's is asynchronous,
// and absent from pages served over plain HTTP.

const BLOCK_BYTES = 64;
const WORD_COUNT = 16;
const ROUND_COUNT = 64;
const LENGTH_BYTES = 8;

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
const INITIAL_STATE = wordsOf('6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19');

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = wordsOf(
  '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc3' +
    '72be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da' +
    '983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13' +
    '650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070' +
    '19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc70208' +
    '90befffaa4506cebbef9a3f7c67178f2',
);

function wordsOf(hex: string): Uint32Array {
  return Uint32Array.from({ length: hex.length / 8 }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16));
}

/** The 32 bytes of SHA-256 over `bytes`. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = INITIAL_STATE.slice();
  const padded = pad(bytes);
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) takeBlock(state, padded, at);
  const digest = new DataView(new ArrayBuffer(state.byteLength));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

/** `bytes`, one bit that is set, and at the end of the last block their number of bits. */
function pad(bytes: Uint8Array): DataView {
  const blockCount = Math.ceil((bytes.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const padded = new Uint8Array(blockCount * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - LENGTH_BYTES, BigInt(bytes.length) * 8n);
  return view;
}

function takeBlock(state: Uint32Array, blocks: DataView, at: number): void {
  const words = new Uint32Array(ROUND_COUNT);
  const word = (i: number): number => words[i] ?? 0;
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < ROUND_COUNT; i++) {
    words[i] =
      i < WORD_COUNT
        ? blocks.getUint32(at + 4 * i)
        : word(i - 16) +
          mix(word(i - 15), 7, 18, word(i - 15) >>> 3) +
          word(i - 7) +
          mix(word(i - 2), 17, 19, word(i - 2) >>> 10);
    const first = h + mix(e, 6, 11, turned(e, 25)) + ((e & f) ^ (~e & g)) + (ROUND_CONSTANTS[i] ?? 0) + word(i);
    const second = mix(a, 2, 13, turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] = (state[i] ?? 0) + value));
}

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

const mix = (word: number, one: number, other: number, third: number): number =>
  turned(word, one) ^ turned(word, other) ^ third;
