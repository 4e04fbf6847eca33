// What people do with a player: seek, change quality, change the source, leave.

import { until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const stage = stageForTests();

test('seeking, changing quality and changing the source keep playing, and keep coming from peers', async () => {
  const viewer = { source: '/vod-ts/master.m3u8', bufferGoalSeconds: 8 };
  const first = await stage.open(viewer);
  await first.playsTo(2);
  const second = await stage.open(viewer);
  await second.reaches('a peer', (stats) => stats.peerCount === 1);

  // Both seek to where nobody has been; what one fetches the other gets from it.
  for (const each of [first, second]) {
    await each.page.evaluate(() => void window.player.currentTime(24));
    await each.playsTo(26);
  }
  const afterSeek = await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);

  // By hand to the lowest rendition, at both: the connection stays, and the new rendition is shared too.
  const connections = () => second.page.evaluate(() => window.probes.connections.length);
  const connectionCount = await connections();
  for (const viewer of [first, second]) {
    await viewer.page.evaluate(() => {
      for (const rendition of window.player.tech(true).vhs!.representations!())
        rendition.enabled(rendition.height === 90);
      window.player.currentTime(40);
    });
    await viewer.playsTo(42);
  }
  await until('the lowest rendition to be shared', async () =>
    (await second.segments()).some(({ url }) => url.includes('/90p/')),
  );
  await second.reaches('more from peers', (stats) => stats.p2pBytes > afterSeek.p2pBytes);
  expect(await connections()).toBe(connectionCount);

  // Another source, another swarm; the handle and its counters go on.
  const swarmId = (await second.stats()).swarmId;
  for (const viewer of [first, second]) {
    await viewer.page.evaluate(
      () => void window.player.src({ src: '/vod-fmp4/master.m3u8', type: 'application/x-mpegURL' }),
    );
    await until('the new swarm', async () => (await viewer.stats()).swarmId !== swarmId);
    await viewer.playsTo(2);
  }
  const before = (await second.stats()).p2pBytes;
  expect(before).toBeGreaterThan(0);
  await second.reaches('a peer in the new swarm', (stats) => stats.peerCount === 1);
  for (const viewer of [first, second]) expect(await viewer.errors()).toEqual([]);
});

test('when the player gives a segment up, the request to the origin is aborted', async () => {
  stage.origin.setFaults({ bytesPerSecond: (request) => (request.path.endsWith('.ts') ? 4_000 : undefined) });
  const viewer = await stage.open({ source: '/vod-ts/master.m3u8' });
  await until(
    'a segment on its way',
    async () => stage.origin.log.count((entry) => entry.path.endsWith('.ts') && entry.outcome === 'pending') > 0,
  );
  await viewer.page.evaluate(() => void window.player.currentTime(40));
  await until(
    'the abort at the origin',
    async () => stage.origin.log.count((entry) => entry.path.endsWith('.ts') && entry.outcome === 'aborted') > 0,
  );
  stage.origin.setFaults({});
  await viewer.playsTo(41);
});

test('after handle.destroy() nothing of the plugin is left, and the player plays on by itself', async () => {
  const source = '/vod-ts/master.m3u8';
  const first = await stage.open({ source });
  await first.playsTo(1);
  const second = await stage.open({ source });
  await second.reaches('a peer', (stats) => stats.peerCount === 1);

  for (const [viewer, end] of [
    [second, () => window.player.p2pMediaLoader().destroy()],
    [first, () => window.player.dispose()],
  ] as const) {
    await viewer.page.evaluate(end);
    await until('everything to be closed', () =>
      viewer.page.evaluate(() => {
        const { sockets, connections, pluginTimers } = window.probes;
        return (
          sockets.every((socket) => socket.readyState === WebSocket.CLOSED) &&
          connections.every((connection) => connection.signalingState === 'closed') &&
          pluginTimers.size === 0
        );
      }),
    );
    expect(await viewer.page.evaluate(() => window.P2PMediaLoader.sessions.size)).toBe(0);
    expect(await viewer.errors()).toEqual([]);
  }

  const asked = stage.origin.log.count(/\/vod-ts\/.*\.ts$/);
  await second.page.evaluate(() => void window.player.currentTime(50));
  await second.playsTo(52);
  expect(stage.origin.log.count(/\/vod-ts\/.*\.ts$/)).toBeGreaterThan(asked);
});
