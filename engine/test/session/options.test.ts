import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { P2PError } from '../../src/base/p2p-error';
import { applyOptions, DEFAULT_OPTIONS, type P2POptions } from '../../src/session/options';

const logger = { log: () => undefined };

const apply = (options: unknown) => applyOptions(DEFAULT_OPTIONS, options as P2POptions);

function refusal(options: unknown): P2PError {
  try {
    apply(options);
  } catch (error) {
    if (error instanceof P2PError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('options', () => {
  test('none are needed', () => {
    expect(apply(undefined)).toBe(DEFAULT_OPTIONS);
    expect(apply({})).toEqual(DEFAULT_OPTIONS);
  });

  test.each<[keyof P2POptions, unknown]>([
    ['swarmId', 'my-show'],
    ['trackers', []],
    ['trackers', ['wss://a.example', 'ws://127.0.0.1:8000/x?y']],
    ['iceServers', []],
    [
      'iceServers',
      [{ urls: 'stun:a.example' }, { urls: ['turns:b.example', 'TURN:c.example'], username: 'u', credential: 'c' }],
    ],
    ['enabled', false],
    ['memoryLimitBytes', 0],
    ['maxPeers', 0],
    ['maxPeers', 100],
    ['logger', logger],
  ])('[PLAY-9] %s may be %j', (name, value) => {
    expect(apply({ [name]: value })).toEqual({ ...DEFAULT_OPTIONS, [name]: value });
  });

  test('[PLAY-9] upload options are laid over one by one', () => {
    const once = apply({ upload: { maxBitrate: 1_000_000 } });
    expect(once.upload).toEqual({ enabled: true, maxBitrate: 1_000_000, maxRatio: 2, onCellular: false });
    expect(applyOptions(once, { upload: { enabled: false, maxRatio: 0 } }).upload).toEqual({
      enabled: false,
      maxBitrate: 1_000_000,
      maxRatio: 0,
      onCellular: false,
    });
    expect(applyOptions(once, { maxPeers: 3 }).upload).toEqual(once.upload);
  });

  test('[PLAY-9] undefined leaves an option as it was', () => {
    const base = apply({ maxPeers: 3, upload: { enabled: false } });
    expect(applyOptions(base, { maxPeers: undefined, upload: undefined })).toEqual(base);
    expect(applyOptions(base, { upload: { enabled: undefined } })).toEqual(base);
  });

  test.each<[string, unknown]>([
    ['options', null],
    ['options', 'fast'],
    ['options', []],
    ['swarmId', ''],
    ['swarmId', 7],
    ['trackers', 'wss://a.example'],
    ['trackers', new Array(11).fill('wss://a.example')],
    ['trackers[1]', ['wss://a.example', 'https://b.example']],
    ['trackers[0]', [null]],
    ['trackers[0]', ['nonsense']],
    ['iceServers', {}],
    ['iceServers[0]', ['stun:a.example']],
    ['iceServers[0]', [{ urls: [] }]],
    ['iceServers[0]', [{ urls: 'http://a.example' }]],
    ['enabled', 1],
    ['upload', true],
    ['upload.enabled', { enabled: 'no' }],
    ['upload.maxBitrate', { maxBitrate: 0 }],
    ['upload.maxBitrate', { maxBitrate: NaN }],
    ['upload.maxRatio', { maxRatio: -1 }],
    ['upload.onCellular', { onCellular: 1 }],
    ['upload.rate', { rate: 1 }],
    ['memoryLimitBytes', -1],
    ['memoryLimitBytes', Infinity],
    ['maxPeers', 1.5],
    ['maxPeers', 101],
    ['maxPeers', '5'],
    ['logger', {}],
    ['logger', { log: 'yes' }],
    ['maxpeers', 5],
    ['__proto__', 5],
    ['toString', 5],
  ])('[PLAY-9] a wrong %s is named, with its value and what would be right: %j', (option, value) => {
    const field = option.replace(/[[.].*$/, '');
    // As JSON.parse makes it, so that __proto__ is a field like any other.
    const options: unknown = option === 'options' ? value : JSON.parse(`{"${field}":null}`);
    if (option !== 'options') Object.defineProperty(options, field, { value, enumerable: true });
    const { reason, context, message } = refusal(options);
    expect(reason).toBe('invalid-option');
    expect(context).toMatchObject({ option, allowed: expect.any(String) });
    expect(message).toContain(`"${option}"`);
  });

  // What the documentation promises is what the code does.
  test('the documented defaults are the real ones', () => {
    const source = readFileSync(join(__dirname, '../../src/session/options.ts'), 'utf8');
    const documented = new Map(
      [...source.matchAll(/@defaultValue (.+?)(?: \*\/|\n)[^]*?readonly (\w+)\?:/g)].map(([, value, name]) => [
        name,
        value,
      ]),
    );
    const { upload, ...rest } = DEFAULT_OPTIONS;
    const flat: Record<string, unknown> = { ...rest, 'upload.enabled': upload.enabled };
    expect(documented.get('enabled')).toBe(String(flat['enabled']));
    expect(documented.get('maxBitrate')).toBe(String(upload.maxBitrate));
    expect(documented.get('maxRatio')).toBe(String(upload.maxRatio));
    expect(documented.get('onCellular')).toBe(String(upload.onCellular));
    expect(documented.get('maxPeers')).toBe(String(rest.maxPeers));
    expect(documented.get('memoryLimitBytes')).toMatch(new RegExp(`^${rest.memoryLimitBytes}\\b`));
  });
});
