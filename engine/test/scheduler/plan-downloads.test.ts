import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import fc from 'fast-check';
import type { DemandView, DownloadAction, SchedulerView } from '../../src/scheduler/plan-downloads';
import { latestHttpStart, MAX_REQUESTS_PER_PEER, planDownloads } from '../../src/scheduler/plan-downloads';

const BLOCK_BYTES = TRANSFER_SIZES.blockBytes;

const NOW = 100_000;
const SEGMENT_BYTES = 500_000;

/** A segment that nobody has, and that can wait. */
const demandOf = (more: Partial<DemandView> = {}): DemandView => ({
  key: 'a',
  deadline: NOW + 30_000,
  firstMissing: 0,
  unasked: [],
  remainingBytes: SEGMENT_BYTES,
  http: 'idle',
  httpNotBefore: 0,
  suppliers: [],
  isAsked: false,
  isDisputed: false,
  askedAt: NOW,
  ...more,
});

/** One peer (link 1) that has all of it. */
const offered = (more: Partial<DemandView> = {}): DemandView =>
  demandOf({
    unasked: [{ start: 0, end: SEGMENT_BYTES }],
    suppliers: [{ linkId: 1, availableEnd: SEGMENT_BYTES }],
    ...more,
  });

const viewOf = (demands: readonly DemandView[], more: Partial<SchedulerView> = {}): SchedulerView => ({
  now: NOW,
  demands,
  peers: [{ linkId: 1, peerId: 'peer', busyUntil: 0, openRequestCount: 0, bitsPerSecond: undefined }],
  selfId: 'self',
  swarmSize: 2,
  isLive: false,
  searchUntil: 0,
  blockBytes: BLOCK_BYTES,
  httpBitrate: 4_000_000,
  httpFirstByteMs: 300,
  ...more,
});

const plan = (demand: DemandView, more: Partial<SchedulerView> = {}): DownloadAction[] =>
  planDownloads(viewOf([demand], more));
const typesOf = (actions: readonly DownloadAction[]): string[] => actions.map(({ type }) => type);

describe('planDownloads: one segment', () => {
  test('[SCH-1] HTTP that runs is left alone, whatever else there is', () => {
    expect(plan(offered({ http: 'running', deadline: NOW }))).toEqual([]);
  });

  test('[SCH-2] a segment that would come too late otherwise is fetched over HTTP from its first missing byte', () => {
    expect(plan(offered({ deadline: NOW, firstMissing: 70_000 }))).toEqual([
      { type: 'fetchHttp', key: 'a', from: 70_000 },
    ]);
  });

  test('[SCH-2] sizes in dispute are settled by the origin at once', () => {
    expect(plan(offered({ isDisputed: true }))).toEqual([{ type: 'fetchHttp', key: 'a', from: 0 }]);
  });

  test('[SCH-2] late, and HTTP has failed for good: the player may try itself', () => {
    expect(plan(offered({ deadline: NOW, http: 'spent' }))).toEqual([{ type: 'giveUp', key: 'a' }]);
    expect(plan(demandOf({ http: 'spent' }))).toEqual([{ type: 'giveUp', key: 'a' }]);
    // Not late: peers may bring it yet.
    expect(typesOf(plan(offered({ http: 'spent' })))).toEqual(['askPeer', 'askPeer', 'wait']);
  });

  test('[SCH-3] what peers offer is asked of them, in blocks, until the time when HTTP would have to start', () => {
    const demand = offered();
    const until = latestHttpStart(demand, viewOf([]));
    expect(plan(demand)).toEqual([
      { type: 'askPeer', key: 'a', linkId: 1, range: { start: 0, end: BLOCK_BYTES } },
      { type: 'askPeer', key: 'a', linkId: 1, range: { start: BLOCK_BYTES, end: 2 * BLOCK_BYTES } },
      { type: 'wait', key: 'a', until },
    ]);
    expect(plan(offered({ unasked: [], isAsked: true }))).toEqual([{ type: 'wait', key: 'a', until }]);
  });

  test('[SCH-3] several peers share a segment; the one with the fewest requests comes first, then the faster one', () => {
    const suppliers = [1, 2, 3].map((linkId) => ({ linkId, availableEnd: SEGMENT_BYTES }));
    const peers = [
      { linkId: 1, peerId: 'peer 1', busyUntil: 0, openRequestCount: 1, bitsPerSecond: 9_000_000 },
      { linkId: 2, peerId: 'peer 2', busyUntil: 0, openRequestCount: 0, bitsPerSecond: 1_000_000 },
      { linkId: 3, peerId: 'peer 3', busyUntil: 0, openRequestCount: 0, bitsPerSecond: 5_000_000 },
    ];
    const asked = plan(offered({ suppliers }), { peers }).filter((action) => action.type === 'askPeer');
    expect(asked.map(({ linkId }) => linkId)).toEqual([3, 2, 1, 3]);
  });

  test('[SCH-3] a peer is asked for nothing that it does not have yet', () => {
    const suppliers = [{ linkId: 1, availableEnd: 200_000 }];
    expect(plan(offered({ suppliers, unasked: [{ start: 150_000, end: 200_000 }] }))[0]).toEqual({
      type: 'askPeer',
      key: 'a',
      linkId: 1,
      range: { start: 150_000, end: 200_000 },
    });
  });

  test('[SCH-4] where every supplier is busy, or has no more yet, it is waited for', () => {
    const peers = [
      { linkId: 1, peerId: 'peer', busyUntil: 0, openRequestCount: MAX_REQUESTS_PER_PEER, bitsPerSecond: undefined },
    ];
    expect(typesOf(plan(offered(), { peers }))).toEqual(['wait']);
    expect(typesOf(plan(offered({ unasked: [] })))).toEqual(['wait']);
    // One that said it is busy is asked again when its time is up.
    const serving = [
      { linkId: 1, peerId: 'peer', busyUntil: NOW + 300, openRequestCount: 0, bitsPerSecond: undefined },
    ];
    expect(plan(offered(), { peers: serving })).toEqual([{ type: 'wait', key: 'a', until: NOW + 300 }]);
    expect(typesOf(plan(offered(), { peers: serving, now: NOW + 300 }))).toContain('askPeer');
  });

  test('[SCH-5] live: whose turn it is fetches from the origin, the other waits for the own turn at the most', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const demand = demandOf({ key });
      const peers = (peerId: string) => [
        { linkId: 1, peerId, busyUntil: 0, openRequestCount: 0, bitsPerSecond: undefined },
      ];
      const plans = [
        plan(demand, { isLive: true, peers: peers('peer') }),
        plan(demand, { isLive: true, peers: peers('self'), selfId: 'peer' }),
      ].flat();
      expect(typesOf(plans).sort()).toEqual(['fetchHttp', 'wait']);
      const [wait] = plans.flatMap((action) => (action.type === 'wait' ? action.until : []));
      expect(wait).toBeGreaterThan(NOW);
      expect(wait).toBeLessThan(latestHttpStart(demand, viewOf([], { isLive: true })));
      expect(typesOf(plan(demand, { isLive: true, peers: peers('peer'), now: wait ?? 0 }))).toEqual(['fetchHttp']);
    }
    expect(typesOf(plan(demandOf(), { isLive: true, peers: [] }))).toEqual(['fetchHttp']);
    expect(typesOf(plan(demandOf({ deadline: NOW }), { isLive: true }))).toEqual(['fetchHttp']);
  });

  test('[SCH-6] while peers are still being found, a segment that can wait is held back', () => {
    expect(plan(demandOf(), { searchUntil: NOW + 2_000 })).toEqual([{ type: 'wait', key: 'a', until: NOW + 2_000 }]);
    expect(typesOf(plan(demandOf(), { searchUntil: NOW }))).toEqual(['fetchHttp']);
    // 6 s in the buffer is not enough to wait for strangers.
    expect(typesOf(plan(demandOf({ deadline: NOW + 6_000 }), { searchUntil: NOW + 2_000, isLive: true }))).toEqual([
      'fetchHttp',
    ]);
    expect(plan(demandOf({ deadline: NOW + 7_000 }), { searchUntil: NOW + 2_000, isLive: true })).toEqual([
      { type: 'wait', key: 'a', until: NOW + 1_000 },
    ]);
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
    expect(latestHttpStart(demandOf(), viewOf([], { httpBitrate: 0 }))).toBe(-Infinity);
  });
});

const range = fc
  .tuple(fc.nat(900_000), fc.integer({ min: 1, max: 400_000 }))
  .map(([start, length]) => ({ start, end: start + length }));
/** Sorted and apart, as the download desk gives them. */
const ranges = fc
  .array(range, { maxLength: 4 })
  .map((list) =>
    list
      .sort((a, b) => a.start - b.start)
      .filter((own, index, all) => index === 0 || own.start >= Math.max(...all.slice(0, index).map(({ end }) => end))),
  );
const demand: fc.Arbitrary<DemandView> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  deadline: fc.integer({ min: NOW - 5_000, max: NOW + 60_000 }),
  firstMissing: fc.nat(1_000_000),
  unasked: ranges,
  remainingBytes: fc.nat(2_000_000),
  http: fc.constantFrom('idle' as const, 'running' as const, 'spent' as const),
  httpNotBefore: fc.integer({ min: NOW - 1_000, max: NOW + 1_000 }),
  suppliers: fc.uniqueArray(fc.record({ linkId: fc.integer({ min: 1, max: 5 }), availableEnd: fc.nat(1_500_000) }), {
    selector: ({ linkId }) => linkId,
  }),
  isAsked: fc.boolean(),
  isDisputed: fc.boolean(),
  askedAt: fc.integer({ min: NOW - 10_000, max: NOW }),
});
const view: fc.Arbitrary<SchedulerView> = fc.record({
  now: fc.constant(NOW),
  demands: fc.uniqueArray(demand, { selector: ({ key }) => key }),
  peers: fc.uniqueArray(
    fc.record({
      linkId: fc.integer({ min: 1, max: 5 }),
      peerId: fc.string(),
      openRequestCount: fc.nat(4),
      busyUntil: fc.integer({ min: NOW - 500, max: NOW + 500 }),
      bitsPerSecond: fc.option(fc.nat(10_000_000), { nil: undefined }),
    }),
    { selector: ({ linkId }) => linkId },
  ),
  selfId: fc.string(),
  swarmSize: fc.option(fc.nat(10_000), { nil: undefined }),
  isLive: fc.boolean(),
  searchUntil: fc.integer({ min: NOW - 1_000, max: NOW + 3_000 }),
  blockBytes: fc.constant(BLOCK_BYTES),
  httpBitrate: fc.nat(20_000_000),
  httpFirstByteMs: fc.nat(2_000),
});

describe('planDownloads: any view', () => {
  const check = (property: (given: SchedulerView, actions: DownloadAction[]) => void): void =>
    fc.assert(
      fc.property(view, (given) => property(given, planDownloads(given))),
      { numRuns: 500 },
    );

  test('the same view gives the same plan, and stays as it was', () => {
    check((given, actions) => {
      const before = structuredClone(given);
      expect(planDownloads(given)).toEqual(actions);
      expect(given).toEqual(before);
    });
  });

  test('no byte is asked for twice, and none of a segment that HTTP fetches', () => {
    check((given, actions) => {
      for (const { key, http } of given.demands) {
        const asked = actions.filter((action) => action.type === 'askPeer' && action.key === key);
        const spans = asked.flatMap((action) => (action.type === 'askPeer' ? [action.range] : []));
        spans.sort((a, b) => a.start - b.start);
        spans.forEach((span, index) => expect(span.start).toBeGreaterThanOrEqual(spans[index - 1]?.end ?? 0));
        const isFetched = actions.some((action) => action.type === 'fetchHttp' && action.key === key);
        if (isFetched || http === 'running') expect(spans).toEqual([]);
      }
    });
  });

  test('[SCH-3] peers are asked for bytes that they have and that are wanted, and for no more requests than they take', () => {
    check((given, actions) => {
      const open = new Map(given.peers.map(({ linkId, openRequestCount }) => [linkId, openRequestCount]));
      for (const action of actions) {
        if (action.type !== 'askPeer') continue;
        const { range: asked, linkId } = action;
        const wanted = given.demands.find(({ key }) => key === action.key);
        expect(asked.end - asked.start).toBeGreaterThan(0);
        expect(asked.end - asked.start).toBeLessThanOrEqual(BLOCK_BYTES);
        expect(wanted?.suppliers.some((peer) => peer.linkId === linkId && peer.availableEnd >= asked.end)).toBe(true);
        expect(wanted?.unasked.some(({ start, end }) => start <= asked.start && asked.end <= end)).toBe(true);
        open.set(linkId, (open.get(linkId) ?? Infinity) + 1);
        expect(open.get(linkId)).toBeLessThanOrEqual(MAX_REQUESTS_PER_PEER);
      }
    });
  });

  test('nothing that waits waits for a time that has passed: no wake-up follows another at once', () => {
    check((_, actions) => {
      for (const action of actions) if (action.type === 'wait') expect(action.until).toBeGreaterThan(NOW);
    });
  });

  test('each segment is fetched, asked for, waited for or given up, unless HTTP brings it', () => {
    check((given, actions) => {
      const planned = new Set(actions.map(({ key }) => key));
      for (const { key, http } of given.demands) expect(planned.has(key)).toBe(http !== 'running');
    });
  });

  test('the earliest deadline comes first', () => {
    check((given, actions) => {
      const deadlines = actions.map(({ key }) => given.demands.find((wanted) => wanted.key === key)?.deadline ?? 0);
      expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
    });
  });
});
