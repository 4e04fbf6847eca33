import { segmentKeyOf } from '../../src/media/segment';
import {
  decodePeerMessage,
  encodePeerMessage,
  PROTOCOL_VERSION,
  type HaveEntry,
  type PeerMessage,
} from '../../src/protocol/peer-messages';
import { Swarm } from '../../src/swarm/swarm';
import type { SwarmEffect } from '../../src/swarm/swarm-effects';
import { UploadBudget } from '../../src/swarm/upload-budget';
import { SeededRandom } from '../doubles/seeded-random';
import { swarmHostOf } from '../support/swarm-host';

const URL_A = 'wss://a.example';
const HASH = 'h'.repeat(20);
const nameOf = (letter: string): string => letter.repeat(20);
const have = (sequence: number): HaveEntry => ({
  id: { rendition: 1, discontinuity: 0, sequence },
  state: 'complete',
  totalBytes: 10,
});

function start({ peerId = nameOf('m'), maxPeers = 24, haves = [] as HaveEntry[], trackers = [URL_A] } = {}) {
  const effects: SwarmEffect[] = [];
  const events: string[] = [];
  const limits = { maxPeers };
  const swarm = new Swarm(
    { infoHash: HASH, peerId, trackers },
    new UploadBudget({ isEnabled: true, maxBitrate: Infinity, maxRatio: 2 }),
    swarmHostOf({
      random: new SeededRandom(peerId.charCodeAt(0)),
      effect: (effect) => effects.push(effect),
      report: (name, payload) => events.push('peerId' in payload ? `${name} ${payload.peerId?.[0]}` : name),
      maxPeers: () => limits.maxPeers,
      ownHaves: () => haves,
      haveOf: (key) => haves.find(({ id }) => segmentKeyOf(id) === key),
      ownAbout: () => ({ uploadKbps: 3_000, isSettled: true }),
    }),
  );
  const of = <Type extends SwarmEffect['type']>(type: Type) =>
    effects.filter((effect): effect is Extract<SwarmEffect, { type: Type }> => effect.type === type);
  const trackerSays = (fields: Record<string, unknown>, now = 0) =>
    swarm.handleTrackerMessage(URL_A, JSON.stringify({ action: 'announce', info_hash: HASH, ...fields }), now);
  const offerFrom = (letter: string, offerId = letter) =>
    trackerSays({ peer_id: nameOf(letter), offer_id: nameOf(offerId), offer: { type: 'offer', sdp: letter } });
  const greet = (linkId: number, letter: string, now = 0): void => {
    swarm.handleLinkOpen(linkId);
    const greeting = { type: 'handshake', version: PROTOCOL_VERSION, infoHash: HASH, peerId: nameOf(letter) } as const;
    swarm.handleLinkFrame(linkId, encodePeerMessage(greeting), now);
  };
  const hear = (linkId: number, message: PeerMessage): void =>
    swarm.handleLinkFrame(linkId, encodePeerMessage(message), 0);
  /** What was said to a peer. */
  const saidTo = <Type extends PeerMessage['type']>(linkId: number, type: Type) =>
    of('sendFrame')
      .filter((effect) => effect.linkId === linkId)
      .map(({ frame }) => decodePeerMessage(frame))
      .filter((message): message is Extract<PeerMessage, { type: Type }> => (message as PeerMessage).type === type);
  const answeringLink = (): number => of('answerLink').at(-1)?.linkId ?? 0;
  /** The names of the offers in the last announce. */
  const sentOfferIds = (): string[] => {
    const { offers } = JSON.parse(of('sendTracker').at(-1)?.text ?? '') as { offers: { offer_id: string }[] };
    return offers.map(({ offer_id }) => offer_id);
  };
  return {
    swarm,
    effects,
    events,
    limits,
    of,
    trackerSays,
    offerFrom,
    greet,
    hear,
    saidTo,
    answeringLink,
    sentOfferIds,
  };
}

/** A viewer that has joined a swarm of `size`. */
function joined(size: number, options: Parameters<typeof start>[0] = {}) {
  const rig = start(options);
  rig.swarm.start(0);
  for (const { linkId } of rig.of('offerLink')) rig.swarm.handleLinkDescription(linkId, { type: 'offer', sdp: 's' });
  rig.swarm.handleTrackerOpen(URL_A, 0);
  rig.trackerSays({ interval: 120, complete: 0, incomplete: size });
  return rig;
}

describe('Swarm: looking for peers', () => {
  test.each([
    [2, 24, 3],
    [100, 24, 3],
    [100, 2, 2],
    [100, 1, 1],
    [100, 0, 0],
  ])('[ANN-5] in a swarm of %i with room for %i peers it makes %i offers', (size, maxPeers, expected) => {
    expect(joined(size, { maxPeers }).of('offerLink')).toHaveLength(expected);
  });

  test('[ANN-5] alone in a swarm it takes back what it offered before it knew, and offers nothing more', () => {
    const { swarm, of, trackerSays } = joined(1);
    expect([of('offerLink').length, of('closeLink').length, swarm.connectionCount]).toEqual([3, 3, 0]);
    for (let now = 0; now < 300_000; now = Math.max(now + 1, swarm.wakeAt)) {
      swarm.wake(now);
      trackerSays({ interval: 120, complete: 0, incomplete: 1 }, now);
    }
    expect(of('offerLink')).toHaveLength(3);
  });

  test('[ANN-13] offers are described while the socket opens, and go out with the first announce', () => {
    const { of, sentOfferIds } = joined(9);
    expect(of('sendTracker').map(({ text }) => (JSON.parse(text) as { event?: string }).event)).toEqual(['started']);
    expect(sentOfferIds()).toHaveLength(3);
  });

  test('[ANN-13] the first announce goes without them after a second, and they follow', () => {
    const { swarm, of, sentOfferIds, trackerSays } = start();
    swarm.start(0);
    swarm.handleTrackerOpen(URL_A, 100);
    expect(of('sendTracker')).toEqual([]);
    swarm.wake(1_100);
    expect(sentOfferIds()).toEqual([]);
    trackerSays({ interval: 120, complete: 0, incomplete: 9 }, 1_200);
    for (const linkId of [1, 2, 3]) swarm.handleLinkDescription(linkId, { type: 'offer', sdp: 's' });
    expect([of('offerLink').length, sentOfferIds().length]).toEqual([3, 3]);
  });

  test('[ANN-12] a tracker joined anew is offered to although the peers that are known are as many as it counts', () => {
    const rig = joined(2);
    rig.offerFrom('z');
    rig.greet(rig.answeringLink(), 'z');
    const before = rig.of('offerLink').length;
    rig.swarm.handleTrackerClose(URL_A, 'gone', 20_000);
    rig.swarm.wake(30_000);
    rig.swarm.handleTrackerOpen(URL_A, 30_000);
    rig.trackerSays({ interval: 120, complete: 0, incomplete: 2 }, 30_000);
    expect(rig.of('offerLink').length - before).toBe(1);
  });

  test('[ANN-5] where the tracker gives no count it looks for five', () => {
    const rig = start();
    rig.swarm.start(0);
    rig.swarm.handleTrackerOpen(URL_A, 0);
    rig.swarm.wake(1_000);
    rig.trackerSays({});
    for (let now = 0; now < 300_000; now = Math.max(now + 1, rig.swarm.wakeAt)) rig.swarm.wake(now);
    expect(rig.of('offerLink').length).toBeGreaterThan(3);
    expect(rig.swarm.swarmSize).toBeUndefined();
  });

  test('[ANN-8] offers that nobody takes up are dropped after 50 s, and made again when their time has come', () => {
    const { swarm, of } = joined(2);
    expect(of('sendTracker').at(-1)?.text).toContain('"numwant":3');
    for (let now = 0; now <= 50_000; now = Math.max(now + 1, swarm.wakeAt)) swarm.wake(now);
    expect(of('closeLink')).toEqual([
      { type: 'closeLink', linkId: 1 },
      { type: 'closeLink', linkId: 2 },
      { type: 'closeLink', linkId: 3 },
    ]);
    for (let now = 50_000; of('offerLink').length < 4 && now < 100_000; now = Math.max(now + 1, swarm.wakeAt))
      swarm.wake(now);
    expect(of('offerLink')).toHaveLength(4);
  });

  test('[ANN-14] [ANN-15] who has four peers makes no offers, but for one that goes with a renewal after a long time', () => {
    const rig = joined(100);
    for (const letter of ['u', 'v', 'w', 'x']) {
      rig.offerFrom(letter);
      rig.greet(rig.answeringLink(), letter);
    }
    const offeredAt: number[] = [];
    const ping = encodePeerMessage({ type: 'ping' });
    for (let now = 0; now < 2_400_000; now = Math.max(now + 1, Math.min(rig.swarm.wakeAt, now + 9_000))) {
      const [sentBefore, madeBefore] = [rig.of('sendTracker').length, rig.of('offerLink').length];
      rig.swarm.wake(now);
      for (const { linkId } of rig.of('answerLink')) rig.swarm.handleLinkFrame(linkId, ping, now);
      for (const { linkId } of rig.of('offerLink').slice(madeBefore)) {
        offeredAt.push(now);
        rig.swarm.handleLinkDescription(linkId, { type: 'offer', sdp: 's' });
      }
      if (rig.of('sendTracker').length > sentBefore)
        rig.trackerSays({ interval: 120, complete: 0, incomplete: 100 }, now);
    }
    expect(rig.swarm.peers).toHaveLength(4);
    expect(offeredAt.length).toBeGreaterThanOrEqual(1);
    expect(offeredAt.length).toBeLessThanOrEqual(2);
    expect(offeredAt[0]).toBeGreaterThanOrEqual(900_000);
    // Each went out with a renewal: no announce more than every two minutes.
    expect(rig.of('sendTracker').length).toBeLessThanOrEqual(1 + 2_400 / 120);
  });

  test('[ANN-2] a tracker that is lost takes its offers and counts along, links that are up stay', () => {
    const rig = joined(5);
    rig.offerFrom('z');
    rig.greet(rig.answeringLink(), 'z');
    expect(rig.swarm.connectionCount).toBe(4);
    rig.swarm.handleTrackerClose(URL_A, 'gone', 1_000);
    expect([rig.swarm.connectionCount, rig.swarm.peers.length, rig.swarm.swarmSize]).toEqual([1, 1, undefined]);
    expect(rig.events).toEqual(expect.arrayContaining(['trackerClosed', 'error']));
  });

  test('[ANN-7] a tracker that is named twice is one tracker', () => {
    const { swarm, of } = start({ trackers: [URL_A, URL_A, 'wss://b.example'] });
    swarm.start(0);
    expect(of('openTracker').map(({ url }) => url)).toEqual([URL_A, 'wss://b.example']);
  });

  test('[SWARM-2] a raised limit is used without waiting for the next announce', () => {
    const { swarm, of, limits } = joined(100, { maxPeers: 0 });
    expect(of('offerLink')).toHaveLength(0);
    limits.maxPeers = 3;
    expect(swarm.wakeAt).toBeLessThanOrEqual(0);
    swarm.wake(10);
    expect(of('offerLink')).toHaveLength(3);
    expect(swarm.wakeAt).toBeGreaterThan(10);
  });
});

describe('Swarm: links', () => {
  test('an offer is answered through the tracker that brought it', () => {
    const { swarm, of, offerFrom } = joined(1);
    offerFrom('z', 'o');
    expect(of('answerLink')).toEqual([{ type: 'answerLink', linkId: 4, offer: { type: 'offer', sdp: 'z' } }]);
    swarm.handleLinkDescription(4, { type: 'answer', sdp: 'mine' });
    expect(JSON.parse(of('sendTracker').at(-1)?.text ?? '')).toMatchObject({
      to_peer_id: nameOf('z'),
      offer_id: nameOf('o'),
      answer: { type: 'answer', sdp: 'mine' },
    });
  });

  test('an answer is given to the link that offered, once', () => {
    const { of, trackerSays, sentOfferIds } = joined(2);
    const [offerId] = sentOfferIds();
    const answer = { peer_id: nameOf('z'), offer_id: offerId, answer: { type: 'answer', sdp: 'theirs' } };
    trackerSays(answer);
    trackerSays(answer);
    trackerSays({ ...answer, offer_id: nameOf('?') });
    expect(of('acceptAnswer')).toEqual([
      { type: 'acceptAnswer', linkId: 1, answer: { type: 'answer', sdp: 'theirs' } },
    ]);
  });

  test('[SWARM-2] no more than maxPeers and a quarter for newcomers, connecting ones included', () => {
    const { swarm, of, offerFrom } = joined(1, { maxPeers: 4 });
    for (const letter of ['u', 'v', 'w', 'x', 'y', 'z']) offerFrom(letter);
    expect(of('answerLink')).toHaveLength(5);
    swarm.handleLinkClose(4, 'failed', 0);
    offerFrom('z');
    expect(of('answerLink')).toHaveLength(6);
  });

  test('[SWARM-2] an offer of ours that is taken up when there is no room left is closed', () => {
    const { of, offerFrom, trackerSays, limits, sentOfferIds } = joined(4);
    const [offerId] = sentOfferIds();
    for (const letter of ['x', 'y']) offerFrom(letter);
    limits.maxPeers = 1;
    trackerSays({ peer_id: nameOf('z'), offer_id: offerId, answer: { type: 'answer', sdp: 't' } });
    expect(of('closeLink')).toEqual([{ type: 'closeLink', linkId: 1 }]);
    expect(of('acceptAnswer')).toEqual([]);
  });

  test('[SWARM-3] its own id, and one that it is connected to, are not answered', () => {
    const { of, offerFrom, greet, answeringLink } = joined(1);
    offerFrom('m');
    offerFrom('z');
    greet(answeringLink(), 'z');
    offerFrom('z', 'o');
    expect(of('answerLink')).toHaveLength(1);
  });

  test('[HAVE-2] a new peer hears all that there is, in messages of at most 512', () => {
    const haves = Array.from({ length: 1_100 }, (_, index) => have(index));
    const { swarm, saidTo, offerFrom, greet, answeringLink } = joined(1, { haves });
    offerFrom('z');
    greet(answeringLink(), 'z');
    const lengths = () => saidTo(answeringLink(), 'have').map(({ entries }) => entries.length);
    expect(lengths()).toEqual([512, 512, 76]);
    swarm.announce([have(5_000)]);
    expect(lengths()).toEqual([512, 512, 76, 1]);
  });

  test('[SWARM-5] who leaves says so to the trackers, and closes every link', () => {
    const { swarm, of, events, offerFrom, greet, answeringLink } = joined(5);
    offerFrom('z');
    greet(answeringLink(), 'z');
    swarm.leave();
    expect(of('sendTracker').at(-1)?.text).toContain('"stopped"');
    expect(of('closeTracker')).toHaveLength(1);
    expect(of('closeLink').map(({ linkId }) => linkId)).toEqual([1, 2, 3, 4]);
    expect(events.at(-1)).toBe('peerClosed z');
    expect([swarm.connectionCount, swarm.wakeAt]).toEqual([0, Infinity]);
  });

  test('what is said of links and trackers that are unknown is not heard', () => {
    const { swarm, effects } = joined(1);
    const before = effects.length;
    swarm.handleLinkOpen(9);
    swarm.handleLinkDescription(9, { type: 'offer', sdp: '' });
    swarm.handleLinkFrame(9, new Uint8Array(1), 0);
    swarm.handleLinkFlushed(9, 5, 0);
    swarm.handleLinkClose(9, '', 0);
    swarm.handleTrackerOpen('wss://other.example', 0);
    swarm.handleTrackerMessage('wss://other.example', '{}', 0);
    swarm.handleTrackerClose('wss://other.example', '', 0);
    expect(effects).toHaveLength(before);
  });
});

describe('Swarm: what peers hear', () => {
  /** Peers `y` and `z` are there. */
  function withTwo(haves: HaveEntry[] = []) {
    const rig = joined(1, { haves });
    const [y, z] = ['y', 'z'].map((letter) => {
      rig.offerFrom(letter);
      rig.greet(rig.answeringLink(), letter);
      return rig.answeringLink();
    }) as [number, number];
    const heard = (linkId: number) =>
      rig.saidTo(linkId, 'have').map(({ entries }) => entries.map(({ id, state }) => `${id.sequence} ${state}`));
    return { ...rig, y, z, heard };
  }
  const part = (sequence: number): HaveEntry => {
    const { id } = have(sequence);
    return { id, state: 'partial', totalBytes: 10, blocks: Uint8Array.of(1) };
  };

  test('[HAVE-7] one that has all of a segment does not hear who else has it, one that has a part does', () => {
    const { swarm, hear, heard, y, z } = withTwo();
    hear(y, { type: 'have', entries: [have(1), part(2)] });
    swarm.announce([have(1), have(2)]);
    expect([heard(y), heard(z)]).toEqual([[['2 complete']], [['1 complete', '2 complete']]]);
    swarm.announce([have(1)]);
    expect(heard(y)).toHaveLength(1);
  });

  test('[HAVE-7] one that has a part hears of blocks that it lacks only, and of a size that is not its own', () => {
    const { swarm, hear, heard, y, z } = withTwo();
    const partOf = (sequence: number, blocks: number, totalBytes = 900_000): HaveEntry => {
      return { id: have(sequence).id, state: 'partial', totalBytes, blocks: Uint8Array.of(blocks) };
    };
    hear(y, { type: 'have', entries: [partOf(1, 0b011), partOf(2, 0b011), partOf(3, 0b011)] });
    swarm.announce([partOf(1, 0b010), partOf(2, 0b100), partOf(3, 0b001, 900_001)]);
    expect(heard(y)).toEqual([['2 partial', '3 partial']]);
    expect(heard(z)).toEqual([['1 partial', '2 partial', '3 partial']]);
  });

  test('[HAVE-7] one that has less of a segment than it had hears again what is here', () => {
    const { hear, heard, y } = withTwo([have(1)]);
    const partOf = (blocks: number): PeerMessage => {
      const entry = { id: have(1).id, state: 'partial', totalBytes: 10, blocks: Uint8Array.of(blocks) } as const;
      return { type: 'have', entries: [entry] };
    };
    hear(y, partOf(0b01));
    hear(y, partOf(0b11));
    expect(heard(y)).toHaveLength(1);
    hear(y, partOf(0b10));
    expect(heard(y)).toHaveLength(2);
    hear(y, { type: 'have', entries: [have(1)] });
    expect(heard(y)).toHaveLength(2);
    hear(y, partOf(0b11));
    expect(heard(y)).toEqual([['1 complete'], ['1 complete'], ['1 complete']]);
  });

  test('[HAVE-7] all hear what is gone', () => {
    const { swarm, hear, heard, y, z } = withTwo();
    hear(y, { type: 'have', entries: [have(1)] });
    swarm.announce([{ id: have(1).id, state: 'gone' }]);
    expect([heard(y), heard(z)]).toEqual([[['1 gone']], [['1 gone']]]);
  });

  test('[HAVE-7] one that has lost a segment is told that it is here', () => {
    const { hear, heard, y, z } = withTwo([have(1)]);
    hear(y, { type: 'have', entries: [have(1)] });
    hear(y, {
      type: 'have',
      entries: [
        { id: have(1).id, state: 'gone' },
        { id: have(2).id, state: 'gone' },
      ],
    });
    expect(heard(y)).toEqual([['1 complete'], ['1 complete']]);
    expect(heard(z)).toEqual([['1 complete']]);
  });

  test('[SWARM-11] each hears at once what this viewer gives, and all when that changes', () => {
    const { swarm, saidTo, y, z } = withTwo();
    const first = { type: 'about', uploadKbps: 3_000, isSettled: true };
    expect([saidTo(y, 'about'), saidTo(z, 'about')]).toEqual([[first], [first]]);
    swarm.announceAbout({ uploadKbps: 900, isSettled: false });
    const second = { type: 'about', uploadKbps: 900, isSettled: false };
    expect([saidTo(y, 'about'), saidTo(z, 'about')]).toEqual([
      [first, second],
      [first, second],
    ]);
  });
});

describe('Swarm: two links between the same pair', () => {
  /** `m` and `z` offered to each other at once: at each, link 1 is the own offer and the last one the other's. */
  function glare(order: readonly ('m' | 'z')[], letter: 'm' | 'z') {
    const other = letter === 'm' ? 'z' : 'm';
    const rig = joined(2, { peerId: nameOf(letter), maxPeers: 1 });
    rig.limits.maxPeers = 24;
    const [offerId] = rig.sentOfferIds();
    rig.offerFrom(other);
    rig.trackerSays({ peer_id: nameOf(other), offer_id: offerId, answer: { type: 'answer', sdp: 't' } });
    for (const offerer of order) rig.greet(offerer === letter ? 1 : 2, other);
    const kept = rig.of('closeLink').map(({ linkId }) => linkId);
    return { ...rig, keptOffererIs: kept[0] === 1 ? other : letter, closedCount: kept.length };
  }

  test.each<readonly (readonly ('m' | 'z')[])[]>([[['m', 'z']], [['z', 'm']]])(
    '[SWARM-1] both sides keep the same one, in whichever order they open: %j',
    (order) => {
      const sides = [glare(order, 'm'), glare([...order].reverse(), 'z')];
      expect(sides.map(({ keptOffererIs, closedCount }) => [keptOffererIs, closedCount])).toEqual([
        ['m', 1],
        ['m', 1],
      ]);
      for (const { swarm } of sides) expect([swarm.peers.length, swarm.connectionCount]).toEqual([1, 1]);
    },
  );

  // The page heard "closed" of a peer that was still there, because the second link to it was the one that went.
  test('[SWARM-4] the page hears of an end only where it heard of a beginning', () => {
    for (const letter of ['m', 'z'] as const) {
      for (const order of [['m', 'z'] as const, ['z', 'm'] as const]) {
        const { events, swarm } = glare(order, letter);
        const count = (name: string) => events.filter((event) => event.startsWith(name)).length;
        expect(count('peerConnected') - count('peerClosed')).toBe(swarm.peers.length);
        expect(count('peerClosed')).toBe(count('peerConnected') - 1);
      }
    }
  });
});
