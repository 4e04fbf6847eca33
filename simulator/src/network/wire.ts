// One direction of a connection: what one viewer sends to another. Waits for the uplink, travels, goes through the
// receiver's downlink. At most a window is under way, which caps the rate at window ÷ round trip.

import type { Bytes, Milliseconds } from '../../../engine/src/base/units';
import { Deque } from '../time/deque';
import type { EventQueue } from '../time/event-queue';
import { Timer } from '../time/timer';
import { DeliveryLine, type Downlink } from './delivery-line';
import { payloadBytes } from './frame-cost';
import type { NetworkTotals } from './network-totals';
import type { Uplink, UplinkCustomer } from './uplink';

/** What the wire needs of the world. */
export interface WireWorld {
  readonly queue: EventQueue;
  readonly scale: number;
  readonly windowBytes: Bytes;
  readonly totals: NetworkTotals;
}

/** What the two ends hear. */
export interface WireEnds {
  /** At the sender: so many bytes of frames have left. */
  onFlushed(byteCount: Bytes): void;
  /** At the receiver. */
  onFrame(frame: Uint8Array): void;
}

interface Ack {
  readonly at: Milliseconds;
  readonly cost: Bytes;
}

/** Flushed bytes are reported in portions of at least this part of the window: each report costs the engine time. */
const FLUSH_PORTION = 1 / 8;

export class Wire implements UplinkCustomer {
  readonly #frames = new Deque<Uint8Array>();
  readonly #acks = new Deque<Ack>();
  readonly #line: DeliveryLine<Uint8Array>;
  readonly #windowTimer: Timer;
  #underWay: Bytes = 0;
  #flushed: Bytes = 0;
  readonly #flush: () => void;
  readonly #flushPortion: Bytes;
  #isFlushDue = false;
  #isEnrolled = false;
  #isClosed = false;

  constructor(
    private readonly world: WireWorld,
    private readonly uplink: Uplink,
    private readonly downlink: Downlink,
    private readonly oneWayMs: Milliseconds,
    private readonly ends: WireEnds,
  ) {
    this.#line = new DeliveryLine(world.queue, (frame) => this.#arrive(frame));
    this.#windowTimer = new Timer(world.queue, () => this.#enrol());
    this.#flushPortion = world.windowBytes * FLUSH_PORTION;
    this.#flush = () => this.#reportFlushed();
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    const payload = payloadBytes(frame);
    this.world.totals.noteSent(frame.length, payload);
    // A message between frames of others need not queue for itself.
    if (payload === 0 && this.#frames.length === 0) {
      const cost = frame.length / this.world.scale;
      const leavesAt = this.uplink.express(cost);
      this.#travel(frame, cost, leavesAt);
      this.#flushed += frame.length;
      if (this.#flushed >= this.#flushPortion && !this.#isFlushDue) {
        this.#isFlushDue = true;
        this.world.queue.schedule(leavesAt, this.#flush);
      }
      return;
    }
    this.#frames.push(frame);
    this.#enrol();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (let frame = this.#frames.shift(); frame; frame = this.#frames.shift())
      this.world.totals.noteLost(payloadBytes(frame));
    this.#windowTimer.clear();
  }

  /** @internal For the uplink. */
  nextCost(): Bytes {
    const frame = this.#frames.peek();
    if (frame && !this.#isClosed && this.#hasWindow()) return this.#costOf(frame);
    this.#isEnrolled = false;
    return 0;
  }

  /** @internal For the uplink. */
  handleSent(at: Milliseconds): void {
    const frame = this.#frames.shift();
    if (!frame) return;
    const cost = this.#costOf(frame);
    const arrivesAt = this.#travel(frame, cost, at);
    this.#underWay += cost;
    this.#acks.push({ at: arrivesAt + this.oneWayMs, cost });
    this.#flushed += frame.length;
    if (this.#frames.length === 0 || this.#flushed >= this.#flushPortion) this.#flush();
  }

  #reportFlushed(): void {
    const flushed = this.#flushed;
    this.#isFlushDue = false;
    this.#flushed = 0;
    if (flushed > 0 && !this.#isClosed) this.ends.onFlushed(flushed);
  }

  #travel(frame: Uint8Array, cost: Bytes, leavesAt: Milliseconds): Milliseconds {
    return this.#line.add(frame, this.downlink.reserve(cost, leavesAt) + this.oneWayMs);
  }

  #arrive(frame: Uint8Array): void {
    const payload = payloadBytes(frame);
    if (this.#isClosed) this.world.totals.noteLost(payload);
    else {
      this.world.totals.noteArrived(payload);
      this.ends.onFrame(frame);
    }
  }

  #enrol(): void {
    if (this.#isEnrolled || this.#isClosed) return;
    if (!this.#hasWindow()) return;
    this.#isEnrolled = true;
    this.uplink.enrol(this);
  }

  /** Whether another frame may be under way; if not, comes back when one has been acknowledged. */
  #hasWindow(): boolean {
    const { now } = this.world.queue;
    for (let ack = this.#acks.peek(); ack && ack.at <= now; ack = this.#acks.peek()) {
      this.#underWay -= ack.cost;
      this.#acks.shift();
    }
    const next = this.#acks.peek();
    if (next && this.#underWay >= this.world.windowBytes) {
      this.#windowTimer.set(next.at);
      return false;
    }
    const waitMs = this.downlink.waitMs(now);
    if (waitMs > 0) this.#windowTimer.set(now + waitMs);
    return waitMs === 0;
  }

  #costOf(frame: Uint8Array): Bytes {
    const payload = payloadBytes(frame);
    return payload + (frame.length - payload) / this.world.scale;
  }
}
