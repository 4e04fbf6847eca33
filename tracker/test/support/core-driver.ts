// A tracker core with a seeded chance and a clock turned by hand, and clients that are arrays of messages.

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { ClientAbout } from '../../src/core/client-about';
import type { Connection } from '../../src/core/peer';
import {
  TrackerCore,
  type HoldEffect,
  type SendEffect,
  type TrackerCoreOptions,
  type TrackerEffect,
} from '../../src/core/tracker-core';

export type Message = Record<string, unknown>;

export function createRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** The message that an effect sends, as its receiver reads it. */
export const readMessage = ({ parts }: SendEffect): Message => JSON.parse(Buffer.concat(parts).toString()) as Message;

export class CoreDriver {
  readonly core: TrackerCore;
  now = 0;
  /** Connections that the core wanted probed, in order. */
  readonly probed: Connection[] = [];
  /** Connections that the core wanted ended, in order. */
  readonly cut: Connection[] = [];
  /** Messages that the core wanted kept, in order. */
  readonly holds: (HoldEffect & { readonly bytes: Buffer })[] = [];
  readonly #inboxes = new Map<Connection, Message[]>();

  constructor(options: Partial<TrackerCoreOptions> = {}) {
    this.core = new TrackerCore({ random: createRandom(1), ...options });
  }

  connect(about?: ClientAbout): Client {
    const connection = this.core.openConnection(about, this.now);
    const inbox: Message[] = [];
    this.#inboxes.set(connection, inbox);
    return new Client(this, connection, inbox);
  }

  /** @returns how many messages the tracker sent because of this one */
  send(connection: Connection, bytes: Buffer): number {
    return this.#take(bytes, (buffer) => this.core.handleMessage(connection, buffer, this.now));
  }

  /** Goes on with the message that was held first. */
  resume(): void {
    const hold = this.holds.shift();
    if (hold) this.#take(hold.bytes, (buffer) => this.core.resume(hold.connection, buffer, this.now));
  }

  #take(bytes: Buffer, handle: (buffer: Buffer) => readonly TrackerEffect[]): number {
    // A copy, which does not outlive the call: as in a socket's buffer, the next message overwrites it.
    const buffer = Buffer.from(bytes);
    const effects = handle(buffer);
    for (const effect of effects) {
      if (effect.type === 'probe') this.probed.push(effect.connection);
      else if (effect.type === 'cut') this.cut.push(effect.connection);
      else if (effect.type === 'hold') this.holds.push({ ...effect, bytes });
      else if (effect.type === 'send') this.#inboxes.get(effect.connection)?.push(readMessage(effect));
    }
    buffer.fill(0xff);
    return effects.length;
  }

  /** Lets time pass, as a transport would: in small steps. */
  pass(seconds: number): void {
    for (let step = 0; step < seconds; step += 1) {
      this.now += 1000;
      this.core.tick(this.now);
    }
  }
}

export class Client {
  constructor(
    private readonly driver: CoreDriver,
    readonly connection: Connection,
    private readonly inbox: Message[],
  ) {}

  /** Sends a message and returns what this client got until now, in order; what it got is then forgotten. */
  send(message: unknown): Message[] {
    return this.sendText(JSON.stringify(message));
  }

  sendText(text: string): Message[] {
    return this.sendBytes(Buffer.from(text));
  }

  sendBytes(bytes: Buffer): Message[] {
    this.driver.send(this.connection, bytes);
    return this.received();
  }

  received(): Message[] {
    return this.inbox.splice(0);
  }

  close(): void {
    this.driver.core.closeConnection(this.connection);
  }
}
