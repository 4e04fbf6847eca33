import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import type { HaveEntry } from '../../src/protocol/peer-messages';
import { blockMapBytes } from '../support/session-rig';
import { segmentBytes } from '../support/content';
import { World, type Viewer } from '../support/simulated-world';
import { wireIdOf, WirePeer, type WirePeerScript } from '../support/wire-peer';

const { blockBytes: BLOCK_BYTES } = TRANSFER_SIZES;
const BLOCK_COUNT = 6;
const SEGMENT_BYTES = BLOCK_COUNT * BLOCK_BYTES;
const CONTENT = { segmentBytes: SEGMENT_BYTES, segmentSeconds: 6, segmentCount: 10 };
const SEGMENTS = Array.from({ length: CONTENT.segmentCount }, (_, index) => index);
const FILM_MS = 100_000;

const totalOf = (viewers: readonly Viewer[], what: 'p2pBytes' | 'httpBytes' | 'uploadedBytes' | 'wastedBytes') =>
  viewers.reduce((sum, { stats }) => sum + stats[what], 0);

/** Has some blocks of every segment, and gives them. */
function holderOf(blocks: readonly number[]): WirePeerScript {
  const entries = SEGMENTS.map((index): HaveEntry => ({
    id: wireIdOf(index),
    state: 'partial',
    totalBytes: SEGMENT_BYTES,
    blocks: blockMapBytes(blocks),
  }));
  return {
    onReady: (line) => line.send({ type: 'have', entries }),
    onMessage: (line, message) => {
      if (message.type !== 'request') return;
      const { requestId, id, range } = message;
      const payload = segmentBytes(id.sequence, SEGMENT_BYTES).slice(range.start, range.end);
      for (let at = 0; at < payload.length; at += 16_384)
        line.send({ type: 'data', requestId, offset: range.start + at, payload: payload.slice(at, at + 16_384) });
    },
  };
}

describe('blocks', () => {
  // The part that was asked from the first missing byte to the end came twice: once from peers, once from the origin.
  test('[SCH-2] peers that have only some blocks: the origin gives what is missing, and no byte comes twice', async () => {
    const world = new World({ seed: 91, content: CONTENT });
    const peers = [[1], [4]].map((blocks) => new WirePeer(world, holderOf(blocks)));
    await world.run(1_000);
    const viewer = world.addViewer();
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect(viewer.player.loadedCount).toBe(CONTENT.segmentCount);
    expect(viewer.stats.wastedBytes).toBe(0);
    expect(viewer.stats.p2pBytes + viewer.stats.httpBytes).toBe(CONTENT.segmentCount * SEGMENT_BYTES);
    // The first segments are in a hurry, before anybody is known.
    expect(viewer.stats.p2pBytes).toBeGreaterThanOrEqual(2 * BLOCK_BYTES * (CONTENT.segmentCount - 3));
    const ranges = viewer.http.requests.map(({ request }) => request.range).filter((range) => range !== undefined);
    expect(ranges).toContainEqual({ start: 0, end: BLOCK_BYTES });
    expect(ranges).toContainEqual({ start: 2 * BLOCK_BYTES, end: 4 * BLOCK_BYTES });
    expect(ranges).toContainEqual({ start: 5 * BLOCK_BYTES, end: Infinity });
    for (const peer of peers) peer.leave();
    await world.expectNothingLeft();
  });

  // Asked for in order, each of the viewers would take every block from the source, and it would upload three copies.
  test('[SCH-10] a source gives three viewers different blocks, and they give them to each other', async () => {
    const world = new World({ seed: 92, content: CONTENT });
    const links = { uplink: 4_000_000 };
    const source = world.addViewer({ links, player: { bufferGoalSeconds: 100 } });
    await world.run(40_000);
    const viewers = [1, 2, 3].map(() => world.addViewer({ links }));
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    const filmBytes = CONTENT.segmentCount * SEGMENT_BYTES;
    expect(totalOf(viewers, 'p2pBytes')).toBeGreaterThan(1.8 * filmBytes);
    expect(source.stats.uploadedBytes).toBeLessThan(1.6 * filmBytes);
    expect(totalOf(viewers, 'uploadedBytes')).toBeGreaterThan(filmBytes / 2);
    expect(totalOf(viewers, 'wastedBytes')).toBeLessThan(totalOf(viewers, 'p2pBytes') / 10);
    await world.expectNothingLeft();
  });
});
