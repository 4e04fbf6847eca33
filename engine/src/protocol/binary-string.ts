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
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** One character per byte. */
export function binaryStringOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
