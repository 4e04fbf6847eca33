// What only real servers do: ask for passwords, and stand still.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bus } from '../../../src/adapters/bus/bus';
import { createBusDriver } from '../../../src/adapters/bus/bus-url';
import { freePort, ServerProcess } from '../../support/bus-servers';
import { until } from '../../support/until';

const SECRET = 'open-sesame';

/** May listen, and say nothing. */
const MUTE = `mute:${SECRET}@`;

interface Case {
  readonly scheme: 'nats' | 'redis';
  readonly command: string;
  readonly args: (port: number, folder: string) => string[];
}

const CASES: readonly Case[] = [
  {
    scheme: 'nats',
    command: 'nats-server',
    args: (_, folder) => ['-c', path.join(folder, 'nats.conf')],
  },
  {
    scheme: 'redis',
    command: 'redis-server',
    args: (port) => [
      ...['--bind', '127.0.0.1', '--port', `${port}`, '--save', ''],
      ...['--user', 'tracker', 'on', `>${SECRET}`, '~*', '&*', '+@all', '--user', 'default', 'off'],
      ...['--user', 'mute', 'on', `>${SECRET}`, '~*', '&*', '+@all', '-publish'],
    ],
  },
];

describe.each(CASES)('$scheme', ({ scheme, command, args }) => {
  let server: ServerProcess;
  let port: number;
  let folder: string;
  let buses: Bus[];
  let problems: string[];
  let received: string[];

  beforeEach(async () => {
    port = await freePort();
    folder = mkdtempSync(path.join(tmpdir(), 'p2p-bus-'));
    writeFileSync(
      path.join(folder, 'nats.conf'),
      `listen: "127.0.0.1:${port}"
      authorization: { users: [
        { user: tracker, password: ${SECRET} },
        { user: mute, password: ${SECRET}, permissions: { publish: { deny: ">" } } }
      ] }`,
    );
    server = new ServerProcess(`${scheme}://127.0.0.1:${port}`, port, command, args(port, folder));
    await server.start();
    buses = [];
    problems = [];
    received = [];
  });

  afterEach(async () => {
    server.thaw();
    await Promise.all(buses.map((bus) => bus.close()));
    await server.end();
    rmSync(folder, { recursive: true });
  });

  function open(nodeId: string, credentials: string): Bus {
    const bus = createBusDriver(`${scheme}://${credentials}127.0.0.1:${port}`)(nodeId, {
      message: (_, bytes) => received.push(bytes.toString()),
      state: (_, problem) => problems.push(problem ?? ''),
    });
    buses.push(bus);
    return bus;
  }

  test('[TRK-125] credentials of the URL are used, wrong ones are told, and none is repeated', async () => {
    const wrong = open('wrong', 'tracker:not-the-secret@');
    const missing = open('missing', '');
    await until('both know', () => problems.length >= 2);
    expect([wrong.isUp, missing.isUp]).toEqual([false, false]);
    const right = open('right', `tracker:${SECRET}@`);
    await until('up', () => right.isUp);
    const told = problems.join(' ');
    expect(told).toMatch(/auth|password/i);
    expect(told).not.toMatch(/secret|sesame/);
  });

  test('[TRK-121] a server that refuses what is sent is down, and the reason is told', async () => {
    const mute = open('mute', MUTE);
    await until('up', () => mute.isUp);
    mute.broadcast(Buffer.from('hello'));
    await until('told', () => problems.some((problem) => /permission/i.test(problem)));
  });

  test('[TRK-121] a server that stands still is down, however open its sockets are, and up when it goes on', async () => {
    const [ann, bob] = [open('ann', `tracker:${SECRET}@`), open('bob', `tracker:${SECRET}@`)];
    await until('up', () => ann.isUp && bob.isUp);
    server.freeze();
    ann.send('bob', Buffer.from('on the way'));
    await until('down', () => !ann.isUp && !bob.isUp);
    expect(new Set(problems)).toEqual(new Set(['', 'the server does not answer']));
    // Neither does one that comes now wait for ever.
    const cid = open('cid', `tracker:${SECRET}@`);
    const toldBefore = problems.length;
    await until('cid knows', () => problems.length > toldBefore);
    expect([problems.at(-1), cid.isUp]).toEqual(['the server does not answer', false]);
    // And one that is closed meanwhile does not keep anybody waiting.
    const dan = open('dan', `tracker:${SECRET}@`);
    const closingAt = performance.now();
    await dan.close();
    expect(performance.now() - closingAt).toBeLessThan(2000);
    server.thaw();
    await until('up again', () => ann.isUp && bob.isUp && cid.isUp);
    ann.send('bob', Buffer.from('hello'));
    await until('bob has it', () => received.includes('hello'));
  }, 30_000);
});
