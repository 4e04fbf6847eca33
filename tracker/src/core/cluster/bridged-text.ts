// What other nodes send for peers of this one, read as strictly as what clients send: a relayed message must never
// break the socket of who gets it, nor say more than its sender was let say.

import type { Offer } from '../client-message';
import type { MessageReader } from '../message-reader';
import { writeId } from '../wire-id';
import type { BridgedAnswer, BridgedOffer, OffersMessage } from './bus-message';

/** An offer as it is sent between nodes. @returns with bytes that are views of the message it came in */
export function toBridged({ offerId, members }: Offer): BridgedOffer {
  return { offerId, description: members };
}

/** @returns undefined for an offer that no client could have sent */
export function readBridgedOffer(
  reader: MessageReader,
  { infoHash, peerId }: OffersMessage,
  { offerId, description }: BridgedOffer,
): Offer | undefined {
  const message = reader.read(asMessage(infoHash, peerId, ',"offers":[{', description, ']}'));
  if (message.type !== 'announce' || message.peerId !== peerId || message.infoHash !== infoHash) return undefined;
  const [offer, ...others] = message.offers;
  return offer?.offerId === offerId && others.length === 0 ? offer : undefined;
}

/** @returns the description in it, or undefined for an answer that no client could have sent */
export function readBridgedAnswer(
  reader: MessageReader,
  { infoHash, peerId, toPeerId, offerId, description }: BridgedAnswer,
): Buffer | undefined {
  const ids = `,"to_peer_id":${writeId(toPeerId)},"offer_id":${writeId(offerId)},"answer":`;
  const message = reader.read(asMessage(infoHash, peerId, ids, description, '}'));
  if (message.type !== 'answer' || message.peerId !== peerId || message.infoHash !== infoHash) return undefined;
  return message.toPeerId === toPeerId && message.offerId === offerId ? message.description : undefined;
}

function asMessage(infoHash: string, peerId: string, before: string, relayed: Buffer, after: string): Buffer {
  const head = `{"action":"announce","info_hash":${writeId(infoHash)},"peer_id":${writeId(peerId)}${before}`;
  return Buffer.concat([Buffer.from(head, 'latin1'), asUtf8(relayed), Buffer.from(after, 'latin1')]);
}

/** Bytes that are no UTF-8 become U+FFFD. */
function asUtf8(bytes: Buffer): Buffer {
  return bytes.every((byte) => byte < 0x80) ? bytes : Buffer.from(bytes.toString());
}
