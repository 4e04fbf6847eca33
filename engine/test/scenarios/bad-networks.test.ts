import { World } from '../support/simulated-world';

const FILM_MS = 150_000;

describe('networks that fail', () => {
  // The first half of a segment came from the peer: only the second half may cost the origin anything.
  test('[DL-5] a peer vanishes in the middle of a segment: the rest comes over HTTP by Range, byte-exact', async () => {
    const world = new World({ seed: 31, content: { segmentBytes: 600_000 } });
    const first = world.addViewer({ links: { uplink: 1_500_000 } });
    await world.run(15_000);
    const second = world.addViewer();
    const isInTheMiddle = () =>
      second.player.isLoading && second.stats.peerCount > 0 && second.stats.p2pBytes % 600_000 > 300_000;
    for (let tries = 0; tries < 3000 && !isInTheMiddle(); tries += 1) await world.run(10);
    expect(isInTheMiddle()).toBe(true);
    first.vanish();
    const requestsBefore = second.http.requestCount();
    await world.run(FILM_MS);
    world.expectSmoothPlayback([second]);
    const resumed = second.http.requests.slice(requestsBefore).find(({ request }) => request.range !== undefined);
    expect(resumed?.request.range).toEqual({ start: expect.any(Number), end: Infinity });
    expect(resumed?.request.range?.start).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test('a peer that is slower than the stream helps where it can, and nobody waits for it too long', async () => {
    const world = new World({ seed: 32 });
    world.addViewer({ links: { uplink: 300_000 } });
    await world.run(10_000);
    const second = world.addViewer();
    const control = world.addViewer({ isControl: true });
    await world.run(FILM_MS);
    world.expectSmoothPlayback([second, control]);
    expect(second.stats.p2pBytes).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  // Waiting for such a peer until the last moment used the buffer up, and then any pause of the origin was a stall.
  test.each([400_000, 900_000])(
    '[SCH-9] a peer of %i b/s, and an origin that pauses for 5 s again and again',
    async (uplink) => {
      const world = new World({ seed: 39 });
      world.addViewer({ links: { uplink }, player: { bufferGoalSeconds: 100 } });
      await world.run(20_000);
      const [second, control] = [world.addViewer(), world.addViewer({ isControl: true })];
      for (let pause = 0; pause < 10; pause += 1) {
        await world.run(8_000);
        world.setOrigin({ ttfb: 5_000 });
        await world.run(4_000);
        world.setOrigin({});
      }
      await world.run(FILM_MS);
      world.expectSmoothPlayback([second, control]);
      expect(second.stats.p2pBytes).toBeGreaterThan(0);
      await world.expectNothingLeft();
    },
  );

  // 250 kb/s: one block of 128 KiB takes longer than a request may be silent, and the next one waits behind it.
  test('[PEER-6] a very slow peer is not closed for what waits in its queue', async () => {
    const world = new World({ seed: 33 });
    const first = world.addViewer({ links: { uplink: 250_000 } });
    await world.run(10_000);
    const second = world.addViewer();
    await world.run(60_000);
    expect(first.eventCount('peerClosed')).toBe(0);
    expect(second.eventCount('peerClosed')).toBe(0);
    expect(second.player.problems).toEqual([]);
    await world.expectNothingLeft();
  });

  test('bursts of HTTP 503: as smooth as without the plugin, and smoother where a peer has the segments', async () => {
    const world = new World({ seed: 34 });
    world.addViewer({ player: { bufferGoalSeconds: 60 } });
    await world.run(20_000);
    const second = world.addViewer();
    const control = world.addViewer({ isControl: true });
    for (let burst = 0; burst < 4; burst += 1) {
      await world.run(9_000);
      world.setOrigin({ status: 503 });
      await world.run(6_000);
      world.setOrigin({});
    }
    await world.run(FILM_MS);
    expect(second.player.problems).toEqual([]);
    expect(second.player.stalledMs).toBeLessThanOrEqual(control.player.stalledMs);
    expect(second.player.stallCount).toBe(0);
    await world.expectNothingLeft();
  });

  test('an origin whose connections break after 50 kB: each try goes on where the last one broke off', async () => {
    const world = new World({ seed: 35, content: { segmentBytes: 120_000 } });
    const viewer = world.addViewer({ http: { breaksAfter: 50_000 } });
    await world.run(FILM_MS);
    expect(viewer.player.problems).toEqual([]);
    expect(viewer.player.ownLoadCount).toBe(0);
    expect(viewer.stats.httpBytes).toBe(viewer.player.loadedCount * 120_000);
    expect(viewer.player.loadedCount).toBe(60);
    await world.expectNothingLeft();
  });

  test('an origin that is gone for good is left to the player; peers cannot help where nobody has the bytes', async () => {
    const world = new World({ seed: 36 });
    const viewer = world.addViewer();
    await world.run(5_000);
    world.setOrigin({ status: 404 });
    await world.run(30_000);
    expect(viewer.player.ownLoadCount).toBeGreaterThan(1);
    world.setOrigin({});
    await world.run(FILM_MS);
    expect(viewer.player.problems).toEqual([]);
    expect(viewer.player.loadedCount).toBe(60);
    await world.expectNothingLeft();
  });

  test('[UP-6] a viewer who does not upload gives nothing, and still gets', async () => {
    const world = new World({ seed: 37 });
    const mean = world.addViewer({ p2p: { upload: { enabled: false } } });
    await world.run(10_000);
    const second = world.addViewer();
    await world.run(10_000);
    const third = world.addViewer({ p2p: { upload: { enabled: false } } });
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect([mean.stats.uploadedBytes, third.stats.uploadedBytes]).toEqual([0, 0]);
    expect(second.stats.p2pBytes).toBe(0);
    expect(third.stats.p2pBytes).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test('two peers whose link breaks find each other again', async () => {
    const world = new World({ seed: 38 });
    const first = world.addViewer();
    await world.run(10_000);
    const second = world.addViewer();
    await world.run(10_000);
    first.links.killAll();
    await world.run(30_000);
    expect(second.stats.peerCount).toBe(1);
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });
});
