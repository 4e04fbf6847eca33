import type { ByteRange } from '../../engine/src/index';

/** The range that a Range header asks for, open ended up to Infinity; undefined for several or none that is plain. */
export function readRangeHeader(value: string): ByteRange | undefined {
  const [, first, lastInclusive] = /^\s*bytes=(\d+)-(\d*)\s*$/i.exec(value) ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  // HTTP counts the last byte in, ByteRange does not (RFC 9110 §14.1.2).
  const end = lastInclusive ? Number(lastInclusive) + 1 : Infinity;
  return Number.isSafeInteger(start) && end > start ? { start, end } : undefined;
}
