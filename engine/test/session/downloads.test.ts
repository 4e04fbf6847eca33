import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { SessionRig } from '../support/session-rig';

const BLOCK_BYTES = TRANSFER_SIZES.blockBytes;

const SIZE = 200_000;

/** One peer named a wrong size and gave some bytes, then another named the right one. */
function disputed() {
  const rig = SessionRig.playing(30);
  const [y, z] = [rig.connectPeer('y'), rig.connectPeer('z')];
  rig.peerHas(y, 3, undefined, SIZE - 1);
  rig.request(3);
  const first = rig.saidTo(y, 'request').find(({ range }) => range.start === 0);
  if (first) rig.serve(y, first, 16_384);
  rig.peerHas(z, 3);
  return { rig, y, z };
}

describe('downloads', () => {
  test('[DL-7] several requests for one segment are one download, and each gets an answer', () => {
    const rig = SessionRig.playing(0);
    const ids = [rig.request(3), rig.request(3)];
    rig.originSends(3);
    expect(rig.of('fetchHttp')).toHaveLength(1);
    expect(rig.deliveries()).toEqual(ids.map((requestId) => ({ requestId, isRight: true })));
    expect(rig.counters).toMatchObject({ httpBytes: SIZE, httpSegmentCount: 1 });
  });

  test('[DL-1] the player lost interest: with the last request the download ends, at the origin and at peers', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3);
    const ids = [rig.request(3), rig.request(3)];
    expect(rig.saidTo(peer, 'request')).toHaveLength(2);
    rig.run(rig.session.abort(ids[0] ?? 0, rig.now));
    expect(rig.saidTo(peer, 'cancel')).toEqual([]);
    rig.run(rig.session.abort(ids[1] ?? 0, rig.now));
    expect(rig.saidTo(peer, 'cancel')).toHaveLength(2);
    rig.play(0);
    const third = rig.request(4);
    rig.originSends(4, { end: 50_000 });
    rig.run(rig.session.abort(third, rig.now));
    expect(rig.of('cancelHttp')).toHaveLength(1);
    expect(rig.counters.wastedBytes).toBe(50_000);
    expect([rig.of('deliver'), rig.of('fail')]).toEqual([[], []]);
  });

  test('[DL-5] what peers brought stays: HTTP fetches only what is missing', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3, [0]);
    rig.request(3);
    const [first] = rig.saidTo(peer, 'request');
    if (first) rig.serve(peer, first, 100_000);
    rig.tell({ type: 'linkClose', linkId: peer, reason: 'gone' });
    expect(rig.of('fetchHttp').map(({ request }) => request.range)).toEqual([{ start: 100_000, end: Infinity }]);
    rig.originSends(3);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.of('deliver')[0]?.delivery).toMatchObject({ p2pBytes: 100_000, httpBytes: 100_000 });
    expect(rig.counters.wastedBytes).toBe(0);
  });

  test('[SCH-2] when the time has come HTTP takes over, and the peers are told', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3);
    rig.request(3);
    rig.play(0);
    expect(rig.saidTo(peer, 'cancel')).toHaveLength(2);
    expect(rig.of('fetchHttp')).toHaveLength(1);
  });

  // It used to go at once: one liar made good bytes of others come again, when there was no time left for that.
  test('[DL-2] peers that disagree about the size: what came waits for the origin’s word, and stays if it was right', () => {
    const rig = SessionRig.playing(30);
    const [y, z] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.peerHas(y, 3);
    rig.request(3);
    const first = rig.saidTo(y, 'request').find(({ range }) => range.start > 0);
    if (first) rig.serve(y, first);
    rig.peerHas(z, 3, undefined, SIZE + 1);
    expect(rig.saidTo(y, 'cancel')).toHaveLength(1);
    // To the end, although that is here: so the origin says where it is.
    expect(rig.of('fetchHttp').map(({ request }) => request.range)).toEqual([undefined]);
    rig.originSends(3, { end: BLOCK_BYTES });
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters.wastedBytes).toBe(0);
    expect(rig.of('fetchHttp')).toHaveLength(1);
  });

  test('[DL-2] it goes when they were wrong: the rest comes from those who were right', () => {
    const { rig, y, z } = disputed();
    rig.originSends(3);
    expect(rig.counters.wastedBytes).toBe(16_384);
    expect(rig.saidTo(y, 'request')).toHaveLength(2);
    for (const request of rig.saidTo(z, 'request')) rig.serve(z, request);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.of('fetchHttp')).toHaveLength(1);
  });

  test('[DL-2] it goes when the origin does not say who was right', () => {
    const { rig } = disputed();
    rig.originSends(3, { hidesLength: true });
    expect(rig.counters.wastedBytes).toBe(16_384);
    rig.originSends(3, { hidesLength: true });
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.of('fetchHttp')).toHaveLength(2);
  });

  test('[DL-3] the origin gives another size than peers: theirs goes, and the body is used from its start', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3, undefined, SIZE - 7);
    rig.request(3);
    rig.play(0);
    rig.originSends(3);
    expect(rig.of('fetchHttp')).toHaveLength(1);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  });

  test('[DL-3] the same after bytes of theirs were taken: all is asked again at once', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3, undefined, SIZE - 7);
    rig.request(3);
    const first = rig.saidTo(peer, 'request').find(({ range }) => range.start === 0);
    if (first) rig.serve(peer, first, 16_384);
    rig.play(0);
    rig.originSends(3, { end: 20_000 });
    expect(rig.of('fetchHttp').map(({ request }) => request.range)).toEqual([
      { start: 16_384, end: Infinity },
      undefined,
    ]);
    rig.originSends(3);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters.wastedBytes).toBe(16_384);
  });

  test('[DL-3] peers that name another size than the origin are not asked for the segment any more', () => {
    const rig = SessionRig.playing(30);
    const [liar, honest] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.peerHas(liar, 3, undefined, SIZE - 7);
    rig.request(3);
    rig.play(0);
    rig.originSends(3, { end: 20_000 });
    rig.play(30);
    const { fetchId } = rig.of('fetchHttp')[0] ?? { fetchId: 0 };
    rig.tell({ type: 'httpError', fetchId, failure: { reason: 'network', message: 'broke' } });
    const before = rig.saidTo(liar, 'request').length;
    rig.peerHas(honest, 3);
    expect(rig.saidTo(liar, 'request')).toHaveLength(before);
    const asked = rig.saidTo(honest, 'request').map(({ range }) => range.start);
    expect(asked.sort((a, b) => a - b)).toEqual([20_000, BLOCK_BYTES]);
  });

  test('[DL-2] a dispute while HTTP pauses: nothing more is taken from either of them', () => {
    const rig = SessionRig.playing(0);
    const [y, z] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.request(3);
    rig.tell({ type: 'httpError', fetchId: 1, failure: { reason: 'status', status: 503, message: 'busy' } });
    rig.peerHas(y, 3);
    expect(rig.saidTo(y, 'request')).toHaveLength(2);
    rig.peerHas(z, 3, undefined, SIZE + 1);
    expect(rig.saidTo(y, 'cancel')).toHaveLength(2);
    expect(rig.saidTo(z, 'request')).toEqual([]);
    rig.pass(500);
    rig.originSends(3);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  });

  test('[DL-4] a segment is complete as soon as its size is known, also when the size comes last', () => {
    const rig = SessionRig.playing(0);
    const peers = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.request(3);
    rig.originSends(3, { end: SIZE, hidesLength: true });
    rig.tell({ type: 'httpError', fetchId: 1, failure: { reason: 'network', message: 'reset' } });
    expect(rig.of('deliver')).toEqual([]);
    for (const peer of peers) rig.peerHas(peer, 3);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.of('fetchHttp')).toHaveLength(1);
  });

  test('[DL-7] also where several peers name it while the body breaks: one answer', () => {
    const rig = SessionRig.playing(0);
    const peers = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.request(3);
    rig.originSends(3, { end: SIZE, hidesLength: true });
    for (const peer of peers) rig.peerHas(peer, 3);
    rig.tell({ type: 'httpError', fetchId: 1, failure: { reason: 'network', message: 'reset' } });
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.counters.httpSegmentCount).toBe(1);
  });

  test('[DL-4] a size from peers does not end a body that says none', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3, undefined, 5_000);
    rig.request(3);
    rig.play(0);
    rig.originSends(3, { hidesLength: true });
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    // Nor does one that comes while the body does.
    rig.request(4);
    rig.originSends(4, { end: 60_000, hidesLength: true });
    rig.peerHas(peer, 4, undefined, 60_000);
    expect(rig.deliveries()).toHaveLength(1);
  });

  test('[DL-5] a fetch that fails after the last byte has brought the segment', () => {
    const rig = SessionRig.playing(0);
    rig.request(3);
    rig.originSends(3, { end: SIZE });
    rig.tell({ type: 'httpError', fetchId: 1, failure: { reason: 'network', message: 'reset' } });
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    expect(rig.of('fetchHttp')).toHaveLength(1);
  });

  // A packager that starts over with the same numbers: an old download under a new segment's key.
  test('[DL-6] a segment whose number now means another is given up, and neither kept nor handed to anybody', () => {
    const rig = SessionRig.playing(0, { isLive: true });
    rig.now = 8_000;
    rig.addManifest();
    const old = rig.request(5);
    rig.originSends(5, { end: 50_000 });
    rig.addManifest(rig.content.playlistAt(4_000).replaceAll('segment-', 'again-'));
    expect(rig.of('fail').map(({ requestId, error }) => [requestId, error.reason])).toEqual([[old, 'http-failed']]);
    expect(rig.of('cancelHttp')).toHaveLength(1);
    const url = rig.content.segmentUrl(5).replace('segment-', 'again-');
    expect(rig.session.findSegment(url, undefined)?.key).toBe(rig.keyOf(5));
    expect(rig.session.findSegment(rig.content.segmentUrl(5), undefined)).toBeUndefined();
    expect(rig.of('putSegment')).toEqual([]);
  });

  test('[DL-8] every received byte is counted once, and every one that nobody got as wasted', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3);
    rig.request(3);
    const [first, second] = rig.saidTo(peer, 'request').sort((a, b) => a.range.start - b.range.start);
    expect(second?.range).toEqual({ start: BLOCK_BYTES, end: SIZE });
    if (second) rig.serve(peer, second);
    rig.play(0);
    rig.originSends(3);
    // Late data of the request that HTTP took over from.
    if (first) rig.serve(peer, first, 16_384);
    const fromPeer = SIZE - BLOCK_BYTES;
    expect(rig.counters).toMatchObject({
      httpBytes: BLOCK_BYTES,
      p2pBytes: fromPeer + 16_384,
      wastedBytes: 16_384,
    });
    expect(rig.of('deliver')[0]?.delivery).toMatchObject({ httpBytes: BLOCK_BYTES, p2pBytes: fromPeer });
  });

  test('[DL-8] the same where the origin sends everything whatever is asked', () => {
    const rig = SessionRig.playing(30);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 3, [1]);
    rig.request(3);
    for (const request of rig.saidTo(peer, 'request')) rig.serve(peer, request);
    rig.play(0);
    rig.originSendsAll(3);
    const fromPeer = SIZE - BLOCK_BYTES;
    expect(rig.counters).toMatchObject({ httpBytes: SIZE, p2pBytes: fromPeer, wastedBytes: fromPeer });
    expect(rig.of('fetchHttp')).toHaveLength(1);
    expect(rig.of('deliver')[0]?.delivery).toMatchObject({ httpBytes: BLOCK_BYTES, p2pBytes: fromPeer });
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
  });

  test('[HTTP-2] when HTTP has failed for good the player hears it', () => {
    const rig = SessionRig.playing(0);
    const requestId = rig.request(3);
    const { fetchId } = rig.of('fetchHttp')[0] ?? { fetchId: 0 };
    rig.tell({ type: 'httpError', fetchId, failure: { reason: 'status', status: 404, message: 'no' } });
    expect(rig.of('fail')).toMatchObject([{ requestId, error: { reason: 'http-failed' } }]);
    expect(rig.of('log')).toHaveLength(1);
  });

  test('[HTTP-6] a segment larger than any buffer is left to the player, whether the manifest or the origin says it', () => {
    const rig = SessionRig.playing(0);
    const requestId = rig.request(3);
    const { fetchId } = rig.of('fetchHttp')[0] ?? { fetchId: 0 };
    rig.tell({ type: 'httpHead', fetchId, head: { status: 200, bodyStart: 0, bodyBytes: 65 * 1024 * 1024 } });
    expect(rig.of('fail')).toMatchObject([{ requestId }]);
    expect(rig.of('fetchHttp')).toHaveLength(1);

    const huge = new SessionRig();
    const length = 65 * 1024 * 1024;
    huge.addManifest(
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n#EXT-X-BYTERANGE:${length}@0\nall.mp4\n#EXT-X-ENDLIST\n`,
    );
    const url = huge.content.url.replace('main.m3u8', 'all.mp4');
    expect(huge.session.findSegment(url, { start: 0, end: length })).toBeUndefined();
  });

  test('[SCH-9] a player that says NaN of its buffer is taken to have none', () => {
    const rig = SessionRig.playing(NaN);
    rig.request(3);
    expect(rig.of('fetchHttp')).toHaveLength(1);
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 4);
    rig.request(4);
    expect(rig.of('fetchHttp')).toHaveLength(2);
    rig.run(rig.session.reportPlayback({ bufferAheadSeconds: 30, rate: NaN, isPaused: false }, 0));
    rig.peerHas(peer, 5);
    rig.request(5);
    expect(rig.saidTo(peer, 'request')).toHaveLength(2);
    expect(Number.isNaN(rig.wakeAt)).toBe(false);
  });
});
