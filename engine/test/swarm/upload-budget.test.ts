import fc from 'fast-check';
import { UploadBudget } from '../../src/swarm/upload-budget';

const MIB = 1024 * 1024;
const unlimited = { isEnabled: true, maxBitrate: Infinity, maxRatio: 2 };

describe('UploadBudget', () => {
  test('[UP-1] over any span no more goes than the bitrate allows, but for one burst', () => {
    const step = fc.record({ waitMs: fc.nat(500), bytes: fc.integer({ min: 1, max: 16_384 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 8_000, max: 10_000_000 }),
        fc.array(step, { maxLength: 200 }),
        (maxBitrate, steps) => {
          const budget = new UploadBudget({ ...unlimited, maxBitrate });
          let [now, sent] = [0, 0];
          for (const { waitMs, bytes } of steps) {
            now += waitMs;
            if (budget.take(bytes, now)) sent += bytes;
            expect(sent).toBeLessThanOrEqual(64 * 1024 + (maxBitrate * now) / 8_000 + 1);
          }
        },
      ),
    );
  });

  test('[UP-1] says when it will have enough, and then has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8_000, max: 50_000_000 }),
        fc.integer({ min: 1, max: 200_000 }),
        (maxBitrate, bytes) => {
          const budget = new UploadBudget({ ...unlimited, maxBitrate });
          while (budget.take(16_384, 1_000));
          const at = budget.readyAt(bytes, 1_000);
          expect(at).toBeGreaterThanOrEqual(1_000);
          // A millisecond more for what floating point lost.
          expect(budget.take(bytes, at) || budget.take(bytes, at + 1)).toBe(true);
        },
      ),
    );
  });

  test('[UP-1] without a bitrate nothing waits', () => {
    const budget = new UploadBudget(unlimited);
    for (let count = 0; count < 1000; count += 1) expect(budget.take(16_384, 0)).toBe(true);
    expect(budget.readyAt(16_384, 0)).toBe(0);
  });

  test.each<[string, Partial<typeof unlimited>, number, number, boolean]>([
    ['a newcomer may pass its first segments on', {}, 0, 0, true],
    ['up to a MiB before anything was downloaded', {}, MIB, 0, false],
    ['then up to the ratio', {}, 3 * MIB - 1, MIB, true],
    ['and no further', {}, 3 * MIB, MIB, false],
    ['ratio 0 gives nothing at all', { maxRatio: 0 }, 0, 100 * MIB, false],
    ['a limitless ratio is limitless', { maxRatio: Infinity }, 1000 * MIB, 1, true],
    ['off is off', { isEnabled: false }, 0, 100 * MIB, false],
  ])('[UP-1] %s', (_, limits, uploaded, downloaded, isOpen) => {
    expect(new UploadBudget({ ...unlimited, ...limits }).isOpen(uploaded, downloaded)).toBe(isOpen);
  });

  test('[UP-7] a ceiling that is set later counts from then on', () => {
    const budget = new UploadBudget(unlimited);
    expect(budget.take(10 * MIB, 60_000)).toBe(true);
    budget.limits = { ...unlimited, maxBitrate: 80_000 };
    expect(budget.take(16_384, 60_000)).toBe(true);
    while (budget.take(16_384, 60_000));
    expect(budget.readyAt(10_000, 60_000)).toBeGreaterThan(60_000);
  });
});
