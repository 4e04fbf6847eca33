// What the tracker says, as text. The only place that writes the protocol's field names.

import type { Offer, SessionDescription } from './client-message';
import type { Rejection } from './rejection';
import type { SwarmCounts } from './swarm';

/** @param intervalSeconds - whole seconds until the next announce */
export function encodeResponse(infoHash: string, intervalSeconds: number, counts: SwarmCounts): string {
  const { complete, incomplete } = counts;
  return JSON.stringify({ action: 'announce', interval: intervalSeconds, info_hash: infoHash, complete, incomplete });
}

export function encodeOffer(infoHash: string, offererPeerId: string, { offerId, description }: Offer): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: infoHash,
    peer_id: offererPeerId,
    offer_id: offerId,
    offer: description,
  });
}

export function encodeAnswer(
  infoHash: string,
  answererPeerId: string,
  offerId: string,
  description: SessionDescription,
): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: infoHash,
    peer_id: answererPeerId,
    offer_id: offerId,
    answer: description,
  });
}

export function encodeScrape(files: ReadonlyMap<string, SwarmCounts>): string {
  // Safe as keys: an info_hash has 20 characters, and no name with a meaning of its own has.
  return JSON.stringify({ action: 'scrape', files: Object.fromEntries(files) });
}

/** Always with an action: the stock client drops its socket on a message without one. */
export function encodeFailure({ action, infoHash, failure }: Rejection): string {
  return JSON.stringify({ action, info_hash: infoHash, 'failure reason': failure });
}
