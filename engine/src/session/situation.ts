// What the player is doing, and what the page and the network allow.

import type { Milliseconds } from '../base/units';
import { secondsToMs } from '../base/units';
import type { UploadLimits } from '../swarm/upload-budget';
import type { ResolvedOptions } from './options';

/** A paused player is in no hurry, but what it asked for must come some time. */
const PAUSED_PATIENCE_MS: Milliseconds = 10_000;
/** Playable time that counts as none: the player is starting or stalled. */
const EMPTY_BUFFER_MS: Milliseconds = 100;

/** Where the player is. */
export interface PlaybackInput {
  readonly bufferAheadSeconds: number;
  readonly rate: number;
  readonly isPaused: boolean;
}

/** Of the page and its line. */
export interface Surroundings {
  readonly isHidden: boolean;
  readonly isCellular: boolean;
  readonly savesData: boolean;
}

export class Situation {
  surroundings: Surroundings = { isHidden: false, isCellular: false, savesData: false };
  #playback: PlaybackInput & { readonly at: Milliseconds } = { bufferAheadSeconds: 0, rate: 1, isPaused: true, at: 0 };

  reportPlayback(playback: PlaybackInput, now: Milliseconds): void {
    this.#playback = { ...playback, at: now };
  }

  /** When the player runs dry, by its last report. */
  deadline(now: Milliseconds): Milliseconds {
    const { bufferAheadSeconds, rate, isPaused, at } = this.#playback;
    const bufferMs = secondsToMs(bufferAheadSeconds);
    // Players say NaN of what they do not know yet.
    if (!(bufferMs >= EMPTY_BUFFER_MS)) return now;
    return isPaused ? at + bufferMs + PAUSED_PATIENCE_MS : at + bufferMs / (rate > 1 ? rate : 1);
  }

  /** [PLAY-13] Whether anything may be fetched ahead of the player's own need. */
  get mayPrefetch(): boolean {
    const { isHidden, isCellular, savesData } = this.surroundings;
    return !this.#playback.isPaused && !isHidden && !isCellular && !savesData;
  }

  /** [UP-14] The ceilings of `options`, as they hold on this line. */
  uploadLimits({ upload }: ResolvedOptions): UploadLimits {
    const { isCellular, savesData } = this.surroundings;
    const isAllowed = !savesData && (upload.onCellular || !isCellular);
    return { isEnabled: upload.enabled && isAllowed, maxBitrate: upload.maxBitrate, maxRatio: upload.maxRatio };
  }
}
