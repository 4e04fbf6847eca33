import { FIRST_DELAY_MS, MAX_DELAY_MS, RestartPolicy, STABLE_AFTER_MS } from '../../src/workers/restart-policy';
import { sumStats } from '../../src/workers/worker-messages';

describe('RestartPolicy', () => {
  test('[TRK-232] who dies after a long life is replaced at once, who dies young later each time', () => {
    const policy = new RestartPolicy();
    expect(policy.delayAfter(STABLE_AFTER_MS)).toBe(0);
    expect([1, 2, 3].map((livedMs) => policy.delayAfter(livedMs))).toEqual([1, 2, 4].map((n) => n * FIRST_DELAY_MS));
    expect(policy.delayAfter(STABLE_AFTER_MS)).toBe(0);
    expect(policy.delayAfter(0)).toBe(FIRST_DELAY_MS);
    for (let count = 0; count < 2000; count += 1) expect(policy.delayAfter(0)).toBeLessThanOrEqual(MAX_DELAY_MS);
  });
});

describe('sumStats', () => {
  test('[TRK-233] numbers are added up, also those that one worker alone has', () => {
    const one = { peers: 2, rejects: { a: 1 }, bus: { isUp: true } };
    const other = { peers: 3, rejects: { a: 2, b: 5 }, bus: { isUp: false } };
    expect(sumStats<object>([one, other])).toEqual({ peers: 5, rejects: { a: 3, b: 5 }, bus: { isUp: true } });
    expect(sumStats([one])).toBe(one);
  });
});
