// The whole core against a small model of who is where, over long random stories of many connections.

import fc from 'fast-check';
import type { Connection } from '../src/core/peer';
import type { SendEffect } from '../src/core/tracker-core';
import { CoreDriver, createRandom, readMessage, type Message } from './support/core-driver';
import { announce, answer, id, offers } from './support/messages';
import { damagedMessage } from './support/wire-json';

const SEED = 7;
const CONNECTIONS = 6;
const PEERS = ['a', 'b', 'c', 'd'];
const SWARMS = ['x', 'y'].map(id);
const OFFER_LIFETIME_MS = 120_000;
const PEER_LIFETIME_MS = 300_000;

interface ModelPeer {
  readonly connection: Connection;
  isComplete: boolean;
  announcedAt: number;
  /** Offers that it may answer, by who made them and their ids. */
  readonly asked: Map<string, { readonly at: number; readonly isSure: boolean }>;
}

/** An offer as it was relayed. */
interface Introduction {
  readonly connection: Connection;
  readonly swarm: string;
  readonly offerer: string;
  readonly offerId: string;
}

const keyOf = (...parts: readonly unknown[]): string => JSON.stringify(parts);

/** The rules once more, with as little cleverness as possible. */
class Model {
  readonly peers = new Map<string, ModelPeer>();

  find(swarm: unknown, peer: unknown): ModelPeer | undefined {
    return this.peers.get(keyOf(swarm, peer));
  }

  of(swarm: string): ModelPeer[] {
    return [...this.peers].filter(([key]) => key.startsWith(`[${JSON.stringify(swarm)}`)).map(([, peer]) => peer);
  }

  leave(connection: Connection): void {
    for (const [key, peer] of this.peers) if (peer.connection === connection) this.peers.delete(key);
  }

  expire(now: number): void {
    for (const [key, peer] of this.peers) if (now - peer.announcedAt > PEER_LIFETIME_MS) this.peers.delete(key);
  }

  counts(swarm: string): { complete: number; incomplete: number } {
    const all = this.of(swarm);
    const complete = all.filter((peer) => peer.isComplete).length;
    return { complete, incomplete: all.length - complete };
  }

  /** Does what an announce does, and says whether it is allowed. */
  announce(connection: Connection, swarm: string, peerId: string, event: string | undefined, now: number): boolean {
    const known = this.find(swarm, peerId);
    if (known && known.connection !== connection) return false;
    if (event === 'stopped') {
      this.peers.delete(keyOf(swarm, peerId));
      return true;
    }
    const peer: ModelPeer = known ?? { connection, isComplete: false, announcedAt: now, asked: new Map() };
    if (event === 'completed') peer.isComplete = true;
    peer.announcedAt = now;
    this.peers.set(keyOf(swarm, peerId), peer);
    return true;
  }
}

/** Driver and model in step. */
class Story {
  readonly driver: CoreDriver;
  readonly model = new Model();
  readonly connections: Connection[];
  readonly #introductions: Introduction[] = [];

  constructor(seed: number) {
    this.driver = new CoreDriver({ random: createRandom(seed) });
    this.connections = Array.from({ length: CONNECTIONS }, () => this.driver.core.openConnection());
  }

  /** What the tracker sends because of these bytes. */
  handle(connection: Connection, bytes: Buffer): { effect: SendEffect; message: Message }[] {
    const effects = this.driver.core.handleMessage(connection, bytes, this.driver.now);
    return effects.flatMap((effect) => (effect.type === 'send' ? [{ effect, message: readMessage(effect) }] : []));
  }

  expectFailure(connection: Connection, sent: readonly { effect: SendEffect; message: Message }[]): void {
    expect(sent).toHaveLength(1);
    expect(sent[0]!.effect.connection).toBe(connection);
    expect(sent[0]!.message).toMatchObject({
      action: expect.stringMatching(/^(announce|scrape)$/),
      'failure reason': expect.any(String),
    });
  }

  announce(who: number, swarm: string, peer: string, event: string | undefined, offerCount: number): void {
    const connection = this.connections[who]!;
    const { now } = this.driver;
    const message = announce(peer, { info_hash: swarm, event, offers: offers(offerCount) });
    const sent = this.handle(connection, Buffer.from(JSON.stringify(message)));
    if (!this.model.announce(connection, swarm, id(peer), event, now)) return this.expectFailure(connection, sent);
    const [response, ...relayed] = sent;
    expect(response!.effect.connection).toBe(connection);
    expect(response!.message).toMatchObject({ info_hash: swarm, ...this.model.counts(swarm) });
    const others = this.model.of(swarm).filter((each) => each !== this.model.find(swarm, id(peer)));
    expect(relayed).toHaveLength(event === 'stopped' ? 0 : Math.min(offerCount, others.length));
    this.#noteOffers(swarm, id(peer), relayed);
  }

  /** Every offer goes to a member of the swarm, each to another one and none to who made it. */
  #noteOffers(swarm: string, offerer: string, relayed: readonly { effect: SendEffect; message: Message }[]): void {
    const others = this.model.of(swarm).filter((peer) => peer !== this.model.find(swarm, offerer));
    const free = [...others];
    for (const { effect, message } of relayed) {
      expect(message).toMatchObject({ info_hash: swarm, peer_id: offerer, offer: { type: 'offer' } });
      const offerId = String(message['offer_id']);
      const index = free.findIndex((peer) => peer.connection === effect.connection);
      expect(index).toBeGreaterThanOrEqual(0);
      // A connection with two peers in the swarm does not tell which of them is meant.
      const candidates = others.filter((peer) => peer.connection === effect.connection);
      const asked = { at: this.driver.now, isSure: candidates.length === 1 };
      for (const peer of candidates) peer.asked.set(keyOf(offerer, offerId), asked);
      this.#introductions.push({ connection: effect.connection, swarm, offerer, offerId });
      free.splice(index, 1);
    }
  }

  /** One of those who were asked answers one of the offers, whichever of both is still there. */
  answerOffer(which: number): void {
    const asked = this.#introductions[which % Math.max(1, this.#introductions.length)];
    if (!asked) return;
    const { connection, swarm, offerer, offerId } = asked;
    for (const { swarm: own, peerId } of [...connection.peers]) {
      if (own.infoHash === swarm) this.#answer(connection, swarm, peerId, offerer, offerId);
    }
  }

  answer(who: number, swarm: string, from: string, to: string, offerName: string): void {
    this.#answer(this.connections[who]!, swarm, id(from), id(to), id(offerName));
  }

  #answer(connection: Connection, swarm: string, from: string, to: string, offerId: string): void {
    const message = answer('', '', '', { info_hash: swarm, peer_id: from, to_peer_id: to, offer_id: offerId });
    const sent = this.handle(connection, Buffer.from(JSON.stringify(message)));
    const answerer = this.model.find(swarm, from);
    const offerer = this.model.find(swarm, to);
    const asked = answerer?.connection === connection ? answerer.asked.get(keyOf(to, offerId)) : undefined;
    const isYoung = asked !== undefined && this.driver.now - asked.at <= OFFER_LIFETIME_MS;
    expect(sent.length).toBeLessThanOrEqual(isYoung && offerer ? 1 : 0);
    if (asked?.isSure && isYoung && offerer) expect(sent).toHaveLength(1);
    for (const { effect, message: relayed } of sent) {
      expect(effect.connection).toBe(offerer?.connection);
      expect(relayed).toMatchObject({ info_hash: swarm, peer_id: from, offer_id: offerId });
      expect(Object.keys(relayed)).not.toContain('to_peer_id');
    }
    if (offerer && answerer?.connection === connection) answerer.asked.delete(keyOf(to, offerId));
  }

  /** Whatever it is, at most the sender hears of it, and nobody is lost. */
  disturb(who: number, bytes: Buffer): void {
    const connection = this.connections[who]!;
    const before = this.driver.core.totals();
    const invalidBefore = this.driver.core.counters.messagesIn.invalid;
    const sent = this.handle(connection, bytes);
    if (this.driver.core.counters.messagesIn.invalid > invalidBefore) this.expectFailure(connection, sent);
    // What is left of a message after the damage may be a good one, of some peer of its own.
    for (const peer of connection.peers) if (!this.model.find(peer.swarm.infoHash, peer.peerId)) this.#forgive(peer);
    expect(this.driver.core.totals()).toMatchObject({ connections: before.connections });
  }

  #forgive({
    swarm,
    peerId,
    connection,
  }: {
    swarm: { infoHash: string };
    peerId: string;
    connection: Connection;
  }): void {
    const stop = { action: 'announce', event: 'stopped', info_hash: swarm.infoHash, peer_id: peerId };
    this.handle(connection, Buffer.from(JSON.stringify(stop)));
  }

  scrape(who: number): void {
    const connection = this.connections[who]!;
    const sent = this.handle(connection, Buffer.from(JSON.stringify({ action: 'scrape', info_hash: SWARMS })));
    expect(sent).toHaveLength(1);
    expect(sent[0]!.effect.connection).toBe(connection);
    for (const swarm of SWARMS) {
      expect(sent[0]!.message['files']).toMatchObject({ [swarm]: this.model.counts(swarm) });
    }
  }

  reconnect(who: number): void {
    this.driver.core.closeConnection(this.connections[who]!);
    this.model.leave(this.connections[who]!);
    this.connections[who] = this.driver.core.openConnection();
  }

  pass(seconds: number): void {
    this.driver.pass(seconds);
    this.model.expire(this.driver.now);
  }

  expectInStep(): void {
    const swarms = SWARMS.filter((swarm) => this.model.of(swarm).length > 0).length;
    const expected = { swarms, peers: this.model.peers.size, connections: CONNECTIONS };
    expect(this.driver.core.totals()).toEqual(expected);
    for (const connection of this.connections) {
      for (const { swarm, peerId } of connection.peers) {
        expect(this.model.find(swarm.infoHash, peerId)?.connection).toBe(connection);
      }
    }
  }
}

const who = fc.nat(CONNECTIONS - 1);
const swarm = fc.constantFrom(...SWARMS);
const peer = fc.constantFrom(...PEERS);
const event = fc.constantFrom('started', 'completed', 'stopped', 'paused', undefined, undefined);

const step: fc.Arbitrary<(story: Story) => void> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(who, swarm, peer, event, fc.nat(6)).map((args) => (story: Story) => story.announce(...args)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(who, swarm, peer, peer, fc.nat(5))
      .map(([connection, hash, from, to, index]) => (story: Story) => {
        story.answer(connection, hash, from, to, `offer${index}`);
      }),
  },
  { weight: 6, arbitrary: fc.nat().map((which) => (story: Story) => story.answerOffer(which)) },
  { weight: 3, arbitrary: fc.tuple(who, damagedMessage).map((args) => (story: Story) => story.disturb(...args)) },
  { weight: 1, arbitrary: who.map((connection) => (story: Story) => story.scrape(connection)) },
  { weight: 1, arbitrary: who.map((connection) => (story: Story) => story.reconnect(connection)) },
  { weight: 1, arbitrary: fc.constantFrom(1, 30, 119, 200).map((seconds) => (story: Story) => story.pass(seconds)) },
);

describe('the whole core', () => {
  test('[TRK-1] [TRK-12] [TRK-15] [TRK-17] [TRK-21] long random stories go as the model says', () => {
    let answerCount = 0;
    let takenCount = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), fc.integer(), (steps, seed) => {
        const story = new Story(seed);
        for (const act of steps) {
          act(story);
          story.expectInStep();
        }
        answerCount += story.driver.core.counters.messagesOut.answer;
        takenCount += story.driver.core.counters.rejects['peer-id-taken'];
        for (let each = 0; each < CONNECTIONS; each += 1) story.reconnect(each);
        expect(story.driver.core.totals()).toMatchObject({ swarms: 0, peers: 0 });
      }),
      { numRuns: 100, seed: SEED },
    );
    // The stories are worth something only if these things happen in them.
    expect(answerCount).toBeGreaterThan(100);
    expect(takenCount).toBeGreaterThan(100);
  }, 60_000);
});
