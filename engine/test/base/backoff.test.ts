import fc from 'fast-check';
import { Backoff } from '../../src/base/backoff';
import { nextState, type TransitionTable } from '../../src/base/transition-table';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('Backoff', () => {
  test('each delay lies in the upper half of its step, steps double up to the ceiling', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(100_000), fc.array(chance, { maxLength: 80 }), (firstMs, moreMs, chances) => {
        const maxMs = firstMs + moreMs;
        const backoff = new Backoff({ firstMs, maxMs });
        chances.forEach((drawn, attempt) => {
          const step = Math.min(maxMs, firstMs * 2 ** attempt);
          const delay = backoff.next(drawn);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(step / 2));
          expect(delay).toBeLessThanOrEqual(Math.ceil(step));
          expect(Number.isSafeInteger(delay)).toBe(true);
        });
      }),
    );
  });

  test('starts over once health was shown', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 10_000 });
    expect([backoff.next(0), backoff.next(0), backoff.next(0)]).toEqual([50, 100, 200]);
    backoff.reset();
    expect(backoff.next(0)).toBe(50);
  });

  // A thousand viewers lost the same server in the same millisecond.
  test('spreads those who fail together', () => {
    const delays = Array.from({ length: 1000 }, (_, index) =>
      new Backoff({ firstMs: 2000, maxMs: 60_000 }).next(index / 1000),
    );
    expect(new Set(delays).size).toBeGreaterThan(900);
  });
});

describe('nextState', () => {
  const table: TransitionTable<'on' | 'off', 'press'> = { on: { press: 'off' }, off: {} };

  test('follows the table, and says undefined where an event has no meaning', () => {
    expect(nextState(table, 'on', 'press')).toBe('off');
    expect(nextState(table, 'off', 'press')).toBeUndefined();
  });
});
