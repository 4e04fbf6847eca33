// Joins a tracker to its bus: messages in, effects out, and the state of the bus for both.

import { randomBytes } from 'node:crypto';
import { EVERYONE, isNodeId, NODE_ID_RULE } from '../../core/cluster/node-id';
import type { BusEffect } from '../../core/cluster/cluster';
import type { Bus, BusCounters, BusDriver } from './bus';
import { createBusDriver } from './bus-url';

/** Options of a tracker of several nodes. */
export interface ClusterOptions {
  /**
   * What joins this tracker to the others of its fleet: the URL of a NATS or Redis server, or of a hub, see
   * createBusDriver(); or a driver of one's own. Without it the tracker is alone.
   */
  readonly bus?: { readonly url: string } | BusDriver;
  /** Its name among them, another one for each: 1 to 64 letters, digits, `-` and `_`. @defaultValue random */
  readonly nodeId?: string;
  /**
   * Told when the bus comes up, goes down (the tracker goes on with its own viewers), or has another problem.
   * @param problem - in words for the log; it holds no credentials
   */
  readonly onBusState?: (isUp: boolean, problem: string | undefined) => void;
}

/** What ClusterMember does its work with. */
export interface MemberHost {
  busMessage(from: string, bytes: Buffer): void;
  busState(isUp: boolean): void;
}

/** The bus's part of the statistics. */
export interface BusStats extends Readonly<BusCounters> {
  readonly isUp: boolean;
}

/** Bytes of a random node id; 12 letters. */
const RANDOM_ID_BYTES = 9;

export class ClusterMember {
  readonly #driver: BusDriver;
  readonly #nodeId: string;
  readonly #onBusState: ClusterOptions['onBusState'];
  #bus: Bus | undefined;

  /** @throws RangeError for an option that is out of its range */
  constructor(
    bus: NonNullable<ClusterOptions['bus']>,
    { nodeId = randomBytes(RANDOM_ID_BYTES).toString('base64url'), onBusState }: ClusterOptions,
    private readonly host: MemberHost,
  ) {
    if (!isNodeId(nodeId)) throw new RangeError(`nodeId ${NODE_ID_RULE}, not ${JSON.stringify(nodeId)}`);
    this.#driver = typeof bus === 'function' ? bus : createBusDriver(bus.url);
    this.#nodeId = nodeId;
    this.#onBusState = onBusState;
  }

  /** Opens the bus; calling it again does nothing. */
  start(): void {
    this.#bus ??= this.#driver(this.#nodeId, {
      message: (from, bytes) => this.host.busMessage(from, bytes),
      state: (isUp, problem) => {
        this.host.busState(isUp);
        this.#onBusState?.(isUp, problem);
      },
    });
  }

  send({ to, message }: BusEffect): void {
    if (to === EVERYONE) this.#bus?.broadcast(message);
    else this.#bus?.send(to, message);
  }

  stats(): BusStats | undefined {
    return this.#bus && { isUp: this.#bus.isUp, ...this.#bus.counters };
  }

  async close(): Promise<void> {
    await this.#bus?.close();
  }
}
