import type { Milliseconds } from '../../../engine/src/base/units';
import type { Cancel, Clock } from '../../../engine/src/ports/clock';
import type { EventQueue } from './event-queue';

/**
 * One deadline that moves often. Moved later, the event that is already in the queue is kept and finds out when
 * its time comes; only a move to an earlier time puts another one into the queue.
 */
export class Timer {
  #dueAt: Milliseconds = Infinity;
  /** When the queue calls next, as far as that is of use. */
  #queuedAt: Milliseconds = Infinity;
  readonly #fire: () => void;

  constructor(
    private readonly queue: EventQueue,
    private readonly onDue: () => void,
  ) {
    this.#fire = () => this.#handleEvent();
  }

  /** `onDue` is called once at `time`, in place of any time set before; Infinity: not at all. */
  set(time: Milliseconds): void {
    this.#dueAt = time;
    if (time < this.#queuedAt) this.#enqueue();
  }

  clear(): void {
    this.#dueAt = Infinity;
  }

  #enqueue(): void {
    this.#queuedAt = this.#dueAt;
    this.queue.schedule(this.#dueAt, this.#fire);
  }

  #handleEvent(): void {
    const { now } = this.queue;
    // Of an earlier place in the queue that was overtaken.
    if (now < this.#queuedAt) return;
    this.#queuedAt = Infinity;
    if (this.#dueAt === Infinity) return;
    if (now < this.#dueAt) return this.#enqueue();
    this.#dueAt = Infinity;
    this.onDue();
  }
}

/** The {@link Clock} of one engine, which has one task at a time: its next wake-up. Scheduling again replaces it. */
export class WakeClock implements Clock {
  readonly #timer: Timer;
  #task: (() => void) | undefined;
  readonly #cancel: Cancel = () => {
    this.#task = undefined;
    this.#timer.clear();
  };

  constructor(private readonly queue: EventQueue) {
    this.#timer = new Timer(queue, () => {
      const task = this.#task;
      this.#task = undefined;
      task?.();
    });
  }

  now(): Milliseconds {
    return this.queue.now;
  }

  schedule(delay: Milliseconds, task: () => void): Cancel {
    this.#task = task;
    this.#timer.set(this.queue.now + delay);
    return this.#cancel;
  }
}
