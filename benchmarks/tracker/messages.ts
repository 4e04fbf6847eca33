// What viewers send, as masked frames made beforehand. Ids are binary, as those of real clients, but all
// alike in how many bytes they take in JSON, so that an answer is a prepared frame with two ids patched.

import { randomBytes } from 'node:crypto';
import { OFFERS_PER_ANNOUNCE } from './run';

/** Of the 20 characters of an id: decimal digits, to know whose it is; control characters; characters above U+007F. */
const ID_DIGITS = 8;
const ID_CONTROLS = 2;
const ID_HIGHS = 10;
const CONTROL_JSON_BYTES = 6;
const HIGH_UTF8_BYTES = 2;

/** Bytes of an id in JSON, without its quotes. */
export const ID_JSON_BYTES = ID_DIGITS + ID_CONTROLS * CONTROL_JSON_BYTES + ID_HIGHS * HIGH_UTF8_BYTES;

const SDP_BYTES = 1_000;
const MASK_KEY = Buffer.from([0x9d, 0x41, 0x07, 0xe8]);

const TEXT_FRAME = 0x81;
const MASKED = 0x80;
const LENGTH_16 = 126;
/** Bytes of the header of an answer, whose length takes 16 bits. */
const LONG_HEADER_BYTES = 8;

/** An id that begins with `number`, with chance in the rest. */
function makeId(number: number): string {
  const chance = randomBytes(ID_CONTROLS + ID_HIGHS);
  let id = String(number).padStart(ID_DIGITS, '0');
  for (let index = 0; index < ID_CONTROLS; index += 1) id += String.fromCharCode(1 + (chance[index]! % 7));
  for (let index = 0; index < ID_HIGHS; index += 1) {
    id += String.fromCharCode(0x80 + (chance[ID_CONTROLS + index]! & 0x7f));
  }
  return id;
}

/** The number of the id that lies in JSON at `offset`. */
export function idNumberAt(bytes: Buffer, offset: number): number {
  let number = 0;
  for (let index = 0; index < ID_DIGITS; index += 1) number = number * 10 + (bytes[offset + index]! - 0x30);
  return number;
}

function makeSdp(): string {
  const start = 'v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
  let sdp = `${start}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`;
  for (let number = 0; sdp.length < SDP_BYTES; number += 1) {
    sdp += `a=candidate:${number} 1 udp 2113937151 192.168.1.${number} 54321 typ host generation 0\r\n`;
  }
  return sdp.slice(0, SDP_BYTES);
}

const SDP = makeSdp();

/** A masked text frame. */
export function makeFrame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const isLong = payload.length >= LENGTH_16;
  const header = Buffer.from([TEXT_FRAME, MASKED | (isLong ? LENGTH_16 : payload.length)]);
  const length = Buffer.alloc(isLong ? 2 : 0);
  if (isLong) length.writeUInt16BE(payload.length);
  for (let index = 0; index < payload.length; index += 1) payload[index]! ^= MASK_KEY[index & 3]!;
  return Buffer.concat([header, length, MASK_KEY, payload]);
}

export const makeInfoHashes = (count: number): string[] => Array.from({ length: count }, (_, index) => makeId(index));

/** All that one viewer says, ready to be written. */
export class Phrases {
  readonly #peerId: string;
  #announce: Buffer | undefined;
  #answer: AnswerTemplate | undefined;

  constructor(
    private readonly index: number,
    private readonly infoHash: string,
  ) {
    this.#peerId = makeId(index);
  }

  join(): Buffer {
    return makeFrame({ ...this.#fields(), event: 'started', offers: [] });
  }

  announce(): Buffer {
    return (this.#announce ??= makeFrame({
      ...this.#fields(),
      offers: Array.from({ length: OFFERS_PER_ANNOUNCE }, () => ({
        offer: { type: 'offer', sdp: SDP },
        offer_id: makeId(this.index),
      })),
    }));
  }

  /** The answer to the offer whose ids lie in `bytes` at these places. */
  answer(bytes: Buffer, peerIdAt: number, offerIdAt: number): Buffer {
    this.#answer ??= new AnswerTemplate(this.infoHash, this.#peerId);
    return this.#answer.fill(bytes, peerIdAt, offerIdAt);
  }

  #fields(): object {
    return {
      ...{ numwant: OFFERS_PER_ANNOUNCE, uploaded: 0, downloaded: 0, action: 'announce' },
      ...{ info_hash: this.infoHash, peer_id: this.#peerId },
    };
  }
}

/** An answer with two empty places. */
class AnswerTemplate {
  readonly #frame: Buffer;
  readonly #peerIdAt: number;
  readonly #offerIdAt: number;

  constructor(infoHash: string, peerId: string) {
    const [toPeerId, offerId] = [makeId(0), makeId(0)];
    const message = {
      ...{ action: 'announce', info_hash: infoHash, peer_id: peerId, to_peer_id: toPeerId },
      ...{ answer: { type: 'answer', sdp: SDP }, offer_id: offerId },
    };
    const text = Buffer.from(JSON.stringify(message));
    this.#frame = makeFrame(message);
    const payloadAt = this.#frame.length - text.length;
    this.#peerIdAt = payloadAt + text.indexOf('"to_peer_id":"') + '"to_peer_id":"'.length;
    this.#offerIdAt = payloadAt + text.indexOf('"offer_id":"') + '"offer_id":"'.length;
  }

  fill(source: Buffer, peerIdAt: number, offerIdAt: number): Buffer {
    const frame = Buffer.allocUnsafe(this.#frame.length);
    frame.set(this.#frame);
    this.#patch(frame, this.#peerIdAt, source, peerIdAt);
    this.#patch(frame, this.#offerIdAt, source, offerIdAt);
    return frame;
  }

  #patch(frame: Buffer, at: number, source: Buffer, sourceAt: number): void {
    for (let index = 0; index < ID_JSON_BYTES; index += 1) {
      frame[at + index] = source[sourceAt + index]! ^ MASK_KEY[(at + index - LONG_HEADER_BYTES) & 3]!;
    }
  }
}
