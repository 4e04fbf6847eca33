// Where the player is, by its last report, and when it will run dry.

import type { Milliseconds, Seconds } from '../base/units';
import { secondsToMs } from '../base/units';

/** A paused player is in no hurry, but what it asked for must come some time. */
const PAUSED_PATIENCE_MS: Milliseconds = 10_000;
/** Playable time that counts as none: the player is starting or stalled. */
const EMPTY_BUFFER_MS: Milliseconds = 100;

/** Where the player is. */
export interface PlaybackInput {
  readonly bufferAheadSeconds: Seconds;
  readonly rate: number;
  readonly isPaused: boolean;
}

export class Playhead {
  #last: PlaybackInput & { readonly at: Milliseconds } = { bufferAheadSeconds: 0, rate: 1, isPaused: true, at: 0 };

  get isPaused(): boolean {
    return this.#last.isPaused;
  }

  report(playback: PlaybackInput, now: Milliseconds): void {
    this.#last = { ...playback, at: now };
  }

  /** When the player runs dry; `now` while it has nothing. */
  dryAt(now: Milliseconds): Milliseconds {
    const { bufferAheadSeconds, rate, isPaused, at } = this.#last;
    const bufferMs = secondsToMs(bufferAheadSeconds);
    // Players say NaN of what they do not know yet.
    if (!(bufferMs >= EMPTY_BUFFER_MS)) return now;
    return isPaused ? at + bufferMs + PAUSED_PATIENCE_MS : at + bufferMs / (rate > 1 ? rate : 1);
  }
}
