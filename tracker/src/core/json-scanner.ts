// JSON's grammar (RFC 8259) over bytes that are valid UTF-8, without building anything. Each method takes
// the place where something should begin and returns the place after it, or FAILED. FAILED is a place where
// nothing begins, so that a chain of calls may be checked once, at its end.
// As strict as JSON.parse: what it refuses must not be relayed, since every receiver would choke on it.

/** The place of nothing. */
export const FAILED = -1;

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const SMALL_U = 0x75;
/** What a capital letter lacks to be a small one. */
const SMALL_BIT = 0x20;
const FIRST_PRINTABLE = 0x20;

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const TRUE = ascii('true');
const FALSE = ascii('false');
const NULL = ascii('null');

/** 1 for the bytes that mean something inside a string: its end, an escape, and what must not be there. */
const IS_SPECIAL = new Uint8Array(256).fill(1, 0, FIRST_PRINTABLE);
IS_SPECIAL[QUOTE] = 1;
IS_SPECIAL[BACKSLASH] = 1;

/** 1 for what may follow a backslash, `u` excepted. */
const IS_SHORT_ESCAPE = new Uint8Array(256);
for (const byte of ascii('"\\/bfnrt')) IS_SHORT_ESCAPE[byte] = 1;

const IS_HEX = new Uint8Array(256);
for (const byte of ascii('0123456789abcdefABCDEF')) IS_HEX[byte] = 1;

const WORD_BYTES = 4;
const HIGH_BITS = 0x80808080 | 0;

export class JsonScanner {
  #bytes = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer);

  /** Begins with other bytes. */
  open(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  skipSpace(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    for (;;) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
      at += 1;
    }
  }

  /** A string, its quotes included. */
  skipString(from: number): number {
    const bytes = this.#bytes;
    if (bytes[from] !== QUOTE) return FAILED;
    let at = from + 1;
    for (;;) {
      at = skipPlain(bytes, this.#view, at);
      // Lines end with two escapes.
      while (bytes[at] === BACKSLASH) {
        at = skipEscape(bytes, at);
        if (at === FAILED) return FAILED;
      }
      if (bytes[at] === QUOTE) return at + 1;
      if (at >= bytes.length || bytes[at]! < FIRST_PRINTABLE) return FAILED;
    }
  }

  /** A key without escapes, its quotes included. Other keys are left to JSON.parse. */
  skipKey(from: number): number {
    const bytes = this.#bytes;
    if (bytes[from] !== QUOTE) return FAILED;
    let at = from + 1;
    while (at < bytes.length && IS_SPECIAL[bytes[at]!] === 0) at += 1;
    return bytes[at] === QUOTE ? at + 1 : FAILED;
  }

  /** The colon between a key and its value, with the space around it. */
  skipColon(from: number): number {
    const at = this.skipSpace(from);
    return this.#bytes[at] === COLON ? this.skipSpace(at + 1) : FAILED;
  }

  /** The comma between two members or entries, with the space after it. */
  skipComma(from: number): number {
    return this.#bytes[from] === COMMA ? this.skipSpace(from + 1) : FAILED;
  }

  skipNumber(from: number): number {
    const bytes = this.#bytes;
    let at = bytes[from] === MINUS ? from + 1 : from;
    at = bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at);
    if (bytes[at] === DOT) at = skipDigits(bytes, at + 1);
    if (at !== FAILED && (bytes[at]! | SMALL_BIT) === SMALL_E) {
      const sign = bytes[at + 1];
      at = skipDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
    }
    return at;
  }

  skipNull(from: number): number {
    return skipWord(this.#bytes, from, NULL);
  }

  /** Anything but an array or an object. */
  skipScalar(from: number): number {
    switch (this.#bytes[from]) {
      case QUOTE:
        return this.skipString(from);
      case TRUE[0]:
        return skipWord(this.#bytes, from, TRUE);
      case FALSE[0]:
        return skipWord(this.#bytes, from, FALSE);
      case NULL[0]:
        return this.skipNull(from);
      default:
        return this.skipNumber(from);
    }
  }
}

/** Whether the bytes from `from` on are those of `word`. */
export function startsWith(bytes: Buffer, from: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index += 1) if (bytes[from + index] !== word[index]) return false;
  return true;
}

function skipWord(bytes: Buffer, from: number, word: Uint8Array): number {
  return startsWith(bytes, from, word) ? from + word.length : FAILED;
}

/** The first place from `from` on of a byte that means something inside a string, or the end of all. */
function skipPlain(bytes: Buffer, view: DataView, from: number): number {
  // Descriptions are long lines of plain text: four bytes at a time take a third of the time.
  let at = from;
  for (const last = bytes.length - WORD_BYTES; at <= last; at += WORD_BYTES) {
    const word = view.getInt32(at);
    // Where a byte is less than n, `(word - n) & ~word` has its high bit; with n = 1, where it is zero.
    const controls = ((word - 0x20202020) | 0) & ~word;
    const quotes = word ^ 0x22222222;
    const backslashes = word ^ 0x5c5c5c5c;
    const found = (((quotes - 0x01010101) | 0) & ~quotes) | (((backslashes - 0x01010101) | 0) & ~backslashes);
    if (((controls | found) & HIGH_BITS) !== 0) break;
  }
  while (at < bytes.length && IS_SPECIAL[bytes[at]!] === 0) at += 1;
  return at;
}

function skipEscape(bytes: Buffer, from: number): number {
  const byte = bytes[from + 1]!;
  if (IS_SHORT_ESCAPE[byte] === 1) return from + 2;
  if (byte !== SMALL_U) return FAILED;
  for (let digit = from + 2; digit < from + 6; digit += 1) if (IS_HEX[bytes[digit]!] !== 1) return FAILED;
  return from + 6;
}

/** One digit at least. */
function skipDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at += 1;
  return at > from ? at : FAILED;
}

/**
 * Whether a text has at most so many values, in arrays and objects at most so deep inside each other. Says
 * so of a text that is no JSON as well, in time that grows with its length alone.
 */
export function isModest(bytes: Buffer, maxValues: number, maxDepth: number): boolean {
  let valueCount = 1;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = findStringEnd(bytes, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      valueCount += 1;
      if (depth > maxDepth) return false;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
    } else if (byte === COMMA) {
      valueCount += 1;
    }
    if (valueCount > maxValues) return false;
  }
  return true;
}

/** The quote that ends a string, or the end of all. */
function findStringEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
