// The whole core of a session against chance: whatever the player, peers, trackers, the origin, the store and the clock
// do in whichever order, what it promises holds. FUZZ_FROM and FUZZ_COUNT choose other runs, as in the scenarios.

import fc from 'fast-check';
import { FuzzedSession, type Dice } from '../support/fuzzed-session';

const { FUZZ_FROM = '1000', FUZZ_COUNT = '16' } = process.env;
const RUNS_PER_COUNT = 20;
const STEPS = 160;

const STEP_NAMES = Object.keys(new FuzzedSession(false, false, 1).steps);
/** How often each is tried, where that is not 2: peers and downloads must come about, and last for a while. */
const WEIGHTS: Readonly<Record<string, number>> = {
  ...{ request: 8, connect: 12, trackerOffers: 6, have: 12, serve: 16, pass: 8, play: 4 },
  ...{ body: 6, ask: 8, read: 8, flushed: 4 },
  ...{ sleep: 1, passLong: 1, linkBreaks: 1, trackerClose: 1, setOptions: 1, badManifest: 1, garbage: 1 },
};
const tally: Record<string, number> = {};

const die = fc.nat({ max: 99 });
const name = fc.oneof(...STEP_NAMES.map((value) => ({ weight: WEIGHTS[value] ?? 2, arbitrary: fc.constant(value) })));
const step = fc.record({ name, a: die, b: die, c: die });
const run = fc.record({
  isLive: fc.boolean(),
  seed: fc.nat({ max: 1_000 }),
  steps: fc.array(step, { minLength: 1, maxLength: STEPS, size: 'max' }),
});

function play(
  isHonest: boolean,
  { isLive, seed, steps }: typeof run extends fc.Arbitrary<infer Value> ? Value : never,
) {
  const fuzzed = new FuzzedSession(isHonest, isLive, seed);
  const act = (name: string, dice: Dice): void => fuzzed.steps[name]?.(dice);
  for (const first of ['manifest', 'trackerOpen', 'trackerCounts', 'play']) act(first, { a: 0, b: 4, c: 0 });
  for (const { name: stepName, ...dice } of steps) {
    act(stepName, dice);
    tally[stepName] = (tally[stepName] ?? 0) + 1;
  }
  for (const [what, count] of Object.entries({
    delivered: fuzzed.counters.httpSegmentCount + fuzzed.counters.p2pSegmentCount,
    fromPeers: fuzzed.counters.p2pBytes,
    uploaded: fuzzed.counters.uploadedBytes,
    rejected: fuzzed.counters.rejectedBytes,
  }))
    tally[what] = (tally[what] ?? 0) + count;
  fuzzed.end();
}

const numRuns = Number(FUZZ_COUNT) * RUNS_PER_COUNT;

describe('a session against chance', () => {
  test.each([
    ['[DL-7] among honest peers: each request is answered once, with the right bytes', true],
    ['[PEER-2] among all kinds of peers: each request is answered once', false],
  ])('%s, limits hold, and nothing is left at the end', (_, isHonest) => {
    fc.assert(
      fc.property(run, (value) => play(isHonest, value)),
      { seed: Number(FUZZ_FROM), numRuns },
    );
  });

  test('all of it happened', () => {
    for (const what of [...STEP_NAMES, 'delivered', 'fromPeers', 'uploaded', 'rejected'])
      expect([what, (tally[what] ?? 0) > 0]).toEqual([what, true]);
  });
});
