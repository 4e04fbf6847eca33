import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { infoHashOf, toHex } from '../../src/access/info-hash';
import { InfoHashLists, MAX_LIST_BYTES, parseList } from '../../src/access/info-hash-lists';
import { canonicalOrigin, OriginRules, type OriginOptions } from '../../src/access/origin-rules';

describe('OriginRules', () => {
  const allows = (options: OriginOptions, origin: string | undefined) => new OriginRules(options).allows(origin);

  test('[TRK-190] with no list everybody is welcome', () => {
    for (const origin of [undefined, 'null', 'https://www.example.org', 'nonsense'])
      expect(allows({}, origin)).toBe(true);
  });

  test('[TRK-190] an entry is one origin: scheme, host and port', () => {
    const allow = ['https://www.example.org', 'http://localhost:8080', 'HTTPS://Shop.Example.ORG:443'];
    const welcome = [
      'https://www.example.org',
      'https://www.example.org:443',
      'http://localhost:8080',
      'https://shop.example.org',
    ];
    for (const origin of welcome) expect([origin, allows({ allow }, origin)]).toEqual([origin, true]);
    const others = [
      'http://www.example.org',
      'https://www.example.org:8443',
      'https://example.org',
      'http://localhost',
      'null',
    ];
    for (const origin of others) expect([origin, allows({ allow }, origin)]).toEqual([origin, false]);
  });

  test('[TRK-190] *. stands for whatever is below, however deep, and for nothing else', () => {
    const allow = ['https://*.example.org', 'http://*.test:8080'];
    for (const origin of ['https://a.example.org', 'https://a.b.example.org', 'http://x.test:8080'])
      expect([origin, allows({ allow }, origin)]).toEqual([origin, true]);
    for (const origin of [
      ...['https://example.org', 'https://.example.org', 'https://evilexample.org', 'https://a.example.org.evil.com'],
      ...[
        'http://a.example.org',
        'https://a.example.org:444',
        'https://evil.com/.example.org',
        'https://evil.com#.example.org',
      ],
      ...[
        'https://evil.com?.example.org',
        'https://u@a.example.org',
        'https://a.example.org/',
        'http://x.test',
        'xhttps://a.example.org',
      ],
    ])
      expect([origin, allows({ allow }, origin)]).toEqual([origin, false]);
  });

  test('[TRK-190] who is denied is denied though allowed; what is no origin is on no list', () => {
    const options = { allow: ['*'], deny: ['https://*.evil.example', 'null'] };
    expect(allows(options, 'https://www.example.org')).toBe(true);
    for (const origin of ['https://a.evil.example', 'null', 'nonsense', ''])
      expect(allows(options, origin)).toBe(false);
  });

  test('[TRK-190] clients without the header have a switch of their own', () => {
    expect(allows({ allow: ['https://a.example'] }, undefined)).toBe(true);
    expect(allows({ isMissingAllowed: false }, undefined)).toBe(false);
    expect(allows({ isMissingAllowed: false }, 'https://a.example')).toBe(true);
  });

  test.each([
    '',
    'example.org',
    'https://',
    'https://*',
    'https://*.',
    'https://a*.b',
    'ws://a.b',
    'https://a/b',
    'https://a@b',
    '*.a',
    'https://a b',
  ])('[TRK-190] %j is no pattern', (pattern) => {
    expect(() => new OriginRules({ allow: [pattern] })).toThrow(/^origins\.allow\[0\] must be/);
  });

  test('[TRK-190] whatever the header, nothing throws, and what matches a pattern has its end', () => {
    const rules = new OriginRules({ allow: ['https://*.example.org'] });
    const part = fc.constantFrom(
      'https://',
      'http://',
      '.example.org',
      'example.org',
      'a',
      '.',
      ':443',
      '/',
      '@',
      '%2e',
      '\\',
      '\u3002',
      '[',
      '#',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        (origin) => {
          const isWelcome = rules.allows(origin);
          expect(isWelcome && !canonicalOrigin(origin)?.endsWith('.example.org')).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('InfoHashLists', () => {
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'lists-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const [ours, theirs] = [infoHashOf('ours'), infoHashOf('theirs')];

  test('[TRK-191] a line is a hash or a swarm id; comments and empty lines are none', () => {
    const list = Buffer.from(`# streams\n\n  ${toHex(ours).toUpperCase()}\r\ntheirs\nhttps://a.example/x?y#z\n`);
    expect(parseList(list)).toEqual([ours, theirs, infoHashOf('https://a.example/x?y#z')]);
  });

  test('[TRK-191] allowed is what is on the list, denied what is on the other, though allowed', () => {
    expect(new InfoHashLists().allows(ours)).toBe(true);
    const allowing = new InfoHashLists({ allow: ['ours'] });
    expect([allowing.allows(ours), allowing.allows(theirs)]).toEqual([true, false]);
    const denying = new InfoHashLists({ deny: [toHex(theirs)] });
    expect([denying.allows(ours), denying.allows(theirs)]).toEqual([true, false]);
    expect(new InfoHashLists({ allow: ['ours'], deny: ['ours'] }).allows(ours)).toBe(false);
    expect(new InfoHashLists({ allow: [] }).allows(ours)).toBe(false);
  });

  test('[TRK-192] files are read again on demand', () => {
    writeFileSync(file('allow'), 'ours\n');
    const lists = new InfoHashLists({ allowFile: file('allow'), allow: ['always'] });
    expect([lists.allows(ours), lists.allows(theirs), lists.allows(infoHashOf('always'))]).toEqual([true, false, true]);
    writeFileSync(file('allow'), 'theirs\n');
    expect(lists.allows(ours)).toBe(true);
    lists.reload();
    expect([lists.allows(ours), lists.allows(theirs), lists.allows(infoHashOf('always'))]).toEqual([false, true, true]);
  });

  test('[TRK-192] one that is broken changes nothing, of either list, and says which it is', () => {
    writeFileSync(file('allow'), 'ours\n');
    writeFileSync(file('deny'), 'theirs\n');
    const lists = new InfoHashLists({ allowFile: file('allow'), denyFile: file('deny') });
    writeFileSync(file('allow'), 'theirs\n');
    const broken: [string, string | Buffer][] = [
      ['line 2', `ours\nbad\0line\n`],
      ['line 1', 'x'.repeat(4097)],
      ['not valid', Buffer.from([0x61, 0xff, 0xfe, 0x0a])],
    ];
    for (const [problem, content] of broken) {
      writeFileSync(file('deny'), content);
      expect(() => lists.reload()).toThrow(`list ${file('deny')}: `);
      expect(() => lists.reload()).toThrow(problem);
      expect([lists.allows(ours), lists.allows(theirs)]).toEqual([true, false]);
    }
    rmSync(file('deny'));
    expect(() => lists.reload()).toThrow('ENOENT');
    expect([lists.allows(ours), lists.allows(theirs)]).toEqual([true, false]);
  });

  test('[TRK-192] a file that is missing or broken at the start is an error at once', () => {
    expect(() => new InfoHashLists({ allowFile: file('none') })).toThrow('ENOENT');
    expect(() => new InfoHashLists({ allow: ['bad\nname'] })).toThrow(/^infoHashes\.allow\[0\]/);
    expect(() => new InfoHashLists({ allow: 'ours' as unknown as string[] })).toThrow(/^infoHashes\.allow/);
    expect(MAX_LIST_BYTES).toBe(64 * 1024 * 1024);
  });

  test('[TRK-192] whatever is in a file, it is a list or an error, and each entry is a hash of 20 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        let infoHashes: string[] = [];
        try {
          infoHashes = parseList(bytes);
        } catch (error) {
          expect(String(error)).toContain('Error');
        }
        for (const infoHash of infoHashes) expect(infoHash).toMatch(/^[\0-\xff]{20}$/s);
      }),
      { numRuns: 2_000 },
    );
  });
});
