// Frames as a client writes them, allowed or not, and a reader of whole streams that is too simple to be wrong.

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  /** Undefined for a frame without a mask. */
  readonly key?: Buffer | undefined;
  /** Bytes of the longer length, or 0 for the 7-bit one. @defaultValue the shortest that does */
  readonly lengthBytes?: 0 | 2 | 8;
  /** What the header says, if it is not the payload's length. */
  readonly claimedBytes?: bigint;
}

export const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function frame(opcode: number, payload: Buffer | string = '', options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, claimedBytes } = options;
  const key = 'key' in options ? options.key : KEY;
  const bytes = Buffer.from(payload);
  const length = claimedBytes ?? BigInt(bytes.length);
  const { lengthBytes = length < 126n ? 0 : length < 65_536n ? 2 : 8 } = options;
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(length);
  const short = lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127;
  const header = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode, (key ? 0x80 : 0) | short]);
  const masked = key ? bytes.map((byte, index) => byte ^ key[index % 4]!) : bytes;
  return Buffer.concat([header, long.subarray(8 - lengthBytes), key ?? Buffer.alloc(0), masked]);
}

export const text = (payload: Buffer | string, options?: FrameOptions) => frame(OPCODE.text, payload, options);

export function closeFrame(code: number, reason: Buffer | string = ''): Buffer {
  return frame(OPCODE.close, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
}

/** A frame as it was read. */
export interface ReadFrame {
  readonly fin: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly payload: Buffer;
  readonly end: number;
}

/** The frame at `offset`, or undefined if not all of it is there. */
export function readFrame(bytes: Buffer, offset: number): ReadFrame | undefined {
  if (bytes.length < offset + 2) return undefined;
  const [first, second] = [bytes[offset]!, bytes[offset + 1]!];
  const isMasked = (second & 0x80) !== 0;
  const lengthBytes = (second & 0x7f) === 126 ? 2 : (second & 0x7f) === 127 ? 8 : 0;
  const keyAt = offset + 2 + lengthBytes;
  const payloadAt = keyAt + (isMasked ? 4 : 0);
  if (bytes.length < payloadAt) return undefined;
  let length = BigInt(second & 0x7f);
  if (lengthBytes > 0) length = BigInt(`0x${bytes.subarray(offset + 2, keyAt).toString('hex')}`);
  const end = payloadAt + Number(length);
  if (bytes.length < end) return undefined;
  const payload = Buffer.from(bytes.subarray(payloadAt, end));
  if (isMasked) payload.forEach((byte, index) => (payload[index] = byte ^ bytes[keyAt + (index % 4)]!));
  const fin = (first & 0x80) !== 0;
  return { fin, reserved: (first >> 4) & 7, opcode: first & 0x0f, isMasked, payload, end };
}
