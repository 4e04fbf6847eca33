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
            expect(sent).toBeLessThanOrEqual(256 * 1024 + (maxBitrate * now) / 8_000 + 1);
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

  test('[UP-1] half of the measured uplink is used, or the ceiling, whichever is lower', () => {
    const budget = new UploadBudget(unlimited);
    expect(budget.bitrate).toBeUndefined();
    budget.noteUplink(1_000_000, 1_000);
    expect(budget.bitrate).toBe(4_000_000);
    budget.limits = { ...unlimited, maxBitrate: 3_000_000 };
    expect(budget.bitrate).toBe(3_000_000);
    budget.limits = { ...unlimited, maxBitrate: 5_000_000 };
    expect(budget.bitrate).toBe(4_000_000);
  });

  test('[UP-1] a measured uplink makes uploads wait although no ceiling is set', () => {
    const budget = new UploadBudget(unlimited);
    budget.noteUplink(200_000, 1_000);
    while (budget.take(16_384, 0));
    expect(budget.readyAt(16_384, 0)).toBeGreaterThan(0);
    let sent = 0;
    for (let now = 0; now <= 10_000; now += 10) while (budget.take(1_000, now)) sent += 1_000;
    expect(sent).toBeGreaterThan(990_000);
    expect(sent).toBeLessThan(1_000_000 + 16_384);
  });

  test('[UP-10] the last measurements count most, and a slower uplink is believed', () => {
    const budget = new UploadBudget(unlimited);
    budget.noteUplink(5_000_000, 1_000);
    for (let count = 0; count < 20; count += 1) budget.noteUplink(250_000, 1_000);
    expect(budget.bitrate).toBeGreaterThan(1_000_000);
    expect(budget.bitrate).toBeLessThan(1_050_000);
  });

  test.each<[string, Partial<typeof unlimited>, number, number, number]>([
    ['a MiB before anything was downloaded', {}, 0, 0, MIB],
    ['what the ratio leaves', {}, 2 * MIB, MIB, MIB],
    ['nothing when more was given', {}, 9 * MIB, MIB, 0],
    ['nothing where it is switched off', { isEnabled: false }, 0, MIB, 0],
    ['nothing at ratio 0', { maxRatio: 0 }, 0, MIB, 0],
    ['nothing under a ceiling of 0', { maxBitrate: 0 }, 0, MIB, 0],
  ])('[UP-1] the ratio leaves %s', (_, limits, uploaded, downloaded, expected) => {
    expect(new UploadBudget({ ...unlimited, ...limits }).headroom(uploaded, downloaded)).toBe(expected);
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
