import fc from 'fast-check';
import { bitrateOf, timeToMove } from '../../src/base/units';
import {
  deliveryBitrate,
  isLineDoubtful,
  urgentBitrate,
  type DeliveryFacts,
  type LineFacts,
} from '../../src/session/delivery-rate';

const MEGABIT = 1_000_000;
const SEGMENT = 2_500_000;

const line = (facts: Partial<LineFacts> = {}): LineFacts => ({
  httpBitrate: 40 * MEGABIT,
  httpFirstByteMs: 50,
  httpSilentMs: 30_000,
  peakBitrate: 8 * MEGABIT,
  ...facts,
});

const delivery = (facts: Partial<DeliveryFacts>): DeliveryFacts => ({
  byteCount: SEGMENT,
  durationMs: 4_000,
  elapsedMs: 4_000,
  httpAloneMs: undefined,
  ...facts,
});

const bytes = fc.integer({ min: 1, max: 10_000_000 });
const duration = fc.integer({ min: 1, max: 60_000 });
const bitrate = fc.integer({ min: 10_000, max: 1_000_000_000 });
const anyLine = fc.record({
  httpBitrate: fc.option(bitrate, { nil: undefined }),
  httpFirstByteMs: fc.integer({ min: 0, max: 20_000 }),
  httpSilentMs: fc.integer({ min: 0, max: 300_000 }),
  peakBitrate: bitrate,
});

describe('deliveryBitrate', () => {
  // Four seconds for a segment of four: peers had the time. Over HTTP it takes half a second.
  test('[DL-9] a segment that peers brought at leisure counts as fast as HTTP brings one', () => {
    const rate = deliveryBitrate(delivery({}), line());
    expect(rate).toBeCloseTo((SEGMENT * 8) / 0.55);
  });

  test('[DL-9] peers that are faster than HTTP was long ago, or while it has shown nothing, count as what they are', () => {
    const oldHttp = line({ httpBitrate: MEGABIT, httpSilentMs: 120_001 });
    expect(deliveryBitrate(delivery({ elapsedMs: 1_000 }), oldHttp)).toBe(SEGMENT * 8);
    expect(deliveryBitrate(delivery({ elapsedMs: 1_000 }), line({ httpBitrate: undefined }))).toBe(SEGMENT * 8);
  });

  // A crowd at the lowest rendition, because the origin gives no more: what it exchanges is fast, the next rendition is not.
  test('[DL-14] peers that are faster than HTTP keep a rendition, and prove no higher one', () => {
    const slowHttp = line({ httpBitrate: MEGABIT, httpSilentMs: 120_000 });
    expect(deliveryBitrate(delivery({ elapsedMs: 100 }), slowHttp)).toBe((1.5 * SEGMENT * 8) / 4);
    expect(deliveryBitrate(delivery({ elapsedMs: 4_000 }), slowHttp)).toBe((SEGMENT * 8) / 4);
    expect(deliveryBitrate(delivery({ elapsedMs: 100 }), line())).toBeCloseTo((SEGMENT * 8) / 0.55);
  });

  test('[DL-9] a segment that came over HTTP alone counts as what it took, whatever was before', () => {
    fc.assert(
      fc.property(bytes, duration, duration, anyLine, (byteCount, httpAloneMs, waitMs, facts) => {
        const came = delivery({ byteCount, elapsedMs: httpAloneMs + waitMs, httpAloneMs });
        expect(deliveryBitrate(came, facts)).toBeCloseTo(bitrateOf(byteCount, httpAloneMs), 3);
      }),
    );
  });

  test('[DL-9] never above what peers or HTTP have shown, never below what HTTP has, and always a number', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 60_000 }), anyLine, (byteCount, elapsedMs, facts) => {
        const rate = deliveryBitrate(delivery({ byteCount, elapsedMs }), facts);
        const seen = bitrateOf(byteCount, Math.max(1, elapsedMs));
        expect(Number.isFinite(rate)).toBe(true);
        expect(rate).toBeGreaterThanOrEqual(facts.httpBitrate === undefined ? 0 : urgentBitrate(byteCount, facts));
        expect(rate).toBeLessThanOrEqual(Math.max(seen, (facts.httpBitrate ?? facts.peakBitrate) * 1.000_001));
      }),
    );
  });
});

describe('urgentBitrate', () => {
  test('[DL-9] is what a player alone would measure, the first byte included', () => {
    fc.assert(
      fc.property(bytes, bitrate, fc.integer({ min: 1, max: 20_000 }), (byteCount, httpBitrate, httpFirstByteMs) => {
        const rate = urgentBitrate(byteCount, line({ httpBitrate, httpFirstByteMs }));
        const elapsed = Math.max(1, httpFirstByteMs + timeToMove(byteCount, httpBitrate));
        expect(rate).toBeCloseTo(bitrateOf(byteCount, elapsed), 3);
      }),
    );
  });

  test('[DL-9] is what the line has shown while HTTP has shown nothing', () => {
    expect(urgentBitrate(SEGMENT, line({ httpBitrate: undefined }))).toBe(8 * MEGABIT);
  });
});

describe('isLineDoubtful', () => {
  const slow = { elapsedMs: 6_100, durationMs: 4_000, bufferMs: 3_000, httpSilentMs: 60_000 };

  test('[DL-13] too slow, too late and nothing over HTTP, all three', () => {
    expect(isLineDoubtful(slow)).toBe(true);
    expect(isLineDoubtful({ ...slow, elapsedMs: 6_000 })).toBe(false);
    expect(isLineDoubtful({ ...slow, bufferMs: 6_000 })).toBe(false);
    expect(isLineDoubtful({ ...slow, httpSilentMs: 6_000 })).toBe(false);
  });
});
