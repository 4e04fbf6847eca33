// The tracker itself: messages in, messages out. Knows no socket, clock or chance: the time comes
// with each call, chance and the means to send from outside. See SPEC.md for the rules.

import type { Admission, AdmissionRequest } from './admission';
import type { ClientAbout } from './client-about';
import type { AnnounceMessage, AnswerMessage, Offer, ScrapeMessage } from './client-message';
import { readBridgedAnswer, readBridgedOffer } from './cluster/bridged-text';
import type { BridgedAnswer, OffersMessage } from './cluster/bus-message';
import { Cluster, type BusEffect, type ClusterTotals } from './cluster/cluster';
import { createCounters, type Counters, type OutgoingType } from './counters';
import { Gatekeeper } from './gatekeeper';
import {
  DEFAULT_INTERVAL_SECONDS,
  DEFAULT_LIMITS,
  INTERVAL_JITTER,
  OFFER_LIFETIME_MS,
  PEER_LIFETIME_INTERVALS,
  PEER_LIFETIME_MIN_MS,
  type TrackerLimits,
} from './limits';
import { LoadGovernor } from './load/load-governor';
import { MessageReader } from './message-reader';
import type { OpenRefusalReason } from './open-refusal';
import type { Connection, Peer } from './peer';
import { PeerRegistry } from './peer-registry';
import type { RateLimits } from './rates/rate-limits';
import { reject, type Rejection, type RejectReason } from './rejection';
import type { Random, Swarm, SwarmCounts } from './swarm';
import { encodeAnswer, encodeFailure, encodeOfferHead, encodeResponse, encodeScrape } from './tracker-message';

/**
 * A text message to be sent, in pieces. Some of them may be views of the message that was handled: whoever
 * sends copies or frames them before those bytes are used again.
 */
export interface SendEffect {
  readonly type: 'send';
  readonly connection: Connection;
  readonly messageType: OutgoingType;
  readonly parts: readonly Buffer[];
}

/** A wish to know soon whether somebody is still there on a connection. */
export interface ProbeEffect {
  readonly type: 'probe';
  readonly connection: Connection;
}

/** A connection is to be ended: it floods the tracker. */
export interface CutEffect {
  readonly type: 'cut';
  readonly connection: Connection;
}

/** The message is to be kept, the verdict to be asked for, and then {@link TrackerCore.resume} to be called with it. */
export interface HoldEffect {
  readonly type: 'hold';
  readonly connection: Connection;
  readonly request: AdmissionRequest;
}

/** What the transport is to do, in this order. */
export type TrackerEffect = SendEffect | ProbeEffect | CutEffect | HoldEffect | BusEffect;

export interface TrackerCoreOptions {
  readonly random: Random;
  /** Seconds between two announces of a client. @defaultValue 120 */
  readonly intervalSeconds?: number;
  readonly limits?: Partial<TrackerLimits>;
  /** @defaultValue nothing is limited */
  readonly rates?: RateLimits;
  /** @defaultValue everybody may announce everything */
  readonly admission?: Admission;
  /** Tells the interval and how bad it is. @defaultValue one that no load is told to */
  readonly governor?: LoadGovernor;
  /** Whether there are other nodes, or can be. @defaultValue false */
  readonly isClustered?: boolean;
}

/** How much there is at the moment. */
export interface TrackerTotals {
  readonly swarms: number;
  readonly peers: number;
  readonly connections: number;
}

export class TrackerCore {
  readonly counters: Counters = createCounters();
  readonly limits: TrackerLimits;
  readonly #random: Random;
  readonly #governor: LoadGovernor;
  readonly #gatekeeper: Gatekeeper;
  readonly #registry: PeerRegistry;
  readonly #reader: MessageReader;
  readonly #cluster: Cluster | undefined;
  #connectionCount = 0;

  constructor(options: TrackerCoreOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#reader = new MessageReader(this.limits);
    this.#random = options.random;
    const { intervalSeconds = DEFAULT_INTERVAL_SECONDS, rates, admission, governor } = options;
    this.#governor = governor ?? new LoadGovernor(intervalSeconds, { maxIntervalSeconds: intervalSeconds });
    this.#gatekeeper = new Gatekeeper({ maxConnections: this.limits.maxConnections, rates, admission }, this.counters);
    const { maxIntervalSeconds } = this.#governor;
    this.#registry = new PeerRegistry({
      peerLifetimeMs: Math.max(maxIntervalSeconds * 1000 * PEER_LIFETIME_INTERVALS, PEER_LIFETIME_MIN_MS),
      offerLifetimeMs: OFFER_LIFETIME_MS,
      maxReceivedOffers: this.limits.maxReceivedOffers,
      onMembersChange: (infoHash) => this.#cluster?.changed(infoHash),
    });
    if (options.isClustered) this.#cluster = new Cluster(this.#registry, options.random);
  }

  totals(): TrackerTotals {
    return {
      swarms: this.#registry.swarmCount,
      peers: this.#registry.peerCount,
      connections: this.#connectionCount,
    };
  }

  clusterTotals(): ClusterTotals | undefined {
    return this.#cluster?.totals();
  }

  /** Why a client cannot be taken now; counts as a try of its address. To be asked once for each, before the next. */
  refusesConnection(about: ClientAbout, now: number): OpenRefusalReason | undefined {
    const reason = this.#gatekeeper.refuses(about, this.#connectionCount, now);
    if (reason) this.counters.connectionsRefused[reason] += 1;
    return reason;
  }

  openConnection(about?: ClientAbout, now = 0): Connection {
    this.#connectionCount += 1;
    return this.#gatekeeper.open(about, now);
  }

  /** Ends a connection and takes its peers out of their swarms. Calling it again does nothing. */
  closeConnection(connection: Connection): void {
    if (connection.isClosed) return;
    connection.isClosed = true;
    this.#connectionCount -= 1;
    this.#gatekeeper.close(connection);
    for (const peer of connection.peers) this.#registry.leave(peer);
  }

  /** Drops silent peers, and tells other nodes what they should know. To be called about once a second. */
  tick(now: number): TrackerEffect[] {
    this.counters.silentPeersDropped += this.#registry.sweep(now);
    this.#gatekeeper.sweep(now);
    return this.#cluster?.tick(now) ?? [];
  }

  /** To be called when the bus to the other nodes goes down or comes up; it counts as down until then. */
  setBusUp(isUp: boolean, now: number): void {
    this.#cluster?.setUp(isUp, now);
  }

  /** Takes one message of another node, known by its id. Never throws, whatever the bytes. */
  handleBusMessage(from: string, bytes: Buffer, now: number): TrackerEffect[] {
    const effects: TrackerEffect[] = [];
    const message = this.#cluster?.receive(from, bytes, now);
    if (message?.type === 'offers') this.#deliverOffers(effects, from, message, now);
    else if (message) this.#deliverAnswer(effects, message);
    return effects;
  }

  /** What is to be said to the other nodes before this one ends. */
  sayGoodbye(): TrackerEffect[] {
    return this.#cluster ? [this.#cluster.goodbye()] : [];
  }

  /**
   * Takes one message of a client. Never throws, whatever the bytes.
   * @param bytes - valid UTF-8, which may change after the effects have been carried out
   * @param now - milliseconds on a clock that never goes back, the same for all calls
   */
  handleMessage(connection: Connection, bytes: Buffer, now: number): TrackerEffect[] {
    if (connection.isClosed) return [];
    const verdict = this.#gatekeeper.takeMessage(connection, now);
    if (verdict === 'taken') return this.#handle(connection, bytes, now, false);
    if (verdict === 'flood') return [{ type: 'cut', connection }];
    const effects: TrackerEffect[] = [];
    if (verdict !== 'dropped') this.#refuse(effects, connection, verdict);
    return effects;
  }

  /** Goes on with a message that was held, once its verdict is there. */
  resume(connection: Connection, bytes: Buffer, now: number): TrackerEffect[] {
    return connection.isClosed ? [] : this.#handle(connection, bytes, now, true);
  }

  #handle(connection: Connection, bytes: Buffer, now: number, isResumed: boolean): TrackerEffect[] {
    const effects: TrackerEffect[] = [];
    const message = this.#reader.read(bytes);
    if (message.type === 'rejected') {
      this.counters.messagesIn.invalid += 1;
      this.#refuse(effects, connection, message);
      return effects;
    }
    if (!isResumed) this.counters.messagesIn[message.type] += 1;
    if (message.type === 'announce') {
      if (this.#letIn(effects, connection, message, now, isResumed)) {
        this.#handleAnnounce(effects, connection, message, now);
      }
    } else if (message.type === 'answer') this.#handleAnswer(effects, connection, message, now);
    else this.#handleScrape(effects, connection, message);
    return effects;
  }

  #letIn(
    effects: TrackerEffect[],
    connection: Connection,
    message: AnnounceMessage,
    now: number,
    isResumed: boolean,
  ): boolean {
    const keeper = this.#gatekeeper;
    const verdict = isResumed
      ? keeper.resumeAnnounce(connection, message, now)
      : keeper.takeAnnounce(connection, message, now);
    if (verdict.type === 'held') effects.push({ type: 'hold', connection, request: verdict.request });
    if (verdict.type === 'refused') {
      const known = verdict.isOut ? this.#registry.find(message.infoHash, message.peerId) : undefined;
      if (known?.connection === connection) this.#registry.leave(known);
      this.#refuse(effects, connection, verdict.rejection);
    }
    return verdict.type === 'granted';
  }

  #handleAnnounce(effects: TrackerEffect[], connection: Connection, message: AnnounceMessage, now: number): void {
    const { infoHash, peerId } = message;
    const known = this.#registry.find(infoHash, peerId);
    if (known && known.connection !== connection) {
      this.#refuse(
        effects,
        connection,
        reject('peer-id-taken', 'peer_id is in use on another connection', 'announce', infoHash),
      );
      // If that connection is a dead one that nobody has closed, its viewer is who asks: find out soon.
      effects.push({ type: 'probe', connection: known.connection });
      return;
    }
    if (message.event === 'stopped') {
      if (known) this.#registry.leave(known);
      this.#respond(effects, connection, infoHash);
      return;
    }
    const peer = known ? this.#update(known, message, now) : this.#join(effects, connection, message, now);
    if (!peer) return;
    this.#respond(effects, connection, infoHash);
    this.#relayOffers(effects, peer, message.offers, now);
  }

  #update(peer: Peer, message: AnnounceMessage, now: number): Peer {
    const was = peer.isComplete;
    peer.swarm.setComplete(peer, isComplete(message, was));
    if (peer.isComplete !== was) this.#cluster?.changed(peer.swarm.infoHash);
    this.#registry.refresh(peer, now);
    return peer;
  }

  #join(effects: TrackerEffect[], connection: Connection, message: AnnounceMessage, now: number): Peer | undefined {
    const { infoHash, peerId } = message;
    if (connection.peers.size >= this.limits.maxPeersPerConnection) {
      const failure = `a connection cannot be in more than ${this.limits.maxPeersPerConnection} swarms`;
      this.#refuse(effects, connection, reject('too-many-swarms', failure, 'announce', infoHash));
      return undefined;
    }
    const rejection = this.#refusesJoin(infoHash);
    if (rejection) {
      this.#refuse(effects, connection, rejection);
      return undefined;
    }
    return this.#registry.join(infoHash, peerId, connection, isComplete(message, false), now);
  }

  /** The tracker has enough, of work or of swarms: those who are here come first. */
  #refusesJoin(infoHash: string): Rejection | undefined {
    const { level, maxIntervalSeconds: retrySeconds } = this.#governor;
    if (level === 'no-joins') {
      return { ...reject('overloaded', 'the tracker is overloaded', 'announce', infoHash), retrySeconds };
    }
    if (this.#registry.swarmCount < this.limits.maxSwarms || this.#registry.hasSwarm(infoHash)) return undefined;
    const failure = 'the tracker has as many swarms as it takes';
    return { ...reject('tracker-full', failure, 'announce', infoHash), retrySeconds };
  }

  #relayOffers(effects: TrackerEffect[], offerer: Peer, offers: readonly Offer[], now: number): void {
    if (offers.length === 0) return;
    if (this.#governor.level !== 'normal') {
      this.counters.offersNotRelayed += offers.length;
      return;
    }
    const { swarm, peerId } = offerer;
    const route = this.#cluster?.route(swarm.infoHash, offers.length, swarm.peerCount - 1);
    const local = route ? offers.slice(0, route.localCount) : offers;
    this.#giveOffers(effects, swarm, peerId, local, now);
    if (!this.#cluster || !route) return;
    effects.push(...this.#cluster.bridgeOffers(route, swarm.infoHash, peerId, offers.slice(local.length), now));
  }

  /** Gives each offer to another peer of this node. @returns those that somebody got */
  #giveOffers(
    effects: TrackerEffect[],
    swarm: Swarm<Peer>,
    peerId: string,
    offers: readonly Offer[],
    now: number,
  ): readonly Offer[] {
    const receivers = swarm.pick(offers.length, swarm.find(peerId), this.#random);
    if (receivers.length === 0) return [];
    const head = encodeOfferHead(swarm.infoHash, peerId);
    receivers.forEach((receiver, index) => {
      const offer = offers[index];
      if (!offer) return;
      receiver.receivedOffers.add(peerId, offer.offerId, now);
      receiver.connection.rates?.noteOffer();
      this.#send(effects, receiver.connection, 'offer', [head, offer.members]);
    });
    return offers.slice(0, receivers.length);
  }

  /** Offers of a peer of another node. What is wrong with them is that node's fault: nobody here is told. */
  #deliverOffers(effects: TrackerEffect[], from: string, message: OffersMessage, now: number): void {
    const { infoHash, peerId } = message;
    const swarm = this.#registry.findSwarm(infoHash);
    if (!swarm) return;
    const offers = message.offers.slice(0, this.limits.maxOffers).flatMap((bridged) => {
      return readBridgedOffer(this.#reader, message, bridged) ?? [];
    });
    for (const { offerId } of this.#giveOffers(effects, swarm, peerId, offers, now)) {
      this.#cluster?.expectAnswer(from, infoHash, peerId, offerId, now);
    }
  }

  #deliverAnswer(effects: TrackerEffect[], message: BridgedAnswer): void {
    const { infoHash, peerId, toPeerId, offerId } = message;
    const description = readBridgedAnswer(this.#reader, message);
    const offerer = this.#registry.find(infoHash, toPeerId);
    if (!description || !offerer) return;
    this.#send(effects, offerer.connection, 'answer', encodeAnswer(infoHash, peerId, offerId, description));
  }

  /** An answer gets no response, and no failure either: that the other one has just left is nobody's fault. */
  #handleAnswer(effects: TrackerEffect[], connection: Connection, message: AnswerMessage, now: number): void {
    const { infoHash, peerId, toPeerId, offerId, description } = message;
    const answerer = this.#registry.find(infoHash, peerId);
    if (answerer?.connection !== connection) return this.#countReject('answer-from-stranger');
    const offerer = this.#registry.find(infoHash, toPeerId);
    const origin = this.#cluster?.originOf(infoHash, toPeerId, offerId, now);
    if (!offerer && origin === undefined) return this.#countReject('answer-to-gone-peer');
    if (!answerer.receivedOffers.take(toPeerId, offerId, now)) return this.#countReject('answer-not-asked-for');
    if (this.#cluster && origin !== undefined) {
      effects.push(...this.#cluster.sendAnswer(origin, { infoHash, peerId, toPeerId, offerId, description }));
    } else if (offerer) {
      this.#send(effects, offerer.connection, 'answer', encodeAnswer(infoHash, peerId, offerId, description));
    }
  }

  #handleScrape(effects: TrackerEffect[], connection: Connection, message: ScrapeMessage): void {
    const files = new Map(message.infoHashes.map((infoHash) => [infoHash, this.#counts(infoHash)]));
    this.#send(effects, connection, 'scrape', encodeScrape(files));
  }

  #respond(effects: TrackerEffect[], connection: Connection, infoHash: string): void {
    const counts = this.#counts(infoHash);
    const jitter = 1 + INTERVAL_JITTER * (2 * this.#random() - 1);
    const plainSeconds = this.#governor.intervalSeconds(counts.complete + counts.incomplete);
    const parts = encodeResponse(infoHash, Math.max(1, Math.round(plainSeconds * jitter)), counts);
    this.#send(effects, connection, 'response', parts);
  }

  /** Of all nodes together. */
  #counts(infoHash: string): SwarmCounts {
    const local = this.#registry.counts(infoHash);
    return this.#cluster?.total(infoHash, local) ?? local;
  }

  #refuse(effects: TrackerEffect[], connection: Connection, rejection: Rejection): void {
    this.#countReject(rejection.reason);
    this.#send(effects, connection, 'failure', encodeFailure(rejection));
  }

  #send(effects: TrackerEffect[], connection: Connection, messageType: OutgoingType, parts: readonly Buffer[]): void {
    this.counters.messagesOut[messageType] += 1;
    effects.push({ type: 'send', connection, messageType, parts });
  }

  #countReject(reason: RejectReason): void {
    this.counters.rejects[reason] += 1;
  }
}

/** A peer that does not say how much is left stays what it was. */
function isComplete(message: AnnounceMessage, was: boolean): boolean {
  if (message.event === 'completed' || message.left === 0) return true;
  return message.left === undefined ? was : false;
}
