/** How often something may happen. */
export interface BucketRate {
  /** How often at once, above 0. */
  readonly burst: number;
  /** How much more often with every second, above 0. */
  readonly perSecond: number;
}

/**
 * Counts down what may still happen: never more than `burst` and `perSecond` for every second since the beginning.
 * A clock that goes back gives nothing and takes nothing.
 */
export class Bucket {
  #level: number;
  #filledAt: number;

  constructor(
    private readonly rate: BucketRate,
    now: number,
  ) {
    this.#level = rate.burst;
    this.#filledAt = now;
  }

  /** Takes one, if there is one. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** How full it is, in [0, 1]. */
  share(now: number): number {
    this.#fill(now);
    return this.#level / this.rate.burst;
  }

  #fill(now: number): void {
    if (now <= this.#filledAt) return;
    const { burst, perSecond } = this.rate;
    this.#level = Math.min(burst, this.#level + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
  }
}

/** `refused` is the first time over the limit, which is worth a word to the client; `dropped` every further one. */
export type RateVerdict = 'taken' | 'refused' | 'dropped';

/** An episode over the limit ends when the bucket is this full again. */
const CALM_SHARE = 0.5;

/** A bucket that tells the first refusal of an episode from the rest. */
export class RateGate {
  readonly #bucket: Bucket;
  #isOver = false;

  constructor(rate: BucketRate, now: number) {
    this.#bucket = new Bucket(rate, now);
  }

  take(now: number): RateVerdict {
    if (this.#isOver && this.#bucket.share(now) >= CALM_SHARE) this.#isOver = false;
    if (this.#bucket.take(now)) return 'taken';
    if (this.#isOver) return 'dropped';
    this.#isOver = true;
    return 'refused';
  }

  /** Whether it is as if nothing had ever been taken: nothing is lost when it is forgotten. */
  isIdle(now: number): boolean {
    return this.#bucket.share(now) === 1;
  }
}
