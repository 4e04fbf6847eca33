// Reads the messages that clients really send, without parsing them: finds the members that the tracker
// uses, decodes the short ones, and keeps offers and answers as the bytes they came in, to be relayed as
// they are. Anything unusual (a member twice, an escape in a key, one member more in an offer, an unknown
// member that is no scalar, whatever is wrong) is not for here: then `scan` gives nothing, and JSON.parse
// has the word.

import type { AnnounceEvent, AnnounceMessage, AnswerMessage, ClientMessage, Offer } from './client-message';
import {
  ascii,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  FAILED,
  JsonScanner,
  OPEN_BRACE,
  OPEN_BRACKET,
  startsWith,
} from './json-scanner';
import { MAX_TOKEN_LENGTH, type TrackerLimits } from './limits';
import { readId } from './wire-id';

/** Members of a message, by the place that each has in the table of places. */
const FIELDS = [
  'action',
  'info_hash',
  'peer_id',
  'event',
  'left',
  'numwant',
  'offers',
  'answer',
  'to_peer_id',
  'offer_id',
  'token',
] as const;

type FieldName = (typeof FIELDS)[number];

const indexOf = (name: FieldName): number => FIELDS.indexOf(name);

const ACTION = indexOf('action');
const INFO_HASH = indexOf('info_hash');
const PEER_ID = indexOf('peer_id');
const EVENT = indexOf('event');
const LEFT = indexOf('left');
const NUMWANT = indexOf('numwant');
const OFFERS = indexOf('offers');
const ANSWER = indexOf('answer');
const TO_PEER_ID = indexOf('to_peer_id');
const OFFER_ID = indexOf('offer_id');
const TOKEN = indexOf('token');
const UNKNOWN = -1;

interface Key {
  readonly bytes: Uint8Array;
  readonly field: number;
}

/** The keys of each length: most keys that do not matter are known by their length alone. */
const KEYS_BY_LENGTH: readonly (readonly Key[])[] = Array.from({ length: 11 }, (_, length) =>
  FIELDS.flatMap((name, field) => (name.length === length ? [{ bytes: ascii(name), field }] : [])),
);

const ANNOUNCE = ascii('announce');
const SCRAPE = ascii('scrape');
const EVENTS = (['started', 'completed', 'stopped'] as const).map((name) => ({ name, bytes: ascii(name) }));
/** Escapes, and what is more than one byte in UTF-8. */
const UNUSUAL_TOKEN = /[\\\u0080-\u00ff]/;
const OFFER_TYPE = ascii('offer');
const ANSWER_TYPE = ascii('answer');
const TYPE_KEY = ascii('type');
const SDP_KEY = ascii('sdp');

/**
 * Bytes that a relayed description may have beside its SDP: `{"type":"answer","sdp":""}` and some space.
 * One with more is written anew, so that nobody carries data past the limit of an SDP.
 */
const MAX_DESCRIPTION_OVERHEAD = 64;

/** Members of a message, and offers in it, that are unusual; a few times what clients send. */
const MAX_MEMBERS = 32;
const MAX_ENTRIES = 64;

/** Numbers per offer: where its entry starts and ends, where its id starts and ends. */
const ENTRY_STRIDE = 4;

export class MessageScanner {
  readonly #json = new JsonScanner();
  /** Where the value of each member starts and ends; 0 to 0 for one that is not there or null. */
  readonly #places = new Int32Array(FIELDS.length * 2);
  readonly #entries: number[] = [];
  #entryCount = 0;

  constructor(private readonly limits: TrackerLimits) {}

  /** @returns the message, or undefined if it is not one of the usual and good ones */
  scan(bytes: Buffer): ClientMessage | undefined {
    this.#json.open(bytes);
    this.#places.fill(0);
    this.#entryCount = 0;
    const end = this.#scanMessage(bytes, this.#json.skipSpace(0));
    if (end === FAILED || this.#json.skipSpace(end) !== bytes.length) return undefined;
    if (this.#is(bytes, ACTION, ANNOUNCE)) {
      return this.#has(ANSWER) || this.#has(TO_PEER_ID) ? this.#readAnswer(bytes) : this.#readAnnounce(bytes);
    }
    if (!this.#is(bytes, ACTION, SCRAPE)) return undefined;
    const infoHash = this.#readId(bytes, INFO_HASH);
    return infoHash === undefined ? undefined : { type: 'scrape', infoHashes: [infoHash] };
  }

  #scanMessage(bytes: Buffer, from: number): number {
    if (bytes[from] !== OPEN_BRACE) return FAILED;
    let seen = 0;
    let at = this.#json.skipSpace(from + 1);
    for (let count = 0; count < MAX_MEMBERS; count += 1) {
      const keyEnd = this.#json.skipKey(at);
      if (keyEnd === FAILED) return FAILED;
      const field = findField(bytes, at + 1, keyEnd - 1);
      // A member twice: the last counts, and only JSON.parse can say which that is.
      if (field !== UNKNOWN && (seen & (1 << field)) !== 0) return FAILED;
      seen |= field === UNKNOWN ? 0 : 1 << field;
      at = this.#json.skipSpace(this.#scanField(bytes, this.#json.skipColon(keyEnd), field));
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      at = this.#json.skipComma(at);
    }
    return FAILED;
  }

  #scanField(bytes: Buffer, from: number, field: number): number {
    if (field === UNKNOWN) return this.#json.skipScalar(from);
    const absent = this.#json.skipNull(from);
    if (absent !== FAILED) return absent;
    const end = this.#scanPresent(bytes, from, field);
    this.#places[field * 2] = from;
    this.#places[field * 2 + 1] = end;
    return end;
  }

  #scanPresent(bytes: Buffer, from: number, field: number): number {
    switch (field) {
      case LEFT:
      case NUMWANT:
        return this.#json.skipNumber(from);
      case OFFERS:
        return this.#scanOffers(bytes, from);
      case ANSWER:
        return this.#scanDescription(bytes, from, ANSWER_TYPE);
      default:
        return this.#json.skipString(from);
    }
  }

  #scanOffers(bytes: Buffer, from: number): number {
    if (bytes[from] !== OPEN_BRACKET) return FAILED;
    let at = this.#json.skipSpace(from + 1);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      if (this.#entryCount === MAX_ENTRIES) return FAILED;
      const end = this.#scanEntry(bytes, at);
      if (end === FAILED) return FAILED;
      at = this.#json.skipSpace(end);
      if (bytes[at] === CLOSE_BRACKET) return at + 1;
      at = this.#json.skipComma(at);
    }
  }

  /** `{"offer":{…},"offer_id":"…"}`, in either order and with nothing else. */
  #scanEntry(bytes: Buffer, from: number): number {
    if (bytes[from] !== OPEN_BRACE) return FAILED;
    const base = this.#entryCount * ENTRY_STRIDE;
    let hasOffer = false;
    let hasId = false;
    let at = this.#json.skipSpace(from + 1);
    for (;;) {
      const keyEnd = this.#json.skipKey(at);
      const value = this.#json.skipColon(keyEnd);
      if (value === FAILED) return FAILED;
      const keyLength = keyEnd - at - 2;
      if (!hasOffer && keyLength === OFFER_TYPE.length && startsWith(bytes, at + 1, OFFER_TYPE)) {
        hasOffer = true;
        at = this.#scanDescription(bytes, value, OFFER_TYPE);
      } else if (!hasId && findField(bytes, at + 1, keyEnd - 1) === OFFER_ID) {
        hasId = true;
        at = this.#json.skipString(value);
        this.#entries[base + 2] = value;
        this.#entries[base + 3] = at;
      } else {
        return FAILED;
      }
      at = this.#json.skipSpace(at);
      if (bytes[at] === CLOSE_BRACE) break;
      at = this.#json.skipComma(at);
    }
    if (!hasOffer || !hasId) return FAILED;
    this.#entries[base] = from;
    this.#entries[base + 1] = at + 1;
    this.#entryCount += 1;
    return at + 1;
  }

  /** `{"type":"…","sdp":"…"}`, in either order and with nothing else. */
  #scanDescription(bytes: Buffer, from: number, type: Uint8Array): number {
    if (bytes[from] !== OPEN_BRACE) return FAILED;
    let hasType = false;
    let sdpLength = -1;
    let at = this.#json.skipSpace(from + 1);
    for (;;) {
      const keyEnd = this.#json.skipKey(at);
      const value = this.#json.skipColon(keyEnd);
      if (value === FAILED) return FAILED;
      const keyLength = keyEnd - at - 2;
      const valueEnd = this.#json.skipString(value);
      if (!hasType && keyLength === TYPE_KEY.length && startsWith(bytes, at + 1, TYPE_KEY)) {
        hasType = valueEnd - value - 2 === type.length && startsWith(bytes, value + 1, type);
        if (!hasType) return FAILED;
      } else if (sdpLength < 0 && keyLength === SDP_KEY.length && startsWith(bytes, at + 1, SDP_KEY)) {
        sdpLength = valueEnd - value - 2;
      } else {
        return FAILED;
      }
      at = this.#json.skipSpace(valueEnd);
      if (bytes[at] === CLOSE_BRACE) break;
      at = this.#json.skipComma(at);
    }
    // In UTF-8, escaped or not, a text has at least as many bytes as UTF-16 units, which are what is limited.
    if (!hasType || sdpLength < 0 || sdpLength > this.limits.maxSdpLength) return FAILED;
    return at + 1 - from - sdpLength <= MAX_DESCRIPTION_OVERHEAD ? at + 1 : FAILED;
  }

  #readAnnounce(bytes: Buffer): AnnounceMessage | undefined {
    const infoHash = this.#readId(bytes, INFO_HASH);
    const peerId = this.#readId(bytes, PEER_ID);
    const left = this.#readNumber(bytes, LEFT);
    const event = this.#readEvent(bytes);
    if (infoHash === undefined || peerId === undefined || event === undefined) return undefined;
    if (left !== undefined && left < 0) return undefined;
    const token = this.#readToken(bytes);
    const offers = token === null ? undefined : this.#readOffers(bytes);
    return offers && { type: 'announce', infoHash, peerId, event, left, token: token ?? undefined, offers };
  }

  #readOffers(bytes: Buffer): readonly Offer[] | undefined {
    const numwant = this.#readNumber(bytes, NUMWANT) ?? -1;
    const wanted = numwant >= 0 ? Math.floor(numwant) : this.limits.maxOffers;
    const count = Math.min(this.#entryCount, wanted, this.limits.maxOffers);
    const offers: Offer[] = [];
    for (let base = 0; base < count * ENTRY_STRIDE; base += ENTRY_STRIDE) {
      const offerId = readId(bytes, this.#entries[base + 2]! + 1, this.#entries[base + 3]! - 1);
      if (offerId === undefined) return undefined;
      offers.push({ offerId, members: bytes.subarray(this.#entries[base]! + 1, this.#entries[base + 1]) });
    }
    return offers;
  }

  #readAnswer(bytes: Buffer): AnswerMessage | undefined {
    const infoHash = this.#readId(bytes, INFO_HASH);
    const peerId = this.#readId(bytes, PEER_ID);
    const toPeerId = this.#readId(bytes, TO_PEER_ID);
    const offerId = this.#readId(bytes, OFFER_ID);
    if (infoHash === undefined || peerId === undefined || toPeerId === undefined || offerId === undefined) {
      return undefined;
    }
    if (!this.#has(ANSWER)) return undefined;
    const description = bytes.subarray(this.#places[ANSWER * 2], this.#places[ANSWER * 2 + 1]);
    return { type: 'answer', infoHash, peerId, toPeerId, offerId, description };
  }

  #readEvent(bytes: Buffer): AnnounceEvent | undefined {
    if (!this.#has(EVENT)) return 'update';
    for (const { name, bytes: word } of EVENTS) if (this.#is(bytes, EVENT, word)) return name;
    // Escapes may hide one of the three.
    const text = bytes.toString('latin1', this.#places[EVENT * 2], this.#places[EVENT * 2 + 1]);
    return text.includes('\\') ? undefined : 'update';
  }

  /** Null: one that is unusual. */
  #readToken(bytes: Buffer): string | undefined | null {
    if (!this.#has(TOKEN)) return undefined;
    const start = this.#places[TOKEN * 2]! + 1;
    const end = this.#places[TOKEN * 2 + 1]! - 1;
    if (end - start > MAX_TOKEN_LENGTH) return null;
    const text = bytes.toString('latin1', start, end);
    return UNUSUAL_TOKEN.test(text) ? null : text;
  }

  #readNumber(bytes: Buffer, field: number): number | undefined {
    if (!this.#has(field)) return undefined;
    return Number(bytes.toString('latin1', this.#places[field * 2], this.#places[field * 2 + 1]));
  }

  #readId(bytes: Buffer, field: number): string | undefined {
    return this.#has(field) ? readId(bytes, this.#places[field * 2]! + 1, this.#places[field * 2 + 1]! - 1) : undefined;
  }

  #has(field: number): boolean {
    return this.#places[field * 2 + 1] !== 0;
  }

  /** Whether the string of that member is `word`, written without escapes. */
  #is(bytes: Buffer, field: number, word: Uint8Array): boolean {
    const start = this.#places[field * 2]! + 1;
    return this.#places[field * 2 + 1]! - 1 - start === word.length && startsWith(bytes, start, word);
  }
}

function findField(bytes: Buffer, start: number, end: number): number {
  const keys = KEYS_BY_LENGTH[end - start];
  if (keys !== undefined) for (const key of keys) if (startsWith(bytes, start, key.bytes)) return key.field;
  return UNKNOWN;
}
