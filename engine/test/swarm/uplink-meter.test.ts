import fc from 'fast-check';
import { bitrateOf } from '../../src/base/units';
import { UplinkMeter } from '../../src/swarm/uplink-meter';
import { ALL, SEGMENT_BYTES, startDesk } from '../support/upload-desk-rig';

const LEAST = 1_000;

function start() {
  const samples: (readonly [bytes: number, elapsed: number])[] = [];
  const meter = new UplinkMeter(LEAST, (bytes, elapsed) => samples.push([bytes, elapsed]));
  return { meter, samples };
}

describe('UplinkMeter', () => {
  test('[UP-10] while bytes wait, each sample is what left in the time that it took', () => {
    const portions = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(portions, fc.integer({ min: 1, max: 50 }), (flushed, bytesPerMs) => {
        const { meter, samples } = start();
        const total = flushed.reduce((sum, bytes) => sum + bytes, 0);
        meter.noteQueued(total, 0);
        let now = 0;
        for (const bytes of flushed) meter.noteFlushed(bytes, (now += bytes / bytesPerMs));
        expect(samples.length > 0).toBe(total >= LEAST);
        for (const [bytes, elapsed] of samples) {
          expect(bytes).toBeGreaterThanOrEqual(LEAST);
          expect(bytes).toBeLessThan(4 * LEAST + 400);
          expect(bytes / elapsed).toBeCloseTo(bytesPerMs);
        }
      }),
    );
  });

  test('[UP-10] time in which nothing waited does not count', () => {
    const { meter, samples } = start();
    meter.noteQueued(600, 0);
    meter.noteFlushed(600, 10);
    meter.noteQueued(1_500, 60_000);
    meter.noteFlushed(500, 60_010);
    meter.noteQueued(500, 60_015);
    meter.noteFlushed(1_500, 60_040);
    expect(samples).toEqual([[2_000, 40]]);
  });

  // A socket takes a few frames at once, however slow the line behind it is.
  test('[UP-10] a few bytes say nothing', () => {
    const { meter, samples } = start();
    for (let now = 0; now < 1_000; now += 10) {
      meter.noteQueued(999, now);
      meter.noteFlushed(999, now);
    }
    expect(samples).toEqual([]);
  });

  test('[UP-10] an uplink that is never idle is measured again and again', () => {
    const { meter, samples } = start();
    meter.noteQueued(100_000, 0);
    for (let now = 10; now <= 900; now += 10) meter.noteFlushed(100, now);
    expect(samples).toEqual([
      [4_000, 400],
      [4_000, 400],
    ]);
  });

  test('[UP-10] bytes that were lost with their link are not waited for', () => {
    const { meter, samples } = start();
    meter.noteQueued(2_000, 0);
    meter.noteLost(2_000);
    meter.noteQueued(1_200, 50_000);
    meter.noteFlushed(1_200, 50_100);
    expect(samples).toEqual([[1_200, 100]]);
    meter.noteLost(5);
    meter.noteQueued(1_000, 70_000);
    meter.noteFlushed(1_000, 70_010);
    expect(samples[1]).toEqual([1_000, 10]);
  });
});

describe('UploadDesk: the uplink', () => {
  test('[UP-10] is measured by what leaves the links, and half of it is used from then on', () => {
    const { ask, budget, flush, served, unflushed } = startDesk({}, true);
    ask(1, 1, { range: ALL });
    expect(budget.bitrate).toBeUndefined();
    // A tenth of a MB in 100 ms: 8 Mb/s.
    let now = 0;
    for (; budget.bitrate === undefined && now < 5_000; now += 10)
      flush(1, now, Math.min(1, 10_000 / Math.max(1, unflushed.get(1) ?? 0)));
    expect(budget.bitrate).toBeGreaterThan(0.45 * bitrateOf(10_000, 10));
    expect(budget.bitrate).toBeLessThan(0.55 * bitrateOf(10_000, 10));
    expect(served).toEqual([]);
    expect(now).toBeLessThan(SEGMENT_BYTES / 1_000);
  });

  test('[UP-10] is not measured by a link that was closed', () => {
    const { desk, ask, budget, flush, join } = startDesk({}, true);
    ask(1, 1, { range: ALL });
    desk.close(1);
    join(2);
    ask(2, 1, { range: ALL, now: 60_000 });
    for (let now = 60_010; budget.bitrate === undefined && now < 70_000; now += 10) flush(2, now, 0.1);
    // As if link 1 had never been: 60 s of silence would make it next to nothing.
    expect(budget.bitrate).toBeGreaterThan(1_000_000);
  });
});
