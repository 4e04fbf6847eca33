// A player: refreshes its playlist, asks for segments in order, plays what it has, notes every stall.

import type { BitsPerSecond, Milliseconds, Seconds } from '../../../engine/src/base/units';
import { msToSeconds, secondsToMs } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { uniform } from '../chance/draws';
import type { Media, MediaSegment, PlaylistSnapshot } from '../origin/media';
import type { LoadedSegment, SegmentSource } from '../policies/segment-source';
import type { EventQueue } from '../time/event-queue';
import { Timer } from '../time/timer';
import { pickRung, QualityTally } from './quality';

export interface PlayerConfig {
  /** Segments between playhead and live edge. */
  readonly delayCount: number;
  readonly bufferGoalSeconds: Seconds;
  /** Where in a recording the viewer begins. */
  readonly startSeconds: Seconds;
  /** Behind the delay that all mean to keep. */
  readonly skewSeconds: Seconds;
  readonly isAdaptive: boolean;
  readonly onLoaded?: (segment: MediaSegment) => void;
}

const REPORT_MS: Milliseconds = 1_000;
/** Playback starts with so much: what is left of a segment that is joined near its end is too little. */
const START_BUFFER_SECONDS: Seconds = 1;
/** A playlist is read again after this part of a segment's duration, at least and at most. */
const REFRESH = { soonest: 0.5, latest: 1 };

export class Player {
  readonly quality: QualityTally;
  startupMs: Milliseconds | undefined;
  stallCount = 0;
  stalledMs: Milliseconds = 0;
  playedMs: Milliseconds = 0;
  readonly #joinedAt: Milliseconds;
  readonly #reportTimer: Timer;
  readonly #refreshTimer: Timer;
  #playlist: PlaylistSnapshot | undefined;
  #next: number | undefined;
  #isLoading = false;
  #isEnded = false;
  #rung = 0;
  #estimate: BitsPerSecond | undefined;
  #playhead: Seconds = 0;
  #bufferEnd: Seconds = 0;
  #state: 'starting' | 'playing' | 'stalled' = 'starting';
  #updatedAt: Milliseconds;

  constructor(
    private readonly queue: EventQueue,
    private readonly media: Media,
    private readonly source: SegmentSource,
    private readonly random: Random,
    private readonly config: PlayerConfig,
  ) {
    this.#joinedAt = this.#updatedAt = queue.now;
    this.quality = new QualityTally(media.config.bitrates);
    this.#rung = config.isAdaptive ? 0 : media.rungCount - 1;
    this.#reportTimer = new Timer(queue, () => this.#tick());
    this.#refreshTimer = new Timer(queue, () => this.#refresh());
    this.#refresh();
    this.#reportTimer.set(queue.now + REPORT_MS);
  }

  get bufferAheadSeconds(): Seconds {
    return Math.max(0, this.#bufferEnd - this.#playhead);
  }

  /** The viewer goes. */
  stop(): void {
    this.#update();
    this.#isEnded = true;
    this.#reportTimer.clear();
    this.#refreshTimer.clear();
  }

  #tick(): void {
    this.#update();
    if (this.#isEnded) return;
    this.#report();
    this.#loadNext();
    this.#reportTimer.set(this.queue.now + REPORT_MS);
  }

  #refresh(): void {
    const { isLive, segmentSeconds } = this.media.config;
    const isFirst = this.#next === undefined;
    this.#takePlaylist();
    if (isFirst) this.#begin();
    if (isLive) {
      const part = uniform(this.random, REFRESH.soonest, REFRESH.latest);
      this.#refreshTimer.set(this.queue.now + secondsToMs(segmentSeconds) * part);
    }
    this.#loadNext();
  }

  #takePlaylist(): void {
    const playlist = this.media.playlistAt(this.#rung, this.queue.now);
    // Unchanged: an engine that is handed the same text again has nothing to do.
    if (playlist === this.#playlist) return;
    this.#playlist = playlist;
    this.source.addPlaylist(this.#rung, playlist);
  }

  #begin(): void {
    const { isLive, segmentSeconds } = this.media.config;
    const { delayCount, startSeconds, skewSeconds } = this.config;
    const { start = 0, end = 0 } = this.#playlist ?? {};
    const live = this.media.edgeSeconds(this.queue.now) - delayCount * segmentSeconds - skewSeconds;
    const wanted = isLive ? live : startSeconds;
    this.#next = Math.max(start, Math.min(end - 1, Math.floor(wanted / segmentSeconds)));
    const segmentStart = this.#next * segmentSeconds;
    this.#playhead = Math.max(segmentStart, wanted);
    this.#bufferEnd = segmentStart;
  }

  /** Brings playhead and stalls up to now. */
  #update(): void {
    const { now } = this.queue;
    const elapsed = now - this.#updatedAt;
    this.#updatedAt = now;
    if (this.#isEnded) return;
    if (this.#state === 'stalled') this.stalledMs += elapsed;
    if (this.#state !== 'playing') return;
    const ahead = secondsToMs(this.bufferAheadSeconds);
    const played = Math.min(elapsed, ahead);
    this.playedMs += played;
    this.#playhead += msToSeconds(played);
    if (this.#hasEnded) this.#isEnded = true;
    else if (elapsed >= ahead) {
      this.#state = 'stalled';
      this.stallCount += 1;
      this.stalledMs += elapsed - ahead;
    }
  }

  get #hasEnded(): boolean {
    const { segmentCount, segmentSeconds } = this.media.config;
    return this.#playhead >= segmentCount * segmentSeconds - msToSeconds(1);
  }

  #report(): void {
    const { bufferAheadSeconds } = this;
    this.source.reportPlayback({ playheadSeconds: this.#playhead, bufferAheadSeconds });
  }

  #loadNext(): void {
    const { isLive } = this.media.config;
    if (this.#isLoading || this.#isEnded || this.#next === undefined || !this.#playlist) return;
    if (this.#next >= this.#playlist.end) return;
    this.#update();
    if (!isLive && this.bufferAheadSeconds >= this.config.bufferGoalSeconds) return;
    this.#adapt();
    const segment = this.media.segment(this.#rung, this.#next);
    if (!segment) return;
    this.#isLoading = true;
    this.#report();
    this.source.request(segment, (loaded) => this.#take(segment, loaded));
  }

  #adapt(): void {
    if (!this.config.isAdaptive) return;
    const rung = pickRung(this.media.config.bitrates, this.#rung, this.#estimate);
    if (rung === this.#rung) return;
    this.#rung = rung;
    this.#takePlaylist();
  }

  #take(segment: MediaSegment, loaded: LoadedSegment | undefined): void {
    this.#isLoading = false;
    if (this.#isEnded || this.#next === undefined) return;
    this.#update();
    if (loaded) {
      // The last segment counts alone, as in VHS: whatever a source says amiss shows.
      this.#estimate = loaded.bitsPerSecond ?? this.#estimate;
      this.quality.add(segment);
      this.config.onLoaded?.(segment);
      this.#next += 1;
      this.#bufferEnd = this.#next * this.media.config.segmentSeconds;
      if (this.#state === 'stalled' || this.bufferAheadSeconds >= START_BUFFER_SECONDS) this.#play();
    }
    this.#loadNext();
  }

  #play(): void {
    this.startupMs ??= this.queue.now - this.#joinedAt;
    this.#state = 'playing';
  }
}
