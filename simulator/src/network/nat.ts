// Which two viewers can be connected directly, by the kind of address translation between them and the world.

import type { Random } from '../../../engine/src/ports/random';
import { weighted } from '../chance/draws';

export type NatType = 'open' | 'address-restricted' | 'port-restricted' | 'symmetric' | 'udp-blocked';

/** Shares of viewers. About 78 % of all pairs connect, as field measurements have it. */
const NAT_MIX: readonly { readonly type: NatType; readonly share: number }[] = [
  { type: 'open', share: 0.25 },
  { type: 'address-restricted', share: 0.25 },
  { type: 'port-restricted', share: 0.3 },
  { type: 'symmetric', share: 0.15 },
  { type: 'udp-blocked', share: 0.05 },
];

export function drawNat(random: Random): NatType {
  return weighted(random, NAT_MIX, ({ share }) => share).type;
}

/** A symmetric NAT picks a new port for each peer: whoever filters by port never sees the one it expects. */
const FILTERS_BY_PORT: readonly NatType[] = ['symmetric', 'port-restricted'];

export function canConnect(a: NatType, b: NatType): boolean {
  if (a === 'udp-blocked' || b === 'udp-blocked') return false;
  if (a === 'symmetric' && FILTERS_BY_PORT.includes(b)) return false;
  return !(b === 'symmetric' && FILTERS_BY_PORT.includes(a));
}
