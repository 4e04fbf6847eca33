import { MAX_REQUESTS_PER_PEER } from '../../src/scheduler/peer-slots';
import { latestHttpStart } from '../../src/scheduler/plan-downloads';
import {
  ALL,
  askedOf,
  BLOCK_BYTES,
  demandOf,
  NOW,
  offered,
  peerOf,
  plan,
  SEGMENT_BYTES,
  supplierOf,
  typesOf,
  viewOf,
} from '../support/scheduler-views';

/** Nothing is left to ask for: block 3 was asked of peer 1, and peer 2 has it too. */
const watched = (more: Parameters<typeof askedOf>[2] = {}) =>
  demandOf({
    remainingBytes: BLOCK_BYTES,
    suppliers: [supplierOf(1), supplierOf(2)],
    asked: [askedOf(1, 3, more)],
  });
const askedBlocks = (actions: ReturnType<typeof plan>): number[] =>
  actions.flatMap((action) => (action.type === 'askPeer' ? [action.block] : [])).sort();

describe('planDownloads: while HTTP runs', () => {
  // 1 s at 4 Mb/s is 500,000 bytes: HTTP will be there before any peer.
  test('[SCH-1] HTTP that is through soon is left alone', () => {
    expect(plan(offered({ http: 'running', deadline: NOW }))).toEqual([]);
    expect(plan(demandOf({ http: 'running' }))).toEqual([]);
  });

  test('[SCH-1] where it takes longer peers are asked for what it will come to last', () => {
    const running = { http: 'running' as const, deadline: NOW, httpPosition: BLOCK_BYTES };
    // In 1 s HTTP brings one block more.
    const slow = { httpBitrate: BLOCK_BYTES * 8 };
    expect(askedBlocks(plan(offered(running), slow))).toEqual([2, 3]);
    expect(askedBlocks(plan(offered({ ...running, httpPosition: BLOCK_BYTES + 1 }), slow))).toEqual([3]);
    expect(askedBlocks(plan(offered({ ...running, unasked: [0, 1] }), slow))).toEqual([]);
    expect(typesOf(plan(offered(running), slow))).toEqual(['askPeer', 'askPeer']);
  });
});

describe('planDownloads: HTTP', () => {
  test('[SCH-2] a segment that would come too late otherwise is fetched over HTTP: the first gap', () => {
    const firstGap = { start: 70_000, end: BLOCK_BYTES };
    expect(plan(offered({ deadline: NOW, firstGap, gapCount: 2 }))).toEqual([
      { type: 'fetchHttp', key: 'a', range: firstGap },
    ]);
  });

  test('[SCH-2] sizes in dispute are settled by the origin at once', () => {
    expect(plan(offered({ isDisputed: true }))).toEqual([{ type: 'fetchHttp', key: 'a', range: ALL }]);
  });

  test('[SCH-2] late, and HTTP has failed for good: the player may try itself', () => {
    expect(plan(offered({ deadline: NOW, http: 'spent' }))).toEqual([{ type: 'giveUp', key: 'a' }]);
    expect(plan(demandOf({ http: 'spent' }), { peers: [] })).toEqual([{ type: 'giveUp', key: 'a' }]);
    // Not late: peers may bring it yet.
    expect(typesOf(plan(offered({ http: 'spent' })))).toEqual(['askPeer', 'askPeer', 'wait']);
  });

  // An origin in trouble: the half second before the next try was spent idle beside peers that had the segment.
  test('[SCH-8] while HTTP pauses after a failure, peers are asked', () => {
    const failed = { deadline: NOW, httpNotBefore: NOW + 500 };
    expect(typesOf(plan(offered(failed)))).toEqual(['askPeer', 'askPeer', 'wait']);
    expect(plan(demandOf(failed))).toEqual([{ type: 'wait', key: 'a', until: NOW + 500 }]);
    expect(plan(offered({ ...failed, isDisputed: true }))).toEqual([{ type: 'wait', key: 'a', until: NOW + 500 }]);
    expect(typesOf(plan(offered({ ...failed, httpNotBefore: NOW })))).toEqual(['fetchHttp']);
  });

  test('[SCH-9] HTTP starts early enough for what it takes, half as much again, and a reserve', () => {
    // 300 ms and 500 kB at 4 Mb/s make 1.3 s.
    expect(latestHttpStart(demandOf(), viewOf([], { isLive: true }))).toBe(NOW + 30_000 - 1_950 - 700);
    expect(latestHttpStart(demandOf(), viewOf([]))).toBe(NOW + 30_000 - 1_950 - 5_000);
    // Who has just come has less in hand.
    expect(latestHttpStart(demandOf(), viewOf([], { startingUntil: NOW + 1 }))).toBe(NOW + 30_000 - 1_950 - 2_000);
    expect(latestHttpStart(demandOf(), viewOf([], { httpBitrate: 0 }))).toBe(-Infinity);
    // Each of three gaps costs a request.
    expect(latestHttpStart(demandOf({ gapCount: 3 }), viewOf([]))).toBe(NOW + 30_000 - 2_850 - 5_000);
  });
});

describe('planDownloads: peers', () => {
  test('[SCH-3] what peers offer is asked of them, in blocks, until the time when HTTP would have to start', () => {
    const demand = offered();
    const until = latestHttpStart(demand, viewOf([]));
    const actions = plan(demand);
    expect(actions).toEqual([
      { type: 'askPeer', key: 'a', linkId: 1, block: expect.any(Number) },
      { type: 'askPeer', key: 'a', linkId: 1, block: expect.any(Number) },
      { type: 'wait', key: 'a', until },
    ]);
    expect(new Set(askedBlocks(actions)).size).toBe(2);
  });

  test('[SCH-3] a peer is asked for nothing that it does not have yet', () => {
    expect(askedBlocks(plan(offered({ suppliers: [supplierOf(1, [1, 3])], unasked: [0, 2, 3] })))).toEqual([3]);
    expect(typesOf(plan(offered({ suppliers: [supplierOf(1, [])] })))).toEqual(['wait']);
  });

  test('[SCH-3] what is needed first is asked for first', () => {
    const peers = [peerOf(1, { openRequestCount: MAX_REQUESTS_PER_PEER - 1 })];
    const later = offered({ key: 'b', deadline: NOW + 40_000 });
    expect(typesOf(plan(offered(), { peers, demands: [later, offered()] }))).toEqual(['askPeer', 'wait', 'wait']);
    expect(plan(offered(), { peers, demands: [later, offered()] })[0]).toMatchObject({ key: 'a' });
  });

  test('[SCH-10] the rarest block is asked for first', () => {
    const peers = [peerOf(1), peerOf(2, { openRequestCount: MAX_REQUESTS_PER_PEER })];
    const suppliers = [supplierOf(1), supplierOf(2, [0, 1])];
    expect(askedBlocks(plan(offered({ suppliers }), { peers }))).toEqual([2, 3]);
  });

  test('[SCH-4] where every supplier is busy, or has no more yet, it is waited for', () => {
    const peers = [peerOf(1, { openRequestCount: MAX_REQUESTS_PER_PEER })];
    const httpStart = latestHttpStart(offered(), viewOf([]));
    expect(plan(offered(), { peers })).toEqual([{ type: 'wait', key: 'a', until: httpStart }]);
    expect(plan(offered({ unasked: [] }))).toEqual([{ type: 'wait', key: 'a', until: httpStart }]);
    // One that said it is busy is asked again when its time is up.
    const serving = [peerOf(1, { busyUntil: NOW + 300 })];
    expect(plan(offered(), { peers: serving })).toEqual([{ type: 'wait', key: 'a', until: NOW + 300 }]);
    expect(typesOf(plan(offered(), { peers: serving, now: NOW + 300 }))).toContain('askPeer');
  });

  // All who wait for one slow source would start HTTP at the same last moment, all too late.
  test('[SCH-4] live, where all stay busy, those whose turn it was step in half way to the last moment', () => {
    for (const selfId of ['self', 'other', 'third']) {
      const live = { isLive: true, selfId, peers: [peerOf(1, { openRequestCount: MAX_REQUESTS_PER_PEER })] };
      const httpStart = latestHttpStart(offered(), viewOf([], live));
      const turnAt = plan(demandOf(), live).flatMap((action) => (action.type === 'wait' ? action.until : []))[0] ?? NOW;
      const half = (turnAt + httpStart) / 2;
      const [wait] = plan(offered(), live);
      expect(wait).toEqual({ type: 'wait', key: 'a', until: expect.closeTo(half) });
      expect(typesOf(plan(offered(), { ...live, now: half - 1 }))).toEqual(['wait']);
      expect(typesOf(plan(offered(), { ...live, now: half + 1 }))).toEqual(['fetchHttp']);
    }
  });

  test('[SCH-5] live: whose turn it is fetches from the origin, the other waits for the own turn at the most', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const demand = demandOf({ key });
      const beside = (peerId: string) => [peerOf(1, { peerId })];
      const plans = [
        plan(demand, { isLive: true, peers: beside('peer') }),
        plan(demand, { isLive: true, peers: beside('self'), selfId: 'peer' }),
      ].flat();
      expect(typesOf(plans).sort()).toEqual(['fetchHttp', 'wait']);
      const [wait] = plans.flatMap((action) => (action.type === 'wait' ? action.until : []));
      expect(wait).toBeGreaterThan(NOW);
      expect(wait).toBeLessThan(latestHttpStart(demand, viewOf([], { isLive: true })));
      expect(typesOf(plan(demand, { isLive: true, peers: beside('peer'), now: wait ?? 0 }))).toEqual(['fetchHttp']);
    }
    expect(typesOf(plan(demandOf(), { isLive: true, peers: [] }))).toEqual(['fetchHttp']);
    expect(typesOf(plan(demandOf({ deadline: NOW }), { isLive: true }))).toEqual(['fetchHttp']);
  });

  test('[SCH-5] live: who can give nothing leaves the origin to the others', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      expect(typesOf(plan(demandOf({ key }), { isLive: true, selfWeight: 0 }))).toEqual(['wait']);
      expect(typesOf(plan(demandOf({ key }), { isLive: true, peers: [peerOf(1, { weight: 0 })] }))).toEqual([
        'fetchHttp',
      ]);
    }
  });

  test('[SCH-5] on demand: viewers at the same place take turns while the buffer is large, and nobody waits longer', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const untilOf = (selfId: string, peerId: string): number | undefined => {
        const [action] = plan(demandOf({ key }), { selfId, peers: [peerOf(1, { peerId })] });
        return action?.type === 'wait' ? action.until : undefined;
      };
      const turns = [untilOf('self', 'peer'), untilOf('peer', 'self')];
      expect(turns.filter((until) => until === undefined)).toHaveLength(1);
      // 15 s of the 30 s stay in the buffer.
      for (const until of turns) expect(until ?? NOW).toBeLessThan(NOW + 15_000);
    }
    expect(typesOf(plan(demandOf({ deadline: NOW + 15_000 }), { selfWeight: 0 }))).toEqual(['fetchHttp']);
  });

  test('[SCH-6] while peers are still being found, a segment is held back until HTTP must start', () => {
    expect(plan(demandOf(), { searchUntil: NOW + 2_000, peers: [] })).toEqual([
      { type: 'wait', key: 'a', until: NOW + 2_000 },
    ]);
    expect(typesOf(plan(demandOf(), { searchUntil: NOW, peers: [] }))).toEqual(['fetchHttp']);
    const soon = demandOf({ deadline: NOW + 7_000 });
    const until = latestHttpStart(soon, viewOf([]));
    expect(until).toBeLessThan(NOW + 10_000);
    expect(plan(soon, { searchUntil: NOW + 10_000, peers: [] })).toEqual([{ type: 'wait', key: 'a', until }]);
    expect(typesOf(plan(soon, { searchUntil: NOW + 10_000, now: until, peers: [] }))).toEqual(['fetchHttp']);
  });
});

describe('planDownloads: requests that take long', () => {
  const peers = [peerOf(1, { openRequestCount: 1 }), peerOf(2)];
  const takeBack = { type: 'takeBack', linkId: 1, key: 'a', requestId: 7 };

  test('[SCH-12] a peer that is silent for 1 s gives its place to one that is free', () => {
    expect(plan(watched({ lastByteAt: NOW - 999, remainingBytes: 20_000 }), { peers })).toEqual([
      { type: 'wait', key: 'a', until: NOW + 1 },
    ]);
    expect(plan(watched({ lastByteAt: NOW - 1_000, remainingBytes: 20_000 }), { peers })).toEqual([takeBack]);
  });

  test('[SCH-12] but not where nobody else could bring it', () => {
    const silent = watched({ lastByteAt: NOW - 2_000 });
    for (const others of [
      [peers[0]!],
      [peers[0]!, peerOf(2, { openRequestCount: 1 })],
      [peers[0]!, peerOf(2, { busyUntil: NOW + 1 })],
    ]) {
      expect(typesOf(plan(silent, { peers: others }))).toEqual(['wait']);
    }
    const elsewhere = { ...silent, suppliers: [supplierOf(1), supplierOf(2, [0, 1, 2])] };
    expect(typesOf(plan(elsewhere, { peers }))).toEqual(['wait']);
  });

  test('[SCH-12] in the end one that is far slower does so too', () => {
    // 128 KiB take 1,049 ms at 1 Mb/s; half of that less 150 ms is 375 ms, which takes 2.8 Mb/s.
    const beside = (bitsPerSecond: number) => [
      peerOf(1, { openRequestCount: 1, bitsPerSecond: 1_000_000 }),
      peerOf(2, { bitsPerSecond }),
    ];
    expect(plan(watched(), { peers: beside(2_900_000) })).toEqual([takeBack]);
    // Looked at again soon: what is left and who is free changes without a word.
    expect(plan(watched(), { peers: beside(2_700_000) })).toEqual([{ type: 'wait', key: 'a', until: NOW + 200 }]);
    // Nearly through: to ask anew takes longer.
    expect(typesOf(plan(watched({ remainingBytes: 30_000 }), { peers: beside(90_000_000) }))).toEqual(['wait']);
  });

  test('[SCH-12] slowness does not count while there is more to ask for', () => {
    const demand = { ...watched(), unasked: [1], suppliers: [supplierOf(1), supplierOf(2, [3])] };
    const slow = [
      peerOf(1, { openRequestCount: MAX_REQUESTS_PER_PEER, bitsPerSecond: 100_000 }),
      peerOf(2, { bitsPerSecond: 50_000_000 }),
    ];
    expect(plan(demand, { peers: slow })).toEqual([{ type: 'wait', key: 'a', until: NOW + 1_000 }]);
    expect(typesOf(plan({ ...demand, unasked: [] }, { peers: slow }))).toEqual(['takeBack']);
  });

  test('[SCH-9] what is being waited for is not waited for too long', () => {
    const httpStart = latestHttpStart(watched(), viewOf([]));
    expect(plan(watched({ lastByteAt: httpStart - 50 }), { peers, now: httpStart - 50 })).toEqual([
      { type: 'wait', key: 'a', until: httpStart },
    ]);
    expect(typesOf(plan(watched(), { peers, now: httpStart }))).toEqual(['fetchHttp']);
    expect(SEGMENT_BYTES).toBeGreaterThan(3 * BLOCK_BYTES);
  });
});
