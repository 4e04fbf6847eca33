// JW Player in both forms, over the lines of hls.js that its builds carry and the newest. The player is a stand-in;
// JWPLAYER_DIR names a folder with a real one (jwplayer.js and what it loads), which is tested as well.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPlayer, type PlayerViewer } from '../support/open-player';
import { tellControls, tellLive, tellRecording } from '../support/player-stories';
import { jwplayerPage, realJwplayerPage } from '../support/players/jwplayer';
import type { PlayerPage } from '../support/players/player-page';
import { until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const OPEN = jwplayerPage(false);
const PLAYERS: readonly [string, PlayerPage][] = [
  OPEN,
  jwplayerPage(true, '1.0', 'hls-1.0'),
  jwplayerPage(true, '1.2', 'hls-1.2'),
].map((player) => [player.name, player]);
const VOD = '/vod-ts/master.m3u8';

const stage = stageForTests();

const violations = (viewer: PlayerViewer): Promise<string[]> =>
  viewer.viewer.page.evaluate(() => window.jwRecord.violations);

describe.each(PLAYERS)('%s', (_name, player) => {
  test('a recording', () => tellRecording(stage, player, 'hls'));
  test('live', () => tellLive(stage, player, 'hls'));
  test('seek, quality, source, end', () => tellControls(stage, player, 'hls'));
});

test('the provider tells JW what it needs, in the order of a first play', async () => {
  const viewer = await openPlayer(stage, OPEN, { source: VOD });
  const { page } = viewer.viewer;
  await viewer.playsTo(2);
  expect(await page.evaluate(() => window.jwRecord.trace.slice(0, 6))).toEqual([
    ...['new p2pmedialoader', 'init', 'setContainer', 'setPlaybackRate', 'load', 'play'],
  ]);
  expect(await page.evaluate(() => [window.jw.getDuration(), window.jw.getQualityLevels()])).toEqual([
    expect.closeTo(60, 0),
    [
      { label: 'Auto' },
      ...[240, 144, 90].map((height) => ({
        label: `${height}p`,
        height,
        width: expect.any(Number) as number,
        bitrate: expect.any(Number) as number,
      })),
    ],
  ]);
  expect(await violations(viewer)).toEqual([]);
});

test('advertisements take the element and give it back where it was', async () => {
  const viewer = await openPlayer(stage, OPEN, { source: VOD });
  await viewer.playsTo(4);
  await viewer.viewer.page.evaluate(() => window.jw.playAd());
  await viewer.playsTo(6);
  await viewer.viewer.page.evaluate(() => window.jw.playAdBeside());
  await viewer.playsTo(8);
  expect(await violations(viewer)).toEqual([]);
  expect(await viewer.errors()).toEqual([]);
});

test('the next item is prepared beside the one that plays, and takes over', async () => {
  const viewer = await openPlayer(stage, OPEN, { source: VOD });
  const { page } = viewer.viewer;
  await viewer.playsTo(1);
  await page.evaluate(() => window.jw.prepareNext(new URL('/vod-fmp4/master.m3u8', location.href).href));
  await until('two sessions', () => page.evaluate(() => window.P2PMediaLoader.sessions.size === 2));
  await page.evaluate(() => window.jw.startNext());
  await until('one session', () => page.evaluate(() => window.P2PMediaLoader.sessions.size === 1));
  await viewer.reaches('the next', ({ swarmId }) => swarmId?.includes('vod-fmp4') ?? false);
  await viewer.playsOn(1);
  expect(await violations(viewer)).toEqual([]);
});

test('an error reaches JW, and the next load() begins anew', async () => {
  const viewer = await openPlayer(stage, OPEN, { source: VOD });
  const { page } = viewer.viewer;
  await page.evaluate(() => {
    Object.assign(window, { jwErrors: [] });
    window.jw.on('mediaError', ({ ...error }) =>
      (window as unknown as { jwErrors: object[] }).jwErrors.push({ ...error, sourceError: undefined }),
    );
  });
  await viewer.load('/vod-ts/none.m3u8');
  const errors = () => page.evaluate(() => (window as unknown as { jwErrors: object[] }).jwErrors);
  await until('the error', async () => (await errors()).length > 0);
  expect(await errors()).toEqual([expect.objectContaining({ code: 230_404, key: 'cantPlayVideo' })]);
  await viewer.load(VOD);
  await viewer.playsTo(1);
});

const REAL_DIR = process.env['JWPLAYER_DIR'];
(REAL_DIR === undefined ? describe.skip : describe)('a real JW Player, where JWPLAYER_DIR names one', () => {
  const player = realJwplayerPage('/jw/jwplayer.js');

  beforeAll(() => {
    for (const name of readdirSync(REAL_DIR!).filter((file) => file.endsWith('.js')))
      stage.serveScript(`/jw/${name}`, readFileSync(join(REAL_DIR!, name), 'utf8'));
  });

  test('shares a recording, and obeys', async () => {
    await tellRecording(stage, player, 'hls');
    await stage.reset();
    await tellControls(stage, player, 'hls');
  });
});
