import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accessOptionsOf } from '../../src/config/access-settings';
import { loadConfig } from '../../src/config/load-config';
import { mintToken } from '../../src/token';
import { infoHashOf } from '../../src/access/info-hash';
import { eventually } from '../support/eventually';
import { announce } from '../support/messages';
import { TestSocket } from '../support/test-socket';
import { BuiltCli } from '../support/tracker-process';

const SECRET = 'a-secret-of-at-least-thirty-two-bytes';

let folder: string;
const file = (name: string, text?: string) => {
  const where = path.join(folder, name);
  if (text !== undefined) writeFileSync(where, text);
  return where;
};
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'flags-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const settingsOf = (args: readonly string[], environment: Record<string, string> = {}) => {
  const loaded = loadConfig({ args, environment, readFile: () => '{}' });
  if (loaded.type === 'invalid') throw new Error(loaded.problems.join());
  return loaded.settings;
};

describe('settings of access', () => {
  test('[TRK-220] stand for options; the keys come from a file, or else the environment', () => {
    const args = [
      '--origins-allow',
      'https://a.b,https://c.d',
      '--info-hashes-deny-file',
      'deny',
      '--no-tokens-is-required',
    ];
    const environment = { P2P_TRACKER_TOKENS_KEYS: `e1 ${SECRET};e2 ${SECRET}` };
    const options = accessOptionsOf(
      settingsOf([...args, '--tokens-key-file', file('keys', `k ${SECRET}\n`)], environment),
    );
    expect(options).toMatchObject({
      tokens: { keys: [{ id: 'k', secret: SECRET }], isRequired: false },
      origins: { allow: ['https://a.b', 'https://c.d'], deny: [] },
      infoHashes: { denyFile: 'deny' },
    });
    const { tokens } = accessOptionsOf(settingsOf([], environment));
    expect([tokens?.keys.map(({ id }) => id), tokens?.isRequired]).toEqual([['e1', 'e2'], true]);
    expect(accessOptionsOf(settingsOf([])).tokens).toBeUndefined();
  });

  test('[TRK-220] a secret has no flag', () => {
    expect(() => settingsOf(['--tokens-keys', `k ${SECRET}`])).toThrow('--tokens-keys');
  });
});

describe('p2p-media-tracker with access settings', () => {
  let cli: BuiltCli;
  beforeAll(() => (cli = new BuiltCli()));
  afterAll(() => cli.remove());

  test('[TRK-220] serves those with a token, and reads its lists again by SIGHUP', async () => {
    const [keys, denied] = [file('keys', `k ${SECRET}\n`), file('denied', '# none\n')];
    const tracker = cli.start(
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--tokens-key-file',
      keys,
      '--info-hashes-deny-file',
      denied,
    );
    const client = await TestSocket.open(await tracker.url());
    const token = mintToken({ swarmId: 'stream', expiresInSeconds: 60 }, { id: 'k', secret: SECRET });
    const message = announce('a', { info_hash: infoHashOf('stream') });
    expect(await client.ask(message)).toMatchObject({ 'failure reason': 'token required' });
    expect(await client.ask({ ...message, token })).toMatchObject({ incomplete: 1 });

    file('denied', 'not\0a list\n');
    process.kill(tracker.pid, 'SIGHUP');
    await eventually(() => tracker.stderr.includes('line 1'));
    expect(tracker.stderr).toContain(`list ${denied}: line 1 is neither an info hash nor a swarm id`);
    file('denied', 'stream\n');
    process.kill(tracker.pid, 'SIGHUP');
    await eventually(() => tracker.stderr.includes('lists read again'));
    expect(await client.ask({ ...message, peer_id: announce('b').peer_id, token })).toMatchObject({
      'failure reason': 'this swarm is not served here',
    });
    expect(await tracker.kill('SIGINT')).toBe(0);
    expect(tracker.stdout + tracker.stderr).not.toContain(SECRET);
  });

  test.each([
    [['--tokens-key-file', '/nonexistent'], '/nonexistent'],
    [['--origins-allow', 'example.org'], 'origins.allow[0]'],
    [['--info-hashes-allow-file', '/nonexistent'], 'list /nonexistent'],
  ])('[TRK-220] %j is one line on stderr and exit code 2', async (args, problem) => {
    const tracker = cli.start('--port', '0', ...args);
    expect(await tracker.ended).toBe(2);
    expect(tracker.stderr).toContain(problem);
    expect(tracker.stderr.trim()).not.toContain('\n');
  });
});
