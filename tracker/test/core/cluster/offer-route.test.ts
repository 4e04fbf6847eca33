import { BRIDGE_SHARE, routeOffers, SMALL_SWARM_PEERS, type SwarmNode } from '../../../src/core/cluster/offer-route';
import { createRandom } from '../../support/core-driver';

const ROUNDS = 20_000;

/** Mean number of offers per place, `here` among them, over many announces. */
function measure(offerCount: number, othersCount: number, nodes: readonly SwarmNode[]): Record<string, number> {
  const random = createRandom(5);
  const totals: Record<string, number> = { here: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { localCount, byNode } = routeOffers(offerCount, othersCount, () => nodes, random);
    totals['here']! += localCount / ROUNDS;
    for (const [nodeId, count] of byNode) totals[nodeId] = (totals[nodeId] ?? 0) + count / ROUNDS;
  }
  return totals;
}

describe('routeOffers', () => {
  test('[TRK-110] in a small swarm every other peer is as likely, wherever it is', () => {
    const means = measure(5, 4, [
      { nodeId: 'b', peerCount: 10 },
      { nodeId: 'c', peerCount: 6 },
    ]);
    expect(means['here']).toBeCloseTo(1, 1);
    expect(means['b']).toBeCloseTo(2.5, 1);
    expect(means['c']).toBeCloseTo(1.5, 1);
  });

  test('[TRK-110] no place gets more offers than it has peers', () => {
    const nodes = [
      { nodeId: 'b', peerCount: 1 },
      { nodeId: 'c', peerCount: 2 },
    ];
    const { localCount, byNode } = routeOffers(10, 1, () => nodes, createRandom(1));
    expect([localCount, byNode.get('b'), byNode.get('c')]).toEqual([1, 1, 2]);
    expect(routeOffers(10, 3, () => [], createRandom(1))).toEqual({ localCount: 3, byNode: new Map() });
    expect(routeOffers(10, 0, () => [], createRandom(1))).toEqual({ localCount: 0, byNode: new Map() });
  });

  test('[TRK-111] in a large swarm one offer in twenty is a bridge, to nodes by their peers', () => {
    const means = measure(5, SMALL_SWARM_PEERS, [
      { nodeId: 'b', peerCount: 3000 },
      { nodeId: 'c', peerCount: 1000 },
    ]);
    const bridges = 5 * BRIDGE_SHARE;
    expect(means['here']).toBeCloseTo(5 - bridges, 1);
    expect(means['b']! + means['c']!).toBeGreaterThan(0.9 * bridges);
    expect(means['b']! + means['c']!).toBeLessThan(1.1 * bridges);
    expect(means['b']! / means['c']!).toBeGreaterThan(2.5);
    expect(means['b']! / means['c']!).toBeLessThan(3.5);
  });

  test('[TRK-111] a swarm is large from its thirtieth peer on this node', () => {
    const nodes = () => [{ nodeId: 'b', peerCount: 1_000_000 }];
    expect(routeOffers(5, SMALL_SWARM_PEERS - 2, nodes, createRandom(1)).localCount).toBeLessThan(2);
    expect(measure(5, SMALL_SWARM_PEERS - 1, nodes())['here']).toBeGreaterThan(4.5);
  });
});
