// shared/ holds what browsers and Node 20 do alike through web-standard globals. No DOM, no Node modules.

import type { Milliseconds } from '../../base/units';
import type { Cancel, Clock } from '../../ports/clock';

/** Longer delays overflow the platform's 32-bit timer, which then fires at once. */
const MAX_PLATFORM_DELAY_MS = 2 ** 31 - 1;

interface Timer {
  readonly at: Milliseconds;
  readonly order: number;
  readonly task: () => void;
}

/**
 * The platform's monotonic clock. One queue over one platform timer: separate timers are only first in, first out when
 * their delays are equal, and Node drops fractions of a millisecond, so that a task could run before its time.
 *
 * @internal
 */
export class SystemClock implements Clock {
  #nextOrder = 0;
  #platformTimer: ReturnType<typeof setTimeout> | undefined;
  #armedFor: Milliseconds = Infinity;
  /** Earliest first; equal deadlines in the order they were scheduled. */
  readonly #timers: Timer[] = [];

  now(): Milliseconds {
    return performance.now();
  }

  schedule(delay: Milliseconds, task: () => void): Cancel {
    const timer: Timer = { at: this.now() + Math.max(0, delay), order: this.#nextOrder++, task };
    this.#timers.splice(this.#indexAfter(timer.at), 0, timer);
    this.#arm();
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index < 0) return;
      this.#timers.splice(index, 1);
      this.#arm();
    };
  }

  #indexAfter(at: Milliseconds): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #arm(): void {
    const at = this.#timers[0]?.at ?? Infinity;
    if (at === this.#armedFor) return;
    clearTimeout(this.#platformTimer);
    this.#armedFor = at;
    if (at === Infinity) return;
    const delay = Math.min(Math.max(0, Math.ceil(at - this.now())), MAX_PLATFORM_DELAY_MS);
    this.#platformTimer = setTimeout(() => this.#runDue(), delay);
  }

  #runDue(): void {
    const now = this.now();
    const firstNewOrder = this.#nextOrder;
    try {
      for (;;) {
        const timer = this.#timers[0];
        // Tasks scheduled by these tasks wait for the next turn, or a chain of zero delays would freeze the page.
        if (!timer || timer.at > now || timer.order >= firstNewOrder) return;
        this.#timers.shift();
        timer.task();
      }
    } finally {
      // In `finally`: a task that throws must not stop the others.
      this.#armedFor = Infinity;
      this.#arm();
    }
  }
}
