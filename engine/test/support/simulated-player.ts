// A player in virtual time: asks for segments in order up to a buffer goal, plays what it has, and notes every stall.
// What the engine does not take, or fails to bring, its own loader fetches.

import type { Cancel } from '../../src/ports/clock';
import type { Milliseconds, Seconds } from '../../src/base/units';
import type { PlayerConnection } from '../../src/player/player-connection';
import type { Clock } from '../../src/ports/clock';
import type { HttpFetcher } from '../../src/ports/http-fetcher';
import type { Content } from './content';

export interface SimulatedPlayerOptions {
  readonly bufferGoalSeconds: Seconds;
  /** Segments behind the end of the playlist at which live playback starts. */
  readonly liveDelayCount: number;
}

export interface SimulatedPlayerWorld {
  readonly clock: Clock;
  readonly http: HttpFetcher;
  /** Called after a request to the engine, which acts in a microtask. */
  readonly onTurnDue: () => void;
}

const DEFAULTS: SimulatedPlayerOptions = { bufferGoalSeconds: 20, liveDelayCount: 3 };
const TICK_MS: Milliseconds = 200;
const OWN_RETRY_MS: Milliseconds = 1_000;
const OWN_TIMEOUT_MS: Milliseconds = 20_000;

export class SimulatedPlayer {
  readonly options: SimulatedPlayerOptions;
  /** Deliveries per segment: each must be 1. */
  readonly deliveries = new Map<number, number>();
  readonly problems: string[] = [];
  stallCount = 0;
  stalledMs: Milliseconds = 0;
  startedAfterMs: Milliseconds | undefined;
  ownLoadCount = 0;
  #next: number | undefined;
  #bufferEnd: Seconds = 0;
  #playhead: Seconds = 0;
  #updatedAt: Milliseconds;
  #isPlaying = false;
  #isPaused = false;
  #end = 0;
  #lastReloadAt: Milliseconds = -Infinity;
  #cancelTick: Cancel = () => undefined;
  #cancelLoad: Cancel | undefined;
  readonly #createdAt: Milliseconds;

  constructor(
    readonly world: SimulatedPlayerWorld,
    readonly content: Content,
    /** Absent: a player without the plugin. */
    readonly connection: PlayerConnection | undefined,
    options: Partial<SimulatedPlayerOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    this.#createdAt = this.#updatedAt = world.clock.now();
    connection?.openSource(content.url);
    this.#tick();
  }

  get bufferAheadSeconds(): Seconds {
    return Math.max(0, this.#bufferEnd - this.#playhead);
  }

  /** Segments that were played to their end, or are buffered. */
  get loadedCount(): number {
    return this.deliveries.size;
  }

  get isLoading(): boolean {
    return this.#cancelLoad !== undefined;
  }

  setPaused(isPaused: boolean): void {
    this.#update();
    this.#isPaused = isPaused;
    if (isPaused) this.#isPlaying = false;
  }

  /** Jumps to `index`: what is buffered is thrown away, a load that runs is aborted. */
  seek(index: number): void {
    this.#update();
    this.#cancelLoad?.();
    this.#cancelLoad = undefined;
    this.#isPlaying = false;
    this.#next = index;
    this.#playhead = this.#bufferEnd = index * this.content.options.segmentSeconds;
    for (const known of [...this.deliveries.keys()]) if (known >= index) this.deliveries.delete(known);
  }

  stop(): void {
    this.#cancelTick();
    this.#cancelLoad?.();
    this.#cancelLoad = undefined;
  }

  #tick(): void {
    const { clock } = this.world;
    this.#cancelTick = clock.schedule(TICK_MS, () => this.#tick());
    this.#reloadPlaylist();
    this.#update();
    this.#report();
    this.#load();
  }

  #reloadPlaylist(): void {
    const { clock } = this.world;
    const { isLive, segmentSeconds } = this.content.options;
    if (clock.now() - this.#lastReloadAt < (isLive ? segmentSeconds * 500 : Infinity)) return;
    this.#lastReloadAt = clock.now();
    this.#end = this.content.endAt(clock.now());
    this.connection?.addManifest({ url: this.content.url, text: this.content.playlistAt(clock.now()) });
    if (this.#next !== undefined) return;
    this.#next = isLive ? Math.max(0, this.#end - this.options.liveDelayCount) : 0;
    this.#playhead = this.#bufferEnd = this.#next * segmentSeconds;
  }

  /** Brings playhead and stalls up to now. */
  #update(): void {
    const now = this.world.clock.now();
    const elapsed = (now - this.#updatedAt) / 1000;
    this.#updatedAt = now;
    if (this.#isPaused) return;
    if (this.#isPlaying) {
      this.#playhead = Math.min(this.#bufferEnd, this.#playhead + elapsed);
      const isAtEnd = this.#playhead >= this.content.options.segmentCount * this.content.options.segmentSeconds;
      if (this.#playhead < this.#bufferEnd || isAtEnd) return;
      this.#isPlaying = false;
      this.stallCount += 1;
      return;
    }
    if (this.startedAfterMs !== undefined) this.stalledMs += elapsed * 1000;
    if (this.bufferAheadSeconds <= 0) return;
    this.startedAfterMs ??= now - this.#createdAt;
    this.#isPlaying = true;
  }

  #report(): void {
    this.connection?.reportPlayback({
      playheadSeconds: this.#playhead,
      bufferAheadSeconds: this.bufferAheadSeconds,
      rate: 1,
      isPaused: this.#isPaused,
    });
  }

  #load(): void {
    const index = this.#next;
    if (index === undefined || this.#cancelLoad || index >= this.#end) return;
    if (this.bufferAheadSeconds >= this.options.bufferGoalSeconds) return;
    const url = this.content.segmentUrl(index);
    let isAnswered = false;
    const answerOnce = () => {
      if (isAnswered) this.problems.push(`segment ${index} was answered twice`);
      isAnswered = true;
    };
    const cancel = this.connection?.request(
      { url },
      {
        onProgress: () => undefined,
        onSuccess: ({ bytes, httpBytes, p2pBytes }) => {
          answerOnce();
          const isShelved = httpBytes + p2pBytes === 0;
          if (!isShelved && httpBytes + p2pBytes !== bytes.byteLength)
            this.problems.push(`segment ${index}: odd counts`);
          this.#take(index, new Uint8Array(bytes));
        },
        onError: () => {
          answerOnce();
          this.#loadMyself(index);
        },
      },
    );
    if (!cancel) return this.#loadMyself(index);
    this.#cancelLoad = cancel;
    this.world.onTurnDue();
  }

  #loadMyself(index: number): void {
    this.ownLoadCount += 1;
    const pieces: Uint8Array[] = [];
    const { clock } = this.world;
    const retry = (): void => {
      this.#cancelLoad = undefined;
      this.#load();
    };
    const cancelTimeout = clock.schedule(OWN_TIMEOUT_MS, () => {
      cancelFetch();
      retry();
    });
    const cancelFetch = this.world.http.fetch(
      { url: this.content.segmentUrl(index), headers: {}, withCredentials: false },
      {
        onHead: () => undefined,
        onChunk: (bytes) => void pieces.push(bytes),
        onEnd: () => {
          cancelTimeout();
          this.#take(index, Buffer.concat(pieces));
        },
        onError: () => {
          cancelTimeout();
          this.#cancelLoad = clock.schedule(OWN_RETRY_MS, retry);
        },
      },
    );
    this.#cancelLoad = () => {
      cancelTimeout();
      cancelFetch();
    };
  }

  #take(index: number, bytes: Uint8Array): void {
    this.#cancelLoad = undefined;
    if (index !== this.#next) this.problems.push(`segment ${index} came in place of ${this.#next}`);
    if (!Buffer.from(bytes).equals(this.content.bytesOf(index))) this.problems.push(`segment ${index} has wrong bytes`);
    const count = (this.deliveries.get(index) ?? 0) + 1;
    this.deliveries.set(index, count);
    if (count > 1) this.problems.push(`segment ${index} came ${count} times`);
    this.#update();
    this.#bufferEnd += this.content.options.segmentSeconds;
    this.#next = index + 1;
    this.#update();
    this.#report();
    this.#load();
  }
}
