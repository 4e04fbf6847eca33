import { segmentBytes } from '../support/content';
import { World, type Viewer } from '../support/simulated-world';
import { completeEntry, wireIdOf, WirePeer, type WireLine, type WirePeerScript } from '../support/wire-peer';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import type { HaveEntry, PeerMessage } from '../../src/protocol/peer-messages';

const FILM_MS = 130_000;
const SEGMENT_BYTES = 200_000;
const { blockBytes: BLOCK_BYTES } = TRANSFER_SIZES;
const ALL = Array.from({ length: 60 }, (_, index) => completeEntry(index, SEGMENT_BYTES));

/** A viewer and a bad peer; the viewer plays to the end as if alone. */
async function playWith(
  seed: number,
  script: WirePeerScript,
  handshake: Partial<PeerMessage & { type: 'handshake' }> = {},
) {
  const world = new World({ seed });
  const peer = new WirePeer(world, script, handshake);
  await world.run(1_000);
  const viewer = world.addViewer();
  await world.run(FILM_MS);
  world.expectSmoothPlayback();
  expect(viewer.player.loadedCount).toBe(60);
  expect(viewer.player.ownLoadCount).toBe(0);
  return { world, peer, viewer };
}

async function expectTidy(world: World, peer: WirePeer): Promise<void> {
  peer.leave();
  await world.expectNothingLeft();
}

const reasonsOf = (viewer: Viewer): unknown[] =>
  viewer.events
    .filter(({ name }) => name === 'chunkRejected')
    .map(({ payload }) => (payload as { reason: string }).reason);

describe('peers that misbehave', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['garbage', Uint8Array.of(77, 1, 2, 3), /unknown message type/],
    ['an empty frame', new Uint8Array(0), /ends early/],
    ['a frame of 64 KiB and one byte', new Uint8Array(65_537).fill(200), /frame of 65537 bytes/],
    ['data that nobody asked for', Uint8Array.of(5, 9, 0, 1, 2, 3), /not asked for/],
    ['a second handshake', Uint8Array.of(1, 80, 50, 77, 76, 1, ...new Uint8Array(40)), /out of turn/],
    ['a reject of nothing', Uint8Array.of(6, 9, 0), /reject of nothing/],
  ])('[PEER-2] one that sends %s is closed, and playback goes on', async (_, frame, reason) => {
    const { world, peer, viewer } = await playWith(41, { onReady: (line) => line.sendRaw(frame) });
    expect(peer.lines.length).toBeGreaterThan(0);
    expect(peer.lines.every(({ isClosed }) => isClosed)).toBe(true);
    expect(reasonsOf(viewer)[0]).toMatch(reason);
    expect(viewer.stats.rejectedBytes).toBeGreaterThanOrEqual(frame.length);
    await expectTidy(world, peer);
  });

  test('[PEER-3] one of another protocol version, swarm or name is not talked to', async () => {
    for (const handshake of [{ version: 2 }, { infoHash: 'x'.repeat(20) }, { peerId: 'y'.repeat(20) }]) {
      const { world, peer, viewer } = await playWith(42, {}, handshake);
      expect(viewer.eventCount('peerConnected')).toBe(0);
      expect(peer.lines.every(({ isClosed }) => isClosed)).toBe(true);
      await expectTidy(world, peer);
    }
  });

  test('[PEER-7] one that has everything and answers nothing is closed after five silences', async () => {
    const { world, peer, viewer } = await playWith(43, {
      onReady: (line) => line.send({ type: 'have', entries: ALL }),
    });
    const [line] = peer.lines;
    expect(line?.isClosed).toBe(true);
    // Two at a time; those that HTTP takes over within a second say nothing against the peer.
    expect(line?.receivedOf('request').length).toBeLessThanOrEqual(15);
    expect(viewer.eventCount('peerClosed')).toBeGreaterThan(0);
    await expectTidy(world, peer);
  });

  test('one that refuses everything is closed soon, or left alone when it says that it is busy or does not upload', async () => {
    const refuse = (reason: 'absent' | 'busy' | 'upload-off'): WirePeerScript => ({
      onReady: (line) => line.send({ type: 'have', entries: ALL }),
      onMessage: (line, message) => {
        if (message.type === 'request') line.send({ type: 'reject', requestId: message.requestId, reason });
      },
    });
    for (const [reason, isClosed] of [
      ['absent', true],
      ['busy', false],
    ] as const) {
      const { world, peer } = await playWith(44, refuse(reason));
      expect(peer.lines[0]?.isClosed).toBe(isClosed);
      await expectTidy(world, peer);
    }
    const { world, peer } = await playWith(44, refuse('upload-off'));
    expect(peer.lines[0]?.isClosed).toBe(false);
    // Asked again every 30 s only.
    expect(peer.lines[0]?.receivedOf('request').length).toBeLessThanOrEqual(12);
    await expectTidy(world, peer);
  });

  // Before this rule one such peer sent every segment through three failed tries and back to the player.
  test('[DL-3] one that announces false sizes cannot keep the origin from being believed', async () => {
    const lies = ALL.map((_, index) => completeEntry(index, SEGMENT_BYTES - 1_000));
    const { world, peer, viewer } = await playWith(45, {
      onReady: (line) => line.send({ type: 'have', entries: lies }),
    });
    expect(viewer.stats.httpBytes).toBeGreaterThanOrEqual(60 * SEGMENT_BYTES);
    await expectTidy(world, peer);
  });

  test('[DL-4] false sizes do not cut a body short whose length the origin does not say', async () => {
    const world = new World({ seed: 46 });
    const lies = ALL.map((_, index) => completeEntry(index, 5_000));
    const peer = new WirePeer(world, { onReady: (line) => line.send({ type: 'have', entries: lies }) });
    await world.run(1_000);
    const viewer = world.addViewer({ http: { hidesLength: true } });
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect(viewer.player.loadedCount).toBe(60);
    await expectTidy(world, peer);
  });

  test('[DL-2] two peers that disagree about a size are both not believed', async () => {
    const world = new World({ seed: 47 });
    const [small, large] = [-1, 1].map((sign) => ALL.map((_, index) => completeEntry(index, SEGMENT_BYTES + sign)));
    const peers = [small, large].map(
      (entries) => new WirePeer(world, { onReady: (line) => line.send({ type: 'have', entries: entries ?? [] }) }),
    );
    await world.run(1_000);
    const viewer = world.addViewer();
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    expect(viewer.stats.p2pBytes).toBe(0);
    for (const peer of peers) peer.leave();
    await world.expectNothingLeft();
  });

  test('[SCH-9] one that has only the first block of each segment, for ever, is not waited for too long', async () => {
    const stuck = ALL.map(({ id }): HaveEntry => ({
      id,
      state: 'partial',
      totalBytes: SEGMENT_BYTES,
      blocks: Uint8Array.of(1),
    }));
    const { world, peer, viewer } = await playWith(48, {
      onReady: (line) => line.send({ type: 'have', entries: stuck }),
      onMessage: (line, message) => {
        if (message.type !== 'request') return;
        const { requestId, id, range } = message;
        const payload = segmentBytes(id.sequence, SEGMENT_BYTES).slice(range.start, range.end);
        for (let at = 0; at < payload.length; at += 16_384) {
          line.send({ type: 'data', requestId, offset: range.start + at, payload: payload.slice(at, at + 16_384) });
        }
      },
    });
    expect(viewer.stats.p2pBytes).toBeGreaterThan(0);
    expect(viewer.http.requests.some(({ request }) => request.range?.start === BLOCK_BYTES)).toBe(true);
    await expectTidy(world, peer);
  });

  test('[UP-2] one that floods with requests is told to wait, then closed', async () => {
    const world = new World({ seed: 49 });
    const viewer = world.addViewer();
    await world.run(5_000);
    let nextId = 1;
    const ask = (line: WireLine, count: number): void => {
      // Small ones: sixteen fit into what is taken to be sent soon.
      const range = { start: 0, end: 16_384 };
      for (let left = count; left > 0; left -= 1)
        line.send({ type: 'request', requestId: nextId++, id: wireIdOf(0), range, neededInMs: 0 });
    };
    const peer = new WirePeer(world, { onReady: (line) => ask(line, 30) });
    await world.run(200);
    peer.offer();
    await world.run(1_000);
    expect(peer.line.isClosed).toBe(false);
    expect(new Set(peer.line.receivedOf('reject').map(({ reason }) => reason))).toEqual(new Set(['busy']));
    for (let round = 0; round < 20; round += 1) {
      ask(peer.line, 100);
      await world.run(10);
    }
    await world.run(1_000);
    expect(peer.line.isClosed).toBe(true);
    expect(reasonsOf(viewer)).toContain('request flood');
    await expectTidy(world, peer);
  });
});
