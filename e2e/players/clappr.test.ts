// Clappr, in all its packages.

import { openPlayer } from '../support/open-player';
import { tellControls, tellHandle, tellLive, tellRecording } from '../support/player-stories';
import { CLAPPR_03, CLAPPR_NATIVE, CLAPPR_PLAYER, clapprCorePage, type ClapprDriver } from '../support/players/clappr';
import { until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const PLAYERS = [CLAPPR_03, CLAPPR_PLAYER, clapprCorePage()];
const VOD = '/vod-ts/master.m3u8';

const table = PLAYERS.map((player) => [player.name, player] as const);

const stage = stageForTests();

test.each(table)('%s: a recording', (_name, player) => tellRecording(stage, player, 'hls'));
test.each(table)('%s: live', (_name, player) => tellLive(stage, player, 'hls'));
test.each(table)('%s: seek, quality, source, end', (_name, player) => tellControls(stage, player, 'hls'));

// stop() destroys hls.js, and play() makes another one, without an event between.
test.each(table)('%s: stopped and played again it shares on, with the same handle', async (_name, player) => {
  const options = { source: VOD, bufferGoalSeconds: 6 };
  const first = await openPlayer(stage, player, options);
  const second = await openPlayer(stage, player, options);
  await second.reaches('a peer', ({ peerCount }) => peerCount === 1);
  await second.viewer.page.evaluate(() => (window.driver as ClapprDriver).player.stop());
  await second.reaches('no swarm', ({ swarmId }) => swarmId === undefined);
  const before = await second.stats();
  await second.viewer.page.evaluate(() => (window.driver as ClapprDriver).player.play());
  await second.reaches('a peer again', ({ peerCount }) => peerCount === 1);
  await second.reaches(
    'segments again',
    ({ segmentCount: { http, p2p } }) => http + p2p >= before.segmentCount.http + before.segmentCount.p2p + 2,
  );
  await second.playsTo(1);
  for (const viewer of [first, second]) expect(await viewer.errors()).toEqual([]);
});

test.each(table)('%s: the page finds the handle at the player and at its plugin', async (_name, player) => {
  const viewer = await openPlayer(stage, player, { source: VOD });
  const found = await viewer.viewer.page.evaluate(() => {
    const { player } = window.driver as ClapprDriver;
    const handle = player.p2pMediaLoader!();
    return [player.getPlugin('p2pMediaLoader')?.handle === handle, window.P2PMediaLoader.sessions.has(handle)];
  });
  expect(found).toEqual([true, true]);
});

test('with preloading off, hls.js gets its source when it plays', () =>
  tellRecording(stage, clapprCorePage({ preloads: false }), 'hls'));

test.each(table)('%s: the end of the handle, and another', (_name, player) => tellHandle(stage, player));

test('without hls.js in Clappr it says so once, and leaves the browser to it', async () => {
  const viewer = await openPlayer(stage, CLAPPR_NATIVE, { source: VOD, playsNatively: true });
  await until('a word', () => viewer.viewer.page.evaluate(() => window.standingAside.length > 0));
  expect(await viewer.viewer.page.evaluate(() => window.standingAside)).toEqual([
    expect.stringContaining('played by the browser itself'),
  ]);
  expect((await viewer.stats()).swarmId).toBeUndefined();
});
