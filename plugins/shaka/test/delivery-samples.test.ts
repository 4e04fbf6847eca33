import { DeliverySamples } from '../delivery-samples';

const SHORT = 2;
const COMFORTABLE = 20;
const samplesOf = () => {
  const told: number[][] = [];
  return { told, samples: new DeliverySamples((...sample) => told.push(sample)) };
};

test('with a comfortable buffer there is one sample, at the end', () => {
  const { told, samples } = samplesOf();
  samples.add(50_000, 100_000, COMFORTABLE, 1000);
  samples.add(90_000, 100_000, COMFORTABLE, 2000);
  expect(samples.finish(100_000, 800_000)).toBe(true);
  expect(told).toEqual([[1000, 100_000, 0]]);
});

test('with a short one Shaka hears what comes from then on, and the rest at the end', () => {
  const { told, samples } = samplesOf();
  samples.add(10_000, 100_000, COMFORTABLE, 1000);
  samples.add(20_000, 100_000, SHORT, 2000);
  samples.add(30_000, 100_000, SHORT, 2100); // too little for a sample
  samples.add(60_000, 100_000, SHORT, 3000);
  samples.finish(100_000, 800_000);
  expect(told).toEqual([
    [1000, 40_000, 40_000],
    [600, 60_000, 0],
  ]);
});

test.each([NaN, 0, Infinity])('a rate of %p is none', (rate) => {
  const { told, samples } = samplesOf();
  expect(samples.finish(100_000, rate)).toBe(false);
  expect(told).toEqual([]);
});
