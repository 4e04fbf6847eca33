// Things to come, in steps of a few milliseconds: with millions of them and a horizon of seconds, far cheaper than a
// heap, and exact enough for a model of seconds.

import type { Seconds } from '../../../engine/src/base/units';

export type Handler = (kind: number, subject: number, detail: number, now: Seconds) => void;

const STEP_SECONDS: Seconds = 0.005;
const NONE = -1;
const FIRST_CAPACITY = 1024;

/** Each entry is three whole numbers. Those of one step come in the order in which they were put in. */
export class Calendar {
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  #next = new Int32Array(FIRST_CAPACITY);
  #kinds = new Uint8Array(FIRST_CAPACITY);
  #subjects = new Int32Array(FIRST_CAPACITY);
  #details = new Int32Array(FIRST_CAPACITY);
  #used = 0;
  #free = NONE;
  #step = 0;

  /** Nothing is ever due after `horizon`. */
  constructor(horizon: Seconds) {
    const steps = Math.ceil(horizon / STEP_SECONDS) + 1;
    this.#heads = new Int32Array(steps).fill(NONE);
    this.#tails = new Int32Array(steps).fill(NONE);
  }

  /** What is due after the horizon does not happen; what was due before now happens now. */
  add(at: Seconds, kind: number, subject: number, detail = 0): void {
    const step = Math.max(this.#step, Math.ceil(at / STEP_SECONDS));
    if (!(step < this.#heads.length)) return;
    const entry = this.#take();
    this.#kinds[entry] = kind;
    this.#subjects[entry] = subject;
    this.#details[entry] = detail;
    this.#next[entry] = NONE;
    const tail = this.#tails[step]!;
    if (tail === NONE) this.#heads[step] = entry;
    else this.#next[tail] = entry;
    this.#tails[step] = entry;
  }

  /** Goes through everything, what is added meanwhile included. */
  run(handle: Handler): void {
    for (; this.#step < this.#heads.length; this.#step += 1) {
      for (let entry = this.#heads[this.#step]!; entry !== NONE; entry = this.#heads[this.#step]!) {
        const next = this.#next[entry]!;
        this.#heads[this.#step] = next;
        if (next === NONE) this.#tails[this.#step] = NONE;
        const [kind, subject, detail] = [this.#kinds[entry]!, this.#subjects[entry]!, this.#details[entry]!];
        this.#next[entry] = this.#free;
        this.#free = entry;
        handle(kind, subject, detail, this.#step * STEP_SECONDS);
      }
    }
  }

  #take(): number {
    if (this.#free !== NONE) {
      const entry = this.#free;
      this.#free = this.#next[entry]!;
      return entry;
    }
    if (this.#used === this.#kinds.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = this.#kinds.length * 2;
    const [next, kinds, subjects, details] = [this.#next, this.#kinds, this.#subjects, this.#details];
    (this.#next = new Int32Array(capacity)).set(next);
    (this.#kinds = new Uint8Array(capacity)).set(kinds);
    (this.#subjects = new Int32Array(capacity)).set(subjects);
    (this.#details = new Int32Array(capacity)).set(details);
  }
}
