// When a swarm wants to be called is not looked up each time. Whatever happens, it must never be called too late.

import fc from 'fast-check';
import { segmentKeyOf } from '../../src/media/segment';
import { encodePeerMessage, PROTOCOL_VERSION, type PeerMessage } from '../../src/protocol/peer-messages';
import { Swarm } from '../../src/swarm/swarm';
import type { SwarmEffect } from '../../src/swarm/swarm-effects';
import { UploadBudget } from '../../src/swarm/upload-budget';
import { SeededRandom } from '../doubles/seeded-random';
import { swarmHostOf } from '../support/swarm-host';

const TRACKER = 'wss://a.example';
const HASH = 'h'.repeat(20);
const SEGMENT = { rendition: 1, discontinuity: 0, sequence: 5 };
const LETTERS = ['x', 'y', 'z'];
const nameOf = (letter: string): string => letter.repeat(20);

class World {
  now = 0;
  maxPeers = 3;
  wakeCount = 0;
  readonly #effects: SwarmEffect[] = [];
  readonly #peerOf = new Map<number, string>();
  readonly swarm = new Swarm(
    { infoHash: HASH, peerId: nameOf('m'), trackers: [TRACKER] },
    new UploadBudget({ isEnabled: true, maxBitrate: 1_000_000, maxRatio: Infinity }),
    swarmHostOf({
      random: new SeededRandom(3),
      effect: (effect) => this.#effects.push(effect),
      maxPeers: () => this.maxPeers,
      bytesAtHand: (_, { start, end }) => new Uint8Array(end - start),
    }),
  );

  constructor() {
    this.swarm.start(0);
    this.describeAll();
    this.swarm.handleTrackerOpen(TRACKER, 0);
    this.trackerSays({ interval: 120, complete: 0, incomplete: 9 });
    for (const [place, letter] of ['x', 'y'].entries()) {
      this.offer(letter, letter);
      this.greet(place);
    }
  }

  trackerSays(fields: Record<string, unknown>): void {
    const text = JSON.stringify({ action: 'announce', info_hash: HASH, ...fields });
    this.swarm.handleTrackerMessage(TRACKER, text, this.now);
  }

  describeAll(): void {
    for (const effect of this.#effects.splice(0)) {
      if (effect.type === 'offerLink')
        this.swarm.handleLinkDescription(effect.linkId, { type: 'offer', sdp: `offer ${effect.linkId}` });
      else if (effect.type === 'answerLink')
        this.swarm.handleLinkDescription(effect.linkId, { type: 'answer', sdp: `answer ${effect.linkId}` });
    }
  }

  /** A stranger offers; it may connect later. */
  offer(letter: string, offerId: string): void {
    this.trackerSays({ peer_id: nameOf(letter), offer_id: nameOf(offerId), offer: { type: 'offer', sdp: 'sdp' } });
    for (const effect of this.#effects) {
      if (effect.type === 'answerLink' && !this.#peerOf.has(effect.linkId)) this.#peerOf.set(effect.linkId, letter);
    }
  }

  greet(place: number): void {
    const [linkId = 0, letter = ''] = [...this.#peerOf][place] ?? [];
    this.swarm.handleLinkOpen(linkId);
    const peerId = nameOf(letter);
    this.hear(linkId, { type: 'handshake', version: PROTOCOL_VERSION, infoHash: HASH, peerId });
  }

  hear(linkId: number, message: PeerMessage): void {
    this.swarm.handleLinkFrame(linkId, encodePeerMessage(message), this.now);
  }

  /** Time passes, with each wake-up that was asked for. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let turns = 0; this.swarm.wakeAt <= end; turns += 1) {
      if (turns > 1_000) throw new Error(`wakes for ever at ${this.now}`);
      this.now = Math.max(this.now, this.swarm.wakeAt);
      this.swarm.wake(this.now);
      this.wakeCount += 1;
      this.check();
    }
    this.now = end;
  }

  check(): void {
    expect(this.swarm.wakeAt).toBeLessThanOrEqual(this.swarm.scanWakeAt());
  }
}

type Step = (world: World) => void;
const letters = fc.constantFrom(...LETTERS);
const places = fc.nat(4);
const withPeer =
  (place: number, act: (peer: World['swarm']['peers'][number], world: World) => void): Step =>
  (world) => {
    const peer = world.swarm.peers[place];
    if (peer) act(peer, world);
  };
const say = (messageOf: (requestId: number) => PeerMessage): fc.Arbitrary<Step> =>
  fc
    .tuple(places, fc.integer({ min: 1, max: 5 }))
    .map(([place, id]) => withPeer(place, ({ linkId }, world) => world.hear(linkId, messageOf(id))));

const steps: readonly fc.Arbitrary<Step>[] = [
  fc.integer({ min: 0, max: 30_000 }).map((ms) => (world) => world.pass(ms)),
  fc.integer({ min: 0, max: 200 }).map((ms) => (world) => world.pass(ms)),
  fc.tuple(letters, fc.constantFrom('o', 'p', 'q')).map(
    ([letter, offerId]) =>
      (world) =>
        world.offer(letter, offerId),
  ),
  fc.constant((world: World) => world.describeAll()),
  places.map((place) => (world) => world.greet(place)),
  places.map((place) => (world) => world.greet(place)),
  places.map((place) =>
    withPeer(place, (peer, { now }) => {
      peer.request(segmentKeyOf(SEGMENT), SEGMENT, { start: 0, end: 100 }, 5_000, now);
    }),
  ),
  fc
    .tuple(places, fc.integer({ min: 1, max: 5 }))
    .map(([place, id]) => withPeer(place, (peer, { now }) => peer.cancel(id, now))),
  say((requestId) => ({ type: 'data', requestId, offset: 0, payload: new Uint8Array(100) })),
  say((requestId) => ({ type: 'reject', requestId, reason: 'busy' })),
  say((requestId) => ({ type: 'request', requestId, id: SEGMENT, range: { start: 0, end: 400_000 }, neededInMs: 900 })),
  say(() => ({ type: 'peers', added: LETTERS.concat('v', 'w').map(nameOf), removed: [] })),
  say(() => ({ type: 'peers', added: [], removed: [nameOf('v')] })),
  say(() => ({ type: 'pong' })),
  fc.nat(12).map((linkId) => (world) => world.swarm.handleLinkClose(linkId, 'gone', world.now)),
  fc.nat(5).map((maxPeers) => (world) => {
    world.maxPeers = maxPeers;
    world.swarm.reconsider(world.now);
  }),
  fc.constant((world: World) => world.swarm.handleTrackerClose(TRACKER, 'gone', world.now)),
  fc.constant((world: World) => world.swarm.handleTrackerOpen(TRACKER, world.now)),
  fc.tuple(fc.integer({ min: 20, max: 300 }), fc.nat(20)).map(
    ([interval, incomplete]) =>
      (world) =>
        world.trackerSays({ interval, complete: 0, incomplete }),
  ),
];

describe('Swarm: when it wants to be called', () => {
  test('is never later than the first thing that is to be done', () => {
    let wakeCount = 0;
    let peerCount = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(...steps), { minLength: 5, maxLength: 60 }), (script) => {
        const world = new World();
        for (const step of script) {
          step(world);
          world.check();
          peerCount = Math.max(peerCount, world.swarm.peers.length);
        }
        wakeCount += world.wakeCount;
      }),
      { numRuns: 300 },
    );
    // It was about something.
    expect(peerCount).toBeGreaterThan(1);
    expect(wakeCount).toBeGreaterThan(200);
  });

  test('is not later than that because it was left alone: what is due is done by itself', () => {
    const world = new World();
    const [peer] = world.swarm.peers;
    peer?.request(segmentKeyOf(SEGMENT), SEGMENT, { start: 0, end: 100 }, 5_000, world.now);
    world.pass(2_999);
    expect(peer?.openRequestCount).toBe(1);
    world.pass(1);
    expect(peer?.openRequestCount).toBe(0);
  });
});
