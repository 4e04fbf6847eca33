// What nodes say to each other over the bus, as bytes. Decoding never throws: what comes over a bus is input
// from outside like any other, and a node of another version may be on it.
//
//   every message   version:1 type:1 …
//   counts          incarnation:4 entries…                              changes; none at all is a heartbeat
//   state           incarnation:4 state:1 piece:varint isLast:1 entries…   all that a node has, in pieces
//   goodbye         incarnation:4
//   offers          swarm:20 peer:20 (offer:20 length:varint description)…
//   answer          swarm:20 peer:20 toPeer:20 offer:20 description
//   entry           swarm:20 complete:varint incomplete:varint downloaded:varint
//
// A description is the JSON of `{type, sdp}`, as relayed to a client.

import type { SwarmCounts } from '../swarm';
import { ByteReader, ByteWriter, MAX_VARINT_BYTES } from './byte-io';

/** Bytes of one message at most. What is larger is not sent; a client's message is not larger either. */
export const MAX_BUS_MESSAGE_BYTES = 64 * 1024;

/** Swarms in one message of counts at most, so that it stays below MAX_BUS_MESSAGE_BYTES. */
export const MAX_COUNTS_PER_MESSAGE = 1000;

/** Nodes of other versions do not understand this one, and this one not them. */
const VERSION = 1;

const COUNTS = 1;
const STATE = 2;
const GOODBYE = 3;
const OFFERS = 4;
const ANSWER = 5;

const ID_BYTES = 20;
const ENTRY_BYTES = ID_BYTES + 3 * MAX_VARINT_BYTES;
const HEAD_BYTES = 16;

/** What a node has of one swarm. No peers: it has it no longer. */
export interface CountEntry {
  readonly infoHash: string;
  readonly counts: SwarmCounts;
}

/** Changes since the last such message. */
export interface CountsMessage {
  readonly type: 'counts';
  /** Drawn by each process at its start, so that one that was restarted under its old name is told apart. */
  readonly incarnation: number;
  readonly entries: readonly CountEntry[];
}

/** A piece of all that a node has. */
export interface StateMessage {
  readonly type: 'state';
  readonly incarnation: number;
  /** 0 to 255, another one for each state: which pieces belong together. */
  readonly state: number;
  /** From 0. */
  readonly piece: number;
  readonly isLast: boolean;
  readonly entries: readonly CountEntry[];
}

/** The node leaves. */
export interface GoodbyeMessage {
  readonly type: 'goodbye';
  readonly incarnation: number;
}

export interface BridgedOffer {
  readonly offerId: string;
  /** JSON as the client sent it, see `Offer.members`. */
  readonly description: Buffer;
}

/** Offers of one peer for as many peers of the receiving node. */
export interface OffersMessage {
  readonly type: 'offers';
  readonly infoHash: string;
  readonly peerId: string;
  readonly offers: readonly BridgedOffer[];
}

/** The answer to an offer that came from the receiving node. */
export interface BridgedAnswer {
  readonly type: 'answer';
  readonly infoHash: string;
  readonly peerId: string;
  readonly toPeerId: string;
  readonly offerId: string;
  readonly description: Buffer;
}

export type BusMessage = CountsMessage | StateMessage | GoodbyeMessage | OffersMessage | BridgedAnswer;

/** @returns bytes of their own */
export function encodeBusMessage(message: BusMessage): Buffer {
  switch (message.type) {
    case 'counts':
      return writeCounts(start(COUNTS, countsCapacity(message)), message);
    case 'state':
      return writeCounts(start(STATE, countsCapacity(message)), message);
    case 'goodbye': {
      const writer = start(GOODBYE, HEAD_BYTES);
      writer.uint32(message.incarnation);
      return writer.finish();
    }
    case 'offers':
      return encodeOffers(message);
    case 'answer': {
      const writer = start(ANSWER, HEAD_BYTES + 4 * ID_BYTES + message.description.length);
      for (const id of [message.infoHash, message.peerId, message.toPeerId, message.offerId]) writer.id(id);
      writer.bytes(message.description);
      return writer.finish();
    }
  }
}

function start(type: number, capacity: number): ByteWriter {
  const writer = new ByteWriter(capacity);
  writer.byte(VERSION);
  writer.byte(type);
  return writer;
}

function countsCapacity({ entries }: CountsMessage | StateMessage): number {
  return HEAD_BYTES + entries.length * ENTRY_BYTES;
}

function writeCounts(writer: ByteWriter, message: CountsMessage | StateMessage): Buffer {
  writer.uint32(message.incarnation);
  if (message.type === 'state') {
    writer.byte(message.state);
    writer.varint(message.piece);
    writer.byte(message.isLast ? 1 : 0);
  }
  for (const { infoHash, counts } of message.entries) {
    writer.id(infoHash);
    writer.varint(counts.complete);
    writer.varint(counts.incomplete);
    writer.varint(counts.downloaded);
  }
  return writer.finish();
}

function encodeOffers({ infoHash, peerId, offers }: OffersMessage): Buffer {
  const bytes = offers.reduce((sum, { description }) => sum + offerBytes(description), 0);
  const writer = start(OFFERS, HEAD_BYTES + 2 * ID_BYTES + bytes);
  writer.id(infoHash);
  writer.id(peerId);
  for (const { offerId, description } of offers) {
    writer.id(offerId);
    writer.varint(description.length);
    writer.bytes(description);
  }
  return writer.finish();
}

/** Bytes that an offer adds to a message at most. */
function offerBytes(description: Buffer): number {
  return ID_BYTES + MAX_VARINT_BYTES + description.length;
}

/** Splits offers of one peer into runs that fit in a message each. An offer that fits in none is left out. */
export function splitOffers(offers: readonly BridgedOffer[]): BridgedOffer[][] {
  const room = MAX_BUS_MESSAGE_BYTES - HEAD_BYTES - 2 * ID_BYTES;
  const runs: BridgedOffer[][] = [];
  let left = 0;
  for (const offer of offers) {
    const bytes = offerBytes(offer.description);
    if (bytes > room) continue;
    if (bytes > left) {
      runs.push([]);
      left = room;
    }
    runs.at(-1)?.push(offer);
    left -= bytes;
  }
  return runs;
}

/**
 * Reads what came over the bus. Descriptions are views of the bytes, and not looked into.
 * @returns undefined for anything that no node of this version says
 */
export function decodeBusMessage(bytes: Buffer): BusMessage | undefined {
  if (bytes.length > MAX_BUS_MESSAGE_BYTES) return undefined;
  const reader = new ByteReader(bytes);
  if (reader.byte() !== VERSION) return undefined;
  const message = decodeBody(reader.byte(), reader);
  return reader.isBroken || reader.restLength > 0 ? undefined : message;
}

function decodeBody(type: number, reader: ByteReader): BusMessage | undefined {
  switch (type) {
    case COUNTS:
      return { type: 'counts', incarnation: reader.uint32(), entries: decodeEntries(reader) };
    case STATE: {
      const incarnation = reader.uint32();
      const state = reader.byte();
      const piece = reader.varint();
      const isLast = reader.byte() === 1;
      return { type: 'state', incarnation, state, piece, isLast, entries: decodeEntries(reader) };
    }
    case GOODBYE:
      return { type: 'goodbye', incarnation: reader.uint32() };
    case OFFERS:
      return { type: 'offers', infoHash: reader.id(), peerId: reader.id(), offers: decodeOffers(reader) };
    case ANSWER: {
      const [infoHash, peerId, toPeerId, offerId] = [reader.id(), reader.id(), reader.id(), reader.id()];
      return { type: 'answer', infoHash, peerId, toPeerId, offerId, description: reader.bytes(reader.restLength) };
    }
    default:
      return undefined;
  }
}

function decodeEntries(reader: ByteReader): CountEntry[] {
  const entries: CountEntry[] = [];
  while (reader.restLength > 0) {
    const infoHash = reader.id();
    const counts = { complete: reader.varint(), incomplete: reader.varint(), downloaded: reader.varint() };
    entries.push({ infoHash, counts });
  }
  return entries;
}

function decodeOffers(reader: ByteReader): BridgedOffer[] {
  const offers: BridgedOffer[] = [];
  while (reader.restLength > 0) {
    const offerId = reader.id();
    offers.push({ offerId, description: reader.bytes(reader.varint()) });
  }
  return offers;
}
