// A machine that slept for an hour in the middle of something: what it measured over that hour is no measurement.

import { SessionRig } from '../support/session-rig';

const HOUR_MS = 3_600_000;
const SIZE = 200_000;

test('[HTTP-8] a first byte that came after a sleep says nothing of the origin', () => {
  const rig = SessionRig.playing(0);
  rig.request(1);
  rig.now += HOUR_MS;
  rig.originSends(1);
  // Peers are asked for the next one, as long as the origin is taken to be as fast as it is.
  const peer = rig.connectPeer('z');
  rig.play(30);
  rig.peerHas(peer, 2);
  rig.request(2);
  expect(rig.saidTo(peer, 'request')).toHaveLength(2);
  expect(rig.of('fetchHttp')).toHaveLength(1);
});

test('[HTTP-8] nor does a piece of a body', () => {
  const rig = SessionRig.playing(0);
  rig.request(1);
  const { fetchId } = rig.of('fetchHttp')[0] ?? { fetchId: 0 };
  rig.tell({ type: 'httpHead', fetchId, head: { status: 200, bodyStart: 0, bodyBytes: SIZE } });
  rig.now += HOUR_MS;
  rig.tell({ type: 'httpChunk', fetchId, bytes: rig.content.bytesOf(1).slice() });
  rig.tell({ type: 'httpEnd', fetchId });
  expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  const peer = rig.connectPeer('z');
  rig.play(30);
  rig.peerHas(peer, 2);
  rig.request(2);
  expect(rig.saidTo(peer, 'request')).toHaveLength(2);
});

test('[HTTP-8] nor does what a peer brings then', () => {
  const rig = SessionRig.playing(30);
  const peer = rig.connectPeer('z');
  rig.peerHas(peer, 1);
  rig.request(1);
  rig.now += HOUR_MS;
  rig.play(30);
  for (const request of rig.saidTo(peer, 'request')) rig.serve(peer, request);
  expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  // The second block, which came at once, is one.
  expect(rig.session.swarm?.peers[0]?.bitsPerSecond).toBeGreaterThan(1_000_000);
});

test('[PEER-12] of peers that are gone without a word none is left after 20 s, and HTTP goes on at once', () => {
  const rig = SessionRig.playing(30);
  const peers = ['w', 'x', 'y', 'z'].map((letter) => rig.connectPeer(letter));
  for (const peer of peers) rig.peerHas(peer, 1);
  rig.request(1);
  const before = rig.effects.length;
  rig.now += HOUR_MS;
  rig.tell({ type: 'wake' });
  expect(rig.of('fetchHttp')).toHaveLength(1);
  rig.originSends(1);
  expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  rig.pass(20_000);
  expect(new Set(rig.of('closeLink').map(({ linkId }) => linkId))).toEqual(
    new Set([...peers, ...rig.of('offerLink').map(({ linkId }) => linkId)].filter((linkId) => peers.includes(linkId))),
  );
  expect(rig.session.swarm?.peers).toEqual([]);
  expect(rig.effects.slice(before).filter(({ type }) => type.startsWith('send')).length).toBeLessThan(60);
});

test('a clock that stands still or goes back a little breaks nothing', () => {
  const rig = SessionRig.playing(30);
  rig.now = 5_000;
  const peer = rig.connectPeer('z');
  rig.peerHas(peer, 1);
  rig.request(1);
  const requests = rig.saidTo(peer, 'request');
  rig.now = 4_900;
  rig.tell({ type: 'wake' });
  if (requests[0]) rig.serve(peer, requests[0]);
  rig.now = 4_950;
  if (requests[1]) rig.serve(peer, requests[1]);
  expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  rig.play(0);
  rig.request(2);
  rig.now = 4_900;
  rig.originSends(2);
  expect(rig.deliveries()).toHaveLength(2);
  expect(rig.of('deliver').every(({ delivery }) => delivery.bitsPerSecond > 0)).toBe(true);
  expect(rig.wakeAt).toBeGreaterThan(0);
});
