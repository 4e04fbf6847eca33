// Several tracker processes on one bus, and what may happen to them: the commands as they ship, real servers
// of the bus, real sockets, and no sleeping: each step waits for what it needs, with a limit.

import { createBusServer, type BusServer } from '../support/bus-servers';
import { Crowd } from '../support/crowd';
import { until } from '../support/until';
import { StockClient } from '../support/client-process';
import { BuiltCli, type TrackerProcess } from '../support/tracker-process';

const DRILL_LIMIT_MS = 40_000;

/** Milliseconds after which all nodes count right again, whatever happened. */
const COUNTS_LIMIT_MS = 15_000;

const INFO_HASH = '00ff80e9'.repeat(5);
const PEER_IDS = ['0a'.repeat(20), 'fe'.repeat(20)];

interface Statistics {
  readonly peers: number;
  readonly internalErrors: number;
  readonly bus: { readonly isUp: boolean };
  readonly cluster: { readonly nodes: number };
}

export function describeDrills(kind: 'nats' | 'redis'): void {
  describe(`trackers on one bus: ${kind}`, () => {
    let cli: BuiltCli;
    let server: BusServer;
    let trackers: TrackerProcess[];
    let urls: string[];
    let crowds: Crowd[];

    beforeAll(() => (cli = new BuiltCli()), DRILL_LIMIT_MS);
    afterAll(() => cli.remove());

    beforeEach(async () => {
      trackers = [];
      crowds = [];
      server = await createBusServer(kind);
      await server.start();
    });

    afterEach(async () => {
      for (const crowd of crowds) crowd.end();
      await Promise.all(trackers.map((tracker) => tracker.kill('SIGKILL')));
      await server.end();
    });

    async function startTrackers(count: number): Promise<void> {
      // Its crowds announce every second, to see changes as they come.
      const rates = ['message-burst', 'messages-per-second', 'announce-burst'].map((name) => `--rates-${name}=1000000`);
      const args = ['--host', '127.0.0.1', '--port', '0', '--bus', server.url ?? '', ...rates];
      trackers = Array.from({ length: count }, (_, index) => cli.start(...args, '--node-id', `node-${index}`));
      urls = await Promise.all(trackers.map((tracker) => tracker.url()));
      await until('all nodes know each other', async () =>
        (await statistics()).every(({ cluster }) => cluster.nodes === count - 1),
      );
    }

    function crowd(
      ...args: ConstructorParameters<typeof Crowd> extends [unknown, ...infer Rest] ? Rest : never
    ): Crowd {
      const made = new Crowd(urls, ...args);
      crowds.push(made);
      return made;
    }

    async function statistics(): Promise<Statistics[]> {
      const living = urls.filter((_, index) => trackers[index]?.isAlive);
      return Promise.all(
        living.map(async (url) => {
          const response = await fetch(`${url.replace('ws:', 'http:')}/stats.json`);
          return (await response.json()) as Statistics;
        }),
      );
    }

    async function expectNoErrors(): Promise<void> {
      const internalErrors = (await statistics()).map((each) => each.internalErrors);
      expect(internalErrors).toEqual(internalErrors.map(() => 0));
      for (const { stderr } of trackers) expect(stderr).not.toContain('internal error');
    }

    test(
      '[TRK-130] two stock clients on two trackers open a data channel to each other',
      async () => {
        await startTrackers(2);
        const clients = urls.map((url, index) => new StockClient(url, INFO_HASH, PEER_IDS[index] ?? ''));
        try {
          for (const client of clients) await client.next('ready');
          for (const client of clients) client.order('start');
          for (const client of clients) client.order('insist');
          await Promise.all(clients.map((client, index) => client.next('connect', { peerId: PEER_IDS[1 - index] })));
        } finally {
          await Promise.all(clients.map((client) => client.end()));
        }
        await expectNoErrors();
      },
      DRILL_LIMIT_MS,
    );

    test(
      '[TRK-130] six viewers of a small swarm on three trackers all meet each other',
      async () => {
        await startTrackers(3);
        const small = crowd('small', 6);
        small.keepAnnouncing(10);
        await until('all count six', () => small.countsAre(6), COUNTS_LIMIT_MS);
        await until('each has met the five others', () => small.viewers.every(({ met }) => met.size === 5));
        await expectNoErrors();
      },
      DRILL_LIMIT_MS,
    );

    test(
      '[TRK-130] 240 viewers of one swarm on three trackers are one mesh',
      async () => {
        await startTrackers(3);
        const large = crowd('large', 240);
        await until('all are connected', () => large.areAllConnected);
        large.keepAnnouncing(240);
        await until('all count 240', () => large.countsAre(240), COUNTS_LIMIT_MS);
        large.forgetLinks();
        await until('one mesh', () => large.groupCount === 1);
        await expectNoErrors();
      },
      DRILL_LIMIT_MS,
    );

    test(
      '[TRK-131] the bus is killed under load: local swarms go on; it comes back: counts and meshes are whole',
      async () => {
        await startTrackers(2);
        const swarm = crowd('swarm', 80);
        swarm.keepAnnouncing(200);
        await until('all count 80', () => swarm.countsAre(80), COUNTS_LIMIT_MS);
        await server.kill();
        await until('both know', async () => (await statistics()).every(({ bus }) => !bus.isUp));
        // Who comes now is served at once, and meets whoever is on the same tracker.
        const late = crowd('late', 6, { only: 1 });
        late.keepAnnouncing(20);
        await until('the late have met each other', () => late.viewers.every(({ met }) => met.size === 5));
        swarm.forgetLinks();
        await until('links go on, on each tracker alone', () => swarm.groupCount === 2);
        await until('counts are local', () => swarm.countsAre(40), COUNTS_LIMIT_MS);
        expect(swarm.areAllConnected).toBe(true);
        await server.start();
        await until('all count 80 again', () => swarm.countsAre(80), COUNTS_LIMIT_MS);
        await until('one mesh again', () => swarm.groupCount === 1);
        await expectNoErrors();
        for (const { stderr } of trackers) {
          // That it cannot be reached any more is another problem than that it went away, and may be told as well.
          expect(stderr.replaceAll('\n', ' ')).toMatch(/bus is up.*bus is down.*bus is up/);
        }
      },
      DRILL_LIMIT_MS,
    );

    test(
      '[TRK-132] a tracker is killed under load: its viewers join the other, and counts are right within 15 s',
      async () => {
        await startTrackers(2);
        const swarm = crowd('swarm', 80);
        swarm.keepAnnouncing(200);
        await until('all count 80', () => swarm.countsAre(80), COUNTS_LIMIT_MS);
        const killedAt = performance.now();
        await trackers[0]?.kill('SIGKILL');
        await until(
          'all are on the other',
          () => swarm.areAllConnected && swarm.viewers.every(({ tracker }) => tracker === 1),
        );
        await until('all count 80 again', () => swarm.countsAre(80), COUNTS_LIMIT_MS);
        expect(performance.now() - killedAt).toBeLessThan(COUNTS_LIMIT_MS);
        swarm.forgetLinks();
        await until('one mesh', () => swarm.groupCount === 1);
        const [left] = await statistics();
        expect(left).toMatchObject({ peers: 80, cluster: { nodes: 0 } });
        await expectNoErrors();
      },
      DRILL_LIMIT_MS,
    );

    test(
      '[TRK-133] a tracker that is closed says goodbye, and its peers are not counted any longer',
      async () => {
        await startTrackers(2);
        const swarm = crowd('swarm', 4);
        swarm.keepAnnouncing(10);
        await until('all count 4', () => swarm.countsAre(4), COUNTS_LIMIT_MS);
        expect(await trackers[0]?.kill('SIGTERM')).toBe(0);
        const [left] = await statistics();
        expect(left?.cluster.nodes).toBe(0);
      },
      DRILL_LIMIT_MS,
    );
  });
}
