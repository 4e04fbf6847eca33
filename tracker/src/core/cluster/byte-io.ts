// Numbers, ids and bytes in and out of a buffer, for the messages of the bus.

const ID_LENGTH = 20;

/** Most that a varint holds here: counts are whole numbers of 31 bits. */
export const MAX_VARINT = 0x7fff_ffff;

/** Bytes of a varint at most. */
export const MAX_VARINT_BYTES = 5;

/** Fills a buffer from its start; whoever makes one gives it enough room. */
export class ByteWriter {
  readonly #buffer: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#buffer = Buffer.alloc(capacity);
  }

  byte(value: number): void {
    this.#buffer[this.#length++] = value;
  }

  uint32(value: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) this.byte((value >>> shift) & 0xff);
  }

  /** Whole numbers from 0 to MAX_VARINT, seven bits per byte, the lowest first; larger ones are cut to it. */
  varint(value: number): void {
    let rest = Math.min(value, MAX_VARINT);
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** 20 characters of one byte each. */
  id(id: string): void {
    this.#length += this.#buffer.write(id, this.#length, ID_LENGTH, 'latin1');
  }

  bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/**
 * Reads a buffer from its start. Never throws: whoever reads beyond the end, or what is no number, gets
 * zeros and empty strings from then on, and finds `isBroken`.
 */
export class ByteReader {
  isBroken = false;
  #at = 0;

  constructor(private readonly buffer: Buffer) {}

  /** Bytes not read yet; none once it is broken. */
  get restLength(): number {
    return this.isBroken ? 0 : this.buffer.length - this.#at;
  }

  byte(): number {
    return this.#has(1) ? this.buffer[this.#at++]! : 0;
  }

  uint32(): number {
    let value = 0;
    for (let count = 0; count < 4; count += 1) value = value * 256 + this.byte();
    return this.isBroken ? 0 : value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < MAX_VARINT_BYTES; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > MAX_VARINT) break;
        return value;
      }
      scale *= 128;
    }
    this.isBroken = true;
    return 0;
  }

  id(): string {
    if (!this.#has(ID_LENGTH)) return '';
    this.#at += ID_LENGTH;
    return this.buffer.toString('latin1', this.#at - ID_LENGTH, this.#at);
  }

  /** A view of the next bytes, valid as long as the buffer. */
  bytes(length: number): Buffer {
    if (!this.#has(length)) return this.buffer.subarray(0, 0);
    this.#at += length;
    return this.buffer.subarray(this.#at - length, this.#at);
  }

  #has(length: number): boolean {
    if (length > this.restLength) this.isBroken = true;
    return !this.isBroken;
  }
}
