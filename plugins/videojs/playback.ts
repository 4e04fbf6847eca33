// Where the player is, read off the player.

import type { PlaybackReport } from '../../engine/src/index';
import { bufferAheadSeconds } from '../../engine/src/plugin';
import type { VideojsPlayer } from './vhs-types';

/** Where `player` is now. */
export function playbackOf(player: VideojsPlayer): PlaybackReport {
  const playheadSeconds = player.currentTime() ?? 0;
  return {
    playheadSeconds,
    bufferAheadSeconds: bufferAheadSeconds(player.buffered(), playheadSeconds),
    rate: player.playbackRate() ?? 1,
    isPaused: player.paused(),
  };
}
