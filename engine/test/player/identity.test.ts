// What makes two viewers mean the same segment: the way from manifest to wire, over the whole engine.

import { ask, openSource, report } from '../support/player-rig';
import { World, type Viewer } from '../support/simulated-world';

const MULTIVARIANT = ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360', 'media.m3u8', ''].join('\n');

/** A viewer whose player reads its manifests from a host of its own, with a token of its own. */
function openAt(viewer: Viewer, host: string, swarmId?: string): (index: number) => string {
  const { content, clock } = viewer.world;
  const locate = (text: string) => text.replaceAll('https://origin.example/', `https://${host}.example/${host}-token/`);
  if (swarmId !== undefined) viewer.connection?.handle.setOptions({ swarmId });
  const url = locate(content.url);
  viewer.connection?.openSource(url);
  viewer.connection?.addManifest({ url, text: MULTIVARIANT });
  viewer.connection?.addManifest({ url: url.replace('main', 'media'), text: locate(content.playlistAt(clock.now())) });
  for (let index = 0; index < 5; index += 1)
    viewer.http.serve(locate(content.segmentUrl(index)), content.bytesOf(index));
  return (index) => locate(content.segmentUrl(index));
}

describe('identity', () => {
  test('[ID-2] viewers on different CDNs, with different paths and tokens, share when the page names the swarm', async () => {
    const world = new World({ seed: 51 });
    const [first, second] = [world.addIdleViewer(), world.addIdleViewer()];
    const firstUrl = openAt(first, 'cdn-a', 'the-show');
    ask(first, firstUrl(3));
    await world.run(2_000);
    const secondUrl = openAt(second, 'cdn-b', 'the-show');
    await world.run(2_000);
    report(second, 30);
    const asked = ask(second, secondUrl(3));
    await world.run(2_000);
    expect(asked.delivered[0]).toMatchObject({ httpBytes: 0, p2pBytes: world.content.options.segmentBytes });
    expect(second.http.requestCount()).toBe(0);
    await world.expectNothingLeft();
  });

  test('[ID-1] tokens in the query do not divide a swarm, another path does', async () => {
    const world = new World({ seed: 52 });
    const sources = [
      'https://a.example/live.m3u8?token=1',
      'https://a.example/live.m3u8?token=2#x',
      'https://a.example/other.m3u8',
    ];
    const ids = sources.map((url) => {
      const viewer = world.addIdleViewer();
      viewer.connection?.openSource(url);
      return viewer.stats.swarmId;
    });
    expect(ids).toEqual(['https://a.example/live.m3u8', 'https://a.example/live.m3u8', 'https://a.example/other.m3u8']);
    await world.expectNothingLeft();
  });

  test('[ID-3] who joined a live stream a minute ago and who joins now mean the same segments', async () => {
    const world = new World({ seed: 53, content: { isLive: true, windowCount: 8 } });
    const early = world.addViewer({ player: { liveDelayCount: 4 } });
    await world.run(60_000);
    const late = world.addViewer({ player: { liveDelayCount: 6 } });
    await world.run(30_000);
    world.expectSmoothPlayback([early, late]);
    expect(late.stats.p2pBytes).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test('[ID-5] parts of one resource are different segments', async () => {
    const world = new World({ seed: 54 });
    const viewer = world.addIdleViewer();
    const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:2'];
    for (const part of [0, 1]) lines.push('#EXTINF:2,', `#EXT-X-BYTERANGE:50000@${part * 50_000}`, 'segment-0.ts');
    viewer.connection?.openSource(world.content.url);
    viewer.connection?.addManifest({ url: world.content.url, text: [...lines, '#EXT-X-ENDLIST'].join('\n') });
    const url = world.content.segmentUrl(0);
    const asked = [0, 1].map((part) => ask(viewer, url, { start: part * 50_000, end: (part + 1) * 50_000 }));
    await world.run(2_000);
    asked.forEach(({ delivered }, part) => {
      const expected = world.content.bytesOf(0).slice(part * 50_000, (part + 1) * 50_000);
      expect(Buffer.from(delivered[0]?.bytes ?? new ArrayBuffer(0)).equals(expected)).toBe(true);
    });
    await world.expectNothingLeft();
  });

  test('[ID-5] so are they where the origin ignores Range and sends the whole resource', async () => {
    const world = new World({ seed: 55 });
    const viewer = world.addIdleViewer({ http: { ignoresRange: true } });
    const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXTINF:2,', '#EXT-X-BYTERANGE:50000@70000', 'segment-0.ts'];
    viewer.connection?.openSource(world.content.url);
    viewer.connection?.addManifest({ url: world.content.url, text: [...lines, '#EXT-X-ENDLIST'].join('\n') });
    const asked = ask(viewer, world.content.segmentUrl(0), { start: 70_000, end: 120_000 });
    await world.run(2_000);
    const expected = world.content.bytesOf(0).slice(70_000, 120_000);
    expect(Buffer.from(asked.delivered[0]?.bytes ?? new ArrayBuffer(0)).equals(expected)).toBe(true);
    expect(viewer.http.requests[0]?.state).toBe('cancelled');
    await world.expectNothingLeft();
  });

  test('[ID-6] sources that are no stream are left alone: no swarm, no segment', async () => {
    const world = new World({ seed: 56 });
    const viewer = world.addIdleViewer();
    openSource(viewer, world);
    await world.run(1_000);
    viewer.connection?.openSource('https://a.example/movie.mp4');
    expect(ask(viewer, 'https://a.example/movie.mp4', { start: 0, end: 100 }).cancel).toBeUndefined();
    await world.run(1_000);
    expect(world.tracker.connectionCount).toBe(0);
    await world.expectNothingLeft();
  });
});
