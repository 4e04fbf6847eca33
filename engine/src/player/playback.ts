// Where a player is, in the terms of the engine.

import type { Seconds } from '../base/units';
import type { Cancel } from '../ports/clock';
import type { PlaybackReport } from './player-connection';

/** `TimeRanges`, the browser's or a player's own. */
export interface TimeSpans {
  readonly length: number;
  start(index: number): Seconds;
  end(index: number): Seconds;
}

/** Gaps that players play across: rounding between audio and video, or a first frame that is not at 0. */
const TOLERATED_GAP_SECONDS = 0.1;

/** Events of a media element after which the engine should know where the player is. */
export const PLAYBACK_EVENTS: readonly string[] = [
  ...['timeupdate', 'seeking', 'seeked', 'play', 'pause'],
  ...['ratechange', 'waiting', 'progress'],
];

/** Contiguous buffered seconds after `playheadSeconds`; `buffered` is in order, as `TimeRanges` are. */
export function bufferAheadSeconds(buffered: TimeSpans, playheadSeconds: Seconds): Seconds {
  let end = playheadSeconds;
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) - end >= TOLERATED_GAP_SECONDS) break;
    end = Math.max(end, buffered.end(index));
  }
  return end - playheadSeconds;
}

/** Where `media` is now. */
export function playbackOf(media: HTMLMediaElement): PlaybackReport {
  const { currentTime: playheadSeconds, buffered, playbackRate: rate, paused: isPaused } = media;
  return { playheadSeconds, bufferAheadSeconds: bufferAheadSeconds(buffered, playheadSeconds), rate, isPaused };
}

/** Calls `listener` whenever the engine should know where `media` is. */
export function watchPlayback(media: HTMLMediaElement, listener: (report: PlaybackReport) => void): Cancel {
  const tell = (): void => listener(playbackOf(media));
  for (const type of PLAYBACK_EVENTS) media.addEventListener(type, tell);
  return () => {
    for (const type of PLAYBACK_EVENTS) media.removeEventListener(type, tell);
  };
}
