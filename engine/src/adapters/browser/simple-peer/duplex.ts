// The stream that simple-peer extends, as far as simple-peer and simple-peer-links.ts use one: it is always in object
// mode, it is never paused, piped or ended by its owner, and simple-peer brings its own destroy(). So there is no
// 'end', 'finish', 'drain', no limit on what it holds, and no answer to write() whether to go on.

import { NodeEvents } from './node-events';

/** Hears that a chunk was written, or why it was not. */
type OnWritten = (error?: Error | null) => void;

interface Write {
  readonly chunk: unknown;
  readonly onWritten: OnWritten;
}

/**
 * Keeps what is pushed until somebody listens to 'data', and writes one chunk after the other.
 *
 * @internal
 */
export abstract class Duplex extends NodeEvents {
  /** simple-peer reads and sets these as it does with Node's streams. */
  destroyed = false;
  readable = true;
  writable = true;
  readonly _readableState = { ended: false };
  readonly _writableState = { finished: false };

  readonly #unheard: unknown[] = [];
  #isFlowing = false;
  #writes: Write[] = [];
  #isWriting = false;

  /** Calls `onWritten` exactly once, now or later; never when the stream was destroyed first. */
  abstract _write(chunk: unknown, encoding: string, onWritten: OnWritten): void;

  /** The first listener to 'data' hears what was kept, not before `on` returned. */
  override on(event: string, listener: (...values: unknown[]) => void, isOnce?: boolean): this {
    if (event === 'data') queueMicrotask(() => this.#flow());
    return super.on(event, listener, isOnce);
  }

  /** Takes in what was received; null: nothing more will be. */
  push(chunk: unknown): void {
    if (chunk === null) {
      this._readableState.ended = true;
      return;
    }
    this.#unheard.push(chunk);
    if (this.#isFlowing) this.#flow();
  }

  /** `onWritten` is never called before this returned. */
  write(chunk: unknown, onWritten: OnWritten): void {
    if (this._writableState.finished) {
      queueMicrotask(() => onWritten(new Error('write after end')));
      return;
    }
    this.#writes.push({ chunk, onWritten });
    this.#writeOn();
  }

  /** simple-peer ends what it destroys: what is not written by then never is, and nobody hears of it. */
  end(): void {
    this._writableState.finished = true;
    this.#writes = [];
  }

  #flow(): void {
    this.#isFlowing = true;
    while (!this.destroyed && this.#unheard.length > 0) this.emit('data', this.#unheard.shift());
  }

  /** A loop, for a call from each chunk's end would be as deep as the queue is long. */
  #writeOn(): void {
    while (!this.#isWriting) {
      const write = this.#writes.shift();
      if (!write) return;
      this.#isWriting = true;
      let isSynchronous = true;
      this._write(write.chunk, 'buffer', (error) => {
        this.#isWriting = false;
        queueMicrotask(() => write.onWritten(error));
        if (!isSynchronous) this.#writeOn();
      });
      isSynchronous = false;
    }
  }
}
