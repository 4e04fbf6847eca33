// Ids on the wire: strings of 20 characters that stand for one byte each. Inside the tracker they are
// those strings, decoded, so that `é` and `\u00e9` are one id.

const ID_LENGTH = 20;
/** For the failures that name a field. */
export const ID_RULE = 'must be a string of 20 characters from U+0000 to U+00FF';

const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
/** The first of the two bytes that UTF-8 has for U+0080 to U+00BF, and for U+00C0 to U+00FF. */
const FIRST_LEAD = 0xc2;
const LAST_LEAD = 0xc3;

const ESCAPED: Readonly<Record<number, number>> = {
  0x22: 0x22,
  0x5c: 0x5c,
  0x2f: 0x2f,
  0x62: 0x08,
  0x66: 0x0c,
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
};

/** How each character is written, as one character per byte of UTF-8. */
const WRITTEN = Array.from({ length: 256 }, (_, code) =>
  Buffer.from(JSON.stringify(String.fromCharCode(code)).slice(1, -1)).toString('latin1'),
);

const scratch = Buffer.alloc(ID_LENGTH);

/** Whether a parsed value is an id. */
export function isId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== ID_LENGTH) return false;
  for (let index = 0; index < ID_LENGTH; index += 1) if (value.charCodeAt(index) > 0xff) return false;
  return true;
}

/** Reads the id in a JSON string known to be well-formed, of which [start, end) is what is between the quotes. */
export function readId(bytes: Buffer, start: number, end: number): string | undefined {
  if (end - start === ID_LENGTH) return isPlain(bytes, start, end) ? bytes.toString('latin1', start, end) : undefined;
  let length = 0;
  for (let at = start; at < end; length += 1) {
    if (length === ID_LENGTH) return undefined;
    const byte = bytes[at]!;
    let code = byte;
    if (byte === BACKSLASH) {
      const isLong = bytes[at + 1] === SMALL_U;
      code = isLong ? readHex(bytes, at + 2) : ESCAPED[bytes[at + 1]!]!;
      at += isLong ? 6 : 2;
    } else if (byte < 0x80) {
      at += 1;
    } else {
      if (byte < FIRST_LEAD || byte > LAST_LEAD) return undefined;
      code = ((byte & 0x03) << 6) | (bytes[at + 1]! & 0x3f);
      at += 2;
    }
    if (code > 0xff) return undefined;
    scratch[length] = code;
  }
  return length === ID_LENGTH ? scratch.toString('latin1') : undefined;
}

function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at]! >= 0x80 || bytes[at] === BACKSLASH) return false;
  return true;
}

function readHex(bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from; at < from + 4; at += 1) {
    const byte = bytes[at]!;
    value = value * 16 + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return value;
}

/** Writes an id as a JSON string, in a text of one character per byte. */
export function writeId(id: string): string {
  let text = '"';
  for (let index = 0; index < ID_LENGTH; index += 1) text += WRITTEN[id.charCodeAt(index)]!;
  return `${text}"`;
}
