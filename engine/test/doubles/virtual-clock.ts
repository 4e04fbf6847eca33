import type { Milliseconds } from '../../src/base/units';
import type { Cancel, Clock } from '../../src/ports/clock';

interface Timer {
  readonly at: Milliseconds;
  readonly order: number;
  task: (() => void) | undefined;
}

/** Stops a test whose tasks schedule each other for ever without time passing. */
const MAX_TASKS_PER_RUN = 50_000_000;

/** Time that passes only when told to. The same calls give the same order of tasks, always. */
export class VirtualClock implements Clock {
  #now: Milliseconds;
  #nextOrder = 0;
  #pendingCount = 0;
  #isRunning = false;
  readonly #heap: Timer[] = [];

  constructor(start: Milliseconds = 0) {
    this.#now = start;
  }

  now(): Milliseconds {
    return this.#now;
  }

  /** @throws RangeError for a delay that is negative or no number: a real clock would hide that bug. */
  schedule(delay: Milliseconds, task: () => void): Cancel {
    if (!(delay >= 0)) throw new RangeError(`delay must be ≥ 0, not ${delay}`);
    const timer: Timer = { at: this.#now + delay, order: this.#nextOrder++, task };
    this.#pendingCount++;
    this.#push(timer);
    return () => {
      if (timer.task) this.#pendingCount--;
      timer.task = undefined;
    };
  }

  /** How many tasks wait, cancelled ones not counted: 0 after everything was destroyed. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** Lets `by` pass. */
  advance(by: Milliseconds): void {
    this.runUntil(this.#now + by);
  }

  /** The machine sleeps: `by` passes, and what was due meanwhile is still to run, late and all at once. */
  sleep(by: Milliseconds): void {
    this.#now += by;
  }

  /** Runs every task due up to and at `time`, those included that they schedule, then stands at `time`. */
  runUntil(time: Milliseconds): void {
    this.#run(time);
    if (time > this.#now) this.#now = time;
  }

  /** Runs while `isUndone` says so and tasks are left, at most up to `time`; stands where the last task ran. */
  runWhile(isUndone: () => boolean, time: Milliseconds): void {
    this.#run(time, isUndone);
  }

  /** Runs until no task is left; stands where the last one ran. */
  runAll(): void {
    this.#run(Number.MAX_VALUE);
  }

  #run(until: Milliseconds, isUndone?: () => boolean): void {
    if (this.#isRunning) throw new Error('a task must not advance the clock that runs it');
    this.#isRunning = true;
    try {
      for (let count = 0; isUndone?.() ?? true; count++) {
        if (count > MAX_TASKS_PER_RUN) throw new Error('tasks schedule each other without end');
        const timer = this.#popDue(until);
        if (!timer) return;
        this.#now = Math.max(this.#now, timer.at);
        const task = timer.task;
        timer.task = undefined;
        this.#pendingCount--;
        task?.();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #popDue(until: Milliseconds): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.at > until) return undefined;
      this.#popFirst();
      if (first.task) return first;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex]!;
      if (!isBefore(timer, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #popFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (!child) break;
      const right = heap[childIndex + 1];
      if (right && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
