// The command: reads the flags, runs the seeds, prints the report.

import { runSeeds } from '../src/run/run-seeds';
import { tableOf } from '../src/run/table';
import { HELP, readFlags, type Flags } from './flags';

const MS_PER_SECOND = 1000;
const KIBIBYTES_PER_MEBIBYTE = 1024;

function simulate({ scenario, policy, changes, seedCount, isJson }: Flags): void {
  const startedAt = performance.now();
  const report = runSeeds(scenario, policy, changes, seedCount, ({ seed }) => {
    if (seedCount > 1 && process.stderr.isTTY) process.stderr.write(`seed ${seed} done\n`);
  });
  const wallSeconds = (performance.now() - startedAt) / MS_PER_SECOND;
  const peakMemoryMebibytes = Math.round(process.resourceUsage().maxRSS / KIBIBYTES_PER_MEBIBYTE);
  if (isJson)
    process.stdout.write(`${JSON.stringify({ ...report, wallSeconds, peakMemoryMebibytes }, undefined, 2)}\n`);
  else process.stdout.write(`${tableOf(report)}\n\n${wallSeconds.toFixed(1)} s, ${peakMemoryMebibytes} MiB at most\n`);
}

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags) simulate(flags);
  else process.stdout.write(HELP);
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\nTry --help.\n`);
  process.exitCode = 1;
}
