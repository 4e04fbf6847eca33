// MediaElement.js 7, with its renderer on hls.js.

import { openPlayer, type PlayerViewer } from '../support/open-player';
import { tellControls, tellHandle, tellLive, tellRecording } from '../support/player-stories';
import { mediaelementPage, type MediaElementDriver } from '../support/players/mediaelement';
import { until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const PLAYER = mediaelementPage();
const VOD = '/vod-ts/master.m3u8';
const LIVE = '/live/master.m3u8';
/** Asked for, and not there yet. */
const ON_ITS_WAY = 1;

const stage = stageForTests();

test('a recording', () => tellRecording(stage, PLAYER, 'hls'));
test('live', () => tellLive(stage, PLAYER, 'hls'));
test('seek, quality, source, end', () => tellControls(stage, PLAYER, 'hls'));
test('the end of the handle, and another', () => tellHandle(stage, PLAYER));
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
