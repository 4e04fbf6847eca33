import { World } from '../support/simulated-world';

const VOD_MS = 150_000;

describe('VOD', () => {
  test('[PLAY-1] the second of two viewers, 10 s apart, gets more than half of the film from the first', async () => {
    const world = new World();
    const first = world.addViewer();
    await world.run(10_000);
    const second = world.addViewer();
    await world.run(VOD_MS);
    world.expectSmoothPlayback();
    expect(second.player.loadedCount).toBe(world.content.options.segmentCount);
    expect(second.stats.offloadRatio).toBeGreaterThan(0.5);
    expect(first.stats.uploadedBytes).toBe(second.stats.p2pBytes);
    // One request per segment that did not come from the peer, none twice.
    expect(second.http.requestCount()).toBe(second.stats.segmentCount.http);
    await world.expectNothingLeft();
  });

  test('alone, a viewer loads each segment once from the origin, and starts as fast as without the plugin', async () => {
    const world = new World();
    const alone = world.addViewer();
    const control = world.addViewer({ isControl: true });
    await world.run(VOD_MS);
    world.expectSmoothPlayback();
    expect(alone.http.requestCount()).toBe(world.content.options.segmentCount);
    expect(alone.stats).toMatchObject({ p2pBytes: 0, wastedBytes: 0, swarmSize: 1, connectionCount: 0 });
    expect(alone.player.startedAfterMs).toBe(control.player.startedAfterMs);
    await world.expectNothingLeft();
  });

  // The whole of HTTP/1.1 chunked transfer coding: nobody knows a segment's size before its last byte.
  test('[DL-4] an origin that never says how long its segments are is shared as well', async () => {
    const world = new World();
    world.addViewer({ http: { hidesLength: true } });
    await world.run(10_000);
    const second = world.addViewer({ http: { hidesLength: true } });
    await world.run(VOD_MS);
    world.expectSmoothPlayback();
    expect(second.stats.offloadRatio).toBeGreaterThan(0.5);
    await world.expectNothingLeft();
  });

  test('six viewers who come one after the other all get the film whole, most of it from each other', async () => {
    const world = new World({ seed: 6, content: { segmentCount: 40 } });
    for (let index = 0; index < 6; index += 1) {
      world.addViewer({ links: { uplink: 3_000_000 } });
      await world.run(7_000);
    }
    await world.run(VOD_MS);
    world.expectSmoothPlayback();
    const p2pBytes = world.viewers.reduce((sum, { stats }) => sum + stats.p2pBytes, 0);
    const httpBytes = world.viewers.reduce((sum, { stats }) => sum + stats.httpBytes, 0);
    expect(p2pBytes).toBeGreaterThan(httpBytes);
    await world.expectNothingLeft();
  });

  test('two viewers who press play at the same moment split the work', async () => {
    const world = new World({ seed: 3, content: { segmentCount: 40 } });
    const both = [world.addViewer(), world.addViewer()];
    await world.run(VOD_MS);
    world.expectSmoothPlayback();
    for (const { player } of both) expect(player.loadedCount).toBe(40);
    await world.expectNothingLeft();
  });

  test('a viewer who jumps ahead and back is served what the other still has', async () => {
    const world = new World({ seed: 4 });
    world.addViewer({ player: { bufferGoalSeconds: 60 } });
    await world.run(40_000);
    const jumper = world.addViewer();
    await world.run(5_000);
    jumper.player.seek(30);
    await world.run(8_000);
    jumper.player.seek(2);
    await world.run(VOD_MS);
    expect(jumper.player.problems).toEqual([]);
    expect(jumper.player.stallCount).toBe(0);
    expect(jumper.stats.offloadRatio).toBeGreaterThan(0.3);
    await world.expectNothingLeft();
  });
});
