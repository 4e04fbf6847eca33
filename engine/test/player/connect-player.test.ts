import { sessions } from '../../src/player/live-sessions';
import { ask, openSource, report } from '../support/player-rig';
import { World, type ViewerOptions } from '../support/simulated-world';

const SIZE = 200_000;

/** A viewer with an open source, whose player does nothing by itself. */
function open(options: Partial<ViewerOptions> = {}) {
  const world = new World();
  const viewer = world.addIdleViewer(options);
  openSource(viewer, world);
  const names: string[] = [];
  for (const name of [
    'segmentLoaded',
    'swarmJoined',
    'manifestRejected',
    'standingAside',
    'destroyed',
    'error',
  ] as const) {
    viewer.connection?.handle.on(name, () => names.push(name));
  }
  return { world, viewer, names, url: (index: number) => world.content.segmentUrl(index) };
}

describe('connectPlayerOver: requests', () => {
  test('[PLAY-2] nothing is heard before request() has returned, and progress comes before the segment', async () => {
    const { world, viewer, url } = open();
    const asked = ask(viewer, url(0));
    expect([asked.progress, asked.delivered]).toEqual([[], []]);
    await world.run(1_000);
    expect(asked.delivered).toHaveLength(1);
    expect(asked.progress.at(-1)).toEqual([SIZE, SIZE]);
    // From the store, too.
    const again = ask(viewer, url(0));
    expect(again.delivered).toEqual([]);
    await world.run(0);
    expect(again.delivered).toHaveLength(1);
    await world.expectNothingLeft();
  });

  test('[PLAY-3] the player may transfer its bytes to a worker: what peers get is another buffer', async () => {
    const { world, viewer, url } = open();
    const asked = ask(viewer, url(0));
    await world.run(1_000);
    const { bytes } = asked.delivered[0] ?? { bytes: new ArrayBuffer(0) };
    structuredClone(bytes, { transfer: [bytes] });
    expect(bytes.byteLength).toBe(0);
    const again = ask(viewer, url(0));
    const other = world.addIdleViewer();
    openSource(other, world);
    await world.run(2_000);
    report(other, 30);
    const fromPeer = ask(other, url(0));
    await world.run(2_000);
    for (const { delivered } of [again, fromPeer]) {
      expect(Buffer.from(delivered[0]?.bytes ?? new ArrayBuffer(0)).equals(world.content.bytesOf(0))).toBe(true);
    }
    expect(fromPeer.delivered[0]).toMatchObject({ httpBytes: 0, p2pBytes: SIZE });
    await world.expectNothingLeft();
  });

  test('[PLAY-4] after cancel() nothing is heard any more', async () => {
    const { world, viewer, url } = open({ http: { rate: 1_000_000 } });
    const [before, during] = [ask(viewer, url(0)), ask(viewer, url(1))];
    before.cancel?.();
    await world.run(500);
    expect(during.progress.length).toBeGreaterThan(0);
    const heard = during.progress.length;
    during.cancel?.();
    during.cancel?.();
    await world.run(5_000);
    expect([before.progress, before.delivered, during.progress.length, during.delivered]).toEqual([[], [], heard, []]);
    expect(viewer.http.requests.map(({ state }) => state)).toEqual(['cancelled']);
    await world.expectNothingLeft();
  });

  // The request waits for the end of the call; a source that was closed meanwhile never answered.
  test('[PLAY-4] a request right before the source is closed is answered as well', async () => {
    for (const end of ['closeSource', 'openSource', 'destroy', 'disable'] as const) {
      const { world, viewer, url } = open();
      const asked = ask(viewer, url(0));
      if (end === 'closeSource') viewer.connection?.closeSource();
      else if (end === 'openSource') viewer.connection?.openSource('https://origin.example/other.m3u8');
      else if (end === 'destroy') viewer.connection?.handle.destroy();
      else viewer.connection?.handle.setOptions({ enabled: false });
      await world.run(100);
      expect(asked.errors.map(({ reason }) => reason)).toEqual(['destroyed']);
      expect(viewer.http.requestCount()).toBe(0);
      await world.expectNothingLeft();
    }
  });

  test('[ID-4] only listed segments are taken: keys, init segments, playlists and strangers are left to the player', async () => {
    const world = new World();
    const viewer = world.addIdleViewer();
    viewer.connection?.openSource(world.content.url);
    const text = [
      '#EXTM3U',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"',
      '#EXT-X-MAP:URI="init.mp4"',
      '#EXTINF:2,',
      'a.m4s',
      '#EXTINF:2,',
      '#EXT-X-BYTERANGE:100@50',
      'b.m4s',
      '#EXT-X-ENDLIST',
    ];
    viewer.connection?.addManifest({ url: world.content.url, text: text.join('\n') });
    const at = (path: string) => world.content.url.replace('main.m3u8', path);
    for (const path of ['key.bin', 'init.mp4', 'main.m3u8', 'c.m4s', 'b.m4s']) {
      expect(ask(viewer, at(path)).cancel).toBeUndefined();
    }
    expect(ask(viewer, at('b.m4s'), { start: 0, end: 100 }).cancel).toBeUndefined();
    // [ID-5] The range is part of what is asked for.
    expect(ask(viewer, at('b.m4s'), { start: 50, end: 150 }).cancel).toBeDefined();
    expect(ask(viewer, at('a.m4s')).cancel).toBeDefined();
    await world.expectNothingLeft();
  });

  test('[HTTP-7] the origin is asked with the URL, headers and cookies of the page', async () => {
    const { world, viewer, url } = open();
    const tokenUrl = `${url(0)}#t=1`;
    viewer.connection?.request(
      { url: tokenUrl, headers: { 'x-token': '7' }, withCredentials: true },
      { onProgress: () => undefined, onSuccess: () => undefined, onError: () => undefined },
    );
    world.noteTurn();
    await world.run(100);
    expect(viewer.http.requests.map(({ request }) => request)).toEqual([
      { url: tokenUrl, range: undefined, headers: { 'x-token': '7' }, withCredentials: true },
    ]);
    await world.expectNothingLeft();
  });

  test('[PLAY-14] what is empty or cut is no segment: the player is to ask by itself', async () => {
    const { world, viewer, url } = open();
    viewer.http.serve(url(0), new Uint8Array(0));
    const empty = ask(viewer, url(0));
    const ranged = 'https://origin.example/ranged.m3u8';
    await world.run(1_000);
    expect([empty.delivered.length, empty.errors.map(({ reason }) => reason)]).toEqual([0, ['http-failed']]);

    viewer.connection?.openSource(ranged);
    const lines = [
      '#EXTINF:2,',
      '#EXT-X-BYTERANGE:100@0',
      'all.ts',
      '#EXTINF:2,',
      '#EXT-X-BYTERANGE:100@100',
      'all.ts',
    ];
    viewer.connection?.addManifest({ url: ranged, text: ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines].join('\n') });
    viewer.http.serve('https://origin.example/all.ts', new Uint8Array(150));
    const whole = ask(viewer, 'https://origin.example/all.ts', { start: 0, end: 100 });
    const cut = ask(viewer, 'https://origin.example/all.ts', { start: 100, end: 200 });
    await world.run(1_000);
    expect(whole.delivered.map(({ bytes }) => bytes.byteLength)).toEqual([100]);
    expect([cut.delivered.length, cut.errors.map(({ reason }) => reason)]).toEqual([0, ['http-failed']]);
    await world.expectNothingLeft();
  });

  // One exception in a player, and the rest of what the engine had to do was left undone.
  test('[PLAY-10] a player or page that throws keeps nobody else from anything', async () => {
    const { world, viewer, url } = open();
    const fail = (): never => {
      throw new Error('broken player');
    };
    viewer.connection?.handle.on('segmentLoaded', fail);
    viewer.connection?.request({ url: url(0) }, { onProgress: fail, onSuccess: fail, onError: fail });
    const asked = ask(viewer, url(1));
    await world.run(1_000);
    expect(asked.delivered).toHaveLength(1);
    expect(viewer.logger.at('error').length).toBeGreaterThanOrEqual(3);
    expect(viewer.stats.segmentCount.http).toBe(2);
    await world.expectNothingLeft();
  });
});

describe('connectPlayerOver: stats and events', () => {
  test('count what was moved, over all sources', async () => {
    const { world, viewer, names, url } = open();
    expect(viewer.stats).toMatchObject({ httpBytes: 0, offloadRatio: 0, swarmId: world.content.url, trackerCount: 0 });
    ask(viewer, url(0));
    await world.run(1_000);
    expect(viewer.stats).toMatchObject({
      httpBytes: SIZE,
      segmentCount: { http: 1, p2p: 0 },
      trackerCount: 1,
      swarmSize: 1,
    });
    expect(viewer.stats.peerId).toMatch(/^-PL0100-\w{12}$/);
    expect(names).toEqual(['segmentLoaded']);
    viewer.connection?.openSource('https://origin.example/other.m3u8');
    expect(viewer.stats).toMatchObject({
      httpBytes: SIZE,
      swarmId: 'https://origin.example/other.m3u8',
      trackerCount: 0,
    });
    viewer.connection?.closeSource();
    expect(viewer.stats).toMatchObject({ httpBytes: SIZE, swarmId: undefined, connectionCount: 0 });
    await world.expectNothingLeft();
  });

  test('a manifest that cannot be read is reported', async () => {
    const { world, viewer, names } = open();
    viewer.connection?.addManifest({ url: world.content.url, text: '<html>' });
    expect(names).toEqual(['manifestRejected']);
    await world.expectNothingLeft();
  });

  test('sessions lists those that live', () => {
    const { viewer } = open();
    const { handle } = viewer.connection ?? {};
    expect([...sessions]).toContain(handle);
    viewer.destroy();
    expect([...sessions]).not.toContain(handle);
  });
});
