// Which two viewers can be connected directly, by the kind of address translation between them and the world.

import type { Random } from '../../../engine/src/ports/random';
import { weighted } from '../chance/draws';

export const NAT_TYPES = ['open', 'address-restricted', 'port-restricted', 'symmetric', 'udp-blocked'] as const;
export type NatType = (typeof NAT_TYPES)[number];

/** How addresses are translated; of both, about 78 % of all pairs connect, as field measurements have it. */
export const NAT_MIXES = ['blocked', 'reachable'] as const;
export type NatMix = (typeof NAT_MIXES)[number];

/** Shares of viewers. */
const SHARES: Readonly<Record<NatMix, Readonly<Record<NatType, number>>>> = {
  // Without a relay a twentieth reaches nobody and has all from the CDN: offload cannot exceed 95 %.
  blocked: { open: 0.25, 'address-restricted': 0.25, 'port-restricted': 0.3, symmetric: 0.15, 'udp-blocked': 0.05 },
  // As many pairs fail, but everybody reaches somebody.
  reachable: { open: 0.2, 'address-restricted': 0.23, 'port-restricted': 0.32, symmetric: 0.25, 'udp-blocked': 0 },
};

export function drawNat(random: Random, mix: NatMix): NatType {
  const shares = SHARES[mix];
  return weighted(random, NAT_TYPES, (type) => shares[type]);
}

/** A symmetric NAT picks a new port for each peer: whoever filters by port never sees the one it expects. */
const FILTERS_BY_PORT: readonly NatType[] = ['symmetric', 'port-restricted'];

export function canConnect(a: NatType, b: NatType): boolean {
  if (a === 'udp-blocked' || b === 'udp-blocked') return false;
  if (a === 'symmetric' && FILTERS_BY_PORT.includes(b)) return false;
  return !(b === 'symmetric' && FILTERS_BY_PORT.includes(a));
}
