// The commands: the first argument says which.

import { Console } from './console';
import { plotsCommand } from './plots-command';
import { reducedCommand } from './reduced-command';
import { runCommand } from './run-command';
import { targetsCommand } from './targets-command';
import { serveJobs, WORKER } from './worker-pool';

type Command = (args: readonly string[], console: Console) => Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: runCommand,
  targets: targetsCommand,
  reduced: reducedCommand,
  plots: plotsCommand,
};

async function start([name = '', ...args]: readonly string[]): Promise<void> {
  if (name === WORKER) return serveJobs();
  const command = COMMANDS[name];
  if (!command) throw new Error(`no command ${name}: there are ${Object.keys(COMMANDS).join(', ')}`);
  await command(args, new Console());
}

start(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\nTry --help.\n`);
  process.exitCode = 1;
});
