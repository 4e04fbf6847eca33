// What is sent to a client during one turn of the event loop goes out in one write: an announce's answers
// come in bursts, and of what a message costs half is the call into the kernel.

/** One client's frames that wait for the end of the turn. */
export interface Outbox {
  /** Writes what waits; nothing may wait after that. */
  flush(): void;
}

export class WriteGatherer {
  #waiting: Outbox[] = [];

  /** Promises to call `outbox.flush()` at the end of this turn. To be called once per turn and outbox. */
  add(outbox: Outbox): void {
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    this.#waiting.push(outbox);
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const outbox of waiting) outbox.flush();
  };
}
