import fc from 'fast-check';
import { BlockMap } from '../../src/base/block-map';
import type { PeerView, SupplierView } from '../../src/scheduler/peer-slots';
import { fastestWith, MAX_REQUESTS_PER_PEER, PeerSlots } from '../../src/scheduler/peer-slots';

const NOW = 1_000;
const KEY = 'a';

const peerOf = (linkId: number, more: Partial<PeerView> = {}): PeerView => ({
  linkId,
  peerId: `peer ${linkId}`,
  openRequestCount: 0,
  busyUntil: 0,
  bitsPerSecond: 1_000_000,
  weight: 1,
  ...more,
});

/** One that has some blocks, or all. */
function supplier(linkId: number, blocks?: readonly number[]): SupplierView {
  if (!blocks) return { linkId, blocks: undefined };
  const map = new BlockMap();
  for (const block of blocks) map.add(block);
  return { linkId, blocks: map };
}

const slotsOf = (peers: readonly PeerView[], selfId = 'self'): PeerSlots => new PeerSlots(peers, NOW, selfId);
const blocksUpTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('PeerSlots', () => {
  test('[SCH-3] a peer is asked for two blocks at a time, over all segments', () => {
    const slots = slotsOf([peerOf(1)]);
    const all = [supplier(1)];
    expect(slots.ask(KEY, [0], all)).toHaveLength(1);
    expect(slots.ask('b', [0, 1, 2], all)).toHaveLength(1);
    expect(slots.ask('c', [0], all)).toEqual([]);
    expect(slotsOf([peerOf(1, { openRequestCount: 1 })]).ask(KEY, [0, 1, 2], all)).toHaveLength(1);
    expect(slotsOf([peerOf(1, { openRequestCount: MAX_REQUESTS_PER_PEER })]).ask(KEY, [0], all)).toEqual([]);
  });

  test('[SCH-3] each block is asked of the peer that will be through with it soonest', () => {
    const peers = [
      peerOf(1, { bitsPerSecond: 4_000_000, openRequestCount: 1 }),
      peerOf(2, { bitsPerSecond: 1_000_000 }),
      peerOf(3, { bitsPerSecond: 3_000_000 }),
    ];
    const asked = slotsOf(peers).ask(
      KEY,
      blocksUpTo(9),
      [1, 2, 3].map((linkId) => supplier(linkId)),
    );
    // After 1/3, 2/4, 2/3, 1/1 and 2/1 of a block's time at 1 Mb/s.
    expect(asked.map(({ linkId }) => linkId)).toEqual([3, 1, 3, 2, 2]);
  });

  test('[SCH-4] one that is busy is left alone until its time is up, and who is not known is not asked', () => {
    const peers = [peerOf(1, { busyUntil: NOW + 300 }), peerOf(2, { busyUntil: NOW + 200 }), peerOf(3)];
    const slots = slotsOf(peers);
    const suppliers = [1, 2, 9].map((linkId) => supplier(linkId));
    expect(slots.ask(KEY, [0], suppliers)).toEqual([]);
    expect(slots.nextFreeAt(suppliers)).toBe(NOW + 200);
    expect(slots.nextFreeAt([supplier(3)])).toBe(Infinity);
    expect(slotsOf([peerOf(1, { busyUntil: NOW })]).ask(KEY, [0], suppliers)).toHaveLength(1);
  });

  test('[SCH-10] the block that the fewest have comes first', () => {
    const peers = [peerOf(1), peerOf(2), peerOf(3)];
    const suppliers = [supplier(1, [0, 1, 2]), supplier(2, [0, 2]), supplier(3, [0])];
    const asked = slotsOf(peers).ask(KEY, [0, 1, 2], suppliers);
    expect(asked.map(({ block }) => block)).toEqual([1, 2, 0]);
    expect(asked[0]?.linkId).toBe(1);
  });

  // One who has all of it counts for every block: it says nothing about which is rare.
  test('[SCH-10] also where some have all of it', () => {
    const suppliers = [supplier(1), supplier(2, [0, 1]), supplier(3, [1])];
    const asked = slotsOf([peerOf(1), peerOf(2), peerOf(3)]).ask(KEY, [0, 1, 2], suppliers);
    expect(asked.map(({ block }) => block)).toEqual([2, 0, 1]);
  });

  // Without it all viewers ask the source for block 0 first, and have nothing to give to each other.
  test('[SCH-10] different viewers begin with different blocks, and one with others for each segment', () => {
    const firstOf = (selfId: string, key = KEY) =>
      slotsOf([peerOf(1)], selfId).ask(key, blocksUpTo(16), [supplier(1)])[0]?.block;
    const counts = new Map<number | undefined, number>();
    for (let viewer = 0; viewer < 1_600; viewer += 1) {
      const first = firstOf(`-PL0100-viewer${String(viewer).padStart(6, '0')}`);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect(counts.size).toBe(16);
    for (const count of counts.values()) expect(count).toBeLessThan(250);
    const firsts = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => firstOf('self', key));
    expect(new Set(firsts).size).toBeGreaterThan(3);
    expect(firstOf('self')).toBe(firstOf('self'));
  });

  test('who has nothing to do is known with its rate', () => {
    const peers = [
      peerOf(1, { bitsPerSecond: 9_000_000, openRequestCount: 1 }),
      peerOf(2, { bitsPerSecond: 2_000_000 }),
      peerOf(3, { bitsPerSecond: 5_000_000 }),
      peerOf(4, { bitsPerSecond: 8_000_000, busyUntil: NOW + 1 }),
    ];
    const slots = slotsOf(peers);
    const suppliers = [supplier(1), supplier(2), supplier(3, [1]), supplier(4)];
    const idle = slots.idleAmong(suppliers);
    expect([0, 1].map((block) => fastestWith(block, idle))).toEqual([2_000_000, 5_000_000]);
    expect(fastestWith(0, slots.idleAmong([supplier(1), supplier(9)]))).toBe(0);
    expect([1, 9].map((linkId) => slots.rateOf(linkId))).toEqual([9_000_000, 0]);
  });

  test('[SCH-3] no block is asked for twice, none of one that has not got it, and all that there is room for', () => {
    const peers = fc.uniqueArray(
      fc.record({ linkId: fc.integer({ min: 1, max: 6 }), openRequestCount: fc.nat(3), isBusy: fc.boolean() }),
      { selector: ({ linkId }) => linkId },
    );
    const offers = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.option(fc.uniqueArray(fc.nat(9)), { nil: undefined })),
      { selector: ([linkId]) => linkId },
    );
    const wanted = fc.uniqueArray(fc.nat(9));
    fc.assert(
      fc.property(peers, offers, wanted, fc.string(), (given, has, blocks, selfId) => {
        const views = given.map(({ linkId, openRequestCount, isBusy }) =>
          peerOf(linkId, { openRequestCount, busyUntil: isBusy ? NOW + 1 : 0 }),
        );
        const suppliers = has.map(([linkId, some]) => supplier(linkId, some));
        const asked = slotsOf(views, selfId).ask(KEY, blocks, suppliers);
        expect(new Set(asked.map(({ block }) => block)).size).toBe(asked.length);
        const room = new Map(
          views.map(({ linkId, openRequestCount, busyUntil }) => [
            linkId,
            busyUntil > NOW ? 0 : MAX_REQUESTS_PER_PEER - openRequestCount,
          ]),
        );
        const gives = (linkId: number, block: number) =>
          suppliers.some((one) => one.linkId === linkId && (one.blocks?.has(block) ?? true));
        for (const { linkId, block } of asked) {
          expect(blocks).toContain(block);
          expect(gives(linkId, block)).toBe(true);
          room.set(linkId, (room.get(linkId) ?? 0) - 1);
          expect(room.get(linkId)).toBeGreaterThanOrEqual(0);
        }
        const left = blocks.filter((block) => !asked.some((action) => action.block === block));
        for (const block of left)
          for (const [linkId, free] of room) expect(free > 0 && gives(linkId, block)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
