// `npm run simulate:targets`: what is to be reached, what is measured.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureTargets, pickTargets, type MeasureOptions } from '../src/targets/measure';
import { targetsMarkdownOf, targetsTableOf } from '../src/targets/targets-table';
import { Console } from './console';
import { LEAST_SAMPLES, readCount, readJobs } from './flag-values';
import { readChanges, RUN_OPTIONS } from './flags';
import { replaceGenerated } from './generated-block';
import { readSeedsReports } from './result-files';
import { createPool } from './worker-pool';

const HELP = `Holds the simulated engine against its targets.

  npm run simulate:targets -- [flags]

  --quick             few viewers, seeds and seconds: shows that it works, in a minute
  --large             also 10,000 viewers
  --max-viewers N     cuts larger audiences to this: what they would show is left open
  --only LIST         ids of targets, as --json shows them
  --seeds K           default 10
  --jobs N            processes that share the work, default one per core
  --calibrate LIST    files of npm run simulate -- --json to calibrate the reduced model with, besides the runs made here
  --samples N         segments that the reduced model looks at, default 10
  --json              everything as JSON
  --out FILE          writes the JSON there, too
  --update FILE       puts the table into a document, between its markers
  --duration, --nat and all else that changes a run of npm run simulate
  --help
`;

const OPTIONS = {
  ...RUN_OPTIONS,
  quick: { type: 'boolean' },
  large: { type: 'boolean' },
  'max-viewers': { type: 'string' },
  only: { type: 'string' },
  seeds: { type: 'string' },
  jobs: { type: 'string' },
  calibrate: { type: 'string' },
  samples: { type: 'string' },
  json: { type: 'boolean' },
  out: { type: 'string' },
  update: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const SEED_COUNT = 10;
const SAMPLE_COUNT = 10;
/** What is asked of a machine that runs all tests besides. */
const QUICK = { viewers: 12, reducedViewers: 5_000, seconds: 60, arrivalSeconds: 10, seeds: 1, samples: 3 };

export async function targetsCommand(args: readonly string[], console: Console): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
  if (values.help) return console.print(HELP);
  const isQuick = values.quick ?? false;
  const kinds = values.large ? (['usual', 'large', 'reduced'] as const) : (['usual', 'reduced'] as const);
  const given = definedOf(readChanges(values));
  if (given.viewers !== undefined) throw new Error('--viewers: each target has its own number');
  const quickChanges = { durationSeconds: QUICK.seconds, arrivalSeconds: QUICK.arrivalSeconds };
  const maxViewers = readCount('max-viewers', values['max-viewers']) ?? (isQuick ? QUICK.viewers : undefined);
  const options: MeasureOptions = {
    targets: pickTargets(kinds, values.only?.split(',') ?? []),
    seedCount: readCount('seeds', values.seeds) ?? (isQuick ? QUICK.seeds : SEED_COUNT),
    changes: { ...(isQuick && quickChanges), ...given },
    ...(maxViewers !== undefined && { maxViewers }),
    reduced: {
      ...(isQuick && { maxViewers: QUICK.reducedViewers }),
      sampleCount: readCount('samples', values.samples, LEAST_SAMPLES) ?? (isQuick ? QUICK.samples : SAMPLE_COUNT),
      calibration: readSeedsReports('calibrate', values.calibrate),
    },
  };
  const report = await measureTargets(options, createPool(readJobs(values.jobs), console));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  if (values.update !== undefined) replaceGenerated(values.update, 'targets', targetsMarkdownOf(report));
  if (values.json) return console.printJson(report);
  console.print(targetsTableOf(report));
  console.printCost();
}

function definedOf<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;
}
