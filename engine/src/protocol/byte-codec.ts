// Numbers and bytes in frames. Variable-length numbers are unsigned LEB128, at most 53 bits.

/** What a peer or tracker sent breaks the protocol. Thrown inside this folder only; decoders return it. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';

  constructor(readonly why: string) {
    super(why);
  }
}

const VARINT_BASE = 128;
const MAX_VARINT_BYTES = 8;

/** How many bytes `value` takes as a variable-length number. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= VARINT_BASE; rest /= VARINT_BASE) length += 1;
  return length;
}

/** Appends to a growing frame. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** Where `capacity` is the frame's length, nothing is copied in the end. */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  uint8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  uint32(value: number): this {
    return this.uint8(value >>> 24)
      .uint8((value >>> 16) & 0xff)
      .uint8((value >>> 8) & 0xff)
      .uint8(value & 0xff);
  }

  /** @throws RangeError when `value` is no whole number in [0, 2^53). */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number ≥ 0: ${value}`);
    let rest = value;
    while (rest >= VARINT_BASE) {
      this.uint8((rest % VARINT_BASE) + VARINT_BASE);
      rest = Math.floor(rest / VARINT_BASE);
    }
    return this.uint8(rest);
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** The frame written so far, in its own buffer. */
  finish(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads a frame front to back; reading past its end, or an overlong number, throws {@link ProtocolViolation}. */
export class ByteReader {
  #position = 0;

  constructor(private readonly frame: Uint8Array) {}

  get remaining(): number {
    return this.frame.length - this.#position;
  }

  uint8(): number {
    const value = this.frame[this.#position];
    if (value === undefined) throw new ProtocolViolation('frame ends early');
    this.#position += 1;
    return value;
  }

  uint32(): number {
    return ((this.uint8() << 24) | (this.uint8() << 16) | (this.uint8() << 8) | this.uint8()) >>> 0;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const byte = this.uint8();
      value += (byte % VARINT_BASE) * scale;
      if (byte < VARINT_BASE) {
        // One number, one spelling: a padded form could slip past a comparison of frames.
        if (byte === 0 && index > 0) throw new ProtocolViolation('number is padded');
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= VARINT_BASE;
    }
    throw new ProtocolViolation('number is too large');
  }

  /** A view of the next `count` bytes. */
  bytes(count: number): Uint8Array {
    if (count > this.remaining) throw new ProtocolViolation('frame ends early');
    const view = this.frame.subarray(this.#position, this.#position + count);
    this.#position += count;
    return view;
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }
}
