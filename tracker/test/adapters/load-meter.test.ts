import { setTimeout } from 'node:timers/promises';
import { LoadMeter } from '../../src/adapters/load-meter';

describe('LoadMeter', () => {
  test('[TRK-214] a process that never rests is loaded, and one that does again is not', async () => {
    const meter = new LoadMeter();
    let loaded = meter.measure();
    for (let round = 0; round < 12; round += 1) {
      const until = performance.now() + 30;
      while (performance.now() < until);
      // Other work of the loop gets its turn, but the loop never waits.
      await new Promise((resolve) => setImmediate(resolve));
      loaded = meter.measure();
      expect(loaded).toBeLessThanOrEqual(1);
    }
    expect(loaded).toBeGreaterThan(0.5);
    let rested = loaded;
    for (let round = 0; round < 12; round += 1) {
      await setTimeout(20);
      rested = meter.measure();
      expect(rested).toBeGreaterThanOrEqual(0);
    }
    expect(rested).toBeLessThan(loaded);
    meter.stop();
  });
});
