import fc from 'fast-check';
import { turnToFetch } from '../../src/scheduler/turn-to-fetch';

const idOf = (index: number) => `-PL0100-viewer${String(index).padStart(6, '0')}`;
const idsOf = (count: number) => Array.from({ length: count }, (_, index) => idOf(index));
const FROM = 1_000;
const UNTIL = 9_000;

/** The turns of a swarm of `count`, where each knows `degree` others: all of them, or strangers that do not matter. */
function turnsOf(count: number, key: string, degree = count - 1, until = UNTIL): number[] {
  const ids = idsOf(count);
  const some = ids.slice(0, degree);
  return ids.map((selfId) => {
    const neighbourIds = degree < count - 1 ? some : ids.filter((id) => id !== selfId);
    return turnToFetch({ key, selfId, neighbourIds, swarmSize: count, from: FROM, until });
  });
}

describe('turnToFetch', () => {
  test('[SCH-7] where all know each other there is one owner, and the backups come one after the other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.string(), (count, key) => {
        const turns = turnsOf(count, key).sort((a, b) => a - b);
        expect(turns[0]).toBe(FROM);
        expect(turns.filter((turn) => turn === FROM)).toHaveLength(1);
        expect(new Set(turns).size).toBe(count);
        expect(turns.at(-1)).toBeLessThanOrEqual(UNTIL);
      }),
    );
  });

  // Ids share a prefix, keys differ in their last digits: a weak hash gave one viewer half of the stream.
  test('[SCH-7] the segments are spread over all', () => {
    const counts = new Map<number, number>();
    for (let sequence = 0; sequence < 3_000; sequence += 1) {
      const owner = turnsOf(10, `9afebcfc/0/${sequence}`).indexOf(FROM);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(220);
      expect(count).toBeLessThan(380);
    }
  });

  // An election among neighbours alone has one owner in each neighbourhood: 80 of 2,000 with 24 peers each.
  test('[SCH-7] in a large swarm the owners are as few as can serve all in the time there is', () => {
    const ownersIn = (count: number, roomMs: number) => {
      const sums = idsOf(20).map(
        (key) => turnsOf(count, key, 24, FROM + roomMs).filter((turn) => turn === FROM).length,
      );
      return sums.reduce((sum, owners) => sum + owners, 0) / sums.length;
    };
    expect(ownersIn(2_000, 8_000)).toBeGreaterThan(3);
    expect(ownersIn(2_000, 8_000)).toBeLessThan(13);
    expect(ownersIn(2_000, 4_000)).toBeGreaterThan(100);
    expect(ownersIn(2_000, 4_000)).toBeLessThan(150);
  });

  test('[SCH-7] where nobody is served more and more step in, and all by the end', () => {
    const turns = turnsOf(2_000, 'key', 24);
    const byThen = (moment: number) => turns.filter((turn) => turn <= moment).length;
    expect(byThen(FROM + 4_000)).toBeLessThan(250);
    expect(byThen(FROM + 7_000)).toBeGreaterThan(500);
    expect(byThen(UNTIL)).toBe(2_000);
  });

  test('[SCH-7] it is always between the two times, at once when there is no time, and the same for the same view', () => {
    const view = fc.record({
      key: fc.string(),
      selfId: fc.string(),
      neighbourIds: fc.array(fc.string(), { maxLength: 30 }),
      swarmSize: fc.option(fc.nat(1_000_000), { nil: undefined }),
      from: fc.nat(100_000),
      until: fc.oneof(fc.nat(200_000), fc.constantFrom(NaN, -Infinity)),
    });
    fc.assert(
      fc.property(view, (given) => {
        const turn = turnToFetch(given);
        expect(turn).toBeGreaterThanOrEqual(given.from);
        if (given.until > given.from) expect(turn).toBeLessThanOrEqual(given.until);
        else expect(turn).toBe(given.from);
        expect(turnToFetch({ ...given })).toBe(turn);
      }),
    );
  });
});
