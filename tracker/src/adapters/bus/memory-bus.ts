// A bus within one process: for several trackers in one, and for tests.

import { EVERYONE } from '../../core/cluster/node-id';
import type { BusDriver } from './bus';
import type { BusWire, WireEvents } from './bus-wire';
import { ReconnectingBus } from './reconnecting-bus';

/** The server's part. It is there from the start. */
export class MemoryBus {
  readonly #members = new Map<string, WireEvents>();
  #isRunning = true;

  /** For `createTracker({ bus })`. */
  readonly driver: BusDriver = (nodeId, events) => new ReconnectingBus(nodeId, events, this.#open);

  /** Goes away, as a server does that dies. */
  stop(): void {
    this.#isRunning = false;
    for (const member of this.#members.values()) member.lost('the bus was stopped');
    this.#members.clear();
  }

  /** Comes back. */
  start(): void {
    this.#isRunning = true;
  }

  readonly #open = (nodeId: string, events: WireEvents): Promise<BusWire> => {
    if (!this.#isRunning) return Promise.reject(new Error('the bus is stopped'));
    this.#members.set(nodeId, events);
    const leave = (): void => {
      if (this.#members.get(nodeId) === events) this.#members.delete(nodeId);
    };
    return Promise.resolve({
      pendingBytes: 0,
      publish: (to: string, payload: Buffer) => this.#deliver(events, to, payload),
      probe: () => Promise.resolve(),
      close: () => Promise.resolve(leave()),
      destroy: leave,
    });
  };

  /** In a turn of its own, as if it came from elsewhere: the receiver may be in the middle of something. */
  #deliver(from: WireEvents, to: string, payload: Buffer): void {
    setImmediate(() => {
      if (to !== EVERYONE) this.#members.get(to)?.payload(payload);
      else for (const member of this.#members.values()) if (member !== from) member.payload(payload);
    });
  }
}
