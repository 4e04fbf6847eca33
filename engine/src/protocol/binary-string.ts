// Ids travel to trackers as strings with one character per byte (0-255), and to peers as bytes.

const MAX_BYTE = 0xff;

/** Whether `value` is a string of `length` characters that each fit in a byte. */
export function isBinaryString(value: unknown, length: number): value is string {
  if (typeof value !== 'string' || value.length !== length) return false;
  for (let index = 0; index < length; index += 1) if (value.charCodeAt(index) > MAX_BYTE) return false;
  return true;
}

/** One byte per character; every character must be in 0-255. */
export function bytesOfBinaryString(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** One character per byte. */
export function binaryStringOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
