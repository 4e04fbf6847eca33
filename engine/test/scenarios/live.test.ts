import { World } from '../support/simulated-world';

const LIVE = { isLive: true, segmentCount: 80, segmentSeconds: 2, windowCount: 8 };
const MINUTES_2 = 120_000;

describe('live', () => {
  test('[SCH-5] three viewers: only some segments come from the origin more than once, and nobody stalls', async () => {
    const world = new World({ seed: 11, content: LIVE });
    for (let index = 0; index < 3; index += 1) {
      world.addViewer({ player: { liveDelayCount: 5 } });
      await world.run(1_300);
    }
    await world.run(MINUTES_2);
    world.expectSmoothPlayback();
    const p2pBytes = world.viewers.reduce((sum, { stats }) => sum + stats.p2pBytes, 0);
    const httpBytes = world.viewers.reduce((sum, { stats }) => sum + stats.httpBytes, 0);
    expect(p2pBytes / (p2pBytes + httpBytes)).toBeGreaterThan(0.3);
    await world.expectNothingLeft();
  });

  // Low-latency packagers answer while the segment is being made, so without Content-Length.
  test('three viewers of an origin that says no lengths, and sends no faster than the stream is made', async () => {
    const world = new World({ seed: 12, content: LIVE });
    for (let index = 0; index < 3; index += 1) {
      world.addViewer({ player: { liveDelayCount: 5 }, http: { hidesLength: true, rate: 2_000_000 } });
      await world.run(1_300);
    }
    await world.run(MINUTES_2);
    world.expectSmoothPlayback();
    expect(world.viewers.reduce((sum, { stats }) => sum + stats.p2pBytes, 0)).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test('a viewer close to the live edge, who can wait for nobody, stalls no more than without the plugin', async () => {
    const world = new World({ seed: 13, content: LIVE });
    const tight = { player: { liveDelayCount: 2 } };
    world.addViewer(tight);
    await world.run(2_500);
    const second = world.addViewer(tight);
    const control = world.addViewer({ ...tight, isControl: true });
    await world.run(MINUTES_2);
    expect(second.player.problems).toEqual([]);
    expect(second.player.stalledMs).toBeLessThanOrEqual(control.player.stalledMs);
    await world.expectNothingLeft();
  });
});
