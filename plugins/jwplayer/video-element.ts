// The element of a provider: its events in JW's words, its place in the page and its look.

import type { JwEvents } from './jw-events';
import type { ProviderState } from './jw-types';
import type { MediaTimeline } from './media-timeline';

const FULL_VOLUME = 100;

/** What the element's events mean for its provider. */
export interface VideoListener {
  onPlaying(): void;
  onEnded(): void;
  state(): ProviderState;
  setState(state: ProviderState): void;
  setSeeking(isSeeking: boolean): void;
}

export class VideoElement {
  container: HTMLElement | null = null;
  #isListening = false;
  #isBufferFull = false;
  readonly #handlers: readonly (readonly [type: string, handler: () => void])[];

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly events: JwEvents,
    private readonly timeline: MediaTimeline,
    private readonly listener: VideoListener,
  ) {
    this.#handlers = [
      ['loadedmetadata', () => this.#tellMeta()],
      ['canplay', () => this.#tellBufferFull()],
      ['playing', () => this.listener.onPlaying()],
      ['pause', () => this.#handlePause()],
      ['waiting', () => this.#handleWaiting()],
      ['timeupdate', () => this.#tellTime()],
      [
        'progress',
        () => this.events.trigger('bufferChange', { ...this.timeline.report, bufferPercent: this.#bufferPercent }),
      ],
      ['seeked', () => this.#handleSeeked()],
      ['ended', () => this.listener.onEnded()],
      ['ratechange', () => this.events.trigger('ratechange', { playbackRate: this.video.playbackRate })],
      ['volumechange', () => this.#tellVolume()],
      ['click', () => this.events.trigger('click')],
    ];
  }

  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    for (const [type, handler] of this.#handlers) this.video.addEventListener(type, handler);
  }

  unlisten(): void {
    this.#isListening = false;
    for (const [type, handler] of this.#handlers) this.video.removeEventListener(type, handler);
  }

  forgetSource(): void {
    this.#isBufferFull = false;
  }

  setContainer(container: HTMLElement | undefined): void {
    this.container = container ?? null;
    if (container) container.insertBefore(this.video, container.firstChild);
    else this.video.remove();
  }

  setVolume(level: number): void {
    this.video.volume = Math.min(1, Math.max(0, level / FULL_VOLUME));
  }

  resize(width: number, height: number, stretching: string): void {
    if (!width || !height) return;
    const fits: Readonly<Record<string, string>> = { fill: 'cover', exactfit: 'fill', none: 'none' };
    this.video.style.objectFit = fits[stretching] ?? '';
  }

  setVisibility(isVisible: boolean): void {
    this.video.style.visibility = isVisible ? 'visible' : '';
    this.video.style.opacity = isVisible ? '1' : '0';
  }

  setFullscreen(isWanted: boolean): void {
    if (isWanted) void this.video.requestFullscreen();
    else if (document.fullscreenElement === this.video) void document.exitFullscreen();
  }

  get #bufferPercent(): number {
    const { buffered, duration } = this.video;
    const isKnown = buffered.length > 0 && Number.isFinite(duration) && duration > 0;
    return isKnown ? (buffered.end(buffered.length - 1) / duration) * 100 : 0;
  }

  #tellMeta(): void {
    const { videoWidth: width, videoHeight: height } = this.video;
    const { duration, seekRange } = this.timeline;
    this.events.trigger('meta', { metadataType: 'media', duration, width, height, seekRange });
  }

  #tellBufferFull(): void {
    if (this.#isBufferFull) return;
    this.#isBufferFull = true;
    this.events.trigger('bufferFull');
  }

  #handlePause(): void {
    const { ended, seeking } = this.video;
    if (!ended && !seeking && this.listener.state() !== 'idle') this.listener.setState('paused');
  }

  #handleWaiting(): void {
    if (this.listener.state() === 'playing') this.listener.setState('stalled');
  }

  #handleSeeked(): void {
    this.listener.setSeeking(false);
    this.events.trigger('seeked');
  }

  #tellTime(): void {
    const state = this.listener.state();
    if (state !== 'playing' && state !== 'stalled' && !this.video.seeking) return;
    if (state === 'stalled' && !this.video.paused) this.listener.setState('playing');
    this.events.trigger('time', this.timeline.report);
  }

  #tellVolume(): void {
    const { volume, muted } = this.video;
    this.events.trigger('volume', { volume: Math.round(volume * FULL_VOLUME) });
    this.events.trigger('mute', { mute: muted });
  }
}
