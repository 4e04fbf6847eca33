// The configurations of deploy/, run in front of two trackers. Replaced are only addresses, files, what needs more
// open files than a machine for tests may have, and the time-outs that end what is no WebSocket: these become
// short, so that a mix-up shows.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyOptions } from '../../src/adapters/client-address';
import { createTracker, type Tracker } from '../../src/index';
import { watchAddresses } from '../support/addresses-of-clients';
import { announce } from '../support/messages';
import { selfSigned } from '../support/self-signed';
import { TestSocket } from '../support/test-socket';

const DEPLOY = path.resolve(__dirname, '../../deploy');
const CLIENT = '127.0.0.5';
const IDLE_MS = 1_500;
const POLL_MS = 20;

interface Setup {
  readonly file: string;
  readonly binary: string;
  readonly args: (file: string, folder: string) => string[];
  readonly proxy: ProxyOptions;
  readonly isUnix?: boolean;
}

const HAPROXY = { binary: '/usr/sbin/haproxy', args: (file: string) => ['-db', '-f', file] };

const SETUPS: readonly (readonly [string, Setup])[] = [
  ['HAProxy with X-Forwarded-For', { ...HAPROXY, file: 'haproxy.cfg', proxy: { trusted: ['127.0.0.1'] } }],
  [
    'HAProxy with the PROXY protocol',
    { ...HAPROXY, file: 'haproxy-proxy-protocol.cfg', proxy: { trusted: ['127.0.0.1'], protocol: 'v2' } },
  ],
  [
    'HAProxy with the PROXY protocol over Unix sockets',
    { ...HAPROXY, file: 'haproxy-proxy-protocol.cfg', proxy: { protocol: 'v2' }, isUnix: true },
  ],
  [
    'nginx',
    {
      file: 'nginx.conf',
      binary: '/usr/sbin/nginx',
      args: (file, folder) => ['-p', folder, '-c', file, '-g', 'daemon off;'],
      proxy: { trusted: ['127.0.0.1'] },
    },
  ],
];

let folder: string;
let trackers: Tracker[];
let proxy: ChildProcess | undefined;
let output = '';
let messages: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'proxies-'));
  // The proxies give up being root.
  chmodSync(folder, 0o755);
  trackers = [];
  output = '';
  messages = [];
});

afterEach(async () => {
  if (proxy?.exitCode === null) {
    proxy.kill('SIGTERM');
    await once(proxy, 'close');
  }
  await Promise.all(trackers.map((tracker) => tracker.close()));
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until it is true, or the proxy is gone. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) {
    if (proxy?.exitCode !== null) throw new Error(`the proxy ended: ${output}`);
    await sleep(POLL_MS);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}

async function startTracker({ proxy: options, isUnix }: Setup, name: string): Promise<string> {
  const tracker = createTracker({ proxy: options, logger: { log: (_level, message) => messages.push(message) } });
  trackers.push(tracker);
  if (isUnix) {
    const socketPath = path.join(folder, `${name}.sock`);
    await tracker.listen({ path: socketPath, mode: 0o666 });
    return `unix@${socketPath}`;
  }
  const { port } = await tracker.listen({ host: '127.0.0.1', port: 0 });
  return `127.0.0.1:${port}`;
}

/** Writes the configuration as it ships, with other places. */
function writeConfig(setup: Setup, port: number, [one, two]: readonly [string, string]): string {
  const { cert, key } = selfSigned('tracker');
  const pem = path.join(folder, 'tracker.pem');
  writeFileSync(pem, cert + key);
  let config = readFileSync(path.join(DEPLOY, setup.file), 'utf8');
  const replace = (from: string | RegExp, to: string) => {
    const changed = config.replace(from, to);
    if (changed === config) throw new Error(`${setup.file} has no ${String(from)}`);
    config = changed;
  };
  replace(/(?<=^ *server .*)127\.0\.0\.1:8001/m, one);
  replace(/(?<=^ *server .*)127\.0\.0\.1:8002/m, two);
  if (setup.file === 'nginx.conf') {
    replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
    replace(/listen \[::\]:443 ssl;/, '');
    replace('/etc/nginx/tracker.pem', pem);
    replace('/etc/nginx/tracker.key', pem);
    replace('/run/nginx.pid', path.join(folder, 'nginx.pid'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/t;`,
    );
    replace('http {', `http {\n${temporary.join('\n')}`);
    replace('worker_rlimit_nofile 262144;', '');
    replace('worker_connections 131072', 'worker_connections 100');
    replace('worker_processes auto', 'worker_processes 1');
    replace('client_header_timeout 10s', 'client_header_timeout 1s');
    replace('keepalive_timeout 5s', 'keepalive_timeout 1s');
    if (process.getuid?.() !== 0) replace('user www-data;', '');
  } else {
    replace('bind :443,[::]:443 v6only', `bind 127.0.0.1:${port}`);
    replace('/etc/haproxy/tracker.pem', pem);
    replace('maxconn 100000', 'maxconn 100');
    if (setup.file === 'haproxy.cfg') {
      for (const name of ['client', 'server']) replace(`timeout ${name} 30s`, `timeout ${name} 1s`);
    }
    if (process.getuid?.() !== 0) replace(/^ *(user|group) haproxy\n/gm, '');
  }
  const file = path.join(folder, setup.file);
  writeFileSync(file, config);
  return file;
}

describe.each(SETUPS)('%s', (_name, setup) => {
  test('[TRK-175] viewers get through with their addresses, stay while they are silent, and are moved by a drain', async () => {
    const { error } = spawnSync(setup.binary, ['-v']);
    if (error) throw new Error(`${setup.binary} is missing: npm run setup installs it (on Debian as root)`);
    const addresses = watchAddresses();
    const port = await freePort();
    const places = [await startTracker(setup, 'one'), await startTracker(setup, 'two')] as const;
    const file = writeConfig(setup, port, places);
    proxy = spawn(setup.binary, setup.args(file, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [proxy.stdout, proxy.stderr])
      stream?.on('data', (text: Buffer) => (output += text.toString()));
    await until(() => isListening(port));

    const open = () =>
      TestSocket.open(`wss://127.0.0.1:${port}`, {
        rejectUnauthorized: false,
        localAddress: CLIENT,
        // What a client says of itself is not believed.
        headers: { 'x-forwarded-for': '192.0.2.66' },
      });
    const clients = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const client = await open();
      expect(await client.ask(announce(name))).toHaveProperty('interval');
      clients.push(client);
    }
    expect(addresses).toEqual(Array(4).fill(CLIENT));
    const [one, two] = trackers as [Tracker, Tracker];
    expect([one.stats().connections, two.stats().connections]).toEqual([2, 2]);

    await sleep(IDLE_MS);
    for (const [index, client] of clients.entries()) {
      expect(await client.ask(announce('abcd'.charAt(index)))).toHaveProperty('interval');
    }

    const closes = clients.map(async ({ socket }) => (await once(socket, 'close')) as [number, Buffer]);
    await one.drain({ readyGraceSeconds: 0, seconds: 0 });
    const [code, reason] = await Promise.race(closes);
    expect([code, String(reason)]).toEqual([1012, expect.stringMatching(/^retry-after-ms=\d+$/)]);
    const again = await Promise.all([open(), open()]);
    for (const client of again) expect(await client.ask(announce('e'))).toBeDefined();
    await until(() => two.stats().connections === 4);
    for (const { socket } of [...clients, ...again]) socket.terminate();
    await until(() => two.stats().connections === 0);
    // Not even a health check was refused.
    expect(messages).toEqual(['draining']);
  });
});
