// MediaElement.js 7, with its renderer on hls.js.

import { openPlayer, type PlayerViewer } from '../support/open-player';
import { tellControls, tellLive, tellRecording } from '../support/player-stories';
import { mediaelementPage, type MediaElementDriver } from '../support/players/mediaelement';
import { setStage, type Stage, until } from '../support/stage';

const PLAYER = mediaelementPage();
const VOD = '/vod-ts/master.m3u8';
const LIVE = '/live/master.m3u8';
/** Asked for, and not there yet. */
const ON_ITS_WAY = 1;

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterEach(() => stage.reset());
afterAll(() => stage.close());

test('a recording', () => tellRecording(stage, PLAYER, 'hls'));
test('live', () => tellLive(stage, PLAYER, 'hls'));
test('seek, quality, source, end', () => tellControls(stage, PLAYER, 'hls'));
test('hls.js that MediaElement loads itself', () =>
  tellRecording(stage, mediaelementPage({ hlsPath: '/libraries/hls.js/dist/hls.min.js' }), 'hls'));

/** Requests for segments at the origin that hls.js knows nothing of. */
async function strayRequests(viewer: PlayerViewer): Promise<number> {
  const { segmentCount } = await viewer.stats();
  return stage.origin.log.count(({ path }) => path.endsWith('.ts')) - segmentCount.http;
}

// Chromium says that it may play HLS: MediaElement would give it the source, and no hls.js would be made. And when
// hls.js plays, the page's own element, hidden, goes on loading the same stream.
test.each(['auto', 'none'] as const)('with preload="%s" nothing is loaded beside hls.js', async (preload) => {
  const viewer = await openPlayer(stage, mediaelementPage({ preload }), { source: LIVE });
  const player = await viewer.viewer.page.evaluate(() => {
    const { media } = (window.driver as MediaElementDriver).player;
    return { renderer: media.rendererName, preload: media.originalNode.preload };
  });
  expect(player).toEqual({ renderer: 'native_hls', preload: 'none' });
  await viewer.playsOn(9);
  expect(await strayRequests(viewer)).toBeLessThanOrEqual(ON_ITS_WAY);
  await viewer.load(VOD);
  await until('the next source', async () => (await viewer.stats()).swarmId?.includes('vod-ts') ?? false);
  await viewer.playsTo(2);
  expect(await strayRequests(viewer)).toBeLessThanOrEqual(ON_ITS_WAY);
  expect(await viewer.errors()).toEqual([]);
});

test('a page that wants the browser itself to play gets that, and hears it once', async () => {
  const viewer = await openPlayer(stage, mediaelementPage({ renderers: ['html5'] }), {
    source: VOD,
    playsNatively: true,
  });
  await until('a word', () => viewer.viewer.page.evaluate(() => window.standingAside.length > 0));
  expect(await viewer.viewer.page.evaluate(() => window.standingAside)).toEqual([
    expect.stringContaining('played by the browser itself'),
  ]);
  expect((await viewer.stats()).swarmId).toBeUndefined();
});

test('after handle.destroy() it plays on by itself, the next source too', async () => {
  const viewer = await openPlayer(stage, PLAYER, { source: VOD, bufferGoalSeconds: 6 });
  await viewer.playsTo(1);
  await viewer.viewer.page.evaluate(() => window.driver.handle!.destroy());
  expect(await viewer.viewer.page.evaluate(() => window.P2PMediaLoader.sessions.size)).toBe(0);
  await viewer.seek(40);
  await viewer.playsTo(42);
  await viewer.load('/vod-fmp4/master.m3u8');
  await until('the next source', async () => (await viewer.currentTime()) < 10);
  await viewer.playsTo(1);
  expect(await viewer.errors()).toEqual([]);
});
