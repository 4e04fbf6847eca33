// When a worker that died is replaced.

/** Milliseconds that a worker must have lived for its death to be an accident and not its nature. */
export const STABLE_AFTER_MS = 10_000;

/** Milliseconds before a worker that died young is replaced, doubled with each further one. Stops a broken set-up from spinning. */
export const FIRST_DELAY_MS = 100;

/** Most milliseconds without the worker. */
export const MAX_DELAY_MS = 10_000;

export class RestartPolicy {
  #youngDeaths = 0;

  /** @returns milliseconds to wait before the replacement */
  delayAfter(livedMs: number): number {
    if (livedMs >= STABLE_AFTER_MS) {
      this.#youngDeaths = 0;
      return 0;
    }
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#youngDeaths);
    this.#youngDeaths += 1;
    return delay;
  }
}
