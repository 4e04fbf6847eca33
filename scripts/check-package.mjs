// What a site gets from npm works there: nothing is imported that the site has not, and every subpath resolves
// with its types for every kind of module.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { manifest } from './public-entries.mjs';

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*|\bimport\(|\brequire\()\s*(['"])([^'"\s]+)\1/g;
const allowed = Object.keys(manifest.peerDependencies ?? {});
let isFine = true;

function fail(message) {
  console.error(message);
  isFine = false;
}

function run(label, script, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  if (status !== 0) fail(`${label}:\n${stdout}${stderr}`);
}

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(c?js|d\.c?ts)$/.test(name) || name.startsWith('global')) continue;
  for (const [, , specifier] of readFileSync(`dist/${name}`, 'utf8').matchAll(SPECIFIER)) {
    const isOwn = specifier.startsWith('.');
    const isPlayer = allowed.some((peer) => specifier === peer || specifier.startsWith(`${peer}/`));
    if (!isOwn && !isPlayer) fail(`dist/${name} imports ${specifier}: bundle it (noExternal in tsup.config.ts)`);
  }
}
if (Object.keys(manifest.dependencies ?? {}).length > 0) {
  fail('package.json has dependencies: libraries are bundled, players are peer dependencies');
}

run('publint', 'node_modules/publint/src/cli.js', '--strict');
run('publint tracker', 'node_modules/publint/src/cli.js', 'tracker', '--strict');
const attw = ['node_modules/@arethetypeswrong/cli/dist/index.js', '--no-emoji', '--format', 'ascii', '--pack'];
run('attw', ...attw, '.', '--profile', 'node16', '--exclude-entrypoints', './dist/global/*');
run('attw tracker', ...attw, 'tracker', '--profile', 'esm-only');

process.exitCode = isFine ? 0 : 1;
