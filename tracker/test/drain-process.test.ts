import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { announce } from './support/messages';
import { selfSigned } from './support/self-signed';
import { TestSocket } from './support/test-socket';
import { BuiltCli, type TrackerProcess } from './support/tracker-process';

const POLL_MS = 10;

async function status(url: string): Promise<number | undefined> {
  const [response] = (await once(request(url.replace('ws:', 'http:')).end(), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** The lines on stderr, JSON each. */
function logOf(tracker: TrackerProcess): { level: string; message: string; context: Record<string, unknown> }[] {
  const lines = tracker.stderr.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as ReturnType<typeof logOf>[number]);
}

/** Waits until it is true; a test that waits in vain ends by Jest's time limit. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(POLL_MS);
}

describe('p2p-media-tracker that drains', () => {
  let cli: BuiltCli;

  beforeAll(() => {
    cli = new BuiltCli();
  });

  afterAll(() => {
    cli.remove();
  });

  const start = (...args: string[]) =>
    cli.start('--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', '--log-format', 'json', ...args);

  /** Its two URLs: for viewers, and for the operator. */
  async function urlsOf(tracker: TrackerProcess): Promise<[string, string]> {
    await until(() => tracker.stdout.includes('admin on'));
    const [, viewers = '', admin = ''] = /^listening on (\S+)\nadmin on (\S+)\n$/.exec(tracker.stdout) ?? [];
    return [viewers, admin];
  }

  test('[TRK-160] [TRK-161] [TRK-162] [TRK-172] by SIGTERM it sends everybody away over a time, then exits with 0', async () => {
    const tracker = start('--ready-grace-seconds', '3', '--drain-seconds', '2', '--log-level', 'debug');
    const [url, admin] = await urlsOf(tracker);
    const clients = await Promise.all(Array.from({ length: 20 }, () => TestSocket.open(url)));
    expect(await status(`${admin}/ready`)).toBe(200);
    const closes = clients.map(async ({ socket }) => {
      const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
      return { code, reason: String(reason), at: performance.now() };
    });
    tracker.signal('SIGTERM');
    await until(async () => (await status(`${admin}/ready`)) === 503);
    // During the grace newcomers are served, by whoever has not noticed yet.
    expect(await status(`${url}/ready`)).toBe(503);
    const late = await TestSocket.open(url);
    expect(await late.ask(announce('late'))).toHaveProperty('interval');
    await until(() =>
      TestSocket.open(url).then(
        ({ socket }) => (socket.terminate(), false),
        () => true,
      ),
    );
    expect(await status(`${admin}/health`)).toBe(200);
    const ends = await Promise.all(closes);
    expect(await late.closed).toBe(1012);
    for (const { code, reason } of ends) {
      expect(code).toBe(1012);
      expect(reason).toMatch(/^retry-after-ms=\d+$/);
    }
    const times = ends.map(({ at }) => at).sort((a, b) => a - b);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(500);
    expect(await tracker.ended).toBe(0);
    expect(logOf(tracker)[0]).toMatchObject({ level: 'info', message: 'draining', context: { seconds: 2 } });
    for (const secret of ['127.0.0.1', announce('late').peer_id, announce('late').info_hash]) {
      expect(tracker.stderr).not.toContain(secret);
    }
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('[TRK-162] a second signal, %s, ends it at once', async (second) => {
    const tracker = start('--ready-grace-seconds', '600', '--drain-seconds', '3600');
    const [url, admin] = await urlsOf(tracker);
    const client = await TestSocket.open(url);
    tracker.signal('SIGTERM');
    await until(async () => (await status(`${admin}/ready`)) === 503);
    expect(await tracker.kill(second)).toBe(0);
    expect(await client.closed).toBe(1001);
  });

  test('[TRK-146] by SIGHUP it takes over what it can, says what it cannot, and survives a mistake', async () => {
    const { cert, key } = selfSigned('tracker');
    const tls = { certFile: cli.file('cert.pem', cert), keyFile: cli.file('key.pem', key) };
    const write = (settings: object) => cli.file('reload.json', JSON.stringify(settings));
    const file = write({ listen: ['127.0.0.1:0'], adminListen: ['127.0.0.1:0'], log: { format: 'json' }, tls });
    const tracker = cli.start('--config', file);
    const [, admin] = await urlsOf(tracker);
    const messages = () => logOf(tracker).map(({ message }) => message);
    write({ listen: ['127.0.0.1:0'], adminListen: [], log: { format: 'json', level: 'info' }, drainSeconds: 0, tls });
    tracker.signal('SIGHUP');
    await until(() => messages().includes('settings read again'));
    expect(logOf(tracker)).toMatchObject([
      { level: 'warn', message: 'this setting needs a restart', context: { setting: 'adminListen' } },
      { message: 'TLS certificate read' },
      { message: 'settings read again', context: { changed: 1 } },
    ]);
    write({ prot: 1 });
    tracker.signal('SIGHUP');
    await until(() => messages().includes('settings not read again'));
    expect(await status(`${admin}/ready`)).toBe(200);
    write({ log: { format: 'json', level: 'error' }, tls });
    tracker.signal('SIGHUP');
    await tracker.kill('SIGINT');
  });
});
