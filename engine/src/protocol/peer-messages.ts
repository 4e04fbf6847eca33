// Peer messages ↔ bytes, version 1. The layout, field by field, with test vectors: engine/PROTOCOL.md.

import type { ByteRange } from '../base/byte-range';
import { rangeLength } from '../base/byte-range';
import type { Bytes, Milliseconds } from '../base/units';
import { binaryStringOf, bytesOfBinaryString } from './binary-string';
import { ByteReader, ByteWriter, ProtocolViolation, varintLength } from './byte-codec';
import type { IntroductionMessage } from './introduction-messages';
import { encodeIntroduction, INTRODUCTION_TYPE, readIntroduction } from './introduction-messages';
import { MAX_BLOCK_MAP_BYTES, MAX_FRAME_BYTES, MAX_HAVE_ENTRIES, MAX_REQUEST_BYTES, MAX_SEGMENT_BYTES } from './limits';

/** Bumped when a peer of the old version would misunderstand; peers of different versions do not share. */
export const PROTOCOL_VERSION = 1;

const MAGIC = bytesOfBinaryString('P2ML');
const ID_LENGTH = 20;

/** First byte of a frame. 16-31 are reserved for roots and leaves, 32-47 are introductions. */
const TYPE = {
  handshake: 1,
  have: 2,
  request: 3,
  cancel: 4,
  data: 5,
  reject: 6,
  ping: 7,
  pong: 8,
  about: 9,
  free: 10,
} as const;

/** Types from here on may be ignored by a peer that does not know them. */
const FIRST_OPTIONAL_TYPE = 128;

const REJECT_REASONS = ['absent', 'busy', 'upload-off'] as const;
/** Why a request is not served: the bytes are not here, too many requests are open, or this viewer does not upload. */
export type RejectReason = (typeof REJECT_REASONS)[number];

const HAVE_STATES = ['gone', 'partial', 'complete'] as const;

/** Which segment; the same three numbers at every peer. */
export interface WireSegmentId {
  readonly rendition: number;
  readonly discontinuity: number;
  readonly sequence: number;
}

/** What the sender can give of one segment from now on. */
export type HaveEntry =
  | { readonly id: WireSegmentId; readonly state: 'gone' }
  /** It is being received; `blocks` are there, see {@link BlockMap}. None: it comes from the origin, and soon. */
  | { readonly id: WireSegmentId; readonly state: 'partial'; readonly totalBytes: Bytes; readonly blocks: Uint8Array }
  | { readonly id: WireSegmentId; readonly state: 'complete'; readonly totalBytes: Bytes };

/** One message between peers. Request ids are chosen by the requester and unique while open. */
export type PeerMessage =
  | { readonly type: 'handshake'; readonly version: number; readonly infoHash: string; readonly peerId: string }
  | { readonly type: 'have'; readonly entries: readonly HaveEntry[] }
  | {
      readonly type: 'request';
      readonly requestId: number;
      readonly id: WireSegmentId;
      readonly range: ByteRange;
      /** When the sender needs the bytes, from now on. A claim: it decides who is served first, not whether. */
      readonly neededInMs: Milliseconds;
    }
  | { readonly type: 'cancel'; readonly requestId: number }
  | { readonly type: 'data'; readonly requestId: number; readonly offset: Bytes; readonly payload: Uint8Array }
  | { readonly type: 'reject'; readonly requestId: number; readonly reason: RejectReason }
  /** `free`: the sender was busy when it was asked, and has room now. */
  | { readonly type: 'ping' | 'pong' | 'free' }
  | {
      readonly type: 'about';
      /** What the sender is ready to give, in kb/s; 0: nothing. */
      readonly uploadKbps: number;
      /** Whether it has been there for a while, and will likely stay. */
      readonly isSettled: boolean;
    }
  | IntroductionMessage;

/** Bytes of `message`. */
export function encodePeerMessage(message: PeerMessage): Uint8Array {
  switch (message.type) {
    case 'handshake':
      return new ByteWriter()
        .uint8(TYPE.handshake)
        .bytes(MAGIC)
        .uint8(message.version)
        .bytes(bytesOfBinaryString(message.infoHash))
        .bytes(bytesOfBinaryString(message.peerId))
        .finish();
    case 'have': {
      const writer = new ByteWriter().uint8(TYPE.have);
      for (const entry of message.entries) writeHave(writer, entry);
      return writer.finish();
    }
    case 'request':
      return writeId(new ByteWriter().uint8(TYPE.request).varint(message.requestId), message.id)
        .varint(message.range.start)
        .varint(rangeLength(message.range))
        .varint(message.neededInMs)
        .finish();
    case 'cancel':
      return new ByteWriter().uint8(TYPE.cancel).varint(message.requestId).finish();
    case 'data':
      return new ByteWriter(1 + varintLength(message.requestId) + varintLength(message.offset) + message.payload.length)
        .uint8(TYPE.data)
        .varint(message.requestId)
        .varint(message.offset)
        .bytes(message.payload)
        .finish();
    case 'reject':
      return new ByteWriter()
        .uint8(TYPE.reject)
        .varint(message.requestId)
        .uint8(REJECT_REASONS.indexOf(message.reason))
        .finish();
    case 'ping':
    case 'pong':
    case 'free':
      return new ByteWriter().uint8(TYPE[message.type]).finish();
    case 'about':
      return new ByteWriter()
        .uint8(TYPE.about)
        .varint(message.uploadKbps)
        .uint8(message.isSettled ? 1 : 0)
        .finish();
    case 'peers':
    case 'relay':
    case 'relayed':
      return encodeIntroduction(message);
  }
}

/**
 * The message in `frame`; undefined for an optional type that this version does not know; a
 * {@link ProtocolViolation} for anything else that is not exactly one well-formed message within the limits.
 * Never throws. A data message's payload is a view into `frame`.
 */
export function decodePeerMessage(frame: Uint8Array): PeerMessage | ProtocolViolation | undefined {
  if (frame.length > MAX_FRAME_BYTES) return new ProtocolViolation(`frame of ${frame.length} bytes`);
  try {
    const reader = new ByteReader(frame);
    const message = readMessage(reader);
    if (message && reader.remaining > 0) return new ProtocolViolation(`${reader.remaining} bytes after the message`);
    return message;
  } catch (error) {
    if (error instanceof ProtocolViolation) return error;
    throw error;
  }
}

function readMessage(reader: ByteReader): PeerMessage | undefined {
  const type = reader.uint8();
  switch (type) {
    case TYPE.handshake:
      return readHandshake(reader);
    case TYPE.have:
      return { type: 'have', entries: readHaves(reader) };
    case TYPE.request:
      return {
        type: 'request',
        requestId: reader.varint(),
        id: readId(reader),
        range: readRequestRange(reader),
        neededInMs: reader.varint(),
      };
    case TYPE.cancel:
      return { type: 'cancel', requestId: reader.varint() };
    case TYPE.data: {
      const [requestId, offset, payload] = [reader.varint(), readSize(reader), reader.rest()];
      if (payload.length === 0) throw new ProtocolViolation('data without bytes');
      return { type: 'data', requestId, offset, payload };
    }
    case TYPE.reject:
      return {
        type: 'reject',
        requestId: reader.varint(),
        reason: pick(REJECT_REASONS, reader.uint8(), 'reject reason'),
      };
    case TYPE.ping:
      return { type: 'ping' };
    case TYPE.pong:
      return { type: 'pong' };
    case TYPE.free:
      return { type: 'free' };
    case TYPE.about:
      return { type: 'about', uploadKbps: reader.varint(), isSettled: pick([false, true], reader.uint8(), 'state') };
    case INTRODUCTION_TYPE.peers:
    case INTRODUCTION_TYPE.relay:
    case INTRODUCTION_TYPE.relayed:
      return readIntroduction(type, reader);
    default:
      if (type >= FIRST_OPTIONAL_TYPE) return undefined;
      throw new ProtocolViolation(`unknown message type ${type}`);
  }
}

function readHandshake(reader: ByteReader): PeerMessage {
  const magic = reader.bytes(MAGIC.length);
  if (!magic.every((byte, index) => byte === MAGIC[index])) throw new ProtocolViolation('not this protocol');
  const version = reader.uint8();
  const infoHash = binaryStringOf(reader.bytes(ID_LENGTH));
  const peerId = binaryStringOf(reader.bytes(ID_LENGTH));
  // A later version may add fields to its handshake; what is known stands first and stays.
  reader.rest();
  return { type: 'handshake', version, infoHash, peerId };
}

function writeId(writer: ByteWriter, id: WireSegmentId): ByteWriter {
  return writer.uint32(id.rendition).varint(id.discontinuity).varint(id.sequence);
}

function readId(reader: ByteReader): WireSegmentId {
  return { rendition: reader.uint32(), discontinuity: reader.varint(), sequence: reader.varint() };
}

function writeHave(writer: ByteWriter, entry: HaveEntry): void {
  writeId(writer, entry.id).uint8(HAVE_STATES.indexOf(entry.state));
  if (entry.state === 'gone') return;
  writer.varint(entry.totalBytes);
  if (entry.state === 'partial') writer.varint(entry.blocks.length).bytes(entry.blocks);
}

function readHaves(reader: ByteReader): HaveEntry[] {
  const entries: HaveEntry[] = [];
  while (reader.remaining > 0) {
    if (entries.length === MAX_HAVE_ENTRIES) throw new ProtocolViolation('too many entries in have');
    entries.push(readHave(reader));
  }
  return entries;
}

function readHave(reader: ByteReader): HaveEntry {
  const id = readId(reader);
  const state = pick(HAVE_STATES, reader.uint8(), 'have state');
  if (state === 'gone') return { id, state };
  const totalBytes = readSize(reader);
  if (totalBytes === 0) throw new ProtocolViolation('segment without size');
  if (state === 'complete') return { id, state, totalBytes };
  const blocks = reader.bytes(reader.varint());
  if (blocks.length > MAX_BLOCK_MAP_BYTES) throw new ProtocolViolation(`block map of ${blocks.length} bytes`);
  return { id, state, totalBytes, blocks };
}

function readRequestRange(reader: ByteReader): ByteRange {
  const start = readSize(reader);
  const length = reader.varint();
  if (length === 0 || length > MAX_REQUEST_BYTES) throw new ProtocolViolation(`request for ${length} bytes`);
  return { start, end: start + length };
}

function readSize(reader: ByteReader): Bytes {
  const size = reader.varint();
  if (size > MAX_SEGMENT_BYTES) throw new ProtocolViolation(`size or offset of ${size} bytes`);
  return size;
}

function pick<Value>(values: readonly Value[], index: number, what: string): Value {
  const value = values[index];
  if (value === undefined) throw new ProtocolViolation(`unknown ${what} ${index}`);
  return value;
}
