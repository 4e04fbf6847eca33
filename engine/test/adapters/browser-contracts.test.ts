// The adapters that pages use keep the contracts in real Chromium: one browser, one page, one Jest test per clause.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';

import { simplePeerAlone } from '../../../scripts/simple-peer-alone';
import { pageSuites, type PageAddresses, type PageSuite } from './browser-suites';
import { startLocalServers, type LocalServers } from './local-servers';

const CHROMIUM_PATH = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Host candidates are hidden behind mDNS names otherwise, which a machine without multicast cannot resolve.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];
const START_TIMEOUT_MS = 60_000;

let servers: LocalServers;
let browser: Browser | undefined;
let page: Page;
let addresses: PageAddresses;

beforeAll(async () => {
  if (!existsSync(CHROMIUM_PATH)) throw new Error(`${CHROMIUM_PATH} is missing: run \`npm run setup\``);
  servers = await startLocalServers();
  servers.addFile('suites.js', 'text/javascript', await bundleSuites());
  servers.addFile('page.html', 'text/html', '<!doctype html><meta charset="utf-8"><script src="suites.js"></script>');
  addresses = {
    originUrl: servers.url,
    otherOriginUrl: servers.otherUrl,
    trackerUrl: servers.tracker.url,
    unreachableUrl: servers.tracker.unreachableUrl,
  };
  browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM_ARGS });
  page = await browser.newPage();
  await page.goto(`${servers.url}page.html`);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  servers?.close();
});

async function bundleSuites(): Promise<string> {
  const result = await build({
    entryPoints: [join(__dirname, 'browser-suites.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'suites',
    target: 'es2022',
    plugins: [simplePeerAlone()],
  });
  return result.outputFiles[0]?.text ?? '';
}

/** Runs one clause in the page; what it throws there fails the test here. */
async function expectToHold(suiteIndex: number, clauseIndex: number): Promise<void> {
  await page.evaluate(
    (where) => {
      const { suites } = window as unknown as { suites: { pageSuites: readonly PageSuite[] } };
      return suites.pageSuites[where.suiteIndex]?.run(where.clauseIndex, where.addresses);
    },
    { suiteIndex, clauseIndex, addresses },
  );
}

describe.each(pageSuites.map((suite, index) => ({ ...suite, index })))('Chromium: $title', ({ clauseNames, index }) => {
  test.each(clauseNames.map((name, clauseIndex) => ({ name, clauseIndex })))('$name', async ({ clauseIndex }) => {
    await expectToHold(index, clauseIndex);
  });
});
