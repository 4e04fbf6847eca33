// This node's part in a tracker of many: what it tells the others, what it knows of them, and the offers that
// are under way between them. Knows no bus, clock or chance. Nodes share counts, never members: an offer goes
// to a node, and that node draws who gets it.

import type { Offer } from '../client-message';
import { OFFER_LIFETIME_MS } from '../limits';
import type { Random, SwarmCounts } from '../swarm';
import { toBridged } from './bridged-text';
import {
  decodeBusMessage,
  encodeBusMessage,
  MAX_BUS_MESSAGE_BYTES,
  splitOffers,
  type BridgedAnswer,
  type BridgedOffer,
  type OffersMessage,
} from './bus-message';
import { ClusterView } from './cluster-view';
import { CountReporter, type LocalSwarms } from './count-reporter';
import { ExpiringMap } from './expiring-map';
import { EVERYONE } from './node-id';
import { routeOffers, type OfferRoute } from './offer-route';

/** Offers kept in mind per direction until they are answered; the oldest are forgotten. About 200 bytes each. */
export const MAX_BRIDGED_OFFERS = 100_000;

const INCARNATIONS = 0x1_0000_0000;

/** A message for another node, or for EVERYONE. The bytes belong to who gets it. */
export interface BusEffect {
  readonly type: 'bus';
  readonly to: string;
  readonly message: Buffer;
}

/** What happened between the nodes since the start. */
export interface ClusterCounters {
  offersOut: number;
  offersIn: number;
  answersOut: number;
  answersIn: number;
  /** Answers to offers that this node did not send to that node, or not lately. */
  answersNotAskedFor: number;
  /** Messages that no node of this version says. */
  invalidMessages: number;
}

/** What a node of a cluster has to do with the others. */
export interface ClusterTotals extends Readonly<ClusterCounters> {
  /** Other nodes that are there. */
  readonly nodes: number;
}

export class Cluster {
  readonly counters: ClusterCounters = {
    offersOut: 0,
    offersIn: 0,
    answersOut: 0,
    answersIn: 0,
    answersNotAskedFor: 0,
    invalidMessages: 0,
  };
  readonly #view = new ClusterView();
  readonly #reporter: CountReporter;
  readonly #random: Random;
  readonly #incarnation: number;
  /** Offers of this node's peers → the node that each was sent to. */
  readonly #sent = new ExpiringMap<string>(OFFER_LIFETIME_MS, MAX_BRIDGED_OFFERS);
  /** Offers to this node's peers → the node that each came from. */
  readonly #received = new ExpiringMap<string>(OFFER_LIFETIME_MS, MAX_BRIDGED_OFFERS);
  #isUp = false;

  constructor(swarms: LocalSwarms, random: Random) {
    this.#random = random;
    this.#incarnation = Math.floor(random() * INCARNATIONS);
    this.#reporter = new CountReporter(swarms, this.#incarnation, random);
  }

  totals(): ClusterTotals {
    return { nodes: this.#view.nodeCount, ...this.counters };
  }

  /** To be called when the bus goes down or comes up; it counts as down until then. */
  setUp(isUp: boolean, now: number): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    this.#reporter.setUp(isUp, now);
  }

  /** Notes that the counts of a swarm of this node are others than before. */
  changed(infoHash: string): void {
    this.#reporter.changed(infoHash);
  }

  /** @returns what this node has of a swarm together with what the others have */
  total(infoHash: string, local: SwarmCounts): SwarmCounts {
    if (!this.#view.has(infoHash)) return local;
    const remote = this.#view.counts(infoHash);
    return {
      complete: local.complete + remote.complete,
      incomplete: local.incomplete + remote.incomplete,
      downloaded: local.downloaded + remote.downloaded,
    };
  }

  /** @param othersCount - peers of the swarm on this node besides the offerer */
  route(infoHash: string, offerCount: number, othersCount: number): OfferRoute {
    if (!this.#isUp || !this.#view.has(infoHash)) {
      return { localCount: Math.min(offerCount, othersCount), byNode: new Map() };
    }
    return routeOffers(offerCount, othersCount, () => this.#view.nodesOf(infoHash), this.#random);
  }

  /** Sends offers of one of this node's peers to the nodes of a route, as many to each as it says. */
  bridgeOffers(
    { byNode }: OfferRoute,
    infoHash: string,
    peerId: string,
    offers: readonly Offer[],
    now: number,
  ): BusEffect[] {
    const effects: BusEffect[] = [];
    let from = 0;
    for (const [node, count] of byNode) {
      const bridged = offers.slice(from, from + count).map(toBridged);
      effects.push(...this.sendOffers(node, infoHash, peerId, bridged, now));
      from += count;
    }
    return effects;
  }

  /** Sends offers of one of this node's peers to another node, one for each of as many peers there. */
  sendOffers(to: string, infoHash: string, peerId: string, offers: readonly BridgedOffer[], now: number): BusEffect[] {
    return splitOffers(offers).map((run) => {
      for (const { offerId } of run) this.#sent.set(offerKey(infoHash, peerId, offerId), to, now);
      this.counters.offersOut += run.length;
      return { type: 'bus', to, message: encodeBusMessage({ type: 'offers', infoHash, peerId, offers: run }) };
    });
  }

  /** Notes that an offer which came from another node was given to one of this node's peers. */
  expectAnswer(from: string, infoHash: string, peerId: string, offerId: string, now: number): void {
    this.counters.offersIn += 1;
    this.#received.set(offerKey(infoHash, peerId, offerId), from, now);
  }

  /** The node that an offer came from, if it came from another. */
  originOf(infoHash: string, peerId: string, offerId: string, now: number): string | undefined {
    return this.#received.get(offerKey(infoHash, peerId, offerId), now);
  }

  /** Sends an answer to the node that the offer came from, once. */
  sendAnswer(to: string, answer: Omit<BridgedAnswer, 'type'>): BusEffect[] {
    this.#received.delete(offerKey(answer.infoHash, answer.toPeerId, answer.offerId));
    const message = encodeBusMessage({ type: 'answer', ...answer });
    if (message.length > MAX_BUS_MESSAGE_BYTES) return [];
    this.counters.answersOut += 1;
    return [{ type: 'bus', to, message }];
  }

  /**
   * Takes one message of another node. Never throws, whatever the bytes.
   * @returns what is for this node's peers, if anything: offers as they came, an answer only to an offer that
   * was sent to that node lately, and once
   */
  receive(from: string, bytes: Buffer, now: number): OffersMessage | BridgedAnswer | undefined {
    const message = decodeBusMessage(bytes);
    if (!message) {
      this.counters.invalidMessages += 1;
      return undefined;
    }
    if (message.type === 'offers') return message;
    if (message.type === 'answer') return this.#isAskedFor(from, message, now) ? message : undefined;
    if (message.type === 'goodbye') {
      this.#view.forget(from);
      return undefined;
    }
    if (this.#view.heard(from, message.incarnation, now)) this.#reporter.requestState(now);
    if (message.type === 'state') this.#view.applyState(from, message);
    else this.#view.apply(from, message.entries);
    return undefined;
  }

  /** To be called about once a second. @returns what is to be told to the other nodes */
  tick(now: number): BusEffect[] {
    this.#view.tick(now);
    this.#sent.sweep(now);
    this.#received.sweep(now);
    return this.#reporter.tick(now).map((message) => ({ type: 'bus', to: EVERYONE, message }));
  }

  /** What to say at the end: the others then need not wait for the silence to be long enough. */
  goodbye(): BusEffect {
    const message = encodeBusMessage({ type: 'goodbye', incarnation: this.#incarnation });
    return { type: 'bus', to: EVERYONE, message };
  }

  #isAskedFor(from: string, { infoHash, toPeerId, offerId }: BridgedAnswer, now: number): boolean {
    const key = offerKey(infoHash, toPeerId, offerId);
    if (this.#sent.get(key, now) !== from) {
      this.counters.answersNotAskedFor += 1;
      return false;
    }
    this.#sent.delete(key);
    this.counters.answersIn += 1;
    return true;
  }
}

/** Ids are of one length each, so that no two triples are the same text. */
function offerKey(infoHash: string, offererPeerId: string, offerId: string): string {
  return infoHash + offererPeerId + offerId;
}
