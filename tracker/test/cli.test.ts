import { announce } from './support/messages';
import { TestSocket } from './support/test-socket';
import { BuiltCli } from './support/tracker-process';

describe('p2p-media-tracker', () => {
  let cli: BuiltCli;

  beforeAll(() => {
    cli = new BuiltCli();
  });

  afterAll(() => {
    cli.remove();
  });

  test('[TRK-60] [TRK-63] it says where it listens, serves, and ends at once by SIGINT', async () => {
    const tracker = cli.start('--host', '127.0.0.1', '--port', '0', '--interval', '50');
    const url = await tracker.url();
    const client = await TestSocket.open(url);
    const { interval } = await client.ask(announce('a'));
    expect(Math.abs(Number(interval) - 50)).toBeLessThanOrEqual(5);
    expect(await tracker.kill('SIGINT')).toBe(0);
    expect(await client.closed).toBe(1001);
    expect(tracker.stdout).toMatch(/^listening on ws:\/\/127\.0\.0\.1:\d+\n$/);
    expect(tracker.stderr).toBe('');
  });

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
    await first.kill('SIGINT');
  });

  test('[TRK-62] [TRK-154] so is a Unix socket that somebody listens on', async () => {
    const address = `unix:${cli.file('placeholder', '')}.sock`;
    const first = cli.start('--listen', address, '--log-format', 'json');
    expect(await first.url()).toBe(`ws+${address}`);
    const second = cli.start('--listen', address);
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(/^p2p-media-tracker: somebody listens on \S+ already, or it is no socket\n$/);
    await first.kill('SIGINT');
  });

  test('[TRK-144] --print-config tells what --config takes, and --check-config what is wrong with it', async () => {
    const printed = cli.start('--print-config', '--log-level', 'debug', '--listen', '127.0.0.1:0');
    expect(await printed.ended).toBe(0);
    const file = cli.file('tracker.json', printed.stdout);
    const again = cli.start('--config', file, '--print-config');
    expect(await again.ended).toBe(0);
    expect(again.stdout).toBe(printed.stdout);
    const fine = cli.start('--config', file, '--check-config');
    expect([await fine.ended, fine.stdout, fine.stderr]).toEqual([0, 'all settings are fine\n', '']);
    const tls = ['--tls-cert-file', file, '--tls-key-file', '/nowhere.pem'];
    const wrong = cli.start('--config', file, '--check-config', ...tls);
    expect([await wrong.ended, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('/nowhere.pem');
    const refused = cli.start('--config', file, ...tls);
    expect(await refused.ended).toBe(2);
  });

  test('[TRK-60] --help and --version', async () => {
    const [help, version] = [cli.start('--help'), cli.start('--version')];
    expect(await Promise.all([help.ended, version.ended])).toEqual([0, 0]);
    for (const flag of ['--host', '--port', '--interval']) expect(help.stdout).toContain(flag);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
