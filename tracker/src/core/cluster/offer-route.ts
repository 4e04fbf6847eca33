// Where the offers of one announce go: to peers of this node, or over the bus to peers of others.

import type { Random } from '../swarm';

/**
 * Peers of a swarm on this node below which its offers go to all nodes alike. A small swarm that is spread
 * over the nodes is then one mesh, as if it were on one.
 */
export const SMALL_SWARM_PEERS = 30;

/**
 * Share of the offers of a larger swarm that go over the bus. One in 2000 already joins the meshes of 20 nodes
 * with 10,000 peers each into one; one in 20 makes its paths nearly as short as if all were on one node.
 */
export const BRIDGE_SHARE = 0.05;

/** A node that has peers of the swarm. */
export interface SwarmNode {
  readonly nodeId: string;
  readonly peerCount: number;
}

/** What offers are drawn from. */
interface Urn {
  /** None for this node. */
  readonly nodeId: string | undefined;
  /** Peers that have no offer yet. */
  left: number;
}

/** How many of the offers go where; those that are in neither have no one to go to. */
export interface OfferRoute {
  readonly localCount: number;
  readonly byNode: ReadonlyMap<string, number>;
}

/**
 * Draws a place for each offer. In a small swarm that is a draw from all other peers, wherever they are; in a
 * large one a few offers are bridges to other nodes, in proportion to their peers. No node gets more offers than it has peers.
 * @param othersCount - peers of the swarm on this node besides the offerer
 * @param nodes - called when other nodes matter, which in a large swarm is seldom
 */
export function routeOffers(
  offerCount: number,
  othersCount: number,
  nodes: () => readonly SwarmNode[],
  random: Random,
): OfferRoute {
  const isSmall = othersCount + 1 < SMALL_SWARM_PEERS;
  const bridgeCount = isSmall ? offerCount : countBridges(offerCount, random);
  const byNode = new Map<string, number>();
  if (bridgeCount === 0) return { localCount: Math.min(offerCount, othersCount), byNode };
  const urns: Urn[] = nodes().map(({ nodeId, peerCount }) => ({ nodeId, left: peerCount }));
  // In a large swarm a bridge leads elsewhere by its meaning.
  if (isSmall) urns.push({ nodeId: undefined, left: othersCount });
  let localCount = 0;
  for (let drawn = 0; drawn < bridgeCount; drawn += 1) {
    const urn = draw(urns, random);
    if (!urn) break;
    urn.left -= 1;
    if (urn.nodeId === undefined) localCount += 1;
    else byNode.set(urn.nodeId, (byNode.get(urn.nodeId) ?? 0) + 1);
  }
  if (!isSmall) localCount = Math.min(offerCount - sum(byNode.values()), othersCount);
  return { localCount, byNode };
}

function countBridges(offerCount: number, random: Random): number {
  let count = 0;
  for (let index = 0; index < offerCount; index += 1) if (random() < BRIDGE_SHARE) count += 1;
  return count;
}

function draw(urns: readonly Urn[], random: Random): Urn | undefined {
  let place = Math.floor(random() * sum(urns.map(({ left }) => left)));
  return urns.find((urn) => (place -= urn.left) < 0);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
