// Virtual time: tasks in the order of (time, order of scheduling). Nothing here allocates per event.

import type { Milliseconds } from '../../../engine/src/base/units';

/** Children per node: a flat heap touches fewer cache lines than a binary one. */
const ARITY = 4;
const INITIAL_CAPACITY = 1024;

/**
 * A heap of tasks. A task is a function that its owner keeps and schedules again and again, so that an event
 * costs three numbers. There is no cancelling: who changed its mind finds out when called (see `Timer`).
 */
export class EventQueue {
  #now: Milliseconds = 0;
  #size = 0;
  #nextOrder = 0;
  #processed = 0;
  #times = new Float64Array(INITIAL_CAPACITY);
  #orders = new Float64Array(INITIAL_CAPACITY);
  #slots = new Int32Array(INITIAL_CAPACITY);
  readonly #tasks: (() => void)[] = [];
  readonly #freeSlots: number[] = [];

  get now(): Milliseconds {
    return this.#now;
  }

  /** Tasks that wait. */
  get size(): number {
    return this.#size;
  }

  /** Tasks that ran. */
  get processedCount(): number {
    return this.#processed;
  }

  /** Runs `task` at `time`; a time that has passed means now, after what is already due. */
  schedule(time: Milliseconds, task: () => void): void {
    if (Number.isNaN(time)) throw new RangeError('a task without a time');
    if (this.#size === this.#times.length) this.#grow();
    const slot = this.#freeSlots.pop() ?? this.#tasks.length;
    this.#tasks[slot] = task;
    this.#siftUp(this.#size++, Math.max(time, this.#now), this.#nextOrder++, slot);
  }

  /** Runs everything due up to and at `end`, what is scheduled meanwhile included; then it is `end`. */
  runUntil(end: Milliseconds): void {
    while (this.#size > 0 && this.#times[0]! <= end) {
      const slot = this.#slots[0]!;
      const task = this.#tasks[slot]!;
      this.#now = this.#times[0]!;
      this.#removeFirst();
      this.#freeSlots.push(slot);
      this.#processed += 1;
      task();
    }
    this.#now = Math.max(this.#now, end);
  }

  #siftUp(start: number, time: Milliseconds, order: number, slot: number): void {
    const [times, orders, slots] = [this.#times, this.#orders, this.#slots];
    let index = start;
    while (index > 0) {
      const parent = ((index - 1) / ARITY) | 0;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && orders[parent]! < order)) break;
      times[index] = parentTime;
      orders[index] = orders[parent]!;
      slots[index] = slots[parent]!;
      index = parent;
    }
    times[index] = time;
    orders[index] = order;
    slots[index] = slot;
  }

  #removeFirst(): void {
    const size = (this.#size -= 1);
    if (size === 0) return;
    const [times, orders, slots] = [this.#times, this.#orders, this.#slots];
    const time = times[size]!;
    const order = orders[size]!;
    const slot = slots[size]!;
    let index = 0;
    for (;;) {
      const firstChild = index * ARITY + 1;
      if (firstChild >= size) break;
      const lastChild = Math.min(firstChild + ARITY, size);
      let least = firstChild;
      for (let child = firstChild + 1; child < lastChild; child += 1) {
        const isEarlier = times[child]! < times[least]!;
        if (isEarlier || (times[child] === times[least] && orders[child]! < orders[least]!)) least = child;
      }
      const leastTime = times[least]!;
      if (time < leastTime || (time === leastTime && order < orders[least]!)) break;
      times[index] = leastTime;
      orders[index] = orders[least]!;
      slots[index] = slots[least]!;
      index = least;
    }
    times[index] = time;
    orders[index] = order;
    slots[index] = slot;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    const [times, orders, slots] = [this.#times, this.#orders, this.#slots];
    (this.#times = new Float64Array(capacity)).set(times);
    (this.#orders = new Float64Array(capacity)).set(orders);
    (this.#slots = new Int32Array(capacity)).set(slots);
  }
}
