// Makes sure that the machine has what the tests need beside npm packages: Chromium.
// CHROMIUM_PATH names another one than /usr/bin/chromium. On Debian as root a missing one is installed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CHROMIUM = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
const VERSION_TIMEOUT_MS = 20_000;

/** What the browser says of itself, or undefined when it does not start. */
function chromiumVersion() {
  const run = spawnSync(CHROMIUM, ['--version'], { encoding: 'utf8', timeout: VERSION_TIMEOUT_MS });
  return run.status === 0 ? run.stdout.trim() : undefined;
}

function installChromium() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0;
  return apt('update', '-q') && apt('install', '-y', '-q', '--no-install-recommends', 'chromium');
}

let version = chromiumVersion();
const canInstall = !process.env.CHROMIUM_PATH && process.getuid?.() === 0 && existsSync('/etc/debian_version');
if (!version && canInstall) {
  console.log(`setup: ${CHROMIUM} is missing; installing the Debian package chromium`);
  if (installChromium()) version = chromiumVersion();
}
if (version) {
  console.log(`setup: ${version} at ${CHROMIUM}`);
} else {
  console.error(`setup: the tests need Chromium, and ${CHROMIUM} does not start. Either
  - install it: sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium
  - or say where it is: CHROMIUM_PATH=/path/to/chromium npm test`);
  process.exitCode = 1;
}
