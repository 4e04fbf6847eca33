import type { Seconds } from '../base/units';
import type { Cancel } from '../ports/clock';
import { bufferAheadSeconds, playbackOf, watchPlayback } from './playback';
import type { PlaybackReport } from './player-connection';

/** The element that a player plays in, which may change at any time. */
export class MediaWatch {
  #media: HTMLMediaElement | undefined;
  #stop: Cancel | undefined;

  /** @param listener - hears where the element is, whenever the engine should know */
  constructor(private readonly listener: (report: PlaybackReport) => void) {}

  /** The element from now on; none: the player has let it go. */
  follow(media: HTMLMediaElement | null | undefined): void {
    if ((media ?? undefined) === this.#media) return;
    this.#stop?.();
    this.#media = media ?? undefined;
    this.#stop = this.#media && watchPlayback(this.#media, this.listener);
  }

  /** Tells now, as is due before each request. */
  tell(): void {
    if (this.#media) this.listener(playbackOf(this.#media));
  }

  /** Contiguous playable seconds after the playhead; 0 without an element. */
  get bufferAheadSeconds(): Seconds {
    return this.#media ? bufferAheadSeconds(this.#media.buffered, this.#media.currentTime) : 0;
  }
}
