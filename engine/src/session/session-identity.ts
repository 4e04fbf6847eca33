import type { Random } from '../ports/random';
import { makePeerId } from '../swarm/swarm-ids';

const PEER_ID_RANDOM_BYTES = 12;

/** A fresh id under which one session appears in its swarms. */
export function newPeerId(random: Random): string {
  return makePeerId(random.bytes(PEER_ID_RANDOM_BYTES));
}
