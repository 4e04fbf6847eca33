import { ask, openSource, report } from '../support/player-rig';
import { DelayedStore } from '../support/delayed-store';
import { World } from '../support/simulated-world';

describe('connectPlayerOver: beginning and end', () => {
  test('[PLAY-6] nothing touches the network before a source has a segment', async () => {
    const world = new World();
    const viewer = world.addIdleViewer();
    await world.run(5_000);
    viewer.connection?.openSource(world.content.url);
    await world.run(5_000);
    expect([world.tracker.connectionCount, world.clock.pendingCount, viewer.http.requestCount()]).toEqual([0, 0, 0]);
    openSource(viewer, world);
    await world.run(1_000);
    expect(world.tracker.connectionCount).toBe(1);
    await world.expectNothingLeft();
  });

  test('[PLAY-7] destroy() in the middle of everything leaves nothing: no timer, socket, link, fetch or listener', async () => {
    for (const moment of [1, 15, 40, 70, 130, 1_000, 11_000, 31_500]) {
      const world = new World({ seed: moment });
      world.addViewer();
      await world.run(11_000);
      const second = world.addViewer();
      await world.run(moment);
      second.destroy();
      second.destroy();
      expect([second.links.links.size, second.http.activeCount, second.lifecycle.listenerCount]).toEqual([0, 0, 0]);
      await world.expectNothingLeft();
    }
  });

  test('[PLAY-7] the swarm hears of it: a goodbye at the tracker, closed links at the peers', async () => {
    const world = new World();
    const first = world.addViewer();
    await world.run(11_000);
    const second = world.addViewer();
    await world.run(5_000);
    expect(first.stats.peerCount).toBe(1);
    second.destroy();
    await world.run(500);
    expect(world.tracker.requests.at(-1)?.event).toBe('stopped');
    expect(first.stats.peerCount).toBe(0);
    await world.expectNothingLeft();
  });

  // Pages do that: they stop sharing once something has happened. The goodbye was lost then.
  test('[PLAY-7] destroy() from within an event says goodbye as well', async () => {
    const world = new World();
    const viewer = world.addViewer();
    viewer.connection?.handle.on('segmentLoaded', () => viewer.destroy());
    await world.run(10_000);
    expect(world.tracker.requests.map(({ event }) => event)).toEqual(['started', 'stopped']);
    await world.expectNothingLeft();
  });

  test('[PLAY-7] afterwards nothing can be begun, and the page hears of the end last', async () => {
    const world = new World();
    const viewer = world.addIdleViewer();
    openSource(viewer, world);
    const heard: string[] = [];
    viewer.connection?.handle.on('destroyed', () => heard.push('destroyed'));
    viewer.connection?.handle.on('peerClosed', () => heard.push('peerClosed'));
    viewer.destroy();
    viewer.connection?.openSource(world.content.url);
    viewer.connection?.addManifest({ url: world.content.url, text: '<html>' });
    viewer.connection?.standAside('late');
    report(viewer, 5);
    expect(ask(viewer, world.content.segmentUrl(0)).cancel).toBeUndefined();
    expect(() => viewer.connection?.handle.setOptions({ maxPeers: 1 })).toThrow('destroyed');
    viewer.lifecycle.return();
    expect(heard).toEqual(['destroyed']);
    await world.expectNothingLeft();
  });

  test('a source change leaves the old swarm, and its segments are not known any more', async () => {
    const world = new World();
    const viewer = world.addIdleViewer();
    openSource(viewer, world);
    await world.run(1_000);
    viewer.connection?.openSource('https://origin.example/other.m3u8');
    expect(ask(viewer, world.content.segmentUrl(0)).cancel).toBeUndefined();
    await world.run(1_000);
    expect(world.tracker.requests.at(-1)?.event).toBe('stopped');
    expect(world.tracker.connectionCount).toBe(0);
    await world.expectNothingLeft();
  });
});

describe('connectPlayerOver: going and coming', () => {
  test('[PLAY-8] a page that goes into the back-forward cache leaves the swarm, and joins again when it returns', async () => {
    const world = new World({ seed: 5 });
    const first = world.addViewer();
    await world.run(11_000);
    const second = world.addViewer();
    await world.run(5_000);
    second.lifecycle.leave();
    await world.run(1_000);
    expect(first.stats.peerCount).toBe(0);
    expect(second.links.links.size).toBe(0);
    second.lifecycle.return();
    second.lifecycle.return();
    await world.run(30_000);
    expect([first.stats.peerCount, second.stats.peerCount]).toEqual([1, 1]);
    await world.run(120_000);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });

  // Low-latency players reload under a new URL each time, and few players read a multivariant playlist twice.
  test('[PLAY-11] after a return the manifests are still known', async () => {
    const world = new World();
    const viewer = world.addIdleViewer();
    const { url } = world.content;
    const media = url.replace('main', 'media');
    viewer.connection?.openSource(url);
    viewer.connection?.addManifest({ url, text: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmedia.m3u8\n' });
    for (let msn = 0; msn < 40; msn += 1) {
      viewer.connection?.addManifest({ url: `${media}?_HLS_msn=${msn}`, text: world.content.playlistAt(0) });
    }
    expect(ask(viewer, world.content.segmentUrl(0)).cancel).toBeDefined();
    viewer.lifecycle.leave();
    viewer.lifecycle.return();
    expect(ask(viewer, world.content.segmentUrl(0)).cancel).toBeDefined();
    await world.expectNothingLeft();
  });

  test('[PLAY-9] P2P can be switched off and on while it plays', async () => {
    const world = new World({ seed: 6 });
    world.addViewer();
    await world.run(11_000);
    const second = world.addViewer();
    await world.run(11_000);
    const { handle } = second.connection ?? {};
    handle?.setOptions({ enabled: false });
    expect([second.links.links.size, second.http.activeCount]).toEqual([0, 0]);
    const { p2pBytes } = second.stats;
    await world.run(20_000);
    expect(second.player.ownLoadCount).toBeGreaterThan(5);
    expect(second.stats.p2pBytes).toBe(p2pBytes);
    handle?.setOptions({ enabled: true });
    await world.run(120_000);
    expect(second.stats.p2pBytes).toBeGreaterThan(p2pBytes);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });

  test('[PLAY-9] a wrong option changes nothing', async () => {
    const world = new World();
    const viewer = world.addIdleViewer();
    expect(() => viewer.connection?.handle.setOptions({ enabled: false, maxPeers: -1 })).toThrow('maxPeers');
    openSource(viewer, world);
    expect(ask(viewer, world.content.segmentUrl(0)).cancel).toBeDefined();
    await world.expectNothingLeft();
  });

  test('[PLAY-5] without WebRTC the engine stands aside, and says so once', async () => {
    const world = new World();
    const viewer = world.addViewer({ links: { isSupported: false } });
    const reasons: string[] = [];
    viewer.connection?.handle.on('standingAside', ({ reason }) => reasons.push(reason));
    viewer.connection?.openSource(world.content.url);
    viewer.connection?.handle.setOptions({ maxPeers: 5 });
    viewer.connection?.standAside('no EME either');
    await world.run(150_000);
    // It was at the first source, before this page could listen.
    expect(reasons).toEqual(['this browser has no WebRTC']);
    expect([viewer.player.ownLoadCount, viewer.player.problems, viewer.player.stallCount]).toEqual([60, [], 0]);
    expect(world.tracker.requests).toEqual([]);
    const early = world.addIdleViewer({ links: { isSupported: false } });
    early.connection?.handle.on('standingAside', ({ reason }) => reasons.push(reason));
    for (let count = 0; count < 3; count += 1) openSource(early, world);
    await Promise.resolve();
    expect(reasons).toEqual(['this browser has no WebRTC', 'this browser has no WebRTC']);
    await world.expectNothingLeft();
  });

  test('[STO-6] a store that takes its time changes nothing but the time', async () => {
    const world = new World({ seed: 7 });
    world.addViewer({ store: new DelayedStore(world.clock, 80) });
    await world.run(11_000);
    const second = world.addViewer({ store: new DelayedStore(world.clock, 300) });
    await world.run(20_000);
    second.player.seek(1);
    await world.run(140_000);
    world.expectSmoothPlayback();
    expect(second.stats.offloadRatio).toBeGreaterThan(0.5);
    await world.expectNothingLeft();
  });

  test('[STO-3] a store that keeps nothing is as good as no sharing', async () => {
    const world = new World({ seed: 8 });
    world.addViewer({ store: new DelayedStore(world.clock, 10, true) });
    await world.run(11_000);
    world.addViewer();
    await world.run(150_000);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });
});
