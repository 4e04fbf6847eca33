import { setTimeout as sleep } from 'node:timers/promises';
import { announce, HASH, id, offers } from '../support/messages';
import { TestSocket } from '../support/test-socket';
import { BuiltCli, type TrackerProcess } from '../support/tracker-process';

const CLIENTS = 24;

let cli: BuiltCli;

beforeAll(() => {
  cli = new BuiltCli();
});

afterAll(() => {
  cli.remove();
});

/** Figures that `/stats.json` gives; it must not matter which worker is asked. */
async function statsOf(url: string): Promise<Record<string, number>> {
  const response = await fetch(`${url.replace('ws:', 'http:')}/stats.json`);
  return (await response.json()) as Record<string, number>;
}

async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(50);
  }
}

async function withWorkers(workers: number, use: (tracker: TrackerProcess, url: string) => Promise<void>) {
  const tracker = cli.start(
    ...['--host', '127.0.0.1', '--port', '0', '--workers', `${workers}`],
    ...['--drain-seconds', '1', '--ready-grace-seconds', '0', '--log-format', 'json'],
  );
  try {
    await use(tracker, await tracker.url());
  } finally {
    await tracker.kill('SIGINT');
  }
}

const join = async (url: string, name: string) => {
  const client = await TestSocket.open(url);
  await client.ask(announce(name, { info_hash: name.padEnd(20, '.') }));
  return client;
};

const joinMany = (url: string, prefix: string) =>
  Promise.all(Array.from({ length: CLIENTS }, (_, index) => join(url, `${prefix}${index}`)));

/** Pids of workers, as the log tells of their death. */
const deathsIn = (log: string) =>
  log.split('\n').flatMap((line) => (line.includes('a worker ended') ? [JSON.parse(line) as object] : []));

describe('p2p-media-tracker --workers', () => {
  test('[TRK-230] [TRK-233] shares one port, says so once, and whichever worker is asked answers for all', async () => {
    await withWorkers(3, async (tracker, url) => {
      await joinMany(url, 'viewer');
      for (let count = 0; count < 6; count += 1) {
        expect(await statsOf(url)).toMatchObject({ connections: CLIENTS, peers: CLIENTS, swarms: CLIENTS });
      }
      const metrics = await (await fetch(`${url.replace('ws:', 'http:')}/metrics`)).text();
      expect(metrics).toContain(`p2p_tracker_peers ${CLIENTS}\n`);
      expect(tracker.stdout).toMatch(/^listening on ws:\/\/127\.0\.0\.1:\d+\n$/);
    });
  });

  test('[TRK-237] viewers of one swarm meet, whichever workers they are on', async () => {
    await withWorkers(3, async (_tracker, url) => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      const clients = await Promise.all(names.map(() => TestSocket.open(url)));
      const scrape = { action: 'scrape', info_hash: HASH };
      const counts = async () => {
        const { files } = (await clients[0]!.ask(scrape)) as { files: Record<string, { incomplete: number }> };
        return files[HASH]?.incomplete;
      };
      for (const [index, client] of clients.entries()) await client.ask(announce(names[index]!));
      await until('all of them to count', async () => (await counts()) === names.length);
      clients[0]!.send(announce('a', { offers: offers(5) }));
      for (const client of clients.slice(1)) expect(await client.next()).toMatchObject({ peer_id: id('a') });
    });
  });

  test('[TRK-231] [TRK-232] a worker that is killed takes no other along, and is replaced', async () => {
    await withWorkers(3, async (tracker, url) => {
      const clients = await joinMany(url, 'viewer');
      let lostCount = 0;
      for (const client of clients) void client.closed.then(() => (lostCount += 1));
      const workers = tracker.childPids();
      expect(workers).toHaveLength(3);
      process.kill(workers[0]!, 'SIGKILL');
      await until('its replacement', () => tracker.childPids().filter((pid) => !workers.includes(pid)).length === 1);
      await until('the figures of the others', async () => (await statsOf(url))['connections'] === CLIENTS - lostCount);
      expect(lostCount).toBeGreaterThan(0);
      expect(lostCount).toBeLessThan(CLIENTS);
      // Those that are left, and newcomers, are served.
      await joinMany(url, 'newcomer');
      expect((await statsOf(url))['connections']).toBe(2 * CLIENTS - lostCount);
      expect(deathsIn(tracker.stderr)).toMatchObject([{ message: 'a worker ended' }]);
    });
  });

  test('[TRK-234] a rolling restart replaces all, and at no moment is anybody refused', async () => {
    await withWorkers(2, async (tracker, url) => {
      const before = tracker.childPids();
      const clients = await joinMany(url, 'viewer');
      const codes = Promise.all(clients.map(({ closed }) => closed));
      tracker.signal('SIGUSR2');
      let refusedCount = 0;
      let isOver = false;
      void codes.then(() => (isOver = true));
      for (let count = 0; !isOver; count += 1) {
        await join(url, `newcomer${count}`).catch(() => (refusedCount += 1));
        await sleep(20);
      }
      expect(refusedCount).toBe(0);
      expect(new Set(await codes)).toEqual(new Set([1012]));
      await until('the end of the restart', () => tracker.stderr.includes('the workers have been restarted'));
      const after = tracker.childPids();
      expect(after).toHaveLength(2);
      expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    });
  });

  test('[TRK-235] SIGTERM drains all of them, also when it reaches the workers too', async () => {
    await withWorkers(2, async (tracker, url) => {
      const clients = await joinMany(url, 'viewer');
      for (const pid of tracker.childPids()) process.kill(pid, 'SIGTERM');
      expect(await tracker.kill('SIGTERM')).toBe(0);
      expect(new Set(await Promise.all(clients.map(({ closed }) => closed)))).toEqual(new Set([1012]));
    });
  });

  test('[TRK-235] workers do not outlive a supervisor that is killed', async () => {
    await withWorkers(2, async (tracker) => {
      const workers = tracker.childPids();
      await tracker.kill('SIGKILL');
      await until('the end of the workers', () => workers.every((pid) => !isAlive(pid)));
    });
  });

  test('[TRK-236] a port that is taken is one problem, not one per worker, and exit code 1', async () => {
    await withWorkers(2, async (_tracker, url) => {
      const { port } = new URL(url);
      const second = cli.start('--host', '127.0.0.1', '--port', port, '--workers', '3', '--log-level', 'error');
      expect(await second.ended).toBe(1);
      expect(second.stdout).toBe('');
      expect(second.stderr.match(/is already in use/g)).toHaveLength(1);
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
