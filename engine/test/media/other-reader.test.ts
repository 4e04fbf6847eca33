// The same playlists read by m3u8-parser, which players use: what a viewer plays and what the engine shares of it
// must be the same segments.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { Parser, type ParsedManifest, type ParsedSegment } from 'm3u8-parser';
import type { TagAttributes } from '../../src/media/attribute-list';
import { readPlaylist, type ListedInitSegment } from '../../src/media/read-playlist';
import { m3u8, mediaText, multivariantText } from './playlists';

const URL_OF_ALL = 'https://origin.example/show/list.m3u8?token=t1';
const IMPORTED = { shared: 'imported' };

function parsed(text: string): ParsedManifest {
  const parser = new Parser({ uri: URL_OF_ALL, mainDefinitions: IMPORTED });
  parser.push(text);
  parser.end();
  return parser.manifest;
}

const initOf = ({ map }: ParsedSegment): ListedInitSegment[] => {
  if (map?.uri === undefined) return [];
  const { length, offset = 0 } = map.byterange ?? {};
  return [{ uri: map.uri, ...(length !== undefined && { byteRange: { start: offset, end: offset + length } }) }];
};

const unique = <T>(values: readonly T[]): T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/** Both readings of a media playlist, in the same form. */
function mediaOf(text: string): readonly [own: unknown, other: unknown] {
  const own = readPlaylist(text, URL_OF_ALL, new Map(Object.entries(IMPORTED)));
  if (own.kind !== 'media') throw new Error(`not media: ${JSON.stringify(own)}\n${text}`);
  const other = parsed(text);
  // Ranges that follow another one are left to timelines, which know delta playlists; m3u8-parser does not.
  const ranges = own.segments.map(({ byteRange }) => byteRange?.length);
  return [
    {
      ...own,
      initSegments: unique(own.initSegments),
      segments: own.segments.map(({ uri, durationSeconds, discontinuity }, i) => [
        uri,
        durationSeconds,
        discontinuity,
        ranges[i],
      ]),
    },
    {
      kind: 'media',
      mediaSequence: other.mediaSequence ?? 0,
      discontinuitySequence: other.discontinuitySequence ?? 0,
      skippedCount: other.skip?.skippedSegments ?? 0,
      isEnded: other.endList === true || other.playlistType === 'VOD',
      initSegments: unique(other.segments.flatMap(initOf)),
      segments: other.segments.map(({ uri, duration = 0, timeline, byterange }) => [
        uri,
        duration,
        timeline,
        byterange?.length,
      ]),
    },
  ];
}

/** Attributes as m3u8-parser gives them. */
const typed = (attributes: TagAttributes): ReadonlyMap<string, unknown> =>
  new Map(
    [...attributes].map(([name, text]): [string, unknown] => {
      if (name === 'BANDWIDTH') return [name, Number.parseInt(text, 10)];
      if (name === 'FRAME-RATE') return [name, Number.parseFloat(text)];
      const [width = 0, height = 0] = text.split('x').map(Number);
      return [name, name === 'RESOLUTION' ? { width, height } : text];
    }),
  );

/** Both readings of a multivariant playlist, in the same form. */
function multivariantOf(text: string): readonly [own: unknown, other: unknown] {
  const own = readPlaylist(text, URL_OF_ALL, new Map());
  if (own.kind !== 'multivariant') throw new Error(`not multivariant: ${JSON.stringify(own)}\n${text}`);
  const other = parsed(text);
  const alternatives = Object.entries(other.mediaGroups ?? {}).flatMap(([type, groups]) =>
    Object.entries(groups).flatMap(([group, byName]) =>
      Object.entries(byName).map(([name, rendition]) => {
        const { uri, language } = rendition as { uri?: string; language?: string };
        return [type, group, name, uri, language].join();
      }),
    ),
  );
  const names = ['TYPE', 'GROUP-ID', 'NAME', 'URI', 'LANGUAGE'];
  return [
    {
      variants: own.variants.map(({ uri, attributes }) => [uri, typed(attributes)]),
      alternatives: own.alternatives.map((each) => names.map((name) => each.get(name)).join()).sort(),
    },
    {
      variants: (other.playlists ?? []).map(({ uri, attributes = {} }) => [uri, new Map(Object.entries(attributes))]),
      alternatives: alternatives.sort(),
    },
  ];
}

const texts = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.m3u8'));
const FIXTURES = join(__dirname, '../../../e2e/fixtures');

const maybe = (line: fc.Arbitrary<string>): fc.Arbitrary<string[]> => fc.array(line, { maxLength: 1 });
const always = fc.constant;
const count = fc.nat(99_999);
const path = fc
  .tuple(fc.webPath(), fc.constantFrom('', '?a=b,c="d"', '{$v}', '?t={$token}', '{$shared}.ts'))
  .map(([start, end]) => `x${start}${end}`);
const quoted = fc.string().map((text) => text.replace(/["\n\r$#]/g, '').trim());
const range = fc
  .tuple(fc.integer({ min: 1, max: 1e6 }), maybe(count.map((start) => `@${start}`)))
  .map(([length, [start = '']]) => `${length}${start}`);

const DEFINES = ['#EXT-X-DEFINE:NAME="v",VALUE="value, of v"', '#EXT-X-DEFINE:QUERYPARAM="token"'];
const IMPORT = '#EXT-X-DEFINE:IMPORT="shared"';

const passedOver = fc.oneof(
  count.map((n) => `#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:${String(n % 60).padStart(2, '0')}Z`),
  fc.constantFrom(
    '# a comment',
    '#EXT-X-BITRATE:900',
    '#EXT-X-CUE-OUT:30',
    '#EXT-X-UNKNOWN',
    '',
    '#EXT-X-ALLOW-CACHE:NO',
  ),
  path.map((uri) => `#EXT-X-KEY:METHOD=AES-128,URI="${uri.replaceAll('"', '')}",IV=0x${'0'.repeat(32)}`),
  path.map((uri) => `#EXT-X-PART:DURATION=0.5,URI="${uri.replaceAll('"', '')}",BYTERANGE="5@0"`),
);

const segment = fc
  .tuple(
    fc.array(passedOver, { maxLength: 2 }),
    maybe(always('#EXT-X-DISCONTINUITY')),
    maybe(
      fc
        .tuple(path, maybe(range))
        .map(([uri, [bytes]]) => `#EXT-X-MAP:URI="${uri.replaceAll('"', '')}"${bytes ? `, BYTERANGE="${bytes}"` : ''}`),
    ),
    fc.tuple(fc.integer({ min: 1, max: 1e5 }), quoted).map(([ms, title]) => `#EXTINF:${ms / 1000},${title}`),
    maybe(range.map((bytes) => `#EXT-X-BYTERANGE:${bytes}`)),
    path,
  )
  .map((parts) => parts.flat());

const head = fc
  .tuple(
    maybe(count.map((n) => `#EXT-X-MEDIA-SEQUENCE:${n}`)),
    maybe(count.map((n) => `#EXT-X-DISCONTINUITY-SEQUENCE:${n}`)),
    maybe(fc.constantFrom('VOD', 'EVENT').map((type) => `#EXT-X-PLAYLIST-TYPE:${type}`)),
    maybe(count.map((n) => `#EXT-X-SKIP:SKIPPED-SEGMENTS=${n},RECENTLY-REMOVED-DATERANGES="a\tb"`)),
    maybe(always('#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0')),
  )
  .chain((lines) => fc.shuffledSubarray(lines.flat(), { minLength: lines.flat().length }));

const mediaPlaylist = fc
  .tuple(head, fc.array(segment, { minLength: 1, maxLength: 8 }), maybe(always('#EXT-X-ENDLIST')))
  .map(([first, segments, end]) =>
    m3u8('#EXT-X-TARGETDURATION:6', ...DEFINES, IMPORT, ...first, ...segments.flat(), ...end),
  );

const streamInf = fc
  .tuple(
    count.map((n) => `BANDWIDTH=${n}`),
    maybe(fc.tuple(count, count).map(([w, h]) => `RESOLUTION=${w}x${h}`)),
    maybe(count.map((n) => `FRAME-RATE=${(n / 1000).toFixed(3)}`)),
    maybe(fc.constantFrom('CODECS="avc1.4d401e,mp4a.40.2"', 'CODECS="mp4a.40.2"')),
    maybe(quoted.map((name) => `NAME="${name}, {$v}"`)),
    maybe(fc.constantFrom('VIDEO-RANGE=PQ', 'X-COM-Example=1')),
  )
  .chain((parts) => fc.shuffledSubarray(parts.flat(), { minLength: parts.flat().length }))
  .chain((parts) => fc.constantFrom(',', ', ').map((separator) => `#EXT-X-STREAM-INF:${parts.join(separator)}`));

const alternative = (n: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('AUDIO', 'VIDEO', 'SUBTITLES'),
      fc.constantFrom('a', 'b'),
      maybe(always('URI="{$v}/{$token}.m3u8"')),
    )
    .map(([type, group, uri]) => [`TYPE=${type},GROUP-ID="${group}",NAME="${n}",LANGUAGE="de"`, ...uri].join())
    .map((list) => `#EXT-X-MEDIA:${list}`);

const multivariantPlaylist = fc
  .tuple(
    fc.array(fc.tuple(streamInf, fc.array(passedOver, { maxLength: 1 }), path), { minLength: 1, maxLength: 6 }),
    fc.tuple(...[0, 1, 2].map((n) => maybe(alternative(n)))),
  )
  .map(([variants, alternatives]) =>
    m3u8(...DEFINES, ...alternatives.flat(), ...variants.flat(2).map((line) => line.replace('{$shared}', ''))),
  );

describe('readPlaylist and m3u8-parser read the same', () => {
  test.each(texts(FIXTURES))('in the fixture %s', (file) => {
    const text = readFileSync(join(FIXTURES, file), 'utf8');
    const [own, other] = text.includes('#EXT-X-STREAM-INF') ? multivariantOf(text) : mediaOf(text);
    expect(own).toEqual(other);
  });

  test('in the playlists of these tests', () => {
    for (const text of [
      mediaText({ first: 7, count: 9, skip: 4, discontinuities: [12], isEnded: true }),
      mediaText(),
    ]) {
      const [own, other] = mediaOf(text);
      expect(own).toEqual(other);
    }
    const [own, other] = multivariantOf(multivariantText());
    expect(own).toEqual(other);
  });

  test('in any media playlist', () => {
    fc.assert(
      fc.property(mediaPlaylist, (text) => {
        const [own, other] = mediaOf(text);
        expect(own).toEqual(other);
      }),
      { numRuns: 500 },
    );
  });

  test('in any multivariant playlist', () => {
    fc.assert(
      fc.property(multivariantPlaylist, (text) => {
        const [own, other] = multivariantOf(text);
        expect(own).toEqual(other);
      }),
      { numRuns: 500 },
    );
  });
});

describe('readPlaylist is more lenient', () => {
  const mediaFrom = (...lines: string[]) => readPlaylist(m3u8(...lines), URL_OF_ALL, new Map());

  test('white space after the colon is read', () => {
    expect(mediaFrom('#EXT-X-MEDIA-SEQUENCE: 7', '#EXTINF: 2.5,', 'a')).toMatchObject({
      mediaSequence: 7,
      segments: [{ uri: 'a', durationSeconds: 2.5 }],
    });
  });

  test('a tag whose attributes cannot be read is as one without', () => {
    expect(mediaFrom('#EXT-X-MAP:,,,', '#EXTINF:2,', 'a')).toMatchObject({
      initSegments: [],
      segments: [{ uri: 'a' }],
    });
  });

  test('a variable stands more than once in a line', () => {
    expect(mediaFrom(DEFINES[1] ?? '', '#EXTINF:2,', '{$token}/{$token}/{$no}')).toMatchObject({
      segments: [{ uri: 't1/t1/{$no}' }],
    });
  });

  test('a variable may have the name of something that every object has', () => {
    expect(
      mediaFrom('#EXT-X-DEFINE:NAME="constructor",VALUE="c"', '#EXTINF:2,', '{$constructor}{$toString}'),
    ).toMatchObject({ segments: [{ uri: 'c{$toString}' }] });
  });
});
