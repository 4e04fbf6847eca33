import fc from 'fast-check';
import { LoadGovernor, type OverloadOptions } from '../../src/core/load/load-governor';

const seconds = (governor: LoadGovernor, swarmSize = 1) => Math.round(governor.intervalSeconds(swarmSize));

describe('LoadGovernor', () => {
  test('[TRK-210] the interval grows with the load, from half of it to where offers are not relayed', () => {
    const governor = new LoadGovernor(120);
    const at = (load: number) => {
      governor.note(load, 0);
      return seconds(governor);
    };
    expect([0, 0.5, 0.6, 0.675, 0.84].map(at)).toEqual([120, 120, 171, 210, 295]);
    expect(at(0.85)).toBe(300);
  });

  test('[TRK-210] and with the swarm: up to 1,000 peers the shortest, from 100,000 on the longest', () => {
    const governor = new LoadGovernor(120);
    expect([0, 1, 1_000, 10_000, 100_000, 10_000_000].map((size) => seconds(governor, size))).toEqual([
      120, 120, 120, 210, 300, 300,
    ]);
    governor.note(0.6, 0);
    expect([seconds(governor, 10), seconds(governor, 10_000)]).toEqual([171, 210]);
  });

  test('[TRK-210] bounds are what the operator sets; by default the longest is 2.5 times the shortest', () => {
    expect(new LoadGovernor(10).maxIntervalSeconds).toBe(25);
    expect(new LoadGovernor(86_400).maxIntervalSeconds).toBe(86_400);
    expect(new LoadGovernor(120, { maxIntervalSeconds: 120 }).intervalSeconds(1e9)).toBe(120);
  });

  test('[TRK-211] goes up at once, and down step by step after 10 s of calm each', () => {
    const governor = new LoadGovernor(120);
    const at = (load: number, now: number) => {
      governor.note(load, now);
      return governor.level;
    };
    expect([at(0.84, 0), at(0.85, 1), at(0.95, 2)]).toEqual(['normal', 'no-relay', 'no-joins']);
    // Not calm enough.
    expect([at(0.81, 1_000), at(0.81, 60_000)]).toEqual(['no-joins', 'no-joins']);
    expect([at(0.79, 61_000), at(0.79, 70_999), at(0.79, 71_000)]).toEqual(['no-joins', 'no-joins', 'no-relay']);
    // Calm that is interrupted begins anew.
    expect([at(0.69, 72_000), at(0.71, 80_000), at(0.69, 81_000), at(0.69, 90_000), at(0.69, 91_000)]).toEqual([
      ...['no-relay', 'no-relay', 'no-relay', 'no-relay', 'normal'],
    ]);
  });

  test('[TRK-211] while it has too much to do it asks everybody to come as late as possible', () => {
    const governor = new LoadGovernor(120);
    governor.note(0.9, 0);
    governor.note(0.1, 1_000);
    expect([governor.level, seconds(governor)]).toEqual(['no-relay', 300]);
  });

  test('[TRK-211] a load that wavers around a limit does not switch the level to and fro', () => {
    const governor = new LoadGovernor(120);
    const levels = new Set<string>();
    for (let second = 0; second < 600; second += 1) {
      governor.note(0.85 + (second % 2 ? 0.04 : -0.04), second * 1000);
      if (second > 0) levels.add(governor.level);
    }
    expect([...levels]).toEqual(['no-relay']);
  });

  test('[TRK-211] whatever it is told, the interval stays between its bounds, and calm leads back to normal', () => {
    const loads = fc.array(fc.oneof(fc.double(), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 50 });
    fc.assert(
      fc.property(loads, fc.nat(), (told, size) => {
        const governor = new LoadGovernor(120);
        let now = 0;
        for (const load of told) {
          governor.note(load, (now += 1_000));
          expect(governor.intervalSeconds(size)).toBeGreaterThanOrEqual(120);
          expect(governor.intervalSeconds(size)).toBeLessThanOrEqual(300);
        }
        for (let second = 0; second < 22; second += 1) governor.note(0, (now += 1_000));
        expect(governor.level).toBe('normal');
      }),
    );
  });

  test.each([
    [{ maxIntervalSeconds: 119 }, 'overload.maxIntervalSeconds must be a whole number from 120'],
    [{ relayLimit: 0.1 }, 'overload.relayLimit must be a number from 0.2 to 1'],
    [{ relayLimit: 0.9, joinLimit: 0.8 }, 'overload.joinLimit must be a number from 0.9 to 1'],
    [{ nonsense: 1 }, 'overload.nonsense is not an option'],
  ])('[TRK-55] %j is refused', (options, problem) => {
    expect(() => new LoadGovernor(120, options as OverloadOptions)).toThrow(problem);
  });
});
