import fc from 'fast-check';
import { ProgressFeed, SHORT_BUFFER_SECONDS } from '../../src/player/progress-feed';

const SHORT = SHORT_BUFFER_SECONDS - 1;
const COMFORTABLE = SHORT_BUFFER_SECONDS + 1;

/** The sum that VHS does with a progress event, in bytes per millisecond. */
const rateReadBy = (requestTime: number, loadedBytes: number, nowMs: number): number =>
  loadedBytes / (nowMs - requestTime);

describe('ProgressFeed', () => {
  // A peer gave 20 kB in six seconds, the buffer ran short, HTTP joined and gives 500 kB/s. Over the whole time that
  // is 84 kB/s, and VHS would abort a segment that HTTP completes in two seconds.
  test('a slow peer before HTTP joins does not count', () => {
    const feed = new ProgressFeed();
    expect(feed.beginningFor(20_000, COMFORTABLE, 6000)).toBeUndefined();
    feed.beginningFor(20_000, SHORT, 6000);
    const shown = feed.beginningFor(520_000, SHORT, 7000)!;
    expect(rateReadBy(shown, 520_000, 7000)).toBeCloseTo(500);
  });

  test('once VHS listens it hears all, whatever the buffer', () => {
    const feed = new ProgressFeed();
    feed.beginningFor(1000, SHORT, 0);
    expect(feed.beginningFor(2000, COMFORTABLE, 1000)).toBeDefined();
  });

  test('nothing is not progress', () => {
    const feed = new ProgressFeed();
    expect(feed.beginningFor(0, SHORT, 0)).toBeUndefined();
    expect(feed.hasBegun).toBe(false);
    feed.beginningFor(1000, SHORT, 0);
    expect(feed.beginningFor(1000, SHORT, 500)).toBeUndefined();
    expect(feed.hasBegun).toBe(true);
  });

  test('VHS reads off every event the rate since it began to listen', () => {
    const positive = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(positive, positive, positive, positive, (firstBytes, moreBytes, startMs, elapsedMs) => {
        const feed = new ProgressFeed();
        feed.beginningFor(firstBytes, SHORT, startMs);
        const loaded = firstBytes + moreBytes;
        const now = startMs + elapsedMs;
        const rate = rateReadBy(feed.beginningFor(loaded, SHORT, now)!, loaded, now);
        expect(rate / (moreBytes / elapsedMs)).toBeCloseTo(1, 3);
      }),
    );
  });
});
