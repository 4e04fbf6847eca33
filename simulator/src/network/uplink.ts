// The way out of one viewer, shared by its connections as several SCTP associations share a line: in turns, frame
// by frame, each held to what it may have under way.

import type { Bytes, Milliseconds } from '../../../engine/src/base/units';
import { Deque } from '../time/deque';
import type { EventQueue } from '../time/event-queue';

/** A connection, as its uplink sees it. */
export interface UplinkCustomer {
  /** Cost of the frame that goes next; 0: nothing to send, or not now. Then it will enrol again by itself. */
  nextCost(): Bytes;
  /** The frame has left. */
  handleSent(at: Milliseconds): void;
}

export class Uplink {
  readonly #waiting = new Deque<UplinkCustomer>();
  #serving: UplinkCustomer | undefined;
  #freeAt: Milliseconds = 0;
  /** Small messages that went out between frames: the next frame waits for them. */
  #debtBytes = 0;
  readonly #finish: () => void;
  /** Simulated bytes that went out. */
  carriedBytes = 0;

  constructor(
    private readonly queue: EventQueue,
    readonly bytesPerMs: number,
  ) {
    this.#finish = () => this.#finishFrame();
  }

  /** `customer` has frames to send. Each enrols once until it is told that there was nothing. */
  enrol(customer: UplinkCustomer): void {
    this.#waiting.push(customer);
    if (!this.#serving) this.#serveNext();
  }

  /** A small message of a connection that has nothing else to send; returns when it is out. */
  express(cost: Bytes): Milliseconds {
    this.carriedBytes += cost;
    const { now } = this.queue;
    if (this.#serving) {
      this.#debtBytes += cost;
      return this.#freeAt;
    }
    this.#freeAt = Math.max(now, this.#freeAt) + cost / this.bytesPerMs;
    return this.#freeAt;
  }

  #serveNext(): void {
    for (let customer = this.#waiting.shift(); customer; customer = this.#waiting.shift()) {
      const cost = customer.nextCost();
      if (cost === 0) continue;
      this.#serving = customer;
      this.carriedBytes += cost;
      this.#freeAt = Math.max(this.queue.now, this.#freeAt) + (cost + this.#debtBytes) / this.bytesPerMs;
      this.#debtBytes = 0;
      return this.queue.schedule(this.#freeAt, this.#finish);
    }
  }

  #finishFrame(): void {
    const customer = this.#serving;
    this.#serving = undefined;
    if (customer) {
      this.#waiting.push(customer);
      customer.handleSent(this.queue.now);
    }
    if (!this.#serving) this.#serveNext();
  }
}
