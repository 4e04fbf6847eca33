// The Range header of RFC 9110, section 14, for one range of bytes.

/** A range to send, or that none can be; `whole` when the header is absent or to be ignored. */
export type RangeAnswer =
  | { readonly kind: 'whole' }
  /** `start` inclusive, `end` exclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: RangeAnswer = { kind: 'whole' };
const UNSATISFIABLE: RangeAnswer = { kind: 'unsatisfiable' };

/**
 * Says which bytes of a resource of `size` bytes a Range header asks for.
 * A header that is malformed, has another unit or names several ranges is ignored, as the RFC allows and most CDNs do.
 */
export function resolveRange(header: string | undefined, size: number): RangeAnswer {
  const match = /^bytes\s*=\s*(\d*)-(\d*)$/.exec((header ?? '').trim());
  if (!match) return WHOLE;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? WHOLE : resolveSuffix(Number(last), size);
  const start = Number(first);
  const inclusiveEnd = last === '' ? size - 1 : Number(last);
  if (last !== '' && inclusiveEnd < start) return WHOLE;
  if (start >= size) return UNSATISFIABLE;
  return { kind: 'part', start, end: Math.min(inclusiveEnd + 1, size) };
}

/** `bytes=-n`: the last n bytes. */
function resolveSuffix(length: number, size: number): RangeAnswer {
  if (length === 0 || size === 0) return UNSATISFIABLE;
  return { kind: 'part', start: Math.max(0, size - length), end: size };
}
