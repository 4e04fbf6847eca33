// What peers say of other peers, and the offers and answers that they pass on ↔ bytes. Part of the peer messages; the
// layout: engine/PROTOCOL.md.

import { binaryStringOf, bytesOfBinaryString } from './binary-string';
import type { ByteReader } from './byte-codec';
import { ByteWriter, ProtocolViolation } from './byte-codec';
import { MAX_INTRODUCED_PEERS, MAX_SDP_CHARS } from './limits';

const ID_LENGTH = 20;

/** First bytes of frames. */
export const INTRODUCTION_TYPE = { peers: 32, relay: 33, relayed: 34 } as const;

const SIGNAL_KINDS = ['offer', 'answer'] as const;

/** One half of a handshake between two viewers that have a peer in common. */
export interface PeerSignal {
  readonly kind: (typeof SIGNAL_KINDS)[number];
  /** Names the link at both ends, and the answer's offer. */
  readonly offerId: string;
  /** How many peers its author has, at most 255: whoever has few is let in where others are not. */
  readonly peerCount: number;
  readonly sdp: string;
}

/** Peers that introduce peers. */
export type IntroductionMessage =
  /** Whom the sender is connected to, as a change to what it said before. */
  | { readonly type: 'peers'; readonly added: readonly string[]; readonly removed: readonly string[] }
  /** To be passed on to `peerId`. */
  | { readonly type: 'relay'; readonly peerId: string; readonly signal: PeerSignal }
  /** Passed on: it comes from `peerId`. */
  | { readonly type: 'relayed'; readonly peerId: string; readonly signal: PeerSignal };

export type RelayMessage = Extract<IntroductionMessage, { readonly signal: PeerSignal }>;

/** Whether a description is short enough for peers to pass it on. */
export function fitsIntoSignal(sdp: string): boolean {
  return sdp.length <= MAX_SDP_CHARS && new TextEncoder().encode(sdp).length <= MAX_SDP_CHARS;
}

/** @internal Bytes of `message`. */
export function encodeIntroduction(message: IntroductionMessage): Uint8Array {
  const writer = new ByteWriter().uint8(INTRODUCTION_TYPE[message.type]);
  if (message.type === 'peers') {
    writer.varint(message.added.length);
    for (const id of [...message.added, ...message.removed]) writer.bytes(bytesOfBinaryString(id));
    return writer.finish();
  }
  const { kind, offerId, peerCount, sdp } = message.signal;
  return writer
    .bytes(bytesOfBinaryString(message.peerId))
    .uint8(SIGNAL_KINDS.indexOf(kind))
    .bytes(bytesOfBinaryString(offerId))
    .uint8(peerCount)
    .bytes(new TextEncoder().encode(sdp))
    .finish();
}

/** @internal The rest of a frame of type `type`; throws {@link ProtocolViolation}. */
export function readIntroduction(
  type: (typeof INTRODUCTION_TYPE)[keyof typeof INTRODUCTION_TYPE],
  reader: ByteReader,
): IntroductionMessage {
  if (type === INTRODUCTION_TYPE.peers) return readPeers(reader);
  const peerId = readId20(reader);
  return { type: type === INTRODUCTION_TYPE.relay ? 'relay' : 'relayed', peerId, signal: readSignal(reader) };
}

function readPeers(reader: ByteReader): IntroductionMessage {
  const addedCount = reader.varint();
  if (addedCount > MAX_INTRODUCED_PEERS) throw new ProtocolViolation(`${addedCount} peers in one message`);
  const added = Array.from({ length: addedCount }, () => readId20(reader));
  const removed: string[] = [];
  while (reader.remaining > 0) {
    if (removed.length === MAX_INTRODUCED_PEERS) throw new ProtocolViolation('too many peers in one message');
    removed.push(readId20(reader));
  }
  return { type: 'peers', added, removed };
}

function readSignal(reader: ByteReader): PeerSignal {
  const kind = SIGNAL_KINDS[reader.uint8()];
  if (kind === undefined) throw new ProtocolViolation('neither offer nor answer');
  const offerId = readId20(reader);
  const peerCount = reader.uint8();
  const text = reader.rest();
  if (text.length === 0 || text.length > MAX_SDP_CHARS) throw new ProtocolViolation(`${kind} of ${text.length} bytes`);
  return { kind, offerId, peerCount, sdp: readText(text) };
}

function readText(bytes: Uint8Array): string {
  try {
    // A byte order mark is kept: what is passed on is what came.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProtocolViolation('a description that is not UTF-8');
  }
}

function readId20(reader: ByteReader): string {
  return binaryStringOf(reader.bytes(ID_LENGTH));
}
