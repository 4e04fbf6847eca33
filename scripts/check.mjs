// All checks but the tests. Runs every one even when another failed, shows the output of those that did,
// and ends in a table. Names as arguments run only these: npm run check -- types lint

import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

const bin = (script, ...args) => [`node_modules/${script}`, ...args];

/** Name → what to run with node, and what to do when it fails. */
const CHECKS = {
  format: [bin('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'), 'npm run format'],
  types: [bin('typescript/bin/tsc', '-b', '--pretty')],
  lint: [bin('eslint/bin/eslint.js', '.', '--max-warnings', '0'), 'npx eslint . --fix mends some'],
  imports: [
    [
      ...bin('dependency-cruiser/bin/dependency-cruise.mjs', 'engine', 'plugins', 'tracker', 'examples', 'e2e'),
      ...['simulator', 'benchmarks'],
    ],
    'who may import whom: .dependency-cruiser.cjs',
  ],
  rules: [['scripts/check-rules.mjs'], 'each rule of a SPEC.md needs a test that names it'],
  build: [['scripts/build.mjs']],
  api: [['scripts/api-report.mjs'], 'npm run api writes the new reports; the diff belongs to the change'],
  size: [bin('size-limit/bin.js'), 'make it smaller, or raise the budget in .size-limit.mjs and say why'],
  package: [['scripts/check-package.mjs'], 'what npm users get; see the exports of package.json'],
  docs: [bin('typedoc/bin/typedoc'), 'exported names need a comment, links need a target'],
};

/** These read what `build` wrote. */
const NEED_BUILD = new Set(['api', 'size', 'package']);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  console.error(`check: no check ${unknown.join(', ')}; there are ${Object.keys(CHECKS).join(', ')}`);
  process.exit(1);
}

// Some of the tools colour a pipe, others need to be told to.
const plain = (text) => (process.stdout.isTTY ? text : stripVTControlCharacters(text));
const headline = (name, outcome) => `── ${name} ${'─'.repeat(60 - name.length)} ${outcome}`;

const results = [];
for (const name of asked.length > 0 ? asked : Object.keys(CHECKS)) {
  const [command, hint] = CHECKS[name];
  if (NEED_BUILD.has(name) && results.some((result) => result.name === 'build' && !result.isFine)) {
    results.push({ name, isFine: false, seconds: '-' });
    console.log(headline(name, 'not run: the build failed'));
    continue;
  }
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    maxBuffer: Infinity,
    env: { FORCE_COLOR: '1', ...process.env },
  });
  const isFine = status === 0;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  results.push({ name, isFine, seconds });
  console.log(headline(name, isFine ? 'ok' : 'FAILED'));
  if (!isFine) console.log(plain(`${stdout}${stderr}`.trim()));
  else if (name === 'size') console.log(plain(stdout.trimEnd()));
  if (!isFine && hint) console.log(`→ ${hint}`);
}

console.log('');
for (const { name, isFine, seconds } of results) {
  console.log(`${name.padEnd(10)}${seconds.padStart(6)} s  ${isFine ? 'ok' : 'FAILED'}`);
}
const failed = results.filter(({ isFine }) => !isFine).map(({ name }) => name);
console.log(failed.length > 0 ? `\ncheck: failed: ${failed.join(', ')}` : '\ncheck: all fine');
process.exitCode = failed.length > 0 ? 1 : 0;
