// Segments that come in blocks from several sides at once.

import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { SessionRig } from '../support/session-rig';

const { blockBytes: BLOCK_BYTES } = TRANSFER_SIZES;
const BLOCK_COUNT = 6;
const SIZE = BLOCK_COUNT * BLOCK_BYTES;

const playing = (bufferAheadSeconds: number): SessionRig =>
  SessionRig.playing(bufferAheadSeconds, { segmentBytes: SIZE });
const rangesOf = (rig: SessionRig) => rig.of('fetchHttp').map(({ request }) => request.range);
const blocksAsked = (rig: SessionRig, peer: number): number[] =>
  rig.saidTo(peer, 'request').map(({ range }) => Math.floor(range.start / BLOCK_BYTES));
/** The peer gives all that it is asked for, also what it is asked for meanwhile. Once per peer. */
function serveAll(rig: SessionRig, peer: number): void {
  let served = 0;
  for (let left = rig.saidTo(peer, 'request'); left.length > 0; left = rig.saidTo(peer, 'request').slice(served)) {
    for (const request of left) rig.serve(peer, request);
    served += left.length;
  }
}

/** A player without a buffer, whose origin brings 1 Mb/s: one block takes about a second. Its only peer has nothing yet. */
function slowOrigin() {
  const rig = playing(0);
  const peer = rig.connectPeer('z');
  rig.request(3);
  const { fetchId } = rig.of('fetchHttp')[0] ?? { fetchId: 0 };
  const bytes = rig.content.bytesOf(3);
  rig.tell({ type: 'httpHead', fetchId, head: { status: 200, bodyStart: 0, bodyBytes: SIZE } });
  rig.pass(1_000);
  rig.tell({ type: 'httpChunk', fetchId, bytes: bytes.slice(0, 125_000) });
  return { rig, peer, fetchId, bytes };
}

describe('blocks', () => {
  test('[DL-10] several peers give different blocks, each once', () => {
    const rig = playing(30);
    const peers = ['x', 'y', 'z'].map((letter) => rig.connectPeer(letter));
    for (const peer of peers) rig.peerHas(peer, 3);
    rig.request(3);
    const asked = peers.flatMap((peer) => blocksAsked(rig, peer));
    expect(asked.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const peer of peers) serveAll(rig, peer);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters).toMatchObject({ p2pBytes: SIZE, httpBytes: 0, wastedBytes: 0 });
  });

  test('[SCH-3] one that is busy when it says what it has is asked when its time has come', () => {
    const rig = playing(60);
    rig.trackerSays({ interval: 120, complete: 0, incomplete: 9 });
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 2);
    const aborted = rig.request(2);
    for (const { requestId } of rig.saidTo(peer, 'request'))
      rig.peerSays(peer, { type: 'reject', requestId, reason: 'busy' });
    rig.run(rig.session.abort(aborted, rig.now));
    rig.request(3);
    rig.effects.length = 0;
    rig.pass(100);
    rig.peerHas(peer, 3);
    rig.pass(899);
    expect([blocksAsked(rig, peer), rangesOf(rig)]).toEqual([[], []]);
    rig.pass(1);
    expect(rig.saidTo(peer, 'request').map(({ id }) => id.sequence)).toEqual([3, 3]);
  });

  test('[SCH-2] HTTP that takes over fetches only what is missing, gap by gap', () => {
    const rig = playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3, [1, 4]);
    rig.request(3);
    serveAll(rig, peer);
    rig.play(0);
    expect(rangesOf(rig)).toEqual([{ start: 0, end: BLOCK_BYTES }]);
    rig.originSends(3);
    rig.originSends(3);
    rig.originSends(3);
    // The last one has no end: the origin says where that is.
    expect(rangesOf(rig)).toEqual([
      { start: 0, end: BLOCK_BYTES },
      { start: 2 * BLOCK_BYTES, end: 4 * BLOCK_BYTES },
      { start: 5 * BLOCK_BYTES, end: Infinity },
    ]);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters).toMatchObject({ httpBytes: 4 * BLOCK_BYTES, p2pBytes: 2 * BLOCK_BYTES, wastedBytes: 0 });
    expect([rig.of('cancelHttp'), rig.of('log')]).toEqual([[], []]);
  });

  // While the size was forgotten during each gap, blocks that HTTP had brought were neither known nor given to others.
  test('[DL-4] a gap says nothing of the size, so what peers said of it stays', () => {
    const rig = playing(30);
    const [source, other] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.peerHas(source, 3, [1]);
    rig.request(3);
    serveAll(rig, source);
    rig.play(0);
    rig.originSends(3);
    rig.pass(50);
    expect(rig.saidTo(other, 'have').at(-1)?.entries).toMatchObject([{ state: 'partial', blocks: Uint8Array.of(3) }]);
  });

  test('[SCH-1] HTTP that takes long is helped with what it will come to last, and stops where it meets that', () => {
    const { rig, peer, fetchId, bytes } = slowOrigin();
    rig.peerHas(peer, 3, [0, 1, 4, 5]);
    expect(blocksAsked(rig, peer).sort()).toEqual([4, 5]);
    serveAll(rig, peer);
    rig.tell({ type: 'httpChunk', fetchId, bytes: bytes.slice(125_000, 4 * BLOCK_BYTES) });
    expect(rig.of('cancelHttp')).toEqual([{ type: 'cancelHttp', fetchId }]);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters).toMatchObject({ httpBytes: 4 * BLOCK_BYTES, p2pBytes: 2 * BLOCK_BYTES, wastedBytes: 0 });
    expect(rig.of('log')).toEqual([]);
  });

  test('[SCH-1] what lies behind the meeting is planned anew', () => {
    const { rig, peer, fetchId, bytes } = slowOrigin();
    rig.peerHas(peer, 3, [3]);
    serveAll(rig, peer);
    rig.tell({ type: 'httpChunk', fetchId, bytes: bytes.slice(125_000, 3 * BLOCK_BYTES) });
    expect(rangesOf(rig)).toEqual([undefined, { start: 4 * BLOCK_BYTES, end: Infinity }]);
    rig.originSends(3);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters).toMatchObject({ httpBytes: 5 * BLOCK_BYTES, p2pBytes: BLOCK_BYTES, wastedBytes: 0 });
  });

  test('[SCH-12] a silent peer loses its request to one that is free, and is left alone for a second', () => {
    const rig = playing(30);
    const silent = rig.connectPeer('y');
    rig.peerHas(silent, 3, [0]);
    rig.request(3);
    expect(blocksAsked(rig, silent)).toEqual([0]);
    const other = rig.connectPeer('z');
    rig.peerHas(other, 3, [0]);
    rig.pass(999);
    expect([rig.saidTo(silent, 'cancel').length, blocksAsked(rig, other)]).toEqual([0, []]);
    rig.pass(1);
    expect([rig.saidTo(silent, 'cancel').length, blocksAsked(rig, other)]).toEqual([1, [0]]);
    rig.peerHas(silent, 3, [0, 1]);
    rig.pass(900);
    expect(blocksAsked(rig, silent)).toEqual([0]);
    rig.pass(101);
    expect(blocksAsked(rig, silent)).toEqual([0, 1]);
  });

  test('[DL-11] of a block that has begun to come the rest is asked for', () => {
    const rig = playing(30);
    const [first, second] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.peerHas(first, 3, [2]);
    rig.request(3);
    const [asked] = rig.saidTo(first, 'request');
    rig.peerHas(second, 3, [2]);
    if (asked) rig.serve(first, asked, 16_384);
    expect(rig.saidTo(second, 'request')).toEqual([]);
    rig.tell({ type: 'linkClose', linkId: first, reason: 'gone' });
    expect(rig.saidTo(second, 'request').map(({ range }) => range)).toEqual([
      { start: 2 * BLOCK_BYTES + 16_384, end: 3 * BLOCK_BYTES },
    ]);
    serveAll(rig, second);
    expect(rig.counters).toMatchObject({ p2pBytes: BLOCK_BYTES, wastedBytes: 0 });
  });
});
