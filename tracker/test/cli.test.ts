import { parseCliOptions } from '../src/cli-options';
import { announce } from './support/messages';
import { TestSocket } from './support/test-socket';
import { BuiltCli } from './support/tracker-process';

describe('parseCliOptions', () => {
  test('[TRK-61] with nothing it runs with the defaults', () => {
    expect(parseCliOptions([])).toEqual({ type: 'run', host: undefined, port: 8000, intervalSeconds: 120 });
  });

  test('[TRK-61] all flags, in both spellings', () => {
    expect(parseCliOptions(['--host', '::1', '--port=0', '--interval', '20'])).toEqual({
      type: 'run',
      host: '::1',
      port: 0,
      intervalSeconds: 20,
    });
  });

  test.each([
    [['--prot', '1'], '--prot'],
    [['-p', '1'], '-p'],
    [['8000'], '8000'],
    [['--port'], '--port'],
    [['--port', '-1'], '--port'],
    [['--port='], '--port must be a whole number from 0 to 65535, not ""'],
    [['--port', '65536'], '--port'],
    [['--port', '80.5'], '--port'],
    [['--port', '0x50'], '--port'],
    [['--port', '99999999999999999999'], '--port'],
    [['--interval', '0'], '--interval must be a whole number from 1 to 86400 seconds, not "0"'],
    [['--interval', '2m'], '--interval'],
    [['--host='], '--host'],
    [['--help=yes'], '--help'],
  ])('[TRK-61] %j is refused in one line that names it', (args, name) => {
    const command = parseCliOptions(args);
    expect(command).toEqual({ type: 'invalid', problem: expect.stringContaining(name) });
    expect(command).toHaveProperty('problem', expect.not.stringContaining('\n'));
  });
});

describe('p2p-media-tracker', () => {
  let cli: BuiltCli;

  beforeAll(() => {
    cli = new BuiltCli();
  });

  afterAll(() => {
    cli.remove();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '[TRK-60] [TRK-63] it says where it listens, serves, and ends by %s',
    async (signal) => {
      const tracker = cli.start('--host', '127.0.0.1', '--port', '0', '--interval', '50');
      const url = await tracker.url();
      const client = await TestSocket.open(url);
      const { interval } = await client.ask(announce('a'));
      expect(Math.abs(Number(interval) - 50)).toBeLessThanOrEqual(5);
      expect(await tracker.kill(signal)).toBe(0);
      expect(await client.closed).toBe(1001);
      expect(tracker.stdout).toMatch(/^listening on ws:\/\/127\.0\.0\.1:\d+\n$/);
      expect(tracker.stderr).toBe('');
    },
  );

  test('[TRK-61] a wrong command line is one line on stderr and exit code 2', async () => {
    const tracker = cli.start('--port', 'http');
    expect(await tracker.ended).toBe(2);
    expect(tracker.stdout).toBe('');
    expect(tracker.stderr).toBe(
      'p2p-media-tracker: --port must be a whole number from 0 to 65535, not "http" (see --help)\n',
    );
  });

  test('[TRK-62] a port that is taken is one line on stderr and exit code 1', async () => {
    const first = cli.start('--host', '127.0.0.1', '--port', '0');
    const { port } = new URL(await first.url());
    const second = cli.start('--host', '127.0.0.1', '--port', port);
    expect(await second.ended).toBe(1);
    expect(second.stdout).toBe('');
    expect(second.stderr).toBe(
      `p2p-media-tracker: port ${port} of 127.0.0.1 is already in use; choose another with --port\n`,
    );
    await first.kill('SIGTERM');
  });

  test('[TRK-60] --help and --version', async () => {
    const [help, version] = [cli.start('--help'), cli.start('--version')];
    expect(await Promise.all([help.ended, version.ended])).toEqual([0, 0]);
    for (const flag of ['--host', '--port', '--interval']) expect(help.stdout).toContain(flag);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
