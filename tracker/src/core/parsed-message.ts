// The thorough reader of messages: JSON.parse, and every field looked at. Says what is wrong with a
// message that is refused, and writes the offers and answers of unusual ones anew. Never throws. Fields
// that the tracker does not use (uploaded, downloaded, trackerid, anything new) are not looked at, so that
// nobody is turned away for them. `null` counts as absent: JSON has no Infinity, which some clients give
// for the bytes left.

import type { AnnounceMessage, AnswerMessage, ClientMessage, Offer, ScrapeMessage } from './client-message';
import type { TrackerLimits } from './limits';
import { MAX_TOKEN_LENGTH } from './limits';
import { reject, type Rejection, type RejectReason } from './rejection';
import { ID_RULE, isId } from './wire-id';

/** An SDP as relayed; other members that a client puts beside these two are not passed on. */
interface SessionDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function parseClientMessage(text: string, limits: TrackerLimits): ClientMessage | Rejection {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return reject('bad-json', 'the message is not valid JSON');
  }
  if (!isObject(value)) return reject('bad-message', 'the message must be a JSON object');
  if (value['action'] === 'announce') {
    return isPresent(value['answer']) || isPresent(value['to_peer_id'])
      ? decodeAnswer(value, limits)
      : decodeAnnounce(value, limits);
  }
  if (value['action'] === 'scrape') return decodeScrape(value, limits);
  const infoHash = value['info_hash'];
  return reject('bad-action', 'action must be announce or scrape', 'announce', isId(infoHash) ? infoHash : undefined);
}

function decodeAnnounce(fields: Fields, limits: TrackerLimits): AnnounceMessage | Rejection {
  const { info_hash: infoHash, peer_id: peerId, event, left, numwant } = fields;
  if (!isId(infoHash)) return reject('bad-info-hash', `info_hash ${ID_RULE}`);
  const refuse = (reason: RejectReason, failure: string) => reject(reason, failure, 'announce', infoHash);
  if (!isId(peerId)) return refuse('bad-peer-id', `peer_id ${ID_RULE}`);
  if (isPresent(event) && typeof event !== 'string') return refuse('bad-event', 'event must be a string');
  if (isPresent(left) && !(isNumber(left) && left >= 0)) {
    return refuse('bad-number', 'left must be a number, 0 or greater');
  }
  if (isPresent(numwant) && !isNumber(numwant)) return refuse('bad-number', 'numwant must be a number');

  // No numwant, or the -1 of older BitTorrent protocols: as many peers as there are offers.
  const wanted = isPresent(numwant) && numwant >= 0 ? Math.floor(numwant) : limits.maxOffers;
  const offers = decodeOffers(fields['offers'], Math.min(wanted, limits.maxOffers), limits);
  if (typeof offers === 'string') return refuse('bad-offers', offers);
  return {
    type: 'announce',
    infoHash,
    peerId,
    event: event === 'started' || event === 'completed' || event === 'stopped' ? event : 'update',
    left: isPresent(left) ? left : undefined,
    token: decodeToken(fields['token']),
    offers,
  };
}

/** What is too long to be a token is one that will not do: the client shall hear of it. */
function decodeToken(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.length <= MAX_TOKEN_LENGTH ? value : '';
}

/** The first `count` offers, or what is wrong with them. Those after them are not even looked at. */
function decodeOffers(value: unknown, count: number, limits: TrackerLimits): Offer[] | string {
  if (!isPresent(value)) return [];
  if (!Array.isArray(value)) return 'offers must be an array';
  const offers: Offer[] = [];
  const entries: readonly unknown[] = value;
  for (let index = 0; index < entries.length && index < count; index += 1) {
    const entry = entries[index];
    if (!isObject(entry)) return `offers[${index}] must be an object`;
    const offerId = entry['offer_id'];
    if (!isId(offerId)) return `offers[${index}].offer_id ${ID_RULE}`;
    const description = decodeDescription(entry['offer'], 'offer', `offers[${index}].offer`, limits);
    if (typeof description === 'string') return description;
    const members = JSON.stringify({ offer: description, offer_id: offerId });
    offers.push({ offerId, members: Buffer.from(members.slice(1)) });
  }
  return offers;
}

function decodeAnswer(fields: Fields, limits: TrackerLimits): AnswerMessage | Rejection {
  const { info_hash: infoHash, peer_id: peerId, to_peer_id: toPeerId, offer_id: offerId } = fields;
  if (!isId(infoHash)) return reject('bad-info-hash', `info_hash ${ID_RULE}`);
  const refuse = (reason: RejectReason, failure: string) => reject(reason, failure, 'announce', infoHash);
  if (!isId(peerId)) return refuse('bad-peer-id', `peer_id ${ID_RULE}`);
  if (!isId(toPeerId)) return refuse('bad-answer', `to_peer_id ${ID_RULE}`);
  if (!isId(offerId)) return refuse('bad-answer', `offer_id ${ID_RULE}`);
  const description = decodeDescription(fields['answer'], 'answer', 'answer', limits);
  if (typeof description === 'string') return refuse('bad-answer', description);
  return {
    type: 'answer',
    infoHash,
    peerId,
    toPeerId,
    offerId,
    description: Buffer.from(JSON.stringify(description)),
  };
}

function decodeDescription(
  value: unknown,
  type: SessionDescription['type'],
  name: string,
  limits: TrackerLimits,
): SessionDescription | string {
  if (!isObject(value)) return `${name} must be an object`;
  if (value['type'] !== type) return `${name}.type must be ${type}`;
  const sdp = value['sdp'];
  if (typeof sdp !== 'string') return `${name}.sdp must be a string`;
  if (sdp.length > limits.maxSdpLength) return `${name}.sdp must not be longer than ${limits.maxSdpLength} characters`;
  return { type, sdp };
}

function decodeScrape(fields: Fields, limits: TrackerLimits): ScrapeMessage | Rejection {
  const asked = fields['info_hash'];
  if (!isPresent(asked)) {
    return reject('full-scrape', 'info_hash is required: this tracker does not list its swarms', 'scrape');
  }
  if (isId(asked)) return { type: 'scrape', infoHashes: [asked] };
  if (!Array.isArray(asked)) return reject('bad-info-hash', `info_hash ${ID_RULE}, or an array of them`, 'scrape');
  if (asked.length === 0) return reject('bad-info-hash', 'info_hash must name at least one swarm', 'scrape');
  if (asked.length > limits.maxScrapeHashes) {
    return reject('too-many-hashes', `info_hash must not name more than ${limits.maxScrapeHashes} swarms`, 'scrape');
  }
  const infoHashes = new Set<string>();
  for (const entry of asked as readonly unknown[]) {
    if (!isId(entry)) return reject('bad-info-hash', `each info_hash ${ID_RULE}`, 'scrape');
    infoHashes.add(entry);
  }
  return { type: 'scrape', infoHashes: [...infoHashes] };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  // 1e999 is valid JSON and parses to Infinity: not a NaN, and as good as any large number.
  return typeof value === 'number';
}

function isPresent<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
