import type { FragmentRequest, LoadProgress } from '../dashjs-types';
import { ThroughputSamples } from '../throughput-samples';

const SHORT = 2;
const COMFORTABLE = 20;

function setUp() {
  const told: LoadProgress[] = [];
  const request: FragmentRequest = { type: 'MediaSegment', url: 'https://cdn.test/1.m4s' };
  return { told, request, samples: new ThroughputSamples((progress) => told.push(progress)) };
}

/** As dash.js does without the browser's timing: all but the first report. */
function rateOf(told: readonly LoadProgress[]): number {
  const byteCount = (told.at(-1)?.loaded ?? 0) - (told[0]?.loaded ?? 0);
  const elapsed = told.slice(1).reduce((sum, { time = NaN }) => sum + time, 0);
  return (byteCount * 8000) / elapsed;
}

test('both ways to read the rate give the honest one', () => {
  const { told, request, samples } = setUp();
  samples.add(50_000, 100_000, COMFORTABLE, 9000);
  samples.finish(request, 100_000, 1_000_000, 10_000);
  expect(rateOf(told)).toBeCloseTo(1_000_000);
  const { transferSize = 0, responseEnd = 0, responseStart = 0 } = request.resourceTimingValues ?? {};
  expect((transferSize * 8000) / (responseEnd - responseStart)).toBeCloseTo(1_000_000);
});

test('what the browser measured of the same URL does not take its place', () => {
  const { request, samples } = setUp();
  samples.finish(request, 100_000, 1_000_000, 10_000);
  const before = request.resourceTimingValues;
  request.resourceTimingValues = { ...before!, transferSize: 1 };
  expect(request.resourceTimingValues).toBe(before);
});

test('the wait for peers is no latency: the first report looks like the last', () => {
  const { told, request, samples } = setUp();
  samples.finish(request, 100_000, 1_000_000, 10_000);
  expect(told[0]?.loaded).toBe(told[0]?.total);
  expect(told[0]?.lengthComputable).toBe(true);
});

test('with a short buffer dash.js hears what comes from then on', () => {
  const { told, request, samples } = setUp();
  samples.add(20_000, 100_000, SHORT, 1000);
  samples.add(60_000, 100_000, SHORT, 1400);
  expect(rateOf(told)).toBeCloseTo(800_000);
  samples.finish(request, 100_000, 800_000, 5000);
  expect(rateOf(told)).toBeCloseTo(800_000);
});

test('nothing is told of a size that is not known, nor of what is complete', () => {
  const { told, samples } = setUp();
  samples.add(20_000, undefined, SHORT, 1000);
  samples.add(20_000, 20_000, SHORT, 1000);
  expect(told).toEqual([]);
});

test.each([NaN, 0, Infinity])('a rate of %p is no sample', (rate) => {
  const { told, request, samples } = setUp();
  samples.finish(request, 100_000, rate, 10_000);
  expect(told).toMatchObject([{ noTrace: true }]);
  expect(request.resourceTimingValues).toBeUndefined();
});
