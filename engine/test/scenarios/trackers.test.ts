import { World } from '../support/simulated-world';

const FILM_MS = 150_000;

describe('trackers that fail', () => {
  test('[ANN-6] a tracker that is dead the whole time costs nothing but the sharing', async () => {
    const world = new World({ seed: 21 });
    world.tracker.kill();
    const viewers = [world.addViewer(), world.addViewer()];
    const control = world.addViewer({ isControl: true });
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    for (const { player, stats, events } of viewers) {
      expect(player.startedAfterMs).toBe(control.player.startedAfterMs);
      expect(stats).toMatchObject({ p2pBytes: 0, wastedBytes: 0, trackerCount: 0, swarmSize: undefined });
      // Tried again and again: 2 s, 4 s, 8 s, then within 5 to 10 s for two minutes, then slower.
      const losses = events.filter(({ name }) => name === 'trackerClosed').length;
      expect(losses).toBeGreaterThan(12);
      expect(losses).toBeLessThan(30);
    }
    await world.expectNothingLeft();
  });

  test('killed in the middle: peers who know each other go on sharing', async () => {
    const world = new World({ seed: 22 });
    world.addViewer();
    await world.run(10_000);
    const second = world.addViewer();
    await world.run(20_000);
    const before = second.stats.p2pBytes;
    world.tracker.kill();
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect(second.stats.peerCount).toBe(1);
    expect(second.stats.p2pBytes).toBeGreaterThan(2 * before);
    await world.expectNothingLeft();
  });

  test('killed for a minute: those who came meanwhile find each other within seconds of its return', async () => {
    const world = new World({ seed: 23 });
    const first = world.addViewer();
    await world.run(1_000);
    world.tracker.kill();
    await world.run(4_000);
    const second = world.addViewer();
    await world.run(6_000);
    world.tracker.restart();
    await world.run(16_000);
    expect([first.stats.peerCount, second.stats.peerCount]).toEqual([1, 1]);
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect(second.stats.p2pBytes).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test.each([27, 28, 29, 30])(
    '[ANN-12] two who share lose the tracker; who joins the new one first is found by them (seed %i)',
    async (seed) => {
      const world = new World({ seed });
      const pair = [world.addViewer(), world.addViewer()];
      await world.run(15_000);
      expect(pair.map(({ stats }) => stats.peerCount)).toEqual([1, 1]);
      world.tracker.kill();
      // Long enough that the next tries of the two are far away.
      await world.run(20_000);
      world.tracker.restart();
      const newcomer = world.addViewer();
      await world.run(40_000);
      expect(pair.map(({ stats }) => stats.trackerCount)).toEqual([1, 1]);
      expect(newcomer.stats.peerCount).toBe(2);
      await world.run(FILM_MS);
      world.expectSmoothPlayback();
      await world.expectNothingLeft();
    },
  );

  test('one that refuses every announce is reported and asked again later', async () => {
    const world = new World({ seed: 24 });
    world.tracker.failureReason = 'this stream is not for you';
    const viewer = world.addViewer();
    const errors: string[] = [];
    viewer.connection?.handle.on('error', ({ reason }) => errors.push(reason));
    await world.run(40_000);
    expect(errors).toContain('tracker-refused');
    world.tracker.failureReason = undefined;
    await world.run(40_000);
    expect(viewer.stats.trackerCount).toBe(1);
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });

  test('one that talks nonsense does no harm', async () => {
    const world = new World({ seed: 25 });
    world.addViewer();
    await world.run(5_000);
    const second = world.addViewer();
    for (const text of ['', '[]', '{"action":"announce"', '{"failure reason":7}', 'null', '"announce"']) {
      world.tracker.broadcast(text);
      await world.run(500);
    }
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect(second.stats.p2pBytes).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test('[ANN-7] a tracker that is named twice is joined once', async () => {
    const world = new World({ seed: 26 });
    const trackers = ['wss://tracker.example', 'wss://tracker.example'];
    const viewer = world.addViewer({ p2p: { trackers } });
    await world.run(5_000);
    expect(world.tracker.connectionCount).toBe(1);
    expect(viewer.stats.trackerCount).toBe(1);
    await world.expectNothingLeft();
  });
});
