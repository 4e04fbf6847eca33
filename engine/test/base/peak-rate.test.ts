import fc from 'fast-check';
import { PeakRate } from '../../src/base/peak-rate';

describe('PeakRate', () => {
  test('is the best second of the last ten', () => {
    const peak = new PeakRate();
    expect(peak.bitsPerSecond(0)).toBe(0);
    peak.add(1_000, 100);
    peak.add(1_000, 999);
    peak.add(500, 1_000);
    expect(peak.bitsPerSecond(1_500)).toBe(16_000);
    expect(peak.bitsPerSecond(9_999)).toBe(16_000);
    expect(peak.bitsPerSecond(10_000)).toBe(4_000);
    expect(peak.bitsPerSecond(60_000)).toBe(0);
  });

  test('is never above the rate of a steady stream, however long it was silent before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 1_000 }), (start, bytes) => {
        const peak = new PeakRate();
        peak.add(bytes, 0);
        for (let at = start; at < start + 5_000; at += 10) peak.add(bytes, at);
        expect(peak.bitsPerSecond(start + 5_000)).toBeLessThanOrEqual(bytes * 101 * 8);
        expect(peak.bitsPerSecond(start + 5_000)).toBeGreaterThanOrEqual(bytes * 99 * 8);
      }),
    );
  });
});
