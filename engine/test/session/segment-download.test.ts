import { BlockMap } from '../../src/base/block-map';
import { SegmentDownload } from '../../src/session/segment-download';
import { SessionRig } from '../support/session-rig';

const SIZE = 1_000;
const BLOCK_BYTES = 300;
const OUTSIDE = { deadline: 9_000, http: 'idle' as const, httpPosition: 0, httpNotBefore: 0 };

function begin(byteRange?: { start: number; end: number }) {
  const rig = SessionRig.playing(30);
  const found = rig.session.findSegment(rig.content.segmentUrl(3), undefined);
  if (!found) throw new Error('segment 3 is not known');
  const segment = { ...found, byteRange };
  const download = new SegmentDownload({
    segment,
    manner: { headers: {}, withCredentials: false },
    wantedAt: 0,
    blockBytes: BLOCK_BYTES,
  });
  const view = () => download.view(rig.session.swarm?.peers ?? [], OUTSIDE, 700);
  const add = (start: number, end: number) => download.add(start, new Uint8Array(end - start).fill(1), 'p2p');
  return { rig, download, view, add };
}
const announced = (download: SegmentDownload): number[] | undefined => {
  const { have } = download;
  if (have?.state !== 'partial') return undefined;
  const map = new BlockMap(have.blocks);
  return [0, 1, 2, 3].filter((block) => map.has(block));
};

describe('SegmentDownload: blocks', () => {
  test('[HAVE-2] a block is there when all its bytes are, the last one maybe shorter', () => {
    const { download, add } = begin();
    expect(download.agreesWith(SIZE)).toBe(true);
    expect(download.have).toBeUndefined();
    expect(add(0, 299).hasNewBlock).toBe(false);
    expect(add(900, 1_000).hasNewBlock).toBe(true);
    expect(announced(download)).toEqual([3]);
    expect(add(299, 700).hasNewBlock).toBe(true);
    expect(announced(download)).toEqual([0, 1, 3]);
    expect(add(0, 300)).toEqual({ wastedBytes: 300, hasNewBlock: false });
    expect(download.have).toMatchObject({ totalBytes: SIZE, state: 'partial' });
  });

  test('[DL-11] what is missing of a block is its first gap', () => {
    const { download, add } = begin();
    expect(download.missingOf(1)).toBeUndefined();
    download.agreesWith(SIZE);
    expect(download.missingOf(3)).toEqual({ start: 900, end: 1_000 });
    add(350, 400);
    expect(download.missingOf(1)).toEqual({ start: 300, end: 350 });
    add(200, 350);
    expect(download.missingOf(1)).toEqual({ start: 400, end: 600 });
    expect(download.missingOf(0)).toEqual({ start: 0, end: 200 });
    add(400, 600);
    expect(download.missingOf(1)).toBeUndefined();
  });

  // Blocks that came before anybody said the size were asked for again and again, and each ask was empty.
  test('[DL-4] blocks that came before the size was known count as soon as it is', () => {
    const { download, view, add } = begin();
    expect(add(0, 650).hasNewBlock).toBe(false);
    expect([download.have, view().unasked]).toEqual([undefined, []]);
    download.agreesWith(SIZE);
    expect([announced(download), view().unasked]).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('[DL-2] a size that is forgotten takes the end of the last block with it', () => {
    const { download, view, add } = begin();
    download.agreesWith(SIZE);
    add(900, SIZE);
    expect(announced(download)).toEqual([3]);
    download.transfer.forgetTotal();
    expect(download.have).toBeUndefined();
    expect(download.agreesWith(1_100)).toBe(true);
    expect(download.have).toBeUndefined();
    expect(view().unasked).toEqual([0, 1, 2, 3]);
    expect(download.missingOf(3)).toEqual({ start: 1_000, end: 1_100 });
  });

  test('[DL-2] what cannot be trusted is forgotten, block by block', () => {
    const { download, add } = begin();
    download.agreesWith(SIZE);
    add(0, 600);
    expect(download.reset()).toBe(600);
    expect([download.have, download.transfer.totalBytes]).toEqual([undefined, undefined]);
  });
});

describe('SegmentDownload: sizes', () => {
  test('[DL-2] peers have to agree, until the size is certain or in dispute', () => {
    const { download } = begin();
    expect([SIZE, SIZE, SIZE + 1].map((size) => download.agreesWith(size))).toEqual([true, true, false]);
    download.isSizeCertain = true;
    expect(download.agreesWith(SIZE + 1)).toBe(true);
    expect(download.transfer.totalBytes).toBe(SIZE);
  });

  test('[DL-3] that of a byte range is the manifest’s', () => {
    const { download } = begin({ start: 50, end: 450 });
    expect([download.isSizeCertain, download.transfer.totalBytes]).toEqual([true, 400]);
    expect(download.missingOf(1)).toEqual({ start: 300, end: 400 });
  });
});

describe('SegmentDownload: what the scheduler sees', () => {
  test('[DL-11] without a size there is nothing to ask of peers, and all to ask of the origin', () => {
    const { view } = begin();
    expect(view()).toMatchObject({
      ...OUTSIDE,
      firstGap: { start: 0, end: Infinity },
      gapCount: 1,
      unasked: [],
      remainingBytes: 700,
      suppliers: [],
      asked: [],
    });
  });

  test('[HTTP-1] a gap has its end, the last one none', () => {
    const { download, view, add } = begin();
    download.agreesWith(SIZE);
    add(0, 100);
    add(400, 600);
    expect(view()).toMatchObject({ firstGap: { start: 100, end: 400 }, gapCount: 2 });
    add(100, 400);
    expect(view()).toMatchObject({ firstGap: { start: 600, end: Infinity }, gapCount: 1 });
    expect(view().unasked).toEqual([2, 3]);
  });

  test('[DL-2] while the size is in dispute all to the end is asked for, so that the origin says it', () => {
    const { download, view, add } = begin();
    download.agreesWith(SIZE);
    add(400, 600);
    download.isDisputed = true;
    expect(view().firstGap).toEqual({ start: 0, end: Infinity });
  });

  test('[SCORE-5] bytes under a size that nobody named who was right before may have to come again', () => {
    const { rig, download, view, add } = begin();
    const linkId = rig.connectPeer('z');
    rig.peerHas(linkId, 3, undefined, SIZE);
    const [peer] = rig.session.swarm?.peers ?? [];
    if (!peer) throw new Error('nobody is connected');
    download.claims.note(peer, { linkId, totalBytes: SIZE, blocks: undefined });
    download.agreesWith(SIZE);
    add(0, 400);
    expect(view().remainingBytes).toBe(SIZE);
    peer.score.noteTrueSize();
    expect(view().remainingBytes).toBe(SIZE - 400);
    peer.blame('hearsaySize', 0);
    expect(view().remainingBytes).toBe(SIZE);
    download.isSizeCertain = true;
    expect(view().remainingBytes).toBe(SIZE - 400);
  });

  test('[DL-3] suppliers are those who mean a segment of this size', () => {
    const { rig, download, view } = begin();
    const [x, y, z] = ['x', 'y', 'z'].map((letter) => rig.connectPeer(letter));
    rig.peerHas(x ?? 0, 3, undefined, SIZE);
    rig.peerHas(y ?? 0, 3, [0, 2], SIZE);
    rig.peerHas(z ?? 0, 3, undefined, SIZE + 1);
    expect(view().suppliers).toHaveLength(3);
    download.agreesWith(SIZE);
    const [all, some] = view().suppliers;
    expect(view().suppliers.map(({ linkId }) => linkId)).toEqual([x, y]);
    expect(all?.blocks).toBeUndefined();
    expect([0, 1, 2].map((block) => some?.blocks?.has(block))).toEqual([true, false, true]);
  });

  test('[SCH-3] a peer can be asked while it has room and a block that nobody was asked for', () => {
    const { rig, download } = begin();
    const linkId = rig.connectPeer('z');
    const [peer] = rig.session.swarm?.peers ?? [];
    if (!peer) throw new Error('nobody is connected');
    const ask = (block: number) => {
      const range = { start: block * BLOCK_BYTES, end: (block + 1) * BLOCK_BYTES };
      download.asked.set(peer.request(download.segment.key, download.segment.id, range, 0, 5), peer);
    };
    rig.peerHas(linkId, 3, [0, 2], SIZE);
    expect(download.canAsk(peer)).toBe(true);
    download.agreesWith(SIZE);
    expect(download.canAsk(peer)).toBe(true);
    ask(0);
    download.add(600, new Uint8Array(300), 'p2p');
    expect(download.canAsk(peer)).toBe(false);
    rig.peerHas(linkId, 3, [0, 1, 2], SIZE);
    expect(download.canAsk(peer)).toBe(true);
    ask(3);
    expect(download.canAsk(peer)).toBe(false);
  });

  test('[SCH-12] what was asked is known by its block, and is not to be asked again', () => {
    const { rig, download, view } = begin();
    const linkId = rig.connectPeer('z');
    rig.peerHas(linkId, 3, undefined, SIZE);
    download.agreesWith(SIZE);
    const [peer] = rig.session.swarm?.peers ?? [];
    if (!peer) throw new Error('nobody is connected');
    // The rest of a block that had begun to come.
    const range = { start: 400, end: 600 };
    const request = peer.request(download.segment.key, download.segment.id, range, 0, 5);
    download.asked.set(request, peer);
    request.position = 450;
    expect(view().asked).toEqual([
      { linkId, requestId: request.requestId, block: 1, lastByteAt: 5, remainingBytes: 150 },
    ]);
    expect(view().unasked).toEqual([0, 2, 3]);
  });
});
