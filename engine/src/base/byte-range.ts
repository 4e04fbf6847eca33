import type { Bytes } from './units';

/** Bytes of a resource: `start` inclusive, `end` exclusive, both from its first byte. */
export interface ByteRange {
  readonly start: Bytes;
  readonly end: Bytes;
}

/** Number of bytes in `range`. */
export const rangeLength = (range: ByteRange): Bytes => range.end - range.start;

/** Whether two ranges, either of which may be absent (the whole resource), are the same. */
export function sameRange(a: ByteRange | undefined, b: ByteRange | undefined): boolean {
  return a?.start === b?.start && a?.end === b?.end;
}

/** `range` as the value of an HTTP Range header (RFC 9110 §14.2: last position inclusive; Infinity = to the end). */
export function toRangeHeader(range: ByteRange): string {
  return `bytes=${range.start}-${Number.isFinite(range.end) ? range.end - 1 : ''}`;
}

/** The range an HTTP Range header asks for, or undefined when it is absent, multiple or malformed. */
export function parseRangeHeader(value: string | undefined): ByteRange | undefined {
  const match = /^bytes=(\d+)-(\d*)$/i.exec(value?.trim() ?? '');
  if (!match) return undefined;
  const start = Number(match[1]);
  const end = match[2] ? Number(match[2]) + 1 : Infinity;
  return Number.isSafeInteger(start) && end > start ? { start, end } : undefined;
}
