import fc from 'fast-check';
import { helpText, printConfig } from '../../src/config/config-texts';
import { changedSettings, loadConfig, loadSettings, type ConfigInput } from '../../src/config/load-config';
import { environmentName, flagName, text, wholeNumber } from '../../src/config/setting';
import { SETTINGS, type Settings } from '../../src/config/settings';

interface Sources {
  readonly args?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly file?: unknown;
}

function input({ args = [], environment = {}, file }: Sources): ConfigInput {
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  return { args: file === undefined ? args : ['--config', 'a.json', ...args], environment, readFile: () => text };
}

function settingsOf(sources: Sources): Settings {
  const loaded = loadConfig(input(sources));
  if (loaded.type === 'invalid') throw new Error(loaded.problems.join('\n'));
  return loaded.settings;
}

function problemsOf(sources: Sources): readonly string[] {
  const loaded = loadConfig(input(sources));
  return loaded.type === 'invalid' ? loaded.problems : [];
}

describe('loadConfig', () => {
  test('[TRK-140] with nothing it has the defaults', () => {
    expect(settingsOf({})).toMatchObject({
      host: undefined,
      port: 8000,
      listen: [],
      intervalSeconds: 120,
      'limits.maxOffers': 10,
      'log.level': 'info',
    });
  });

  test('[TRK-140] a flag wins over the environment, that over the file, that over the default', () => {
    const file = { port: 1, intervalSeconds: 11, log: { level: 'debug' } };
    const environment = { P2P_TRACKER_PORT: '2', P2P_TRACKER_INTERVAL_SECONDS: '12' };
    const settings = settingsOf({ file, environment, args: ['--port', '3'] });
    expect(settings).toMatchObject({ port: 3, intervalSeconds: 12, 'log.level': 'debug', pingIntervalMs: 45_000 });
  });

  test('[TRK-140] flags in both spellings, lists, switches; the environment; the file', () => {
    const expected = {
      listen: [
        { type: 'tcp', host: '::1', port: 80 },
        { type: 'unix', path: '/run/a.sock' },
      ],
      adminListen: [{ type: 'tcp', host: undefined, port: 9000 }],
      socketMode: 0o666,
      trustedProxies: ['10.0.0.0/8', 'fd00::/8'],
      proxyProtocol: 'v2',
      forwardedFor: false,
      'limits.maxOffers': 5,
    };
    const args = ['--listen', '[::1]:80,unix:/run/a.sock', '--admin-listen', ':9000', '--socket-mode=0666'];
    args.push('--trusted-proxies', '10.0.0.0/8, fd00::/8', '--proxy-protocol', 'v2', '--no-forwarded-for');
    expect(settingsOf({ args: [...args, '--limits-max-offers=5'] })).toMatchObject(expected);
    const environment = {
      P2P_TRACKER_LISTEN: '[::1]:80,unix:/run/a.sock',
      P2P_TRACKER_ADMIN_LISTEN: ':9000',
      P2P_TRACKER_SOCKET_MODE: '666',
      P2P_TRACKER_TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8',
      P2P_TRACKER_PROXY_PROTOCOL: 'v2',
      P2P_TRACKER_FORWARDED_FOR: 'false',
      P2P_TRACKER_LIMITS_MAX_OFFERS: '5',
      P2P_TRACKER_LOG_LEVEL: '',
      PATH: '/bin',
    };
    expect(settingsOf({ environment })).toMatchObject(expected);
    const file = {
      listen: ['[::1]:80', 'unix:/run/a.sock'],
      adminListen: [':9000'],
      socketMode: '666',
      trustedProxies: ['10.0.0.0/8', 'fd00::/8'],
      proxyProtocol: 'v2',
      forwardedFor: false,
      limits: { maxOffers: 5 },
    };
    expect(settingsOf({ file })).toMatchObject(expected);
  });

  test('[TRK-140] the environment names the file too, and the flag wins', () => {
    const readFile = jest.fn(() => '{"port": 7}');
    const environment = { P2P_TRACKER_CONFIG: 'env.json' };
    expect(loadConfig({ args: [], environment, readFile })).toMatchObject({ settings: { port: 7 } });
    loadConfig({ args: ['--config=flag.json'], environment, readFile });
    expect(readFile.mock.calls).toEqual([['env.json'], ['flag.json']]);
  });

  test.each<[Sources, string]>([
    [{ args: ['--prot', '1'] }, '--prot is no option of the tracker; did you mean --port?'],
    [{ args: ['--limits-max-offer=1'] }, 'did you mean --limits-max-offers?'],
    [{ args: ['--chekc-config'] }, 'did you mean --check-config?'],
    [{ args: ['-p', '1'] }, '-p is no option of the tracker'],
    [{ args: ['8000'] }, '8000 is no option of the tracker'],
    [{ args: ['--'] }, '-- is no option'],
    [{ args: ['--toString'] }, '--toString is no option'],
    [{ args: ['--port'] }, '--port needs a value'],
    [{ args: ['--host', '--port=80'] }, '--host needs a value'],
    [{ args: ['--config='] }, '--config needs the name of a file'],
    [{ args: ['--help=yes'] }, '--help takes no value'],
    [{ args: ['--host='] }, '--host must be text that is not empty, not ""'],
    [{ args: ['--port', '-1'] }, '--port must be a whole number from 0 to 65535, not "-1"'],
    [{ args: ['--port='] }, '--port must be a whole number from 0 to 65535, not ""'],
    [{ args: ['--port', '65536'] }, '--port'],
    [{ args: ['--port', '80.5'] }, '--port'],
    [{ args: ['--port', '0x50'] }, '--port'],
    [{ args: ['--port', '99999999999999999999'] }, '--port'],
    [{ args: ['--interval', '0'] }, '--interval must be a whole number from 1 to 86400 seconds, not "0"'],
    [{ args: ['--interval', '2m'] }, '--interval'],
    [{ args: ['--forwarded-for=yes'] }, '--forwarded-for must be true or false, not "yes"'],
    [{ args: ['--log-level', 'loud'] }, '--log-level must be error, warn, info or debug, not "loud"'],
    [{ args: ['--socket-mode', '888'] }, '--socket-mode must be three octal digits'],
    [{ args: ['--listen', 'unix:'] }, '--listen must be a list of addresses: HOST:PORT'],
    [{ args: ['--listen', `unix:/${'x'.repeat(107)}`] }, '--listen'],
    [{ args: ['--listen', '::1:80'] }, '--listen'],
    [{ args: ['--listen', 'a:65536'] }, '--listen'],
    [{ args: ['--trusted-proxies', '10.0.0.0/33'] }, '--trusted-proxies must be a list of addresses or networks'],
    [{ args: ['--trusted-proxies', '10.0.0.0/8,,'] }, '--trusted-proxies'],
    [
      { environment: { P2P_TRACKER_PROT: '1' } },
      'P2P_TRACKER_PROT is no variable of the tracker; did you mean P2P_TRACKER_PORT?',
    ],
    [
      { environment: { P2P_TRACKER_PORT: 'http' } },
      'P2P_TRACKER_PORT must be a whole number from 0 to 65535, not "http"',
    ],
    [{ environment: { P2P_TRACKER_PORT: 'tcp://10.0.0.1:8000' } }, 'enableServiceLinks'],
    [{ environment: { P2P_TRACKER_SERVICE_PORT_WS: '80' } }, 'enableServiceLinks'],
    [{ file: '{' }, 'a.json is no JSON'],
    [{ file: [] }, 'a.json must hold one JSON object'],
    [{ file: { prot: 1 } }, 'prot in a.json is no setting of the tracker; did you mean port?'],
    [
      { file: { limits: { maxOffer: 1 } } },
      'limits.maxOffer in a.json is no setting of the tracker; did you mean limits.maxOffers?',
    ],
    [{ file: { limits: 5 } }, 'limits in a.json must be an object, not 5'],
    [{ file: { port: '80' } }, 'port in a.json must be a whole number from 0 to 65535, not "80"'],
    [{ file: { listen: ':80' } }, 'listen in a.json'],
    [{ file: { listen: [80] } }, 'listen in a.json'],
    [{ file: { forwardedFor: 'true' } }, 'forwardedFor in a.json must be true or false, not "true"'],
    [{ file: '{"__proto__": {"port": 1}}' }, '__proto__ in a.json is no setting'],
  ])('[TRK-141] %j is refused in one line that says what and where', (sources, problem) => {
    const problems = problemsOf(sources);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).not.toContain('\n');
  });

  test('[TRK-141] all mistakes are told at once, also those of a source that does not win', () => {
    const problems = problemsOf({
      file: { port: -1, hots: 'a' },
      environment: { P2P_TRACKER_PORT: 'x' },
      args: ['--port=1'],
    });
    expect(problems).toHaveLength(3);
  });

  test('[TRK-141] a file that cannot be read is one line', () => {
    const readFile = () => {
      throw new Error('ENOENT: no such file');
    };
    expect(loadConfig({ args: ['--config', 'b.json'], environment: {}, readFile })).toEqual({
      type: 'invalid',
      problems: ['cannot read the configuration file b.json: ENOENT: no such file'],
    });
  });

  test('[TRK-141] whatever is given, it answers with settings or with problems', () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom(...Object.keys(SETTINGS).map((name) => `--${name}`), '--config', '='),
    );
    fc.assert(
      fc.property(fc.array(words), fc.json(), fc.dictionary(fc.string(), fc.string()), (args, file, environment) => {
        const variables = Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [`P2P_TRACKER_${name}`, value]),
        );
        const loaded = loadConfig({ args, environment: variables, readFile: () => file });
        expect(loaded.type === 'loaded' || loaded.problems.length > 0).toBe(true);
      }),
    );
  });

  test.each<[Sources, string]>([
    [{ args: ['--tls-cert-file', 'a.pem'] }, 'tls.certFile and tls.keyFile must be set both or neither'],
    [{ args: ['--listen', ':80', '--port', '81'] }, 'port must not be set beside listen'],
    [{ args: ['--proxy-protocol', 'v2'] }, 'proxyProtocol v2 needs trustedProxies'],
  ])('[TRK-142] %j contradicts itself', (sources, problem) => {
    expect(problemsOf(sources)).toEqual([expect.stringContaining(problem)]);
  });

  test('[TRK-142] behind a Unix socket the PROXY protocol needs no list of proxies', () => {
    expect(problemsOf({ args: ['--proxy-protocol', 'v2', '--listen', 'unix:/run/a.sock'] })).toEqual([]);
  });

  test('[TRK-143] a secret is shown nowhere', () => {
    const table = {
      key: { ...text({ description: 'Key.', defaultValue: undefined }), isSecret: true },
      pin: { ...wholeNumber({ description: 'Pin.', least: 0, most: 9, defaultValue: 0 }), isSecret: true },
    };
    const wrong = loadSettings(table, input({ environment: { P2P_TRACKER_PIN: '4711' } }));
    expect(wrong).toEqual({ type: 'invalid', problems: ['P2P_TRACKER_PIN must be a whole number from 0 to 9'] });
    const printed = printConfig({ key: 'hush', pin: 5 } as unknown as Settings, table);
    expect(JSON.parse(printed)).toEqual({ key: '(hidden)', pin: '(hidden)' });
  });

  test('[TRK-144] what --print-config prints is a file that gives the same settings', () => {
    const args = [
      '--listen',
      'unix:/a,[::1]:0',
      '--socket-mode',
      '600',
      '--no-forwarded-for',
      '--limits-max-offers',
      '3',
    ];
    const settings = settingsOf({ args });
    expect(settingsOf({ file: printConfig(settings) })).toEqual(settings);
    expect(settingsOf({ file: printConfig(settingsOf({})) })).toEqual(settingsOf({}));
  });

  test('[TRK-140] --help names every setting, and help wins over mistakes', () => {
    for (const [name, setting] of Object.entries(SETTINGS))
      expect(helpText().includes(`--${flagName(name, setting)} `)).toBe(setting.isSecret !== true);
    const loaded = loadConfig(input({ args: ['--help', '--prot'] }));
    expect(loaded).toMatchObject({ type: 'loaded', commands: new Set(['help']) });
  });

  test('[TRK-140] no two settings share a flag or a variable', () => {
    const flags = Object.entries(SETTINGS).map(([name, setting]) => flagName(name, setting));
    const variables = Object.keys(SETTINGS).map(environmentName);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(variables).size).toBe(variables.length);
  });

  test('[TRK-146] it tells what can change while it runs from what cannot', () => {
    const before = settingsOf({});
    const after = settingsOf({
      args: ['--log-level', 'warn', '--drain-seconds', '1', '--port', '1', '--listen', ':2'].slice(0, 6),
    });
    expect(changedSettings(before, after)).toEqual({ reloadable: ['drainSeconds', 'log.level'], restart: ['port'] });
  });
});
