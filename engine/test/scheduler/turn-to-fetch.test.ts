import fc from 'fast-check';
import { ownerWeight, turnToFetch } from '../../src/scheduler/turn-to-fetch';

const idOf = (index: number) => `-PL0100-viewer${String(index).padStart(6, '0')}`;
const idsOf = (count: number) => Array.from({ length: count }, (_, index) => idOf(index));
const FROM = 1_000;
const UNTIL = 9_000;

const same = (_index: number): number => 1;

/**
 * The turns of a swarm of `count`, where each knows `degree` others: all of them, or strangers of whom only the weights
 * matter.
 */
function turnsOf(count: number, key: string, degree = count - 1, until = UNTIL, weightOf = same): number[] {
  const holders = idsOf(count).map((peerId, index) => ({ peerId, weight: weightOf(index) }));
  const some = holders.slice(0, degree);
  return holders.map(({ peerId: selfId, weight: selfWeight }) => {
    const neighbours = degree < count - 1 ? some : holders.filter(({ peerId }) => peerId !== selfId);
    return turnToFetch({ key, selfId, selfWeight, neighbours, heardOf: [], swarmSize: count, from: FROM, until });
  });
}

/** How often each is owner, over segments. */
function ownedBy(count: number, segmentCount: number, weightOf: (index: number) => number, degree?: number): number[] {
  const owned = new Array<number>(count).fill(0);
  for (let sequence = 0; sequence < segmentCount; sequence += 1) {
    turnsOf(count, `9afebcfc/0/${sequence}`, degree, UNTIL, weightOf).forEach((turn, index) => {
      if (turn === FROM) owned[index] = (owned[index] ?? 0) + 1;
    });
  }
  return owned;
}
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);

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

  test('[SCH-7] a swarm of which a part is known by hearsay has one owner too, and as many ranks as viewers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 25 }), fc.string(), (count, key) => {
        const ids = idsOf(count);
        const turns = ids.map((selfId, index) => {
          // Every third one is connected to somebody else only.
          const others = ids.filter((peerId) => peerId !== selfId);
          const heardOf = others.filter((_, other) => (other + index) % 3 === 0);
          const neighbours = others
            .filter((peerId) => !heardOf.includes(peerId))
            .map((peerId) => ({ peerId, weight: 1 }));
          return turnToFetch({
            key,
            selfId,
            selfWeight: 1,
            neighbours,
            heardOf,
            swarmSize: count,
            from: FROM,
            until: UNTIL,
          });
        });
        expect(turns.filter((turn) => turn === FROM)).toHaveLength(1);
        expect(new Set(turns).size).toBe(count);
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

  test('[SCH-7] who has twice the weight is owner about twice as often', () => {
    // Four of weight 2 and four of weight 1: 12 parts.
    const small = ownedBy(8, 2_400, (index) => (index < 4 ? 2 : 1));
    expect(sumOf(small)).toBe(2_400);
    expect(sumOf(small.slice(0, 4)) / sumOf(small.slice(4))).toBeCloseTo(2, 0);
    for (const count of small.slice(0, 4)) expect(count).toBeGreaterThan(330);
    for (const count of small.slice(4)) expect(count).toBeLessThan(260);
    // Every second of those that are known has weight 2.
    const large = ownedBy(400, 100, (index) => (index % 2 === 0 ? 2 : 1), 24);
    const [heavy, light] = [0, 1].map((rest) => sumOf(large.filter((_, index) => index % 2 === rest)));
    expect((heavy ?? 0) / (light ?? 1)).toBeGreaterThan(1.6);
    expect((heavy ?? 0) / (light ?? 1)).toBeLessThan(2.4);
  });

  test('[SCH-7] weights change who the owners are, not how many', () => {
    const weights = (index: number) => [0, 0.25, 1, 8][index % 4] ?? 1;
    const [weighted, equal] = [weights, same].map((weightOf) => sumOf(ownedBy(400, 100, weightOf, 24)));
    // 400 viewers, 8 s: one or two owners for each.
    expect(equal).toBeGreaterThan(100);
    expect(equal).toBeLessThan(240);
    expect(weighted).toBeGreaterThan(100);
    expect(weighted).toBeLessThan(240);
  });

  test('[SCH-7] who has no weight is never owner while others have some, and steps in last', () => {
    const weights = (index: number) => (index < 3 ? 0 : 1);
    expect(ownedBy(6, 300, weights).slice(0, 3)).toEqual([0, 0, 0]);
    const turns = turnsOf(6, 'key', 5, UNTIL, weights);
    expect(Math.min(...turns.slice(0, 3))).toBeGreaterThan(Math.max(...turns.slice(3)));
    expect(sumOf(ownedBy(400, 50, (index) => index % 2, 24).filter((_, index) => index % 2 === 0))).toBe(0);
    for (const turn of turnsOf(400, 'key', 24, UNTIL, (index) => index % 2).filter((_, index) => index % 2 === 0))
      expect(turn).toBe(UNTIL);
  });

  test('[SCH-7] where nobody has any, somebody is owner all the same', () => {
    expect(sumOf(ownedBy(6, 30, () => 0))).toBe(30);
    expect(sumOf(ownedBy(400, 30, () => 0, 24))).toBeGreaterThan(10);
  });

  test('[SCH-7] the weight is how many peers one can serve, 8 at most; of a newcomer a quarter', () => {
    expect([0, 0.5, 3, 8, 1_000].map((served) => ownerWeight(served, true))).toEqual([0, 0.5, 3, 8, 8]);
    expect([0, 2, 1_000].map((served) => ownerWeight(served, false))).toEqual([0, 0.5, 2]);
  });

  test('[SCH-7] it is always between the two times, at once when there is no time, and the same for the same view', () => {
    const weight = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 8, noNaN: true }));
    const view = fc.record({
      key: fc.string(),
      selfId: fc.string(),
      selfWeight: weight,
      neighbours: fc.array(fc.record({ peerId: fc.string(), weight }), { maxLength: 30 }),
      heardOf: fc.array(fc.string(), { maxLength: 10 }),
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
