// `npm run simulate`: one scenario, one policy or several.

import { compare } from '../src/run/comparison';
import { configOf } from '../src/run/config';
import { runSeeds } from '../src/run/seeds-report';
import { causesTableOf, comparisonTableOf, tableOf } from '../src/run/table';
import { HELP, readFlags } from './flags';
import { Console } from './console';
import { createPool } from './worker-pool';

export async function runCommand(args: readonly string[], console: Console): Promise<void> {
  const flags = readFlags(args);
  if (!flags) return console.print(HELP);
  const { scenario, policy, compared, changes, seedCount, jobCount, isWhy, isJson } = flags;
  const performAll = createPool(jobCount, console);
  if (compared) {
    const comparison = await compare(scenario, compared, changes, seedCount, performAll);
    if (isJson) return console.printJson(comparison);
    console.print(comparisonTableOf(comparison));
    if (isWhy)
      for (const { inputs, httpCauses } of comparison.policies)
        console.print(`\n${inputs.policy}\n${causesTableOf(httpCauses)}`);
  } else {
    const [report] = await runSeeds([configOf(scenario, policy, changes)], seedCount, performAll);
    if (!report) return;
    if (isJson) return console.printJson(report);
    console.print(tableOf(report));
    if (isWhy) console.print(`\n${causesTableOf(report.httpCauses)}`);
  }
  console.printCost();
}
