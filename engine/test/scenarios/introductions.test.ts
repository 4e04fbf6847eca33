// Peers introduce peers: what the tracker is needed for, what it is not, and what a liar gains.

import { MAX_INTRODUCED_PEERS } from '../../src/protocol/limits';
import type { PeerSignal } from '../../src/protocol/introduction-messages';
import { World, type Viewer } from '../support/simulated-world';
import { WirePeer } from '../support/wire-peer';

const peerCountsOf = (viewers: readonly Viewer[]): number[] => viewers.map(({ stats }) => stats.peerCount);
const closedCountOf = (viewers: readonly Viewer[]): number =>
  viewers.reduce((sum, viewer) => sum + viewer.eventCount('peerClosed'), 0);

async function addViewers(world: World, count: number, everyMs: number, options = {}): Promise<Viewer[]> {
  const viewers: Viewer[] = [];
  for (let index = 0; index < count; index += 1) {
    viewers.push(world.addIdleViewer(options).play());
    await world.run(everyMs);
  }
  return viewers;
}

describe('introductions', () => {
  test.each([51, 52, 53])(
    '[INTRO-2] ten who came one after the other are all connected with all, without the tracker (seed %i)',
    async (seed) => {
      const world = new World({ seed });
      const viewers = await addViewers(world, 10, 700);
      world.tracker.kill();
      await world.run(60_000);
      expect(peerCountsOf(viewers)).toEqual(viewers.map(() => 9));
      world.expectSmoothPlayback();
      await world.expectNothingLeft();
    },
  );

  test('[INTRO-2] who knows one peer only when the tracker dies finds all others through it', async () => {
    const world = new World({ seed: 54 });
    const viewers = await addViewers(world, 5, 3_000);
    await world.run(10_000);
    const newcomer = world.addIdleViewer({ p2p: { maxPeers: 1 } }).play();
    await world.run(1_500);
    world.tracker.kill();
    await world.run(1_500);
    expect(newcomer.stats.peerCount).toBeGreaterThan(0);
    newcomer.connection?.handle.setOptions({ maxPeers: 24 });
    await world.run(30_000);
    expect(newcomer.stats.peerCount).toBe(5);
    expect(peerCountsOf(viewers)).toEqual(viewers.map(() => 5));
    await world.expectNothingLeft();
  });

  test('[ANN-14] who has peers that introduce others makes no offers by the tracker', async () => {
    const world = new World({ seed: 55 });
    const viewers = await addViewers(world, 12, 2_000);
    await world.run(60_000);
    expect(peerCountsOf(viewers)).toEqual(viewers.map(() => 11));
    const offerCount = world.tracker.requests.reduce((sum, { offers = [] }) => sum + offers.length, 0);
    // Three each on joining, and a few more by those whose first ones were taken up late.
    expect(offerCount).toBeLessThanOrEqual(4 * viewers.length);
    await world.expectNothingLeft();
  });

  test('[INTRO-7] a liar that names peers that do not exist wastes a bounded number of links', async () => {
    const world = new World({ seed: 56 });
    const names = Array.from({ length: MAX_INTRODUCED_PEERS }, (_, index) => `-XX0001-liar${index}`.padEnd(20, '.'));
    const liar = new WirePeer(world, {
      onReady: (line) => line.send({ type: 'peers', added: names, removed: [] }),
    });
    await world.run(1_000);
    const viewer = world.addViewer();
    await world.run(60_000);
    const line = liar.lines.find(({ isClosed }) => !isClosed);
    // The credit, and one attempt more for each minute.
    expect(line?.receivedOf('relay').length).toBeGreaterThan(4);
    expect(line?.receivedOf('relay').length).toBeLessThanOrEqual(9);
    // Those it sought in vain are gone, and honest peers are found beside it.
    const honest = await addViewers(world, 3, 2_000);
    await world.run(20_000);
    expect(viewer.stats.peerCount).toBeGreaterThanOrEqual(3);
    for (const { stats } of honest) expect(stats.peerCount).toBeGreaterThanOrEqual(3);
    world.expectSmoothPlayback();
    liar.leave();
    await world.expectNothingLeft();
  });

  test('[INTRO-7] a liar that invents offers of others is answered a bounded number of times', async () => {
    const world = new World({ seed: 57 });
    const signal = (index: number): PeerSignal => ({
      kind: 'offer',
      offerId: `${index}`.padStart(20, 'o'),
      peerCount: 0,
      sdp: `v=0 fake-link ${100_000 + index}`,
    });
    const liar = new WirePeer(world, {
      onReady: (line) => {
        for (let index = 0; index < 50; index += 1) {
          line.send({ type: 'relayed', peerId: `${index}`.padStart(20, 'p'), signal: signal(index) });
        }
      },
    });
    await world.run(1_000);
    const viewer = world.addViewer();
    await world.run(60_000);
    const [line] = liar.lines;
    expect(line?.isClosed).toBe(false);
    expect(line?.receivedOf('relay').length).toBeLessThanOrEqual(8);
    // None of them became a peer, and none is waited for any more.
    expect(viewer.stats).toMatchObject({ peerCount: 1, connectionCount: 1 });
    liar.leave();
    await world.expectNothingLeft();
  });

  test('[INTRO-6] one that floods with signals is closed', async () => {
    const world = new World({ seed: 58 });
    const signal: PeerSignal = { kind: 'offer', offerId: 'o'.repeat(20), peerCount: 0, sdp: 's' };
    const liar = new WirePeer(world, {
      onReady: (line) => {
        for (let index = 0; index < 121; index += 1) line.send({ type: 'relay', peerId: 'n'.repeat(20), signal });
      },
    });
    await world.run(1_000);
    const viewer = world.addViewer();
    await world.run(5_000);
    const met = liar.lines.filter(({ openedAt }) => openedAt < Infinity);
    expect(met.map(({ isClosed }) => isClosed)).toEqual([true]);
    expect(viewer.events).toContainEqual({
      name: 'chunkRejected',
      payload: expect.objectContaining({ reason: 'signal flood' }) as unknown,
    });
    liar.leave();
    await world.expectNothingLeft();
  });
});

describe('places', () => {
  test('[SWARM-6] a full swarm lets a newcomer in, and is no larger afterwards', async () => {
    const world = new World({ seed: 61 });
    const options = { p2p: { maxPeers: 4 } };
    const viewers = await addViewers(world, 9, 1_500, options);
    await world.run(60_000);
    const newcomer = world.addViewer(options);
    await world.run(8_000);
    expect(newcomer.stats.peerCount).toBeGreaterThanOrEqual(2);
    await world.run(120_000);
    expect(newcomer.stats.peerCount).toBeGreaterThanOrEqual(2);
    expect(Math.max(...peerCountsOf([...viewers, newcomer]))).toBeLessThanOrEqual(5);
    await world.expectNothingLeft();
  });

  test('[SWARM-7] [SWARM-8] a full swarm in which all share comes to rest', async () => {
    const world = new World({ seed: 62, content: { isLive: true, segmentCount: 200, windowCount: 8 } });
    const viewers = await addViewers(world, 12, 1_000, { p2p: { maxPeers: 5 } });
    await world.run(120_000);
    const before = closedCountOf(viewers);
    await world.run(120_000);
    // Each end of a link counts: fewer than one change per viewer in two minutes.
    expect(closedCountOf(viewers) - before).toBeLessThanOrEqual(viewers.length);
    expect(Math.min(...peerCountsOf(viewers))).toBeGreaterThanOrEqual(2);
    await world.expectNothingLeft();
  });

  test('[SWARM-9] viewers who do not upload are not left without peers', async () => {
    const world = new World({ seed: 63 });
    const givers = await addViewers(world, 8, 1_000, { p2p: { maxPeers: 4 } });
    const takers = await addViewers(world, 3, 1_000, { p2p: { maxPeers: 4, upload: { enabled: false } } });
    await world.run(120_000);
    for (const { stats } of [...givers, ...takers]) expect(stats.peerCount).toBeGreaterThanOrEqual(1);
    for (const { stats } of takers) expect(stats.p2pBytes).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });
});
