// How a hub and its clients speak over a Unix socket: frames with their length in front.
//
//   length:4 type:1 content     length counts type and content

import { EVERYONE } from '../../core/cluster/node-id';
import { MAX_PAYLOAD_BYTES } from './bus-wire';

/** A node says who it is; the hub says the same back. */
export const HELLO = 1;
/** A node sends: length:1 receiver payload. */
export const SEND = 2;
/** The hub delivers: payload. */
export const DELIVER = 3;
/** Asks for a PONG. */
export const PING = 4;
export const PONG = 5;

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 1;
const MAX_FRAME_BYTES = MAX_PAYLOAD_BYTES + 256;

const EMPTY = Buffer.alloc(0);

export function encodeFrame(type: number, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(parts.reduce((sum, part) => sum + part.length, 1));
  head[LENGTH_BYTES] = type;
  return Buffer.concat([head, ...parts]);
}

/** @param to - a node, or EVERYONE */
export function encodeSend(to: string, payload: Buffer): Buffer {
  const receiver = to === EVERYONE ? EMPTY : Buffer.from(to, 'latin1');
  return encodeFrame(SEND, Buffer.from([receiver.length]), receiver, payload);
}

/** Reads the content of a SEND. @returns undefined if it is cut short */
export function decodeSend(content: Buffer): { readonly to: string; readonly payload: Buffer } | undefined {
  const length = content[0];
  if (length === undefined || content.length < 1 + length) return undefined;
  const to = length === 0 ? EVERYONE : content.toString('latin1', 1, 1 + length);
  return { to, payload: content.subarray(1 + length) };
}

/** Cuts a stream into frames. */
export class FrameSplitter {
  #rest: Buffer = EMPTY;

  constructor(private readonly onFrame: (type: number, content: Buffer) => void) {}

  /** @returns false when the stream is none of frames, and nothing more can be read from it */
  push(chunk: Buffer): boolean {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length < 1 || length > MAX_FRAME_BYTES) return false;
      const end = at + LENGTH_BYTES + length;
      if (end > bytes.length) break;
      this.onFrame(bytes[at + LENGTH_BYTES]!, bytes.subarray(at + HEAD_BYTES, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return true;
  }
}
