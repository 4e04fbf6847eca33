// Several tracker cores joined by a bus that is a function call, with one clock turned by hand: seeded, and
// as fast as the cores.

import { EVERYONE } from '../../src/core/cluster/node-id';
import type { Connection } from '../../src/core/peer';
import { TrackerCore, type TrackerCoreOptions, type TrackerEffect } from '../../src/core/tracker-core';
import { createRandom, readMessage, type Message } from './core-driver';

interface Sent {
  readonly from: FleetNode;
  readonly to: string;
  readonly bytes: Buffer;
}

export class Fleet {
  now = 0;
  readonly nodes: FleetNode[] = [];
  /** Nodes that neither hear nor are heard. */
  readonly cutOff = new Set<FleetNode>();
  /** All messages that went over the bus. */
  readonly sent: Sent[] = [];
  readonly #random: () => number;
  readonly #underWay: Sent[] = [];

  constructor(
    nodeCount: number,
    private readonly options: Partial<TrackerCoreOptions> = {},
    seed = 1,
  ) {
    this.#random = createRandom(seed);
    for (let count = 0; count < nodeCount; count += 1) this.addNode();
  }

  addNode(): FleetNode {
    const core = new TrackerCore({ random: this.#random, isClustered: true, ...this.options });
    const node = new FleetNode(this, `n${this.nodes.length}`, core);
    this.nodes.push(node);
    core.setBusUp(true, this.now);
    return node;
  }

  removeNode(node: FleetNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  publish(from: FleetNode, to: string, bytes: Buffer): void {
    const sent = { from, to, bytes };
    this.sent.push(sent);
    if (!this.cutOff.has(from)) this.#underWay.push(sent);
  }

  /** Delivers what is under way, and what comes of it. */
  settle(): void {
    for (let sent = this.#underWay.shift(); sent; sent = this.#underWay.shift()) {
      const { from, to, bytes } = sent;
      for (const node of this.nodes) {
        const isMeant = to === EVERYONE ? node !== from : node.nodeId === to;
        if (isMeant && !this.cutOff.has(node)) node.run(node.core.handleBusMessage(from.nodeId, bytes, this.now));
      }
    }
  }

  pass(seconds: number): void {
    for (let step = 0; step < seconds; step += 1) {
      this.now += 1000;
      for (const node of this.nodes) node.run(node.core.tick(this.now));
      this.settle();
    }
  }
}

export class FleetNode {
  readonly #inboxes = new Map<Connection, Message[]>();

  constructor(
    private readonly fleet: Fleet,
    readonly nodeId: string,
    readonly core: TrackerCore,
  ) {}

  connect(): FleetClient {
    const connection = this.core.openConnection();
    const inbox: Message[] = [];
    this.#inboxes.set(connection, inbox);
    return new FleetClient(this, connection, inbox);
  }

  send(connection: Connection, message: unknown): void {
    this.run(this.core.handleMessage(connection, Buffer.from(JSON.stringify(message)), this.fleet.now));
    this.fleet.settle();
  }

  run(effects: readonly TrackerEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'bus') this.fleet.publish(this, effect.to, effect.message);
      else if (effect.type === 'send') this.#inboxes.get(effect.connection)?.push(readMessage(effect));
    }
  }
}

export class FleetClient {
  constructor(
    readonly node: FleetNode,
    readonly connection: Connection,
    private readonly inbox: Message[],
  ) {}

  /** Sends a message, and returns what came until now. */
  send(message: unknown): Message[] {
    this.node.send(this.connection, message);
    return this.received();
  }

  received(): Message[] {
    return this.inbox.splice(0);
  }

  close(): void {
    this.node.core.closeConnection(this.connection);
  }
}
