// Flowplayer 7 and 3. P2P_WITHOUT_FLOWPLAYER=1 leaves them out, for those who do not agree to their licences.

import { openPlayer } from '../support/open-player';
import { tellControls, tellHandle, tellLive, tellRecording } from '../support/player-stories';
import { FLOWPLAYER_3, FLOWPLAYER_7 } from '../support/players/flowplayer';
import type { PlayerPage } from '../support/players/player-page';
import { until } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const isWanted = !process.env['P2P_WITHOUT_FLOWPLAYER'];
const BOTH = [FLOWPLAYER_7, FLOWPLAYER_3].map((player): [string, PlayerPage] => [player.name, player]);

(isWanted ? describe : describe.skip).each(BOTH)('%s', (_name, player) => {
  const stage = stageForTests();

  test('a recording', () => tellRecording(stage, player, 'hls'));
  test('live', () => tellLive(stage, player, 'hls'));
  test('seek, quality, source, end', () => tellControls(stage, player, 'hls'));
  test('the end of the handle, and another', () => tellHandle(stage, player));

  test('played natively, it says so once', async () => {
    const withoutHls = { ...player, libraries: player.libraries.filter((path) => !path.includes('hls')) };
    const viewer = await openPlayer(stage, withoutHls, { source: '/vod-ts/master.m3u8', playsNatively: true });
    await until('the reason', async () =>
      (await viewer.viewer.page.evaluate(() => window.standingAside)).some((reason) => reason.includes('hls.js')),
    );
    await viewer.playsOn(1);
    expect((await viewer.viewer.page.evaluate(() => window.standingAside)).length).toBe(1);
  });
});
