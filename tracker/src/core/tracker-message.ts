// What the tracker says. The only place that writes the protocol's field names. Texts are put together with
// one character per byte of UTF-8, so that they become bytes without another look.

import type { Rejection } from './rejection';
import type { SwarmCounts } from './swarm';
import { writeId } from './wire-id';

const CLOSING_BRACE = Buffer.from('}');

/** @param intervalSeconds - whole seconds until the next announce */
export function encodeResponse(
  infoHash: string,
  intervalSeconds: number,
  { complete, incomplete }: SwarmCounts,
): Buffer[] {
  const counts = `"complete":${complete},"incomplete":${incomplete}}`;
  const text = `{"action":"announce","interval":${intervalSeconds},"info_hash":${writeId(infoHash)},${counts}`;
  return [Buffer.from(text, 'latin1')];
}

/** What all offers of a peer begin with; an offer's members follow and end the message. */
export function encodeOfferHead(infoHash: string, offererPeerId: string): Buffer {
  return Buffer.from(`${relayHead(infoHash, offererPeerId)},`, 'latin1');
}

export function encodeAnswer(infoHash: string, answererPeerId: string, offerId: string, description: Buffer): Buffer[] {
  const head = `${relayHead(infoHash, answererPeerId)},"offer_id":${writeId(offerId)},"answer":`;
  return [Buffer.from(head, 'latin1'), description, CLOSING_BRACE];
}

function relayHead(infoHash: string, peerId: string): string {
  return `{"action":"announce","info_hash":${writeId(infoHash)},"peer_id":${writeId(peerId)}`;
}

export function encodeScrape(files: ReadonlyMap<string, SwarmCounts>): Buffer[] {
  // Safe as keys: an info_hash has 20 characters, and no name with a meaning of its own has.
  return [Buffer.from(JSON.stringify({ action: 'scrape', files: Object.fromEntries(files) }))];
}

/** Always with an action: the stock client drops its socket on a message without one. */
export function encodeFailure({ action, infoHash, failure, retrySeconds }: Rejection): Buffer[] {
  const failed = { action, info_hash: infoHash, 'failure reason': failure, interval: retrySeconds };
  return [Buffer.from(JSON.stringify(failed))];
}
