import { BlockMap } from '../../src/base/block-map';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { MAX_HAVE_ENTRIES } from '../../src/protocol/limits';
import { SessionRig } from '../support/session-rig';
import { wireIdOf } from '../support/wire-peer';

const { blockBytes: BLOCK_BYTES } = TRANSFER_SIZES;
const SIZE = 200_000;

/** A session that has loaded segment `index` over HTTP. */
function loaded(
  index: number,
  ...more: Parameters<typeof SessionRig.playing> extends [unknown, ...infer Rest] ? Rest : never
) {
  const rig = SessionRig.playing(0, ...more);
  rig.request(index);
  rig.originSends(index);
  return rig;
}

describe('MediaSession: the swarm', () => {
  test('[PLAY-6] is joined when there is a segment to share, not before', () => {
    const rig = new SessionRig();
    rig.addManifest('<html>not found</html>');
    expect(rig.of('report').map(({ name }) => name)).toEqual(['manifestRejected']);
    rig.addManifest('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n');
    expect(rig.of('openTracker')).toEqual([]);
    const media = rig.content.playlistAt(0);
    rig.run(rig.session.addManifest({ url: rig.content.url.replace('main', 'low'), text: media }, 0));
    expect(rig.of('openTracker')).toHaveLength(1);
    expect(rig.of('report').at(-1)).toMatchObject({ name: 'swarmJoined', payload: { swarmId: rig.content.url } });
  });

  test('[SWARM-12] is one for all renditions: a player that switches keeps its peers, and asks them', () => {
    const rig = new SessionRig({ segmentBytes: 1_000 });
    const { url } = rig.content;
    const urlOf = (name: string) => url.replace('main', name);
    const variants = ['low', 'high'].map(
      (name, index) => `#EXT-X-STREAM-INF:BANDWIDTH=${index + 1}00000\n${name}.m3u8`,
    );
    rig.addManifest(['#EXTM3U', ...variants, ''].join('\n'));
    const segmentOf = (name: string) => {
      const text = rig.content.playlistAt(0).replaceAll('segment-', `${name}-`);
      rig.run(rig.session.addManifest({ url: urlOf(name), text }, rig.now));
      const segment = rig.session.findSegment(rig.content.segmentUrl(5).replace('segment-', `${name}-`), undefined);
      if (!segment) throw new Error(`no segment in ${name}`);
      return segment;
    };
    const segments = [segmentOf('low')];
    rig.play(30);
    const peer = rig.connectPeer('z');
    segments.push(segmentOf('high'));
    segments.forEach((segment, index) => {
      rig.peerSays(peer, { type: 'have', entries: [{ id: segment.id, state: 'complete', totalBytes: 1_000 }] });
      const input = { requestId: index + 1, segment, headers: {}, withCredentials: false };
      rig.run(rig.session.request(input, rig.now));
    });
    const asked = rig.saidTo(peer, 'request').map(({ id }) => id.rendition);
    expect(new Set(asked)).toEqual(new Set(segments.map(({ id }) => id.rendition)));
    expect(new Set(asked).size).toBe(2);
    expect(rig.of('openTracker')).toHaveLength(1);
    expect([rig.of('closeLink'), rig.of('closeTracker')]).toEqual([[], []]);
    expect(rig.session.swarm?.peers).toHaveLength(1);
  });

  test('[PLAY-6] without trackers there is none, and everything comes over HTTP', () => {
    const rig = new SessionRig({}, { trackers: [] });
    rig.addManifest();
    rig.play(30);
    rig.request(0);
    expect([rig.session.swarm, rig.of('fetchHttp').length, rig.wakeAt < Infinity]).toEqual([undefined, 1, true]);
  });

  test('[ID-1] is named by the page, or by the manifest', () => {
    expect(new SessionRig({}, { swarmId: 'mine' }).session.swarmId).toBe('mine');
    const rig = new SessionRig();
    expect(rig.session.swarmId).toBe('https://origin.example/show/main.m3u8');
  });

  test('[SCH-6] just after joining a segment that can wait is held back, unless the tracker knows of nobody else', () => {
    const rig = new SessionRig();
    rig.addManifest();
    rig.play(30);
    rig.request(0);
    expect(rig.of('fetchHttp')).toEqual([]);
    rig.pass(9_999);
    expect(rig.of('fetchHttp')).toEqual([]);
    rig.pass(1);
    expect(rig.of('fetchHttp')).toHaveLength(1);
    // The reserve of 3 s is left, and what HTTP takes.
    const soon = new SessionRig();
    soon.addManifest();
    soon.play(10);
    soon.request(0);
    soon.pass(4_000);
    expect(soon.of('fetchHttp')).toEqual([]);
    soon.pass(3_000);
    expect(soon.of('fetchHttp')).toHaveLength(1);
    const alone = SessionRig.playing(30);
    alone.request(0);
    expect(alone.of('fetchHttp')).toHaveLength(1);
  });

  test('a wake-up is asked for only when the time for it has changed', () => {
    const rig = SessionRig.playing(30);
    const before = rig.of('wakeAt').length;
    for (let count = 0; count < 5; count += 1) rig.play(30);
    expect(rig.of('wakeAt')).toHaveLength(before);
  });
});

describe('MediaSession: what it gives', () => {
  test('[HAVE-1] peers hear of changes gathered over 50 ms, and at most every 200 ms', () => {
    const rig = SessionRig.playing(0, { segmentBytes: 8 * BLOCK_BYTES });
    const peer = rig.connectPeer('z');
    rig.request(3);
    const bytes = rig.content.bytesOf(3);
    rig.tell({ type: 'httpHead', fetchId: 1, head: { status: 200, bodyStart: 0, bodyBytes: bytes.length } });
    for (let start = 0; start < 7.5 * BLOCK_BYTES; start += BLOCK_BYTES / 2) {
      rig.tell({ type: 'httpChunk', fetchId: 1, bytes: bytes.slice(start, start + BLOCK_BYTES / 2) });
      rig.pass(10);
    }
    rig.pass(200);
    const told = rig
      .saidTo(peer, 'have')
      .flatMap(({ entries }) => entries.map((entry) => ('blocks' in entry ? new BlockMap(entry.blocks).count : 0)));
    // A block every 20 ms, the first after 10 ms: at 60 and 260 ms.
    expect(told).toEqual([3, 7]);
    // Nothing changed: nothing to wake for but the tracker.
    expect(rig.wakeAt).toBeGreaterThan(rig.now + 1_000);
  });

  test('[HAVE-2] a segment that is still coming is announced with the blocks that are here, and passed on', () => {
    const rig = SessionRig.playing(0);
    const peer = rig.connectPeer('z');
    rig.request(3);
    rig.originSends(3, { end: 150_000 });
    rig.pass(50);
    expect(rig.saidTo(peer, 'have')).toEqual([
      { type: 'have', entries: [{ id: wireIdOf(3), state: 'partial', totalBytes: SIZE, blocks: Uint8Array.of(1) }] },
    ]);
    const ask = (requestId: number, start: number, end: number) =>
      rig.peerSays(peer, { type: 'request', requestId, id: wireIdOf(3), range: { start, end }, neededInMs: 0 });
    ask(1, 120_000, BLOCK_BYTES);
    ask(2, BLOCK_BYTES, SIZE);
    expect(rig.saidTo(peer, 'data')).toEqual([
      { type: 'data', requestId: 1, offset: 120_000, payload: rig.content.bytesOf(3).slice(120_000, BLOCK_BYTES) },
    ]);
    expect(rig.saidTo(peer, 'reject')).toEqual([{ type: 'reject', requestId: 2, reason: 'absent' }]);
    expect(rig.counters.uploadedBytes).toBe(BLOCK_BYTES - 120_000);
  });

  test('[HAVE-2] nothing is said of a segment before a block of it is here, or while its size is not known', () => {
    const rig = SessionRig.playing(0);
    const peer = rig.connectPeer('z');
    rig.request(3);
    rig.originSends(3, { end: BLOCK_BYTES - 1 });
    rig.request(4);
    rig.originSends(4, { end: SIZE, hidesLength: true });
    rig.pass(100);
    expect(rig.saidTo(peer, 'have')).toEqual([]);
  });

  test('[HAVE-2] blocks that a peer brought are passed on too, from the middle as well', () => {
    const rig = SessionRig.playing(30);
    const [source, other] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.peerHas(source, 3, [1]);
    rig.request(3);
    for (const request of rig.saidTo(source, 'request')) rig.serve(source, request);
    rig.pass(50);
    expect(rig.saidTo(other, 'have').at(-1)?.entries).toMatchObject([{ state: 'partial', blocks: Uint8Array.of(2) }]);
  });

  test('[HAVE-7] who has all of a segment is not told who else has it; who says `gone` hears it again', () => {
    const rig = SessionRig.playing(0);
    const [has, lacks] = [rig.connectPeer('y'), rig.connectPeer('z')];
    rig.peerHas(has, 3);
    rig.peerHas(lacks, 3, [0]);
    rig.request(3);
    rig.originSends(3);
    rig.pass(50);
    expect(rig.saidTo(has, 'have')).toEqual([]);
    expect(rig.saidTo(lacks, 'have')).toHaveLength(1);
    rig.peerSays(has, { type: 'have', entries: [{ id: wireIdOf(3), state: 'gone' }] });
    expect(rig.saidTo(has, 'have')).toEqual([
      { type: 'have', entries: [{ id: wireIdOf(3), state: 'complete', totalBytes: SIZE }] },
    ]);
  });

  test('[HAVE-3] what is not to be had any more is taken back', () => {
    const rig = loaded(3, {}, { memoryLimitBytes: 250_000 });
    const peer = rig.connectPeer('z');
    rig.request(4);
    rig.originSends(4);
    rig.pass(50);
    const told = rig
      .saidTo(peer, 'have')
      .flatMap(({ entries }) => entries.map(({ id, state }) => `${id.sequence} ${state}`));
    expect(told.sort()).toEqual(['3 complete', '3 gone', '4 complete']);
    const aborted = rig.request(5);
    rig.originSends(5, { end: 150_000 });
    rig.pass(50);
    rig.run(rig.session.abort(aborted, rig.now));
    rig.pass(200);
    expect(rig.saidTo(peer, 'have').at(-1)?.entries).toMatchObject([{ id: wireIdOf(5), state: 'gone' }]);
  });

  test('[HAVE-4] many changes at once are said in messages of at most 512', () => {
    const rig = SessionRig.playing(0, { segmentCount: MAX_HAVE_ENTRIES + 40, segmentBytes: 100 });
    const peer = rig.connectPeer('z');
    for (let index = 0; index < MAX_HAVE_ENTRIES + 40; index += 1) {
      rig.request(index);
      rig.originSends(index);
    }
    rig.pass(100);
    expect(rig.saidTo(peer, 'have').map(({ entries }) => entries.length)).toEqual([MAX_HAVE_ENTRIES, 40]);
  });

  test('[UP-6] switched off, nothing is announced and nothing given; switched on again, all is', () => {
    const rig = loaded(3, {}, { upload: { enabled: false } });
    const peer = rig.connectPeer('z');
    rig.pass(100);
    expect(rig.saidTo(peer, 'have')).toEqual([]);
    rig.peerSays(peer, { type: 'request', requestId: 1, id: wireIdOf(3), range: { start: 0, end: 10 }, neededInMs: 0 });
    expect(rig.saidTo(peer, 'reject')).toMatchObject([{ reason: 'upload-off' }]);
    rig.setOptions({ upload: { enabled: true } });
    expect(rig.saidTo(peer, 'have')).toMatchObject([{ entries: [{ id: wireIdOf(3), state: 'complete' }] }]);
  });

  test('[UP-7] switched off in the middle of an upload, the rest is refused at once', () => {
    const rig = loaded(3);
    const peer = rig.connectPeer('z');
    rig.peerSays(peer, {
      type: 'request',
      requestId: 1,
      id: wireIdOf(3),
      range: { start: 0, end: SIZE },
      neededInMs: 0,
    });
    const { readId } = rig.of('readSegment')[0] ?? { readId: 0 };
    rig.setOptions({ upload: { enabled: false } });
    rig.tell({ type: 'segmentRead', readId, bytes: rig.content.bytesOf(3) });
    expect(rig.saidTo(peer, 'data')).toEqual([]);
    expect(rig.saidTo(peer, 'reject')).toMatchObject([{ requestId: 1, reason: 'upload-off' }]);
  });
});

describe('MediaSession: what it keeps', () => {
  test('[STO-4] a segment that is kept is handed to the player without asking anybody', () => {
    const rig = loaded(3);
    const requestId = rig.request(3);
    const [read] = rig.of('readSegment');
    expect(read).toMatchObject({ key: rig.keyOf(3), range: { start: 0, end: SIZE } });
    rig.tell({ type: 'segmentRead', readId: read?.readId ?? 0, bytes: rig.content.bytesOf(3) });
    expect(rig.deliveries().at(-1)).toEqual({ requestId, isRight: true });
    expect(rig.of('deliver').at(-1)?.delivery).toMatchObject({ httpBytes: 0, p2pBytes: 0 });
    expect(rig.of('fetchHttp')).toHaveLength(1);
  });

  test('[STO-3] a store that lost it, or could not keep it, is no reason to wait', () => {
    const rig = loaded(3);
    const requestId = rig.request(3);
    rig.tell({ type: 'segmentRead', readId: rig.of('readSegment')[0]?.readId ?? 0, bytes: undefined });
    expect(rig.of('fail')).toMatchObject([{ requestId, error: { reason: 'segment-lost' } }]);
    rig.tell({ type: 'segmentPut', key: rig.keyOf(3), isStored: false });
    rig.request(3);
    expect(rig.of('fetchHttp')).toHaveLength(2);
  });

  test('[DL-1] a request to the store that is aborted gets no answer', () => {
    const rig = loaded(3);
    const requestId = rig.request(3);
    rig.run(rig.session.abort(requestId, rig.now));
    rig.tell({ type: 'segmentRead', readId: rig.of('readSegment')[0]?.readId ?? 0, bytes: rig.content.bytesOf(3) });
    expect(rig.of('deliver')).toHaveLength(1);
  });

  test('[STO-5] who leaves keeps nothing, and answers what is open', () => {
    const rig = loaded(3);
    const requestId = rig.request(4);
    rig.run(rig.session.leave(rig.now));
    expect(rig.of('clearStore')).toHaveLength(1);
    expect(rig.of('fail')).toMatchObject([{ requestId, error: { reason: 'destroyed' } }]);
    expect(rig.of('cancelHttp')).toHaveLength(1);
    expect(rig.of('sendTracker').at(-1)?.text).toContain('stopped');
    expect(rig.wakeAt).toBe(Infinity);
    expect(rig.session.leave(rig.now)).toEqual([]);
    expect(rig.session.findSegment(rig.content.segmentUrl(3), undefined)).toBeUndefined();
  });

  test('[STO-1] a lowered limit takes effect at once', () => {
    const rig = loaded(3);
    rig.setOptions({ memoryLimitBytes: 0 });
    expect(rig.of('removeSegment')).toEqual([{ type: 'removeSegment', key: rig.keyOf(3) }]);
  });
});
