import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { DrainPlan, RETRY_AFTER_MS } from '../../src/core/drain-plan';

const CLIENTS = Array.from({ length: 1000 }, (_, index) => index);

/** Draws from 0 up to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

function planOf(clients: readonly number[], durationMs: number, seed = 1) {
  return new DrainPlan(clients, { startsAt: 5000, durationMs, random: seeded(seed) });
}

describe('DrainPlan', () => {
  test('[TRK-161] the goodbyes are even over the time: at no moment more than their share, at its end all', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 60_000 }),
        fc.array(fc.nat(70_000)),
        (count, durationMs, times) => {
          const plan = planOf(CLIENTS.slice(0, count), durationMs);
          let gone = 0;
          for (const elapsed of times.sort((a, b) => a - b)) {
            gone += plan.takeDue(5000 + elapsed).length;
            expect(gone).toBe(Math.ceil(count * Math.min(1, elapsed / durationMs)));
          }
          gone += plan.takeDue(5000 + durationMs).length;
          expect(gone).toBe(count);
          expect(plan.isDone).toBe(true);
        },
      ),
    );
  });

  test('[TRK-161] each client once, in random order', () => {
    const plan = planOf(CLIENTS, 10_000);
    const order: number[] = [];
    for (let now = 5000; !plan.isDone; now += 100) order.push(...plan.takeDue(now).map(({ client }) => client));
    expect([...order].sort((a, b) => a - b)).toEqual(CLIENTS);
    // In order they came, the first half would be those below 500.
    const firstHalf = order.slice(0, 500).filter((client) => client < 500).length;
    expect(Math.abs(firstHalf - 250)).toBeLessThan(60);
  });

  test('[TRK-161] each has a time of its own to come back after, spread over the range', () => {
    const times = planOf(CLIENTS, 0)
      .takeDue(5000)
      .map(({ retryAfterMs }) => retryAfterMs);
    const { least, most } = RETRY_AFTER_MS;
    expect(times.every((time) => Number.isInteger(time) && time >= least && time <= most)).toBe(true);
    for (const tenth of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const from = least + ((most - least) * tenth) / 10;
      const inTenth = times.filter((time) => time >= from && time < from + (most - least) / 10).length;
      expect(Math.abs(inTenth - 100)).toBeLessThan(50);
    }
  });

  test('[TRK-161] with no time all go at once; with nobody there is nothing to do', () => {
    expect(planOf(CLIENTS, 0).takeDue(5000)).toHaveLength(1000);
    expect(planOf([], 1000).isDone).toBe(true);
  });
});
