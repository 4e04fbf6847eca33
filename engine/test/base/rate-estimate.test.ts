import fc from 'fast-check';
import { RateEstimate } from '../../src/base/rate-estimate';
import { bitrateOf, kibibytes, mebibytes, msToSeconds, secondsToMs, timeToMove } from '../../src/base/units';

describe('RateEstimate', () => {
  test('knows nothing before the first measurement', () => {
    expect(new RateEstimate().bitsPerSecond).toBeUndefined();
  });

  test('of a steady rate is that rate, however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
        (rate, times) => {
          const estimate = new RateEstimate();
          for (const elapsed of times) estimate.add(rate * elapsed, elapsed);
          expect(estimate.bitsPerSecond).toBeCloseTo(rate * 8000, 3);
        },
      ),
    );
  });

  test('lies between the slowest and the fastest that was measured', () => {
    const piece = fc.record({ bytes: fc.nat(1_000_000), elapsed: fc.integer({ min: 1, max: 5000 }) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), (pieces) => {
        const estimate = new RateEstimate();
        for (const { bytes, elapsed } of pieces) estimate.add(bytes, elapsed);
        const rates = pieces.map(({ bytes, elapsed }) => bitrateOf(bytes, elapsed));
        expect(estimate.bitsPerSecond).toBeGreaterThanOrEqual(Math.min(...rates) * 0.999_999);
        expect(estimate.bitsPerSecond).toBeLessThanOrEqual(Math.max(...rates) * 1.000_001);
      }),
    );
  });

  // From Wi-Fi to a cellular network: the good days must not be believed for long.
  test('forgets the past within seconds of transfer', () => {
    const estimate = new RateEstimate();
    estimate.add(10_000_000, 8000);
    for (let second = 0; second < 10; second += 1) estimate.add(50_000, 1000);
    expect(estimate.bitsPerSecond).toBeLessThan(1_500_000);
  });

  test('what was weakened counts for as long as is said, and is not forgotten while there is no news', () => {
    const estimate = new RateEstimate();
    estimate.add(10_000_000, 8000);
    const before = estimate.bitsPerSecond ?? 0;
    estimate.weaken(500);
    expect(estimate.bitsPerSecond).toBeCloseTo(before);
    estimate.add(100_000, 1000);
    expect(estimate.bitsPerSecond).toBeLessThan(0.35 * before);
    const short = new RateEstimate();
    short.add(1000, 100);
    short.weaken(500);
    short.add(1000, 100);
    expect(short.bitsPerSecond).toBeCloseTo(80_000);
  });

  test('can be limited until there is more to go by', () => {
    const estimate = new RateEstimate();
    estimate.limit(1000);
    expect(estimate.bitsPerSecond).toBeUndefined();
    estimate.add(10_000_000, 8000);
    estimate.limit(1_000_000);
    expect(estimate.bitsPerSecond).toBeCloseTo(1_000_000);
    estimate.limit(2_000_000);
    expect(estimate.bitsPerSecond).toBeCloseTo(1_000_000);
  });

  test('takes no time at all for a millisecond', () => {
    const estimate = new RateEstimate();
    estimate.add(1000, 0);
    expect(estimate.bitsPerSecond).toBe(8_000_000);
  });
});

describe('units', () => {
  test('convert', () => {
    expect([secondsToMs(1.5), msToSeconds(250), kibibytes(2), mebibytes(1)]).toEqual([1500, 0.25, 2048, 1_048_576]);
  });

  test('rates and times fit each other, and nothing divides by zero', () => {
    expect(bitrateOf(1000, 500)).toBe(16_000);
    expect(timeToMove(1000, 16_000)).toBe(500);
    expect(bitrateOf(1000, 0)).toBe(0);
    expect(timeToMove(1000, 0)).toBe(Infinity);
    expect(timeToMove(0, Infinity)).toBe(0);
  });
});
