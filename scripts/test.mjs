// Runs all tests and ends in one line, `Tests: N passed, M failed`. Arguments go to Jest.
// Three runs: the layers side by side; end to end one by one, because each of those drives several browsers and some
// look at rates; then all players, two files at a time, which mostly wait for what is played.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summaryLine } from './jest-reporter.mjs';

/** Twice what a run takes. Whatever keeps Jest from ending must not keep the result from being told. */
const RUN_LIMIT_MS = 25 * 60_000;

const args = process.argv.slice(2);
const isOneRun = args.some((arg) => arg.startsWith('--selectProjects'));
// A pattern that names tests of one layer leaves the other run empty.
const passed = args.length > 0 ? ['--passWithNoTests', ...args] : [];
const RUNS = isOneRun
  ? [args]
  : [
      ['--maxWorkers=2', ...passed, '--selectProjects', 'core', 'simulator', 'tracker', 'plugins', 'demo'],
      ['--runInBand', ...passed, '--selectProjects', 'e2e'],
      ['--maxWorkers=2', ...passed, '--selectProjects', 'players'],
    ];

const directory = mkdtempSync(join(tmpdir(), 'p2p-tests-'));
const total = { passed: 0, failed: 0, skipped: 0 };
RUNS.forEach((run, index) => {
  const file = join(directory, `${index}`);
  const { status, error } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', ...run], {
    stdio: 'inherit',
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, P2P_TEST_TALLY: file },
  });
  if (error) console.error(`Jest did not end by itself: ${error.message}`);
  const tally = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
  // Jest may fail beside its tests: a wrong argument, no tests at all, a crash.
  if (status !== 0 && tally.failed === 0) tally.failed = 1;
  for (const key of Object.keys(total)) total[key] += tally[key];
});
rmSync(directory, { recursive: true });

process.exitCode = total.failed > 0 ? 1 : 0;
console.log(summaryLine(total));
