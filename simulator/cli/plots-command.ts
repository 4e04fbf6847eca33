// `npm run simulate:plots`: the plots of docs/.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFigures, plotFigures, type FigureData } from '../src/plots/figures';
import { Console } from './console';
import { LEAST_SAMPLES, readCount, readCounts, readJobs, readNumber } from './flag-values';
import { readChanges, RUN_OPTIONS } from './flags';
import { readJsonFile, readSeedsReports } from './result-files';
import { createPool } from './worker-pool';

const HELP = `Writes the plots of docs/, from runs of its own.

  npm run simulate:plots -- [flags]

  --sizes LIST        viewers of the full runs, default 10,30,100
  --reduced LIST      viewers of the reduced model, default 300,1000,10000,100000
  --delays LIST       segments behind the live edge, default 2,3,4,5,6
  --viewers N         of the figures against latency and of one segment's spread, default 60
  --duration SECONDS  default 240
  --seeds K           default 2
  --jobs N            processes that share the work, default one per core
  --samples N         segments that the reduced model looks at, default 8
  --given LIST        files of npm run simulate -- --json, such as larger runs, to plot and calibrate with
  --out FOLDER        default docs/plots
  --again             only draws, from the figures.json in that folder
  --help
`;

const OPTIONS = {
  ...RUN_OPTIONS,
  sizes: { type: 'string' },
  reduced: { type: 'string' },
  delays: { type: 'string' },
  seeds: { type: 'string' },
  jobs: { type: 'string' },
  samples: { type: 'string' },
  given: { type: 'string' },
  out: { type: 'string' },
  again: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const DEFAULTS = {
  sizes: [10, 30, 100],
  reducedSizes: [300, 1_000, 10_000, 100_000],
  delays: [2, 3, 4, 5, 6],
  viewers: 60,
  durationSeconds: 240,
  seeds: 2,
  samples: 8,
  folder: join('docs', 'plots'),
};
/** With all numbers, so that a plot can be checked and drawn anew. */
const DATA_FILE = 'figures.json';

export async function plotsCommand(args: readonly string[], console: Console): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
  if (values.help) return console.print(HELP);
  const folder = values.out ?? DEFAULTS.folder;
  const dataPath = join(folder, DATA_FILE);
  const { viewers = DEFAULTS.viewers, durationSeconds = DEFAULTS.durationSeconds, ...changes } = readChanges(values);
  const measure = (): Promise<FigureData> =>
    measureFigures(
      {
        sizes: readCounts('sizes', values.sizes) ?? DEFAULTS.sizes,
        reducedSizes: readCounts('reduced', values.reduced) ?? DEFAULTS.reducedSizes,
        delays:
          values.delays?.split(',').map((part) => readNumber('delays', part, 1, 100, false) ?? 1) ?? DEFAULTS.delays,
        viewers,
        seedCount: readCount('seeds', values.seeds) ?? DEFAULTS.seeds,
        sampleCount: readCount('samples', values.samples, LEAST_SAMPLES) ?? DEFAULTS.samples,
        changes: { ...changes, durationSeconds },
        given: readSeedsReports('given', values.given),
      },
      createPool(readJobs(values.jobs), console),
    );
  const data = values.again ? (readJsonFile('again', dataPath) as FigureData) : await measure();
  mkdirSync(folder, { recursive: true });
  if (!values.again) writeFileSync(dataPath, `${JSON.stringify(data, undefined, 2)}\n`);
  for (const [name, svg] of Object.entries(plotFigures(data))) {
    writeFileSync(join(folder, name), svg);
    console.print(join(folder, name));
  }
  console.printCost();
}
