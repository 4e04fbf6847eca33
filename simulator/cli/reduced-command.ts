// `npm run simulate:reduced`: audiences that are too large for the engine in each viewer.

import { parseArgs } from 'node:util';
import { calibrate } from '../src/reduced/calibrate';
import { configOf, SCENARIOS } from '../src/run/config';
import { runSeeds } from '../src/run/seeds-report';
import { alignedTable } from '../src/run/table';
import { calibrationTableOf } from '../src/targets/targets-table';
import { Console } from './console';
import { LEAST_SAMPLES, readCount, readCounts, readJobs, readName } from './flag-values';
import { readChanges, RUN_OPTIONS } from './flags';
import { readSeedsReports } from './result-files';
import { createPool } from './worker-pool';

const HELP = `Models the spread of segments in large live audiences.

  npm run simulate:reduced -- [flags]

  --sizes LIST        viewers, default 1000,10000,100000,1000000
  --scenario NAME     live, flash, exit or no-upload, default live
  --calibrate LIST    files of npm run simulate -- --json; without them full runs are made now
  --full LIST         viewers of those full runs, default 30,100
  --seeds K           of each of them, default 2
  --jobs N            processes that share the full runs, default one per core
  --samples N         segments that stand for all, default 10
  --json
  --duration, --nat and all else that changes a run of npm run simulate
  --help
`;

const OPTIONS = {
  ...RUN_OPTIONS,
  sizes: { type: 'string' },
  scenario: { type: 'string' },
  calibrate: { type: 'string' },
  full: { type: 'string' },
  seeds: { type: 'string' },
  jobs: { type: 'string' },
  samples: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const FULL_SIZES = [30, 100];
const SEED_COUNT = 2;
const SAMPLE_COUNT = 10;

export async function reducedCommand(args: readonly string[], console: Console): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
  if (values.help) return console.print(HELP);
  const changes = readChanges(values);
  if (changes.viewers !== undefined) throw new Error('--viewers: use --sizes, and --full for the full runs');
  const scenario = readName('scenario', values.scenario, SCENARIOS) ?? 'live';
  const performAll = createPool(readJobs(values.jobs), console);
  const given = readSeedsReports('calibrate', values.calibrate);
  const fullInputs = (readCounts('full', values.full) ?? (given.length > 0 ? [] : FULL_SIZES)).map((viewers) =>
    configOf(scenario, 'ours', { ...changes, viewers }),
  );
  const made = await runSeeds(fullInputs, readCount('seeds', values.seeds) ?? SEED_COUNT, performAll);
  const calibration = calibrate([...given, ...made]);
  const sampleCount = readCount('samples', values.samples, LEAST_SAMPLES) ?? SAMPLE_COUNT;
  // One after the other: each takes the memory of a large audience.
  const reduced = await createPool(
    1,
    console,
  )<'reduced'>(
    (readCounts('sizes', values.sizes) ?? SIZES).map((viewers) => ({
      kind: 'reduced',
      config: {
        simulation: configOf(scenario, 'ours', { ...changes, viewers }),
        parameters: calibration.parameters,
        sampleCount,
      },
    })),
  );
  if (values.json) return console.printJson({ calibration, reduced });
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  console.print(calibrationTableOf(calibration));
  const head = ['viewers', 'offload', 'after starting up', 'bound', 'owners', 'HTTP copies per segment'];
  const rows = reduced.map((report) => [
    String(report.viewers),
    percent(report.offloadRatio),
    percent(report.steadyOffloadRatio),
    percent(report.steadyBound),
    percent(report.steadyOwnerShare),
    report.steadyCopiesPerSegment.toFixed(1),
  ]);
  console.print(`\n${alignedTable([head, ...rows])}`);
  console.printCost();
}
