import fc from 'fast-check';
import { MAX_REQUESTS_PER_PEER } from '../../src/scheduler/peer-slots';
import type { DemandView, DownloadAction, SchedulerView } from '../../src/scheduler/plan-downloads';
import { latestHttpStart, planDownloads } from '../../src/scheduler/plan-downloads';
import { BLOCK_BYTES, NOW, supplierOf } from '../support/scheduler-views';

const blocks = fc.uniqueArray(fc.nat(12), { maxLength: 8 }).map((list) => list.sort((a, b) => a - b));
const linkId = fc.integer({ min: 1, max: 5 });
const byLink = { selector: (one: { linkId: number }) => one.linkId };
const supplier = fc.tuple(linkId, fc.option(blocks, { nil: undefined })).map(([link, some]) => supplierOf(link, some));
const asked = fc.record({
  linkId,
  requestId: fc.nat(100),
  block: fc.integer({ min: 13, max: 20 }),
  lastByteAt: fc.integer({ min: NOW - 4_000, max: NOW }),
  remainingBytes: fc.integer({ min: 1, max: BLOCK_BYTES }),
});
const demand: fc.Arbitrary<DemandView> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  deadline: fc.integer({ min: NOW - 5_000, max: NOW + 60_000 }),
  firstGap: fc.nat(1_000_000).map((start) => ({ start, end: Infinity })),
  gapCount: fc.integer({ min: 1, max: 6 }),
  unasked: blocks,
  remainingBytes: fc.nat(2_000_000),
  http: fc.constantFrom('idle' as const, 'running' as const, 'spent' as const),
  httpPosition: fc.nat(1_000_000),
  httpNotBefore: fc.integer({ min: NOW - 1_000, max: NOW + 1_000 }),
  suppliers: fc.uniqueArray(supplier, byLink),
  asked: fc.uniqueArray(asked, { maxLength: 4, selector: ({ block }) => block }),
  isDisputed: fc.boolean(),
  wantedAt: fc.integer({ min: NOW - 10_000, max: NOW }),
  isAhead: fc.boolean(),
  hasUrl: fc.boolean(),
});
const view: fc.Arbitrary<SchedulerView> = fc.record({
  now: fc.constant(NOW),
  demands: fc.uniqueArray(demand, { selector: ({ key }) => key }),
  peers: fc.uniqueArray(
    fc.record({
      linkId,
      peerId: fc.string(),
      openRequestCount: fc.nat(4),
      busyUntil: fc.integer({ min: NOW - 500, max: NOW + 500 }),
      bitsPerSecond: fc.integer({ min: 1_000, max: 10_000_000 }),
      weight: fc.double({ min: 0, max: 8, noNaN: true }),
    }),
    byLink,
  ),
  selfId: fc.string(),
  selfWeight: fc.double({ min: 0, max: 8, noNaN: true }),
  swarmSize: fc.option(fc.nat(10_000), { nil: undefined }),
  isLive: fc.boolean(),
  heardOf: fc.array(fc.string(), { maxLength: 3 }),
  searchUntil: fc.integer({ min: NOW - 1_000, max: NOW + 10_000 }),
  startingUntil: fc.integer({ min: NOW - 1_000, max: NOW + 10_000 }),
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
      const before = JSON.stringify(given);
      expect(planDownloads(given)).toEqual(actions);
      expect(JSON.stringify(given)).toBe(before);
    });
  });

  test('[SCH-1] no block is asked for twice, and none that HTTP begins with or will have soon', () => {
    check((given, actions) => {
      for (const { key, http, httpPosition } of given.demands) {
        const own = actions.flatMap((action) =>
          action.type === 'askPeer' && action.key === key ? [action.block] : [],
        );
        expect(new Set(own).size).toBe(own.length);
        if (actions.some((action) => action.type === 'fetchHttp' && action.key === key)) expect(own).toEqual([]);
        const soon = httpPosition + Math.floor(given.httpBitrate / 8);
        if (http === 'running') for (const block of own) expect(block * BLOCK_BYTES).toBeGreaterThanOrEqual(soon);
      }
    });
  });

  test('[SCH-3] peers are asked for blocks that they have and that are wanted, and for no more than they take', () => {
    check((given, actions) => {
      const open = new Map(given.peers.map((peer) => [peer.linkId, peer.openRequestCount]));
      for (const action of actions) {
        if (action.type !== 'askPeer') continue;
        const wanted = given.demands.find(({ key }) => key === action.key);
        const from = wanted?.suppliers.find((one) => one.linkId === action.linkId);
        expect(from && (from.blocks?.has(action.block) ?? true)).toBe(true);
        expect(wanted?.unasked).toContain(action.block);
        expect(given.peers.find((peer) => peer.linkId === action.linkId)?.busyUntil).toBeLessThanOrEqual(NOW);
        open.set(action.linkId, (open.get(action.linkId) ?? Infinity) + 1);
        expect(open.get(action.linkId)).toBeLessThanOrEqual(MAX_REQUESTS_PER_PEER);
      }
    });
  });

  test('[SCH-12] only what was asked is taken back, and only where somebody else who is free has it', () => {
    check((given, actions) => {
      for (const action of actions) {
        if (action.type !== 'takeBack') continue;
        const wanted = given.demands.find(({ key }) => key === action.key);
        const own = wanted?.asked.filter((one) => one.requestId === action.requestId && one.linkId === action.linkId);
        const hasOther = own?.some(({ block }) =>
          wanted?.suppliers.some(
            (one) =>
              (one.blocks?.has(block) ?? true) &&
              given.peers.some(
                (peer) => peer.linkId === one.linkId && peer.busyUntil <= NOW && peer.openRequestCount === 0,
              ),
          ),
        );
        expect(hasOther).toBe(true);
      }
    });
  });

  test('[SCH-9] nothing waits for a time that has passed, nor for longer than until HTTP must start or is tried again', () => {
    check((given, actions) => {
      for (const action of actions) {
        if (action.type !== 'wait') continue;
        expect(action.until).toBeGreaterThan(NOW);
        const wanted = given.demands.find(({ key }) => key === action.key);
        if (!wanted) throw new Error('waits for nothing');
        // HTTP waits for the player there.
        if (wanted.isAhead) continue;
        const latest = Math.max(latestHttpStart(wanted, given), wanted.httpNotBefore);
        expect(action.until).toBeLessThanOrEqual(latest + 1e-6);
      }
    });
  });

  test('each segment is fetched, asked for, waited for or given up, unless HTTP brings it', () => {
    check((given, actions) => {
      const planned = new Set(actions.filter(({ type }) => type !== 'askPeer').map(({ key }) => key));
      for (const { key, http, isAhead } of given.demands)
        if (!isAhead) expect(planned.has(key)).toBe(http !== 'running');
    });
  });

  test('[AHEAD-4] what the player waits for comes first by its deadline, then what the fewest have', () => {
    check((given, actions) => {
      const ranks = actions.map(({ key }) => {
        const wanted = given.demands.find((demand) => demand.key === key);
        if (!wanted) throw new Error(`${key} is not wanted`);
        return wanted.isAhead ? 1e9 + wanted.suppliers.length : wanted.deadline;
      });
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    });
  });

  test('[AHEAD-5] the origin is asked ahead only live, soon before it is needed, and for one segment at a time', () => {
    check((given, actions) => {
      const ahead = actions.filter(
        ({ type, key }) => type === 'fetchHttp' && given.demands.some((demand) => demand.key === key && demand.isAhead),
      );
      expect(ahead.length).toBeLessThanOrEqual(1);
      if (ahead.length === 0) return;
      expect(given.isLive).toBe(true);
      expect(given.demands.every(({ http }) => http !== 'running')).toBe(true);
      expect(actions.filter(({ type }) => type === 'fetchHttp')).toEqual(ahead);
      const wanted = given.demands.find(({ key }) => key === ahead[0]?.key);
      expect(wanted).toMatchObject({ hasUrl: true, http: 'idle', isDisputed: false, suppliers: [] });
      expect(wanted?.deadline).toBeLessThanOrEqual(NOW + 20_000);
    });
  });

  test('[AHEAD-5] nothing that is fetched ahead is given up, and each peer gets one request for it at most', () => {
    check((given, actions) => {
      const isAhead = (key: string) => given.demands.some((demand) => demand.key === key && demand.isAhead);
      expect(actions.some(({ type, key }) => type === 'giveUp' && isAhead(key))).toBe(false);
      const asked = actions.flatMap((action) =>
        action.type === 'askPeer' && isAhead(action.key) ? [action.linkId] : [],
      );
      expect(new Set(asked).size).toBe(asked.length);
      for (const linkId of asked) {
        expect(given.peers.find((peer) => peer.linkId === linkId)?.openRequestCount).toBe(0);
        expect(actions.filter((action) => action.type === 'askPeer' && action.linkId === linkId)).toHaveLength(1);
      }
    });
  });
});
