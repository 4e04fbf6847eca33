import type { Bytes, Milliseconds } from '../../../engine/src/base/units';
import { Deque } from '../time/deque';
import type { EventQueue } from '../time/event-queue';

/** The queue before a line holds so much; senders that find it full slow down, as congestion control does. */
const MAX_BACKLOG_MS: Milliseconds = 300;

/** The way into one viewer: what arrives from anywhere waits its turn. */
export class Downlink {
  #freeAt: Milliseconds = 0;
  /** Simulated bytes that came through. */
  carriedBytes = 0;

  /** The rate may change at any time; what has been let in is through when it would have been. */
  constructor(public bytesPerMs: number) {}

  /** How long a sender waits before the queue has room again. */
  waitMs(now: Milliseconds): Milliseconds {
    return Math.max(0, this.#freeAt - now - MAX_BACKLOG_MS);
  }

  /** Takes in `byteCount` that reach the line at `at`; returns when they are through. */
  reserve(byteCount: Bytes, at: Milliseconds): Milliseconds {
    const startsAt = at > this.#freeAt ? at : this.#freeAt;
    this.#freeAt = startsAt + byteCount / this.bytesPerMs;
    this.carriedBytes += byteCount;
    return this.#freeAt;
  }
}

interface Parcel<Item> {
  readonly item: Item;
  readonly at: Milliseconds;
}

/** Things on their way to one receiver, in order. However many there are, one event waits. */
export class DeliveryLine<Item> {
  readonly #parcels = new Deque<Parcel<Item>>();
  readonly #deliverNext: () => void;
  #lastAt: Milliseconds = 0;

  constructor(
    private readonly queue: EventQueue,
    private readonly receive: (item: Item) => void,
  ) {
    this.#deliverNext = () => this.#deliver();
  }

  get length(): number {
    return this.#parcels.length;
  }

  /** Delivers `item` at `at`, or right after what is before it; returns when. */
  add(item: Item, at: Milliseconds): Milliseconds {
    if (at > this.#lastAt) this.#lastAt = at;
    this.#parcels.push({ item, at: this.#lastAt });
    if (this.#parcels.length === 1) this.queue.schedule(this.#lastAt, this.#deliverNext);
    return this.#lastAt;
  }

  /** What is on its way is lost. */
  clear(): void {
    this.#parcels.clear();
  }

  #deliver(): void {
    const parcel = this.#parcels.peek();
    // Cleared meanwhile, and maybe used again.
    if (!parcel || parcel.at > this.queue.now) return;
    this.#parcels.shift();
    const next = this.#parcels.peek();
    if (next) this.queue.schedule(next.at, this.#deliverNext);
    this.receive(parcel.item);
  }
}
