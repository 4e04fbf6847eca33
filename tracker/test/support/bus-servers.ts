// Servers of the buses, each in a process or object of its own that a test may kill and bring back.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BusDriver } from '../../src/adapters/bus/bus';
import { createBusDriver } from '../../src/adapters/bus/bus-url';
import { BusHub } from '../../src/adapters/bus/hub';
import { MemoryBus } from '../../src/adapters/bus/memory-bus';
import { until } from './until';

export interface BusServer {
  /** For the command line; none when the bus has no URL. */
  readonly url: string | undefined;
  readonly driver: BusDriver;
  start(): Promise<void>;
  /** Dies without a word. */
  kill(): Promise<void>;
  /** For good; removes what it left behind. */
  end(): Promise<void>;
}

export type BusKind = 'memory' | 'hub' | 'nats' | 'redis';

export async function createBusServer(kind: BusKind): Promise<BusServer> {
  if (kind === 'memory') return createMemoryServer();
  if (kind === 'hub') return createHubServer();
  return kind === 'nats' ? createNatsServer() : createRedisServer();
}

function createMemoryServer(): BusServer {
  const bus = new MemoryBus();
  bus.stop();
  return {
    url: undefined,
    driver: bus.driver,
    start: async () => bus.start(),
    kill: async () => bus.stop(),
    end: async () => bus.stop(),
  };
}

function createHubServer(): BusServer {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2p-hub-'));
  const socketPath = path.join(folder, 'bus.sock');
  const url = `unix://${socketPath}`;
  let hub: BusHub | undefined;
  const kill = async (): Promise<void> => {
    await hub?.close();
    hub = undefined;
  };
  return {
    url,
    driver: createBusDriver(url),
    start: async () => {
      hub = await BusHub.listen(socketPath);
    },
    kill,
    end: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createNatsServer(): Promise<BusServer> {
  const port = await freePort();
  return new ServerProcess(`nats://127.0.0.1:${port}`, port, 'nats-server', ['-a', '127.0.0.1', '-p', `${port}`]);
}

async function createRedisServer(): Promise<BusServer> {
  const port = await freePort();
  const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no'];
  return new ServerProcess(`redis://127.0.0.1:${port}`, port, 'redis-server', args);
}

export class ServerProcess implements BusServer {
  readonly driver: BusDriver;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'p2p-bus-'));
  #child: ChildProcess | undefined;

  constructor(
    readonly url: string,
    private readonly port: number,
    private readonly command: string,
    private readonly args: readonly string[],
  ) {
    this.driver = createBusDriver(url);
  }

  async start(): Promise<void> {
    // Debian keeps servers where not every user looks for commands.
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
    const child = spawn(this.command, this.args, { cwd: this.#folder, stdio: 'ignore', env });
    this.#child = child;
    let problem: string | undefined;
    child.on('error', () => {
      problem = `${this.command} is not installed: run node scripts/setup.mjs, or install its package`;
    });
    child.on('exit', (code) => (problem ??= `${this.command} ended with ${String(code)}`));
    await until(`${this.command} takes connections`, () => {
      if (problem !== undefined) throw new Error(problem);
      return isListening(this.port);
    });
    problem = '';
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** It is there and does nothing. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
