import type { BitsPerSecond, Bytes, Milliseconds } from './units';
import { bitrateOf } from './units';

/** Long enough that a page which was busy for a moment, and then hears all at once, shows no more than there was. */
const SPAN_MS: Milliseconds = 1_000;
/** What is longer ago says little about the line of now. */
const SPAN_COUNT = 10;

/** The most that came in a second of the last ten, from everybody together: so much the line carries at least. */
export class PeakRate {
  readonly #bytes = new Array<Bytes>(SPAN_COUNT).fill(0);
  #span = 0;

  /** Notes that `bytes` have just come. */
  add(bytes: Bytes, now: Milliseconds): void {
    this.#goTo(now);
    this.#bytes[this.#span % SPAN_COUNT]! += bytes;
  }

  /** 0 when nothing came of late. */
  bitsPerSecond(now: Milliseconds): BitsPerSecond {
    this.#goTo(now);
    return bitrateOf(Math.max(...this.#bytes), SPAN_MS);
  }

  #goTo(now: Milliseconds): void {
    const span = Math.floor(now / SPAN_MS);
    const first = Math.max(this.#span + 1, span - SPAN_COUNT + 1);
    for (let old = first; old <= span; old += 1) this.#bytes[old % SPAN_COUNT] = 0;
    this.#span = Math.max(this.#span, span);
  }
}
