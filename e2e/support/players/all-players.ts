// One page of each player: those who are to share with each other.

import { CLAPPR_03, CLAPPR_DASH, CLAPPR_PLAYER } from './clappr';
import { DASHJS } from './dashjs';
import { FLOWPLAYER_3, FLOWPLAYER_7 } from './flowplayer';
import { hlsjsPage } from './hlsjs';
import { jwplayerPage } from './jwplayer';
import { MEDIAELEMENT_DASH, mediaelementPage } from './mediaelement';
import type { Format, PlayerPage } from './player-page';
import { SHAKA } from './shaka';
import { VIDEOJS } from './videojs';

const ALL: readonly PlayerPage[] = [
  VIDEOJS,
  hlsjsPage('1.7'),
  SHAKA,
  DASHJS,
  CLAPPR_PLAYER,
  CLAPPR_03,
  ...CLAPPR_DASH.slice(0, 1),
  mediaelementPage(),
  MEDIAELEMENT_DASH,
  jwplayerPage(false),
  jwplayerPage(true, '1.2', 'hls-1.2'),
  ...(process.env['P2P_WITHOUT_FLOWPLAYER'] ? [] : [FLOWPLAYER_7, FLOWPLAYER_3]),
];

export const playersOf = (format: Format): PlayerPage[] => ALL.filter(({ formats }) => formats.includes(format));
