// Players that carry a DASH engine: the engine's plugin beside the player's.

import { tellControls, tellLive, tellRecording } from '../support/player-stories';
import { CLAPPR_DASH } from '../support/players/clappr';
import { MEDIAELEMENT_DASH } from '../support/players/mediaelement';
import { VIDEOJS } from '../support/players/videojs';
import { stageForTests } from '../support/stage-for-tests';

const PLAYERS = [...CLAPPR_DASH, MEDIAELEMENT_DASH].map((player) => [player.name, player] as const);

const stage = stageForTests();

test.each(PLAYERS)('%s: a recording', (_name, player) => tellRecording(stage, player, 'dash'));
test.each(PLAYERS)('%s: live', (_name, player) => tellLive(stage, player, 'dash'));

test.each(PLAYERS)('%s: seek, quality, source, end', (_name, player) => tellControls(stage, player, 'dash'));

test('video.js 8.24: seek, quality, source, end', () => tellControls(stage, VIDEOJS, 'dash'));
