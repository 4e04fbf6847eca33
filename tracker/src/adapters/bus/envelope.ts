// Messages of one node to one receiver that were sent in one turn of the event loop travel together: servers
// and sockets cost per message, not per byte.
//
//   version:1 instance:4 length:1 nodeId (length:4 message)…

import { isNodeId } from '../../core/cluster/node-id';

const VERSION = 1;
const LENGTH_BYTES = 4;
const INSTANCE_AT = 1;
const ID_LENGTH_AT = 5;
const HEAD_BYTES = 6;

export interface Sender {
  readonly nodeId: string;
  /** Drawn by each process, 32 bits: two with one name are a mistake that would otherwise go unnoticed. */
  readonly instance: number;
}

export interface Envelope {
  readonly sender: Sender;
  /** Views of the bytes that were read. */
  readonly messages: readonly Buffer[];
}

/** Bytes that a message takes up in an envelope. */
export function framedBytes(message: Buffer): number {
  return LENGTH_BYTES + message.length;
}

export function sealEnvelope({ nodeId, instance }: Sender, messages: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = VERSION;
  head.writeUInt32BE(instance, INSTANCE_AT);
  head[ID_LENGTH_AT] = nodeId.length;
  const parts: Buffer[] = [head, Buffer.from(nodeId, 'latin1')];
  for (const message of messages) {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(message.length);
    parts.push(length, message);
  }
  return Buffer.concat(parts);
}

/** Never throws. @returns undefined for anything that is no whole envelope of this version */
export function openEnvelope(bytes: Buffer): Envelope | undefined {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return undefined;
  let at = HEAD_BYTES + bytes[ID_LENGTH_AT]!;
  const nodeId = bytes.toString('latin1', HEAD_BYTES, at);
  if (!isNodeId(nodeId)) return undefined;
  const messages: Buffer[] = [];
  while (at < bytes.length) {
    if (at + LENGTH_BYTES > bytes.length) return undefined;
    const start = at + LENGTH_BYTES;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) return undefined;
    messages.push(bytes.subarray(start, at));
  }
  return { sender: { nodeId, instance: bytes.readUInt32BE(INSTANCE_AT) }, messages };
}
