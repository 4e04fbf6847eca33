// What a tracker costs: ours and bittorrent-tracker's in turn, each in a process of its own, under the same
// load from a third process. Figures are the server's CPU time and memory as Linux counts them; a run that
// did not go as it should gives its reason instead. Run by hand: `npm run bench:tracker`.

import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Load } from './load';
import { printReport, summarize, type Result } from './report';
import {
  SCENARIO_NAMES,
  SUBJECTS,
  tell,
  type Figures,
  type LoadOrder,
  type ScenarioName,
  type Subject,
  type Told,
} from './run';
import { serve } from './serve';

const HELP = `Usage: npm run bench:tracker -- [options]

  --rounds N          rounds in turn (default: 3)
  --seconds N         measured seconds of a run (default: 4)
  --subjects LIST     of ${SUBJECTS.join(', ')} (default: the first two)
  --scenarios LIST    of ${SCENARIO_NAMES.join(', ')} (default: all)
  --profile DIR       V8 CPU profiles of the servers
  --json              figures of all rounds, medians and bests as JSON
`;

const WARM_UP_MS = 1_500;
/** More than any run takes; what is not through by then never will be. */
const RUN_LIMIT_MS = 120_000;

interface Options {
  readonly rounds: number;
  readonly measureMs: number;
  readonly subjects: readonly Subject[];
  readonly scenarios: readonly ScenarioName[];
  readonly profileDirectory: string | undefined;
  readonly isJson: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      subjects: { type: 'string', default: SUBJECTS.slice(0, 2).join(',') },
      scenarios: { type: 'string', default: SCENARIO_NAMES.join(',') },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit();
  }
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    measureMs: wholeNumber('--seconds', values.seconds) * 1000,
    subjects: choose('--subjects', values.subjects, SUBJECTS),
    scenarios: choose('--scenarios', values.scenarios, SCENARIO_NAMES),
    profileDirectory: values.profile,
    isJson: values.json,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error(`${name} must be a whole number from 1 to 999, not ${text}`);
  return Number(text);
}

function choose<Name extends string>(option: string, list: string, known: readonly Name[]): Name[] {
  return list.split(',').map((entry) => {
    const name = known.find((candidate) => candidate === entry);
    if (name === undefined) throw new Error(`${option}: there is no ${entry}, only ${known.join(', ')}`);
    return name;
  });
}

/** One process of a run, ended with it. */
class Part {
  readonly #child: ChildProcess;

  constructor(
    private readonly title: string,
    args: readonly string[],
    execArgv: readonly string[] = [],
  ) {
    this.#child = fork(__filename, args, { execArgv: [...execArgv] });
  }

  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  /** What it tells first that is of this type; rejects when it fails or ends instead. */
  wait<Type extends Told['type']>(type: Type): Promise<Extract<Told, { type: Type }>> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (told: Told) => {
        if (told.type === type) resolve(told as Extract<Told, { type: Type }>);
        else if (told.type === 'broken') reject(new Error(told.reason));
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        reject(new Error(`the process of ${this.title} ended with ${code ?? String(signal)}`));
      });
    });
  }

  /** Ends it: it goes by itself when its parent lets go of it, and writes its profile then. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await gone;
  }
}

async function runOnce(subject: Subject, scenario: ScenarioName, options: Options): Promise<Figures> {
  const { profileDirectory, measureMs } = options;
  const profiling = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const server = new Part(subject, ['serve', subject], profiling);
  let load: Part | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const { port } = await server.wait('listening');
    const order: LoadOrder = { port, serverPid: server.pid, scenario, warmUpMs: WARM_UP_MS, measureMs };
    load = new Part('the load', ['load', JSON.stringify(order)]);
    const isLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not through after ${RUN_LIMIT_MS / 1000} s`)), RUN_LIMIT_MS);
    });
    // The server says nothing more, unless it fails.
    const { figures } = await Promise.race([load.wait('figures'), server.wait('figures'), isLate]);
    return figures;
  } finally {
    clearTimeout(timer);
    await load?.end();
    await server.end();
  }
}

async function runAll(options: Options): Promise<void> {
  const results: Result[] = [];
  const failures: string[] = [];
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores`;
  if (!options.isJson) console.log(machine);
  for (const scenario of options.scenarios) {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const subject of options.subjects) {
        // It takes minutes: say on the side how far it is.
        process.stderr.write(`${scenario}, round ${round} of ${options.rounds}: ${subject}\n`);
        try {
          results.push({ scenario, subject, round, figures: await runOnce(subject, scenario, options) });
        } catch (error) {
          failures.push(
            `${subject}, ${scenario}, round ${round}: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
    }
  }
  if (options.isJson) console.log(JSON.stringify({ machine, summary: summarize(results), results, failures }, null, 2));
  else printReport(results);
  for (const failure of failures) console.error(`broken run: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

/** Runs the load of one order, tells its figures, or why there are none. */
async function runLoad(order: LoadOrder): Promise<void> {
  const broken = (error: unknown): void => {
    tell({ type: 'broken', reason: error instanceof Error ? error.message : String(error) });
  };
  try {
    tell({ type: 'figures', figures: await new Load(order, broken).run() });
  } catch (error) {
    broken(error);
  }
}

async function main(): Promise<void> {
  const [role, detail = ''] = process.argv.slice(2);
  if (role === 'serve' || role === 'load') process.once('disconnect', () => process.exit());
  if (role === 'serve') await serve(detail as Subject);
  else if (role === 'load') await runLoad(JSON.parse(detail) as LoadOrder);
  else await runAll(readOptions());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
