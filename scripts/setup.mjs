// Makes sure that the machine has what the tests need beside npm packages: Chromium, and the servers that the
// tracker works with. CHROMIUM_PATH names another Chromium than /usr/bin/chromium. On Debian as root, what is
// missing is installed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CHROMIUM = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
const VERSION_TIMEOUT_MS = 20_000;

/** Programs, how each tells its version, and the Debian package that has it. */
const NEEDED = [
  { name: 'Chromium', binary: CHROMIUM, versionFlag: '--version', package: 'chromium', variable: 'CHROMIUM_PATH' },
  { name: 'HAProxy', binary: '/usr/sbin/haproxy', versionFlag: '-v', package: 'haproxy' },
  { name: 'nginx', binary: '/usr/sbin/nginx', versionFlag: '-v', package: 'nginx' },
  { name: 'NATS', binary: '/usr/sbin/nats-server', versionFlag: '--version', package: 'nats-server' },
  { name: 'Redis', binary: '/usr/bin/redis-server', versionFlag: '--version', package: 'redis-server' },
];

/** What a program says of itself, or undefined when it does not start. */
function versionOf({ binary, versionFlag }) {
  const run = spawnSync(binary, [versionFlag], { encoding: 'utf8', timeout: VERSION_TIMEOUT_MS });
  return run.status === 0 ? `${run.stdout}${run.stderr}`.trim().split('\n', 1)[0] : undefined;
}

function install(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0;
  apt('update', '-q');
  // One by one: a package that this machine does not know must not keep it from the others.
  for (const name of packages) apt('install', '-y', '-q', '--no-install-recommends', name);
}

const isOwnChoice = ({ variable }) => variable !== undefined && Boolean(process.env[variable]);
const missing = NEEDED.filter((program) => versionOf(program) === undefined && !isOwnChoice(program));
if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
  const packages = missing.map((program) => program.package);
  console.log(`setup: installing what is missing from Debian: ${packages.join(', ')}`);
  install(packages);
}
for (const program of NEEDED) {
  const { name, binary, package: debian, variable } = program;
  const version = versionOf(program);
  if (version !== undefined) {
    console.log(`setup: ${version} at ${binary}`);
    continue;
  }
  const orElse = variable === undefined ? '' : `\n  - or say where it is: ${variable}=/path npm test`;
  console.error(`setup: the tests need ${name}, and ${binary} does not start. Either
  - install it: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${debian}${orElse}`);
  process.exitCode = 1;
}
