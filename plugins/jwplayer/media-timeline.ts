// Time as JW counts it: a recording from 0, a live window that can be sought in from its end backwards.

import type { Seconds } from '../../engine/src/index';
import type { JwItem } from './jw-types';

/** As JW has it. */
const MIN_DVR_WINDOW_SECONDS: Seconds = 120;

export interface SeekRange {
  readonly start: Seconds;
  readonly end: Seconds;
}

/** What events about time carry. */
export interface TimeReport {
  readonly position: Seconds;
  readonly duration: Seconds;
  readonly currentTime: Seconds;
  readonly seekRange: SeekRange;
}

export class MediaTimeline {
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly item: () => JwItem | undefined,
    /** Whether the stream is live; undefined: not known yet. */
    private readonly isLive: () => boolean,
  ) {}

  get seekRange(): SeekRange {
    const { seekable } = this.video;
    if (seekable.length === 0) return { start: 0, end: 0 };
    return { start: seekable.start(0), end: seekable.end(seekable.length - 1) };
  }

  /** Seconds; live: Infinity, or where the window can be sought in its length, negative. */
  get duration(): Seconds {
    if (!this.isLive()) return Number.isFinite(this.video.duration) ? this.video.duration : 0;
    return this.#hasDvr ? -this.#window : Infinity;
  }

  /** With DVR the distance to the edge, negative. */
  get position(): Seconds {
    return this.#hasDvr ? this.video.currentTime - this.seekRange.end : this.video.currentTime;
  }

  get report(): TimeReport {
    const { position, duration, seekRange } = this;
    return { position, duration, currentTime: this.video.currentTime, seekRange };
  }

  /** Where the element is to go for a position of JW's. */
  toMediaTime(position: Seconds): Seconds {
    const { start, end } = this.seekRange;
    if (!this.#hasDvr) return position;
    return Math.max(start, position < 0 ? end + position : position);
  }

  get #window(): Seconds {
    const { start, end } = this.seekRange;
    return end - start;
  }

  get #hasDvr(): boolean {
    return this.isLive() && this.#window >= (this.item()?.minDvrWindow ?? MIN_DVR_WINDOW_SECONDS);
  }
}
