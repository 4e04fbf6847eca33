import { sha256 } from '../base/sha256';
import { binaryStringOf } from '../protocol/binary-string';
import { PROTOCOL_VERSION } from '../protocol/peer-messages';

const ID_LENGTH = 20;
/** Azureus-style client prefix (BEP 20): P2P Media Loader, version 0.1. */
const PEER_ID_PREFIX = '-PL0100-';
const PEER_ID_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The 20 characters, one per byte, under which trackers know a swarm: the start of SHA-256 over the protocol
 * version and the swarm id. Viewers whose protocol versions differ thus never meet.
 */
export function infoHashOf(swarmId: string): string {
  const text = `p2p-media-loader/${PROTOCOL_VERSION}/${swarmId}`;
  return binaryStringOf(sha256(new TextEncoder().encode(text)).subarray(0, ID_LENGTH));
}

/** A peer id: the client prefix and 12 random letters and digits. `randomBytes` holds at least 12. */
export function makePeerId(randomBytes: Uint8Array): string {
  const length = ID_LENGTH - PEER_ID_PREFIX.length;
  if (randomBytes.length < length) throw new RangeError(`needs ${length} random bytes`);
  let id = PEER_ID_PREFIX;
  // The modulo favours the first 8 of 62 letters by a quarter; an id needs to be unlikely to repeat, not secret.
  for (const byte of randomBytes.subarray(0, length)) id += PEER_ID_ALPHABET.charAt(byte % PEER_ID_ALPHABET.length);
  return id;
}
