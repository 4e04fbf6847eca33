// Frames of one client out of the chunks that its socket gives. A frame that lies whole in a chunk is read
// where it lies; only what is cut by the end of a chunk is kept, and nothing between two frames.

import {
  CLOSE_CODE,
  CONTROL,
  FIN,
  LENGTH_16,
  LENGTH_64,
  LENGTH_BITS,
  MASKED,
  MAX_CONTROL_BYTES,
  OPCODE,
  OPCODE_BITS,
  RESERVED_BITS,
} from './frames';
import { unmask } from './unmask';

/** Who is told what came. Payloads are unmasked, and valid during the call only. */
export interface FrameSink {
  /** False ends the reading, in the middle of a chunk too. */
  readonly isReading: boolean;
  handleMessage(payload: Buffer, isBinary: boolean): void;
  handlePing(payload: Buffer): void;
  handlePong(): void;
  handleClose(payload: Buffer): void;
  /** The client broke the protocol or a limit; nothing is read after that. */
  handleViolation(closeCode: number): void;
}

export interface ReaderLimits {
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
}

const MASK_KEY_BYTES = 4;
const SHORTEST_HEADER_BYTES = 2;
/** What needBytes() says when the client broke a rule and was reported. */
const VIOLATED = -1;

export class FrameReader {
  /** The beginning of a frame whose rest has not come. */
  #frame: Pile | undefined;
  /** The payloads of a message whose last frame has not come. */
  #message: FragmentedMessage | undefined;

  constructor(
    private readonly sink: FrameSink,
    private readonly limits: ReaderLimits,
  ) {}

  /** Reads a chunk of the socket's bytes, of which the frames' payloads are unmasked in place. */
  read(chunk: Buffer): void {
    let offset = this.#frame ? this.#fill(this.#frame, chunk) : 0;
    while (offset < chunk.length && this.sink.isReading) {
      const needed = this.#needBytes(chunk, offset, chunk.length);
      if (needed === VIOLATED) return;
      const end = offset + needed;
      if (end > chunk.length) {
        this.#frame = new Pile();
        this.#fill(this.#frame, offset === 0 ? chunk : chunk.subarray(offset));
        return;
      }
      this.#handleFrame(chunk, offset, end);
      offset = end;
    }
  }

  /** Adds what a frame lacks, and handles it when it is whole. @returns how much of the chunk it took */
  #fill(frame: Pile, chunk: Buffer): number {
    let offset = 0;
    for (;;) {
      const needed = this.#needBytes(frame.bytes, 0, frame.length);
      if (needed === VIOLATED) return chunk.length;
      if (needed <= frame.length) {
        this.#frame = undefined;
        this.#handleFrame(frame.bytes, 0, needed);
        return offset;
      }
      if (offset === chunk.length) return offset;
      const end = Math.min(chunk.length, offset + needed - frame.length);
      frame.add(chunk, offset, end, needed);
      offset = end;
    }
  }

  /**
   * Bytes of the frame at `start`, as far as its header tells: as long as not all of the header is there,
   * the least that is needed to know more. Checks what is there.
   */
  #needBytes(bytes: Buffer, start: number, end: number): number {
    const available = end - start;
    if (available > 0 && !this.#isFirstByteFine(bytes[start]!)) return this.#violate(CLOSE_CODE.protocolError);
    if (available < SHORTEST_HEADER_BYTES) return SHORTEST_HEADER_BYTES;
    const second = bytes[start + 1]!;
    const isControl = (bytes[start]! & CONTROL) !== 0;
    const shortLength = second & LENGTH_BITS;
    if ((second & MASKED) === 0 || (isControl && shortLength > MAX_CONTROL_BYTES)) {
      return this.#violate(CLOSE_CODE.protocolError);
    }
    const lengthBytes = shortLength === LENGTH_16 ? 2 : shortLength === LENGTH_64 ? 8 : 0;
    const headerBytes = SHORTEST_HEADER_BYTES + lengthBytes + MASK_KEY_BYTES;
    if (available < headerBytes) return headerBytes;
    const payloadBytes = payloadBytesAt(bytes, start, shortLength);
    const messageBytes = isControl ? 0 : payloadBytes + (this.#message?.length ?? 0);
    if (messageBytes > this.limits.maxMessageBytes) return this.#violate(CLOSE_CODE.tooBig);
    return headerBytes + payloadBytes;
  }

  #isFirstByteFine(first: number): boolean {
    if ((first & RESERVED_BITS) !== 0) return false;
    switch (first & OPCODE_BITS) {
      case OPCODE.continuation:
        return this.#message !== undefined;
      case OPCODE.text:
      case OPCODE.binary:
        return this.#message === undefined;
      case OPCODE.close:
      case OPCODE.ping:
      case OPCODE.pong:
        return (first & FIN) !== 0;
      default:
        return false;
    }
  }

  #violate(closeCode: number): typeof VIOLATED {
    this.#frame = undefined;
    this.#message = undefined;
    this.sink.handleViolation(closeCode);
    return VIOLATED;
  }

  #handleFrame(bytes: Buffer, start: number, end: number): void {
    const first = bytes[start]!;
    const payloadAt = end - payloadBytesAt(bytes, start, bytes[start + 1]! & LENGTH_BITS);
    unmask(bytes, payloadAt, end);
    const payload = bytes.subarray(payloadAt, end);
    const opcode = first & OPCODE_BITS;
    if (opcode === OPCODE.ping) this.sink.handlePing(payload);
    else if (opcode === OPCODE.pong) this.sink.handlePong();
    else if (opcode === OPCODE.close) this.sink.handleClose(payload);
    else if (first & FIN && !this.#message) this.sink.handleMessage(payload, opcode === OPCODE.binary);
    else this.#handleFragment(payload, opcode, (first & FIN) !== 0);
  }

  #handleFragment(payload: Buffer, opcode: number, isLast: boolean): void {
    const message = (this.#message ??= new FragmentedMessage(opcode === OPCODE.binary));
    message.frameCount += 1;
    if (message.frameCount > this.limits.maxFragments) {
      this.#violate(CLOSE_CODE.tooManyFrames);
      return;
    }
    message.add(payload, 0, payload.length, this.limits.maxMessageBytes);
    if (!isLast) return;
    this.#message = undefined;
    this.sink.handleMessage(message.bytes.subarray(0, message.length), message.isBinary);
  }
}

/** Bytes that come in pieces. Takes no more room than twice what has come, whatever was announced. */
class Pile {
  bytes = Buffer.alloc(0);
  length = 0;

  /** @param most - how much it will be at the end, at most */
  add(source: Buffer, start: number, end: number, most: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      // Not of the pool that small buffers share: one byte that waits would keep all of it.
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * this.bytes.length, most)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }
}

class FragmentedMessage extends Pile {
  frameCount = 0;

  constructor(readonly isBinary: boolean) {
    super();
  }
}

/** The payload's length in the header at `start`, of which all is there. */
function payloadBytesAt(bytes: Buffer, start: number, shortLength: number): number {
  if (shortLength < LENGTH_16) return shortLength;
  if (shortLength === LENGTH_16) return (bytes[start + 2]! << 8) | bytes[start + 3]!;
  return bytes.readUInt32BE(start + 2) * 2 ** 32 + bytes.readUInt32BE(start + 6);
}
