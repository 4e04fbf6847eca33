// What every kind of bus has in common: it is tried for ever, never waited for, and never holds more than it may.

import { randomInt } from 'node:crypto';
import { MAX_BUS_MESSAGE_BYTES } from '../../core/cluster/bus-message';
import { EVERYONE } from '../../core/cluster/node-id';
import type { Bus, BusCounters, BusEvents } from './bus';
import { CONNECT_TIMEOUT_MS, reasonOf, type BusWire, type OpenWire } from './bus-wire';
import { openEnvelope, sealEnvelope, type Sender } from './envelope';
import { Outbox } from './outbox';

/** Bytes on their way to the server above which messages are dropped. A node's whole state is 2.5 MB with 100,000 swarms. */
export const MAX_PENDING_BYTES = 8 * 1024 * 1024;

/** Milliseconds before the first new attempt; doubled with each that fails. */
const FIRST_RETRY_MS = 100;

/** Milliseconds between two attempts at most. */
const MAX_RETRY_MS = 5000;

/** Share of each pause that is left to chance, so that the nodes do not come back as one. */
const RETRY_JITTER = 0.5;

/** Milliseconds between two questions whether the server is there. */
const PROBE_INTERVAL_MS = 1000;

/** Intervals without an answer after which the server counts as gone, whatever its sockets say. */
const MAX_SILENT_INTERVALS = 5;

/** Milliseconds that a connection may take to end in good order. */
const CLOSE_TIMEOUT_MS = 500;

const INSTANCES = 2 ** 32;

const NO_ANSWER = 'the server does not answer';

export class ReconnectingBus implements Bus {
  readonly counters: BusCounters = { messagesOut: 0, messagesIn: 0, bytesOut: 0, bytesIn: 0, messagesDropped: 0 };
  readonly #sender: Sender;
  readonly #outbox = new Outbox();
  #wire: BusWire | undefined;
  #isClosed = false;
  #isFlushing = false;
  #problem: string | undefined;
  /** Ends what #run() waits for: an attempt to connect, the end of the connection, or of the pause before the next attempt. */
  #wake: () => void = () => undefined;
  readonly #ended: Promise<void>;

  constructor(
    nodeId: string,
    private readonly events: BusEvents,
    private readonly openWire: OpenWire,
  ) {
    this.#sender = { nodeId, instance: randomInt(INSTANCES) };
    this.#ended = this.#run();
  }

  get isUp(): boolean {
    return this.#wire !== undefined;
  }

  send(to: string, message: Buffer): void {
    const pendingBytes = this.#outbox.bytes + (this.#wire?.pendingBytes ?? 0) + message.length;
    const isTooMuch = pendingBytes > MAX_PENDING_BYTES || message.length > MAX_BUS_MESSAGE_BYTES;
    if (!this.#wire || this.#isClosed || isTooMuch) {
      this.counters.messagesDropped += 1;
      return;
    }
    this.#outbox.add(to, message);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => this.#flush());
  }

  broadcast(message: Buffer): void {
    this.send(EVERYONE, message);
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#flush();
      this.#isClosed = true;
      const wire = this.#wire;
      this.#wire = undefined;
      if (wire) await inTime(wire.close(), CLOSE_TIMEOUT_MS);
      this.#wake();
    }
    await inTime(this.#ended, CLOSE_TIMEOUT_MS);
  }

  #flush(): void {
    this.#isFlushing = false;
    for (const { to, messages } of this.#outbox.take()) {
      const payload = sealEnvelope(this.#sender, messages);
      try {
        if (!this.#wire) throw new Error('the bus is down');
        this.#wire.publish(to, payload);
      } catch {
        this.counters.messagesDropped += messages.length;
        continue;
      }
      this.counters.messagesOut += messages.length;
      this.counters.bytesOut += payload.length;
    }
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!this.#isClosed) {
      const reason = await this.#connectOnce(() => (retryMs = FIRST_RETRY_MS));
      if (this.#isClosed) return;
      this.#report(reason);
      await this.#pause(retryMs * (1 - RETRY_JITTER * Math.random()));
      retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
    }
  }

  /** One connection from its first to its last moment. @returns why it ended */
  async #connectOnce(onUp: () => void): Promise<string> {
    let lose: (reason: string) => void = () => undefined;
    const lost = new Promise<string>((resolve) => (lose = resolve));
    let wire: BusWire;
    try {
      wire = await this.#openInTime(lose);
    } catch (error) {
      return reasonOf(error);
    }
    onUp();
    this.#wire = wire;
    this.#problem = undefined;
    this.#wake = () => lose('closed');
    this.events.state(true);
    const prober = this.#watch(wire, lose);
    const reason = await lost;
    clearInterval(prober);
    wire.destroy();
    this.#wire = undefined;
    // Nobody waits for what was to be sent: offers are old when the bus is back, counts are told anew.
    for (const { messages } of this.#outbox.take()) this.counters.messagesDropped += messages.length;
    return reason;
  }

  /** Not all clients give up by themselves on a server that takes connections and says nothing. */
  #openInTime(lose: (reason: string) => void): Promise<BusWire> {
    const abort = new AbortController();
    return new Promise((resolve, reject) => {
      const giveUp = (reason: string): void => {
        reject(new Error(reason));
        abort.abort();
      };
      const timer = setTimeout(() => giveUp(NO_ANSWER), CONNECT_TIMEOUT_MS).unref();
      this.#wake = () => giveUp('closed');
      const events = { payload: (bytes: Buffer) => this.#take(bytes), lost: lose };
      this.openWire(this.#sender.nodeId, events, abort.signal)
        .then((wire) => {
          if (abort.signal.aborted) wire.destroy();
          else resolve(wire);
        }, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** Asks again and again whether the server is there: a socket can be open for long when nobody is at its end. */
  #watch(wire: BusWire, lose: (reason: string) => void): NodeJS.Timeout {
    let silentIntervals = 0;
    let isAsking = false;
    return setInterval(() => {
      silentIntervals += 1;
      if (silentIntervals > MAX_SILENT_INTERVALS) lose(NO_ANSWER);
      if (isAsking) return;
      isAsking = true;
      void wire.probe().then(
        () => {
          isAsking = false;
          silentIntervals = 0;
        },
        (error: unknown) => lose(reasonOf(error)),
      );
    }, PROBE_INTERVAL_MS).unref();
  }

  #take(payload: Buffer): void {
    const envelope = openEnvelope(payload);
    if (!envelope || this.#isClosed) return;
    const { sender, messages } = envelope;
    if (sender.nodeId === this.#sender.nodeId) {
      if (sender.instance !== this.#sender.instance) this.#tell(`another node is called ${sender.nodeId} too`);
      return;
    }
    this.counters.bytesIn += payload.length;
    this.counters.messagesIn += messages.length;
    for (const message of messages) this.events.message(sender.nodeId, message);
  }

  /** Tells of each problem once, not at each attempt. */
  #report(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.events.state(false, problem);
  }

  #tell(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.events.state(this.isUp, problem);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Waits for the end of something, but not for long, and not for how it ended. */
async function inTime(something: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([something.catch(() => undefined), limit]);
  clearTimeout(timer);
}
