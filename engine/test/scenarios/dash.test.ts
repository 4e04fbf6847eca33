// DASH over the whole engine: the same promises as for HLS, whichever way the manifest states its segments.

import { World } from '../support/simulated-world';

describe.each(['dash-number', 'dash-time'] as const)('DASH, %s', (manifest) => {
  test('[MEDIA-1] on demand, the second of two viewers gets more than half of the film from the first', async () => {
    const world = new World({ seed: 91, content: { manifest } });
    const first = world.addViewer();
    await world.run(10_000);
    const second = world.addViewer();
    await world.run(130_000);
    world.expectSmoothPlayback();
    expect([first.player.ownLoadCount, second.player.ownLoadCount]).toEqual([0, 0]);
    expect(second.stats.p2pBytes).toBeGreaterThan(second.stats.httpBytes);
    await world.expectNothingLeft();
  });

  test('[MEDIA-1] live, viewers who join at other times share, and nobody stalls', async () => {
    const world = new World({ seed: 92, content: { manifest, isLive: true, windowCount: 8 } });
    const viewers = [world.addViewer({ player: { liveDelayCount: 4 } })];
    for (const liveDelayCount of [5, 6]) {
      await world.run(20_000);
      viewers.push(world.addViewer({ player: { liveDelayCount } }));
    }
    await world.run(40_000);
    world.expectSmoothPlayback();
    for (const viewer of viewers) expect(viewer.player.ownLoadCount).toBe(0);
    for (const viewer of viewers.slice(1)) expect(viewer.stats.p2pBytes).toBeGreaterThan(viewer.stats.httpBytes);
    await world.expectNothingLeft();
  });
});
