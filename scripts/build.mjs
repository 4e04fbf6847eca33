// Builds everything that is shipped or served: dist/ (package), build/ (demo), tracker/dist/.
// Does nothing when no source changed since the last build and its output is still there; --force builds anyway.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeThirdPartyLicences } from './third-party.mjs';

const INPUTS = [
  'engine/src',
  'plugins',
  'examples',
  'tracker',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  // Public names, which stay as they are.
  'etc',
];
const CONFIGS = [
  'tsup.config.ts',
  'tsconfig.build.json',
  'scripts/build.mjs',
  'scripts/minify-again.ts',
  'scripts/short-names.ts',
  'scripts/simple-peer-alone.ts',
  'scripts/third-party.mjs',
];
const OUTPUTS = ['dist', 'build', 'tracker/dist'];
const NOT_INPUT = new Set(['dist', 'test', 'node_modules', 'fixtures']);
const STAMP = '.cache/build.json';

const filesOf = (path) =>
  !existsSync(path)
    ? []
    : statSync(path).isFile()
      ? [path]
      : readdirSync(path)
          .sort()
          .flatMap((name) => (NOT_INPUT.has(name) ? [] : filesOf(join(path, name))));

const outputFiles = () =>
  OUTPUTS.filter((path) => existsSync(path)).flatMap((path) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`),
  );

function inputHash() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...INPUTS, ...CONFIGS].flatMap(filesOf)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** Runs tsup and holds its output back: it matters only when it fails. */
function tsup(config) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['node_modules/tsup/dist/cli-default.js', '--config', config]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${output}\n${config}: tsup exit code ${code}`)),
    );
  });
}

const startedAt = Date.now();
const inputs = inputHash();
const stamp = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {};
if (!process.argv.includes('--force') && stamp.inputs === inputs && stamp.outputs.join() === outputFiles().join()) {
  console.log('build: up to date');
} else {
  rmSync(STAMP, { force: true });
  for (const path of OUTPUTS) rmSync(path, { recursive: true, force: true });
  const results = await Promise.allSettled([tsup('tsup.config.ts'), tsup('tracker/tsup.config.ts')]);
  const failures = results.filter(({ status }) => status === 'rejected');
  for (const { reason } of failures) console.error(reason.message);
  if (failures.length > 0) process.exit(1);
  writeThirdPartyLicences('dist');
  mkdirSync('.cache', { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ inputs, outputs: outputFiles() }));
  console.log(`build: ${OUTPUTS.join(', ')} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
