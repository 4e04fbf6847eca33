// Whether the viewers of one swarm find each other although the nodes do not share members.

import { Fleet, type FleetClient } from '../../support/fleet';
import { Mesh } from '../../support/mesh';
import { announce, id, offer } from '../../support/messages';

interface Viewer {
  readonly name: string;
  readonly client: FleetClient;
}

/** Everyone announces once with five offers; each offer that arrives is a link. */
function announceAll(viewers: readonly Viewer[], mesh: Mesh, round: number): void {
  for (const { name, client } of viewers) {
    const offers = Array.from({ length: 5 }, (_, index) => offer(`${round}-${name}-${index}`));
    client.send(announce(name, { offers }));
  }
  for (const { name, client } of viewers) {
    for (const message of client.received()) if ('offer' in message) mesh.link(id(name), String(message['peer_id']));
  }
}

function spread(fleet: Fleet, viewerCount: number): { viewers: Viewer[]; mesh: Mesh } {
  const viewers = Array.from({ length: viewerCount }, (_, index) => {
    const node = fleet.nodes[index % fleet.nodes.length]!;
    return { name: `v${index}`, client: node.connect() };
  });
  return { viewers, mesh: new Mesh(viewers.map(({ name }) => id(name))) };
}

describe('the mesh of a swarm that is spread over nodes', () => {
  test.each([1, 2, 3, 4, 5])(
    '[TRK-110] ten viewers on five nodes are one mesh after three announces (seed %i)',
    (seed) => {
      const fleet = new Fleet(5, {}, seed);
      const { viewers, mesh } = spread(fleet, 10);
      // They come within seconds, before the nodes know of each other's.
      announceAll(viewers, mesh, 0);
      fleet.pass(4);
      announceAll(viewers, mesh, 1);
      announceAll(viewers, mesh, 2);
      expect(mesh.groupCount).toBe(1);
    },
  );

  test('[TRK-111] 500 viewers on each of 20 nodes are one mesh after three announces', () => {
    const fleet = new Fleet(20);
    const { viewers, mesh } = spread(fleet, 10_000);
    announceAll(viewers, mesh, 0);
    expect(mesh.groupCount).toBeGreaterThanOrEqual(20);
    fleet.pass(4);
    announceAll(viewers, mesh, 1);
    const before = fleet.sent.length;
    announceAll(viewers, mesh, 2);
    expect(mesh.groupCount).toBe(1);
    const bridges = fleet.sent.length - before;
    expect(bridges).toBeGreaterThan(0.04 * 50_000);
    expect(bridges).toBeLessThan(0.06 * 50_000);
  }, 60_000);
});
