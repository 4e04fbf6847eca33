// The bytes of WebSocket frames (RFC 6455 §5), as a server writes them, and what is allowed in them.

import { isUtf8 } from 'node:buffer';

export const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Close codes that the tracker gives (RFC 6455 §7.4.1). */
export const CLOSE_CODE = { protocolError: 1002, badData: 1007, tooManyFrames: 1008, tooBig: 1009 } as const;

export const FIN = 0x80;
export const RESERVED_BITS = 0x70;
export const OPCODE_BITS = 0x0f;
/** Set in the opcode of close, ping, pong and whatever control frames there may be one day. */
export const CONTROL = 0x08;
export const MASKED = 0x80;
export const LENGTH_BITS = 0x7f;

/** Values of the 7-bit length that announce a longer one. */
export const LENGTH_16 = 126;
export const LENGTH_64 = 127;

export const MAX_CONTROL_BYTES = 125;
const MAX_LENGTH_16 = 0xffff;

/** Bytes of the header in front of a payload of so many bytes. Frames of a server have no mask. */
export function headerBytes(payloadBytes: number): number {
  if (payloadBytes < LENGTH_16) return 2;
  return payloadBytes <= MAX_LENGTH_16 ? 4 : 10;
}

/** Writes the header of a frame that is a whole message. @returns where the payload begins */
export function writeHeader(target: Buffer, offset: number, opcode: number, payloadBytes: number): number {
  target[offset] = FIN | opcode;
  if (payloadBytes < LENGTH_16) {
    target[offset + 1] = payloadBytes;
    return offset + 2;
  }
  if (payloadBytes <= MAX_LENGTH_16) {
    target[offset + 1] = LENGTH_16;
    target[offset + 2] = payloadBytes >>> 8;
    target[offset + 3] = payloadBytes & 0xff;
    return offset + 4;
  }
  target[offset + 1] = LENGTH_64;
  target.writeUInt32BE(Math.floor(payloadBytes / 2 ** 32), offset + 2);
  target.writeUInt32BE(payloadBytes % 2 ** 32, offset + 6);
  return offset + 10;
}

/** The payload of a close frame. A reason that is too long for it is cut between two characters. */
export function closePayload(code: number, reason = ''): Buffer {
  let text = Buffer.from(reason);
  if (text.length > MAX_CONTROL_BYTES - 2) {
    let end = MAX_CONTROL_BYTES - 2;
    // 10xxxxxx continues a character.
    while (end > 0 && (text[end]! & 0xc0) === 0x80) end -= 1;
    text = text.subarray(0, end);
  }
  const payload = Buffer.allocUnsafe(2 + text.length);
  payload.writeUInt16BE(code);
  text.copy(payload, 2);
  return payload;
}

/** What is wrong with the payload of a client's close frame, as the code to close with; undefined if nothing. */
export function closeViolation(payload: Buffer): number | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1 || !isCloseCode(payload.readUInt16BE())) return CLOSE_CODE.protocolError;
  return isUtf8(payload.subarray(2)) ? undefined : CLOSE_CODE.badData;
}

/** 1004 is reserved; 1005, 1006 and 1015 stand for what happened without a close frame. */
function isCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

/** A binary message read as text: what is no UTF-8 in it becomes U+FFFD, which no id may have. */
export function binaryAsUtf8(payload: Buffer): Buffer {
  return isUtf8(payload) ? payload : Buffer.from(payload.toString());
}
