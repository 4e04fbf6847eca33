// Joins the core to links: carries messages in, effects out, and ends links that are of no use.

import type { AdmissionRequest } from '../core/admission';
import type { ClientAbout } from '../core/client-about';
import type { Connection } from '../core/peer';
import type { BusEffect } from '../core/cluster/cluster';
import type { HoldEffect, SendEffect, TrackerCore, TrackerEffect } from '../core/tracker-core';
import { CUT_REASONS, type ClientLink, type CutReason, type LinkEvents } from './client-link';
import { Heartbeat } from './heartbeat';
import type { TransportHost } from './transport';

const NOTHING = Buffer.alloc(0);

export interface LinkHubOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly pingIntervalMs: number;
  /** Told of an error that should not be possible. It costs the one message it came with. */
  readonly onError: (error: unknown) => void;
  /** Finds out whether a held announce is let in, then calls `onSettled`. @defaultValue nothing is ever held */
  readonly askAdmission?: (request: AdmissionRequest, onSettled: () => void) => void;
  /** Takes what is for other nodes. */
  readonly onBusEffect?: (effect: BusEffect) => void;
}

/** What happened to links since the start. */
export interface LinkCounters {
  readonly cutConnections: Record<CutReason, number>;
  /** Offers not sent because too much was waiting for the receiver already. */
  offersDropped: number;
  /** Errors that should not be possible. */
  internalErrors: number;
}

export class LinkHub implements TransportHost {
  readonly counters: LinkCounters = {
    cutConnections: Object.fromEntries(CUT_REASONS.map((reason) => [reason, 0])) as Record<CutReason, number>,
    offersDropped: 0,
    internalErrors: 0,
  };
  readonly #links = new Map<Connection, ClientLink>();
  readonly #connections = new Map<ClientLink, Connection>();
  readonly #heartbeat: Heartbeat;

  constructor(
    private readonly core: TrackerCore,
    private readonly options: LinkHubOptions,
  ) {
    this.#heartbeat = new Heartbeat(options.pingIntervalMs, (link) => this.#cut(link, 'no-pong'));
  }

  /** Takes in a link that is open. @returns where to report what happens on it */
  open(link: ClientLink, about?: ClientAbout): LinkEvents {
    const connection = this.core.openConnection(about, this.options.now());
    this.#links.set(connection, link);
    this.#connections.set(link, connection);
    this.#heartbeat.add(link, this.options.now());
    return new HubSeat(this, link);
  }

  message(link: ClientLink, bytes: Buffer): void {
    this.#heartbeat.heard(link);
    const connection = this.#connections.get(link);
    if (connection) this.#handleMessage(connection, bytes);
  }

  heard(link: ClientLink): void {
    this.#heartbeat.heard(link);
    // Every ping is answered: a client that pings and never reads fills the memory as well.
    this.#cutIfSlow(link);
  }

  broken(link: ClientLink, reason: CutReason): void {
    if (this.#forget(link)) this.counters.cutConnections[reason] += 1;
  }

  closed(link: ClientLink): void {
    this.#forget(link);
  }

  /** To be called about once a second. */
  tick(): void {
    this.#run((now) => this.core.tick(now));
    this.#heartbeat.tick(this.options.now());
  }

  /** Takes a message of another node. */
  busMessage(from: string, bytes: Buffer): void {
    this.#run((now) => this.core.handleBusMessage(from, bytes, now));
  }

  busState(isUp: boolean): void {
    this.core.setBusUp(isUp, this.options.now());
  }

  /** Tells the other nodes that this one ends. */
  sayGoodbye(): void {
    this.#run(() => this.core.sayGoodbye());
  }

  /** Says goodbye to all. What they send from now on is not read. */
  closeAll(code: number, reason: string): void {
    for (const link of this.openLinks()) this.close(link, code, reason);
  }

  /** The links that are open now. */
  openLinks(): ClientLink[] {
    return [...this.#connections.keys()];
  }

  /** Says goodbye to one link, if it is still open. What it sends from now on is not read. */
  close(link: ClientLink, code: number, reason: string): void {
    if (this.#forget(link)) link.close(code, reason);
  }

  #handleMessage(connection: Connection, bytes: Buffer): void {
    this.#run((now) => this.core.handleMessage(connection, bytes, now), bytes);
  }

  /** @param bytes - the message that brings it about, if one does */
  #run(step: (now: number) => readonly TrackerEffect[], bytes?: Buffer): void {
    try {
      const now = this.options.now();
      for (const effect of step(now)) this.#perform(effect, now, bytes);
    } catch (error) {
      this.counters.internalErrors += 1;
      this.options.onError(error);
    }
  }

  #perform(effect: TrackerEffect, now: number, bytes: Buffer | undefined): void {
    if (effect.type === 'bus') return this.options.onBusEffect?.(effect);
    const link = this.#links.get(effect.connection);
    if (!link) return;
    if (effect.type === 'probe') this.#heartbeat.probe(link, now);
    else if (effect.type === 'cut') this.#cut(link, 'flood');
    else if (effect.type === 'hold') this.#hold(effect, bytes);
    else this.#send(link, effect);
  }

  /** Keeps a copy of a message until its verdict is there; what else comes on the connection does not wait for it. */
  #hold({ connection, request }: HoldEffect, bytes: Buffer = NOTHING): void {
    const kept = Buffer.from(bytes);
    this.options.askAdmission?.(request, () => this.#run((now) => this.core.resume(connection, kept, now), kept));
  }

  #send(link: ClientLink, { messageType, parts }: SendEffect): void {
    if (messageType === 'offer' && link.queuedBytes > this.core.limits.maxQueuedBytesForOffers) {
      this.counters.offersDropped += 1;
      return;
    }
    link.send(parts);
    this.#cutIfSlow(link);
  }

  #cutIfSlow(link: ClientLink): void {
    if (link.queuedBytes > this.core.limits.maxQueuedBytes) this.#cut(link, 'slow-reader');
  }

  #cut(link: ClientLink, reason: CutReason): void {
    if (!this.#forget(link)) return;
    this.counters.cutConnections[reason] += 1;
    link.terminate();
  }

  /** @returns whether the link was known until now */
  #forget(link: ClientLink): boolean {
    const connection = this.#connections.get(link);
    if (!connection) return false;
    this.#connections.delete(link);
    this.#links.delete(connection);
    this.#heartbeat.remove(link);
    this.core.closeConnection(connection);
    return true;
  }
}

/** The hub's ear on one link. An object, not closures: there are as many as viewers. */
class HubSeat implements LinkEvents {
  constructor(
    private readonly hub: LinkHub,
    private readonly link: ClientLink,
  ) {}

  message(bytes: Buffer): void {
    this.hub.message(this.link, bytes);
  }

  heard(): void {
    this.hub.heard(this.link);
  }

  broken(reason: CutReason): void {
    this.hub.broken(this.link, reason);
  }

  closed(): void {
    this.hub.closed(this.link);
  }
}
