// Canonical text → the 32 bits of it that go over the wire.

import { sha256 } from '../base/sha256';

/** The first 32 bits of the SHA-256 of `text` in UTF-8, the first byte the most significant. */
export function textHash(text: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(new TextEncoder().encode(text));
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
