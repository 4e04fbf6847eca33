// Who named which size, and what it costs to be wrong.

import { SessionRig } from '../support/session-rig';

const SIZE = 200_000;
const REST_MS = 30_000;

/** A rig with peers, and what the page hears of those that are closed. */
function withPeers(letters: readonly string[]) {
  const rig = SessionRig.playing(0);
  const links = letters.map((letter) => rig.connectPeer(letter));
  const closed = (): string[] =>
    rig.of('report').flatMap(({ name, payload }) => {
      if (name !== 'peerClosed') return [];
      const { peerId, reason } = payload as { peerId: string; reason: string };
      return [`${peerId[0]}: ${reason}`];
    });
  /** The origin gives segment `index`, after peers have named these sizes of it. */
  const loadFromOrigin = (index: number, sizes: readonly (number | undefined)[], blocks?: readonly number[]): void => {
    sizes.forEach((size, at) => {
      if (size !== undefined) rig.peerHas(links[at] ?? 0, index, blocks, size);
    });
    rig.play(0);
    rig.request(index);
    rig.originSends(index);
  };
  const isBelieved = (index: number, at: number): boolean => {
    // A lie costs some rest as well.
    rig.now += REST_MS;
    const before = rig.saidTo(links[at] ?? 0, 'request').length;
    rig.play(30);
    rig.peerHas(links[at] ?? 0, index);
    rig.request(index);
    return rig.saidTo(links[at] ?? 0, 'request').length > before;
  };
  return { rig, links, closed, loadFromOrigin, isBelieved };
}

test('[SCORE-6] a second size that the origin disproves closes the peer, a first one does not', () => {
  const { closed, loadFromOrigin } = withPeers(['x', 'y']);
  loadFromOrigin(1, [SIZE - 1, SIZE]);
  expect(closed()).toEqual([]);
  loadFromOrigin(2, [SIZE - 1, SIZE]);
  expect(closed()).toEqual(['x: false sizes']);
});

test('[SCORE-6] of segments that it is receiving itself, a fourth one', () => {
  const { closed, loadFromOrigin } = withPeers(['x']);
  for (const index of [1, 2, 3]) loadFromOrigin(index, [SIZE - 1], [0]);
  expect(closed()).toEqual([]);
  loadFromOrigin(4, [SIZE - 1], [0]);
  expect(closed()).toEqual(['x: false sizes']);
});

test('[SCORE-3] a wrong size counts although it was taken back before the segment was here', () => {
  const { rig, links, closed } = withPeers(['x']);
  for (const index of [1, 2]) {
    const fetch = rig.of('fetchHttp').length;
    rig.request(index);
    expect(rig.of('fetchHttp')).toHaveLength(fetch + 1);
    rig.peerHas(links[0] ?? 0, index, undefined, SIZE - 1);
    rig.peerHas(links[0] ?? 0, index);
    rig.originSends(index);
  }
  expect(closed()).toEqual(['x: false sizes']);
});

test('[SCORE-7] a CDN that serves two sizes: those who have the other one stay', () => {
  const { closed, loadFromOrigin } = withPeers(['w', 'x', 'y', 'z']);
  for (let index = 0; index < 15; index += 1) loadFromOrigin(index, [SIZE - 1, SIZE, SIZE - 1, SIZE]);
  expect(closed()).toEqual([]);
});

test('[SCORE-4] they are not believed, so that those who have the same one give it', () => {
  const { rig, links, loadFromOrigin } = withPeers(['w', 'x', 'y', 'z']);
  loadFromOrigin(0, [SIZE - 1, SIZE, SIZE - 1, SIZE]);
  rig.play(30);
  [SIZE - 1, SIZE, SIZE - 1, SIZE].forEach((size, at) => rig.peerHas(links[at] ?? 0, 1, undefined, size));
  const fetchCount = rig.of('fetchHttp').length;
  rig.request(1);
  expect(rig.of('fetchHttp')).toHaveLength(fetchCount);
  expect(links.map((link) => rig.saidTo(link, 'request').length)).toEqual([0, 1, 0, 1]);
  for (const link of links) for (const request of rig.saidTo(link, 'request')) rig.serve(link, request);
  expect(rig.deliveries().at(-1)).toMatchObject({ isRight: true });
});

test('[SCORE-4] who was wrong once is believed again after three segments that it names rightly', () => {
  const { loadFromOrigin, isBelieved } = withPeers(['x']);
  loadFromOrigin(0, [SIZE - 1]);
  for (const index of [1, 2]) loadFromOrigin(index, [SIZE]);
  expect(isBelieved(10, 0)).toBe(false);
  loadFromOrigin(3, [SIZE]);
  expect(isBelieved(11, 0)).toBe(true);
});

test('[SCORE-4] who is not believed may still give what the origin has said the size of', () => {
  const { rig, links, loadFromOrigin } = withPeers(['x']);
  loadFromOrigin(0, [SIZE - 1]);
  rig.now += REST_MS;
  rig.play(0);
  rig.request(1);
  rig.originSends(1, { end: 20_000 });
  rig.play(30);
  const { fetchId } = rig.of('fetchHttp').at(-1) ?? { fetchId: 0 };
  rig.tell({ type: 'httpError', fetchId, failure: { reason: 'network', message: 'broke' } });
  rig.peerHas(links[0] ?? 0, 1);
  expect(rig.saidTo(links[0] ?? 0, 'request').length).toBeGreaterThan(0);
});

test('[SCORE-3] whose word was confirmed before convicts who contradicts it, where the origin is not asked', () => {
  const { rig, links, closed, loadFromOrigin } = withPeers(['x', 'y']);
  loadFromOrigin(0, [SIZE - 1, SIZE]);
  for (let index = 1; index <= 3; index += 1) {
    rig.play(30);
    rig.peerHas(links[0] ?? 0, index, undefined, SIZE - 1);
    rig.peerHas(links[1] ?? 0, index);
    const before = rig.saidTo(links[1] ?? 0, 'request').length;
    rig.request(index);
    for (const request of rig.saidTo(links[1] ?? 0, 'request').slice(before)) rig.serve(links[1] ?? 0, request);
  }
  expect(rig.of('fetchHttp')).toHaveLength(1);
  expect(rig.deliveries()).toHaveLength(4);
  expect(closed()).toEqual(['x: false sizes']);
});
