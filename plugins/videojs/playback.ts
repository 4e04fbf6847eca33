// Where the player is, read off the player.

import type { PlaybackReport } from '../../engine/src/index';
import type { TimeSpans, VideojsPlayer } from './vhs-types';

/** Gaps that players play across: rounding between audio and video, or a first frame that is not at 0. */
const TOLERATED_GAP_SECONDS = 0.1;

/** Events after which the engine should know where the player is. */
export const PLAYBACK_EVENTS = [
  ...['timeupdate', 'seeking', 'seeked', 'play', 'pause'],
  ...['ratechange', 'waiting', 'progress'],
];

/** Contiguous buffered seconds after `playheadSeconds`; `buffered` is in order, as `TimeRanges` are. */
export function bufferAheadSeconds(buffered: TimeSpans, playheadSeconds: number): number {
  let end = playheadSeconds;
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) - end >= TOLERATED_GAP_SECONDS) break;
    end = Math.max(end, buffered.end(index));
  }
  return end - playheadSeconds;
}

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
