// What the player hears of the network, through a whole session.

import type { Milliseconds } from '../../src/base/units';
import { SessionRig } from '../support/session-rig';

const SIZE = 200_000;
const told = (rig: SessionRig) => rig.of('deliver').map(({ delivery }) => Math.round(delivery.bitsPerSecond));
const toldLast = (rig: SessionRig) => told(rig).at(-1) ?? NaN;

/** A peer gives segment `index`, all of it `after` it was asked. */
function givenByPeer(rig: SessionRig, peer: number, index: number, after: Milliseconds): void {
  const before = rig.saidTo(peer, 'request').length;
  rig.peerHas(peer, index);
  rig.request(index);
  rig.now += after;
  let served = before;
  for (let requests = rig.saidTo(peer, 'request'); served < requests.length; requests = rig.saidTo(peer, 'request'))
    rig.serve(peer, requests[served++]!);
}

/** The origin gives segment `index` in ten pieces, the first byte after 50 ms. */
function givenByOrigin(rig: SessionRig, index: number, took: Milliseconds): void {
  rig.request(index);
  const { fetchId } = rig.of('fetchHttp').at(-1) ?? { fetchId: 0 };
  rig.now += 50;
  rig.tell({ type: 'httpHead', fetchId, head: { status: 200, bodyStart: 0, bodyBytes: SIZE } });
  const bytes = rig.content.bytesOf(index);
  for (let piece = 0; piece < 10; piece += 1) {
    rig.now += (took - 50) / 10;
    rig.tell({ type: 'httpChunk', fetchId, bytes: bytes.slice((piece * SIZE) / 10, ((piece + 1) * SIZE) / 10) });
  }
  rig.tell({ type: 'httpEnd', fetchId });
}

describe('MediaSession: the rate that the player hears', () => {
  test('[DL-9] over HTTP alone it is what the segment took, from when it was asked for', () => {
    const rig = SessionRig.playing(0);
    givenByOrigin(rig, 3, 500);
    expect(told(rig)).toEqual([(SIZE * 8) / 0.5]);
  });

  test('[DL-9] before anything came over HTTP it is what peers gave', () => {
    const rig = SessionRig.playing(30);
    rig.now = 5_000;
    const peer = rig.connectPeer('z');
    rig.play(30);
    givenByPeer(rig, peer, 3, 400);
    expect(told(rig)).toEqual([(SIZE * 8) / 0.4]);
  });

  // The buffer is full, so peers may take their time. A player that is told so steps down for nothing.
  test('[DL-9] a segment that peers bring at leisure counts as one over HTTP', () => {
    const rig = SessionRig.playing(0);
    givenByOrigin(rig, 3, 500);
    const peer = rig.connectPeer('z');
    rig.play(30);
    givenByPeer(rig, peer, 4, 1_800);
    expect(toldLast(rig)).toBeGreaterThan(0.9 * (told(rig)[0] ?? NaN));
    expect(toldLast(rig)).toBeLessThanOrEqual((SIZE * 8) / 0.45);
  });

  test('[DL-9] a segment that was there already says what the line would give, not what memory does', () => {
    const rig = SessionRig.playing(0);
    givenByOrigin(rig, 3, 500);
    rig.request(3);
    const { readId } = rig.of('readSegment').at(-1) ?? { readId: 0 };
    rig.tell({ type: 'segmentRead', readId, bytes: rig.content.bytesOf(3) });
    expect(toldLast(rig)).toBeGreaterThan(2_000_000);
    expect(toldLast(rig)).toBeLessThanOrEqual((SIZE * 8) / 0.45);
  });

  // Wi-Fi at its edge: all peers are slow at once, and what HTTP gave a minute ago is no news.
  test('[DL-13] segments that peers bring too late for the player count as what they are', () => {
    // No room for anything ahead: what the origin would bring of it would show how fast it is.
    const rig = SessionRig.playing(0, { isLive: true }, { memoryLimitBytes: 0 });
    givenByOrigin(rig, 3, 500);
    const peer = rig.connectPeer('z');
    rig.now += 20_000;
    rig.play(5.5);
    givenByPeer(rig, peer, 4, 3_500);
    expect(toldLast(rig)).toBeLessThan(2_000_000);
    // HTTP is asked sooner from then on, and what it shows counts.
    rig.play(0);
    givenByOrigin(rig, 5, 500);
    expect(toldLast(rig)).toBe((SIZE * 8) / 0.5);
    rig.play(30);
    rig.addManifest();
    givenByPeer(rig, peer, 16, 1_000);
    expect(toldLast(rig)).toBeGreaterThan(2_000_000);
  });
});
