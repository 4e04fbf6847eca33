import type { ClientLink } from '../../src/adapters/client-link';
import { DRAIN_STEP_MS, runDrain } from '../../src/adapters/drain';
import { SERVICE_RESTART } from '../../src/core/drain-plan';
import { FakeLink } from '../support/fake-link';

/** Clients of a drain, and when each was sent away with which words. */
class Site {
  readonly links = new Set<ClientLink>(Array.from({ length: 100 }, () => new FakeLink()));
  readonly goodbyes: { at: number; code: number; reason: string }[] = [];
  stoppedAt: number | undefined;
  readonly abort = new AbortController();
  isOver = false;

  constructor(seconds: number, readyGraceSeconds: number) {
    const run = runDrain({
      seconds,
      readyGraceSeconds,
      target: {
        stopListening: () => false,
        refuseNewcomers: () => (this.stoppedAt = Date.now()),
        openLinks: () => [...this.links],
        close: (link, code, reason) => {
          if (this.links.delete(link)) this.goodbyes.push({ at: Date.now(), code, reason });
        },
      },
      now: Date.now,
      random: Math.random,
      signal: this.abort.signal,
    });
    void run.then(() => (this.isOver = true));
  }
}

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('runDrain', () => {
  test('[TRK-160] newcomers are taken during the grace, those too are sent away, and nobody before its end', async () => {
    const site = new Site(10, 5);
    await jest.advanceTimersByTimeAsync(4_999);
    site.links.add(new FakeLink());
    expect([site.stoppedAt, site.goodbyes.length]).toEqual([undefined, 0]);
    await jest.advanceTimersByTimeAsync(10_000 + DRAIN_STEP_MS);
    expect(site.stoppedAt).toBe(5_000);
    expect([site.goodbyes.length, site.isOver]).toEqual([101, true]);
  });

  test('[TRK-161] they go evenly, with the code of a restart and a time to come back after', async () => {
    const site = new Site(10, 0);
    for (let second = 1; second <= 10; second += 1) {
      await jest.advanceTimersByTimeAsync(1_000);
      expect(Math.abs(site.goodbyes.length - 10 * second)).toBeLessThanOrEqual(2);
    }
    expect(site.isOver).toBe(true);
    for (const { code, reason } of site.goodbyes) {
      expect(code).toBe(SERVICE_RESTART);
      expect(reason).toMatch(/^retry-after-ms=\d{4,5}$/);
    }
    expect(new Set(site.goodbyes.map(({ reason }) => reason)).size).toBeGreaterThan(90);
  });

  test('[TRK-161] it is over when the last has gone by itself', async () => {
    const site = new Site(3600, 0);
    await jest.advanceTimersByTimeAsync(1_000);
    site.links.clear();
    await jest.advanceTimersByTimeAsync(DRAIN_STEP_MS);
    expect(site.isOver).toBe(true);
  });

  test.each([2_000, 8_000])(
    '[TRK-162] aborted after %d ms it is over at once and says no more goodbyes',
    async (ms) => {
      const site = new Site(10, 5);
      await jest.advanceTimersByTimeAsync(ms);
      const said = site.goodbyes.length;
      site.abort.abort();
      await jest.advanceTimersByTimeAsync(0);
      expect(site.isOver).toBe(true);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(site.goodbyes).toHaveLength(said);
      expect(jest.getTimerCount()).toBe(0);
    },
  );
});
