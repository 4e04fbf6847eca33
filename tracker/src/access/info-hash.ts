// Names of swarms: the id that a page knows, and the 20 bytes that the protocol knows.

import { createHash } from 'node:crypto';

/** The version of the engine's peer protocol: it is part of what an info hash is made of. */
const PROTOCOL_VERSION = 1;

const ID_LENGTH = 20;
const HEX_HASH = /^[0-9a-f]{40}$/i;

/** Longest swarm id that is taken, in UTF-16 units; it is a URL most of the time. */
export const MAX_SWARM_ID_LENGTH = 4096;

/** The info hash, 20 characters of one byte each, under which the engine's viewers of `swarmId` meet. */
export function infoHashOf(swarmId: string): string {
  const hash = createHash('sha256').update(`p2p-media-loader/${PROTOCOL_VERSION}/${swarmId}`, 'utf8').digest();
  return hash.toString('latin1', 0, ID_LENGTH);
}

/** The info hash that a line of a list or an option names: 40 hexadecimal digits, or else a swarm id. */
export function infoHashNamed(name: string): string {
  return HEX_HASH.test(name) ? Buffer.from(name, 'hex').toString('latin1') : infoHashOf(name);
}

/** An info hash as people and databases write it: 40 hexadecimal digits. */
export function toHex(infoHash: string): string {
  return Buffer.from(infoHash, 'latin1').toString('hex');
}
