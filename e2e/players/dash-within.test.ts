// Players that carry a DASH engine: the engine's plugin beside the player's.

import { tellLive, tellRecording } from '../support/player-stories';
import { CLAPPR_DASH } from '../support/players/clappr';
import { MEDIAELEMENT_DASH } from '../support/players/mediaelement';
import { setStage, type Stage, until } from '../support/stage';
import { openPlayer } from '../support/open-player';

const PLAYERS = [...CLAPPR_DASH, MEDIAELEMENT_DASH].map((player) => [player.name, player] as const);

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterEach(() => stage.reset());
afterAll(() => stage.close());

test.each(PLAYERS)('%s: a recording', (_name, player) => tellRecording(stage, player, 'dash'));
test.each(PLAYERS)('%s: live', (_name, player) => tellLive(stage, player, 'dash'));

test.each(PLAYERS)('%s: another source keeps the session, and the end of the player ends it', async (_name, player) => {
  const viewer = await openPlayer(stage, player, { source: '/dash-template/manifest.mpd' });
  await viewer.playsTo(1);
  const { swarmId } = await viewer.stats();
  await viewer.load('/dash-base/manifest.mpd');
  await viewer.reaches('the new swarm', (stats) => stats.swarmId !== undefined && stats.swarmId !== swarmId);
  await viewer.playsOn(1);
  expect(await viewer.viewer.page.evaluate(() => window.P2PMediaLoader.sessions.size)).toBe(1);
  await viewer.destroy();
  await until('no session', () => viewer.viewer.page.evaluate(() => window.P2PMediaLoader.sessions.size === 0));
  expect(await viewer.errors()).toEqual([]);
});
