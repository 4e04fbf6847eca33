import { MAX_PATHWAY_CLONES } from '../../src/media/limits';
import { addMedia, at, m3u8, mediaText, modelOf, multivariantText, singleModel, SOURCE } from './playlists';

const INF = '#EXTINF:2,';
const sequences = (segments: readonly { id: { sequence: number } }[]): number[] =>
  segments.map(({ id }) => id.sequence);

describe('MediaModel: low-latency HLS', () => {
  const text = (...tail: string[]) =>
    m3u8(
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5,CAN-SKIP-UNTIL=24',
      '#EXT-X-PART-INF:PART-TARGET=0.5',
      '#EXT-X-MEDIA-SEQUENCE:100',
      ...[INF, 'seg100.m4s'],
      '#EXT-X-PART:DURATION=0.5,URI="seg101.0.m4s",INDEPENDENT=YES',
      '#EXT-X-PART:DURATION=0.5,URI="seg101.m4s",BYTERANGE="500@0"',
      '#EXT-X-PART:DURATION=0.5,URI="seg101.m4s",BYTERANGE="700@500"',
      ...[INF, 'seg101.m4s'],
      '#EXT-X-PART:DURATION=0.5,URI="seg102.0.m4s"',
      ...tail,
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="seg102.1.m4s"',
      '#EXT-X-RENDITION-REPORT:URI="../high/high.m3u8",LAST-MSN=101,LAST-PART=3',
    );

  test('full segments of a playlist with parts are shared; parts, hints and ranges of parts are not', () => {
    const model = singleModel();
    expect(sequences(addMedia(model, SOURCE, text()).added)).toEqual([100, 101]);
    for (const name of ['seg101.0.m4s', 'seg102.0.m4s', 'seg102.1.m4s', 'seg102.m4s', '../high/high.m3u8']) {
      expect(model.findSegment(at(name))).toBeUndefined();
    }
    expect(model.findSegment(at('seg101.m4s'), { start: 0, end: 500 })).toBeUndefined();
    expect(model.findSegment(at('seg101.m4s'))?.id.sequence).toBe(101);
  });

  test('a segment of parts becomes one when it is complete', () => {
    const model = singleModel();
    addMedia(model, SOURCE, text());
    expect(sequences(addMedia(model, `${SOURCE}?_HLS_msn=102&_HLS_part=2`, text(INF, 'seg102.m4s')).added)).toEqual([
      102,
    ]);
  });

  test('_HLS_msn, _HLS_part and _HLS_skip are no part of a playlist’s name', () => {
    const model = modelOf();
    const low = at('low.m3u8');
    const { rendition } = addMedia(model, low, mediaText({ first: 0, count: 9 }));
    for (const query of ['_HLS_msn=9', '_HLS_msn=9&_HLS_part=1', '_HLS_skip=v2', '_hls_msn=1']) {
      expect(addMedia(model, `${low}?${query}`, mediaText({ first: 0, count: 9 })).rendition).toBe(rendition);
    }
    const delta = addMedia(model, `${low}?_HLS_msn=11&_HLS_skip=YES`, mediaText({ first: 2, count: 10, skip: 7 }));
    expect([delta.rendition, sequences(delta.added)]).toEqual([rendition, [9, 10, 11]]);
  });
});

describe('MediaModel: what a playlist says besides', () => {
  test('subtitles pass: their playlists and segments are not shared', () => {
    const model = modelOf();
    for (const url of [at('subs.m3u8'), at('subs.m3u8?_HLS_msn=4')]) {
      expect(model.addManifest({ url, text: m3u8(INF, 'sub0.vtt') })).toEqual({
        kind: 'ignored',
        why: 'a subtitle playlist',
      });
    }
    expect(model.findSegment(at('sub0.vtt'))).toBeUndefined();
  });

  test('date ranges, programme times, bit rates and unknown tags change nothing', () => {
    const more = [
      '#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:00Z',
      '#EXT-X-DATERANGE:ID="ad",CLASS="com.apple.hls.interstitial",START-DATE="2024-01-01T00:00:02Z",X-ASSET-URI="ad.m3u8"',
      '#EXT-X-BITRATE:900',
      '#EXT-X-CUE-OUT:30',
      '#EXT-OATCLS-SCTE35:/DAlAAAAAA==',
    ];
    const [plain, rich] = [[], more].map((tags) => {
      return addMedia(singleModel(), SOURCE, m3u8('#EXT-X-MEDIA-SEQUENCE:5', INF, 'a.ts', ...tags, INF, 'b.ts')).added;
    });
    expect(rich).toEqual(plain);
    expect(singleModel().findSegment(at('ad.m3u8'))).toBeUndefined();
  });

  test('a gap is no segment, and its number is not used again', () => {
    const model = singleModel();
    const text = (tag: string[]) => m3u8('#EXT-X-MEDIA-SEQUENCE:7', INF, 'a.ts', ...tag, INF, 'b.ts', INF, 'c.ts');
    expect(sequences(addMedia(model, SOURCE, text(['#EXT-X-GAP'])).added)).toEqual([7, 9]);
    expect(model.findSegment(at('b.ts'))).toBeUndefined();
    // What is missing on one CDN may be there on the next one.
    expect(sequences(addMedia(model, SOURCE, text([])).added)).toEqual([8]);
  });

  test('byte ranges and discontinuities together, refreshed by a delta playlist', () => {
    const list = (first: number, skip: number) => {
      const lines = [`#EXT-X-MEDIA-SEQUENCE:${first}`, '#EXT-X-DISCONTINUITY-SEQUENCE:3'];
      if (skip > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skip}`);
      for (let n = first + skip; n < first + 6; n++) {
        if (n === 12 || n === 15) lines.push('#EXT-X-DISCONTINUITY');
        lines.push(
          INF,
          n === 10 || n === 12 ? '#EXT-X-BYTERANGE:100@0' : '#EXT-X-BYTERANGE:100',
          n < 12 ? 'one.mp4' : 'two.mp4',
        );
      }
      return m3u8(...lines);
    };
    const model = singleModel();
    addMedia(model, SOURCE, list(10, 0));
    addMedia(model, SOURCE, list(11, 4));
    const ids = [
      ['one.mp4', 100],
      ['two.mp4', 0],
      ['two.mp4', 200],
      ['two.mp4', 400],
    ].map(
      ([name, start]) => model.findSegment(at(String(name)), { start: Number(start), end: Number(start) + 100 })?.id,
    );
    expect(ids.map((id) => [id?.discontinuity, id?.sequence])).toEqual([
      [3, 11],
      [4, 12],
      [4, 14],
      [5, 16],
    ]);
  });
});

describe('MediaModel: variables (EXT-X-DEFINE)', () => {
  test('IMPORT takes those of the multivariant playlist', () => {
    const model = modelOf(
      m3u8('#EXT-X-DEFINE:NAME="cdn",VALUE="c7"', '#EXT-X-STREAM-INF:BANDWIDTH=1', '{$cdn}/v.m3u8'),
    );
    const { added } = addMedia(model, at('c7/v.m3u8'), m3u8('#EXT-X-DEFINE:IMPORT="cdn"', INF, '{$cdn}-0.ts'));
    expect(added[0]?.url).toBe(at('c7/c7-0.ts'));
  });

  test('QUERYPARAM takes those of the playlist’s URL, which are the viewer’s own, and changes no identity', () => {
    const keys = ['abc', 'xyz'].map((token) => {
      const model = modelOf(
        m3u8('#EXT-X-DEFINE:QUERYPARAM="token"', '#EXT-X-STREAM-INF:BANDWIDTH=1', 'v.m3u8?token={$token}'),
        `${SOURCE}?token=${token}`,
      );
      const text = m3u8('#EXT-X-DEFINE:QUERYPARAM="token"', INF, '{$token}/a.ts?t={$token}');
      const { added } = addMedia(model, at(`v.m3u8?token=${token}`), text);
      expect(added[0]?.url).toBe(at(`${token}/a.ts?t=${token}`));
      return added[0]?.key;
    });
    expect(keys[0]).toBe(keys[1]);
  });

  test('does not make gigabytes of a few kilobytes', () => {
    const define = `#EXT-X-DEFINE:NAME="a",VALUE="${'x'.repeat(8000)}"`;
    const { added } = addMedia(singleModel(), SOURCE, m3u8(define, INF, '{$a}'.repeat(1e6), INF, 'b{$a}.ts'));
    expect(added.map(({ url }) => url.length)).toEqual([expect.any(Number), at('b.ts').length + 8000]);
    expect(added[0]?.url.length).toBeLessThan(2e7);
  });

  test('QUERYPARAM that the URL does not have is refused', () => {
    const text = m3u8('#EXT-X-DEFINE:QUERYPARAM="token"', INF, '{$token}.ts');
    expect(singleModel().addManifest({ url: SOURCE, text }).kind).toBe('rejected');
    expect(singleModel().addManifest({ url: `${SOURCE}?token=%25zz`, text }).kind).toBe('rejected');
  });
});

describe('MediaModel: content steering', () => {
  const inf = (rate: number, pathway: string) =>
    `#EXT-X-STREAM-INF:BANDWIDTH=${rate},PATHWAY-ID="${pathway}",STABLE-VARIANT-ID="v${rate}",AUDIO="a"`;
  const audio =
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",STABLE-RENDITION-ID="en",URI="https://a.example/en.m3u8?x=1"';
  const steered = () =>
    modelOf(
      m3u8(
        '#EXT-X-CONTENT-STEERING:SERVER-URI="/steering",PATHWAY-ID="A"',
        audio,
        ...[inf(1, 'A'), 'https://a.example/v1.m3u8', inf(2, 'A'), 'https://a.example/v2.m3u8'],
        ...[inf(1, 'B'), 'https://b.example/v1.m3u8', inf(2, 'B'), 'https://b.example/v2.m3u8'],
      ),
    );
  const steer = (model: ReturnType<typeof steered>, clones: unknown) =>
    model.addManifest({
      url: at('/steering'),
      text: JSON.stringify({ VERSION: 1, TTL: 300, 'PATHWAY-PRIORITY': ['C'], 'PATHWAY-CLONES': clones }),
    });

  test('the pathways of a variant are one rendition, and a switch changes no identity', () => {
    const model = steered();
    expect(model.renditions).toHaveLength(3);
    const [a, b] = ['a', 'b'].map((host) => addMedia(model, `https://${host}.example/v2.m3u8`, mediaText()));
    expect([a?.rendition, b?.added]).toEqual([b?.rendition, []]);
    expect(model.findSegment('https://b.example/seg1.ts')?.key).toBe(
      model.findSegment('https://a.example/seg1.ts')?.key,
    );
  });

  test('the playlists of a cloned pathway are those of its base', () => {
    const model = steered();
    const clone = {
      'BASE-ID': 'A',
      ID: 'C',
      'URI-REPLACEMENT': {
        HOST: 'c.example',
        PARAMS: { token: 'a b', k: '1' },
        'PER-VARIANT-URIS': { v2: 'https://special.example/two.m3u8' },
      },
    };
    const second = { 'BASE-ID': 'C', ID: 'D', 'URI-REPLACEMENT': { HOST: 'd.example' } };
    expect(steer(model, [clone, second])).toMatchObject({ kind: 'multivariant', renditions: model.renditions });
    const renditionAt = (url: string) => addMedia(model, url, mediaText()).rendition;
    expect(renditionAt('https://c.example/v1.m3u8?token=a%20b&k=1')).toBe(model.renditions[0]);
    expect(renditionAt('https://special.example/two.m3u8')).toBe(model.renditions[1]);
    expect(renditionAt('https://c.example/en.m3u8?x=1&token=a%20b&k=1')).toBe(model.renditions[2]);
    expect(renditionAt('https://d.example/v1.m3u8?token=a%20b&k=1')).toBe(model.renditions[0]);
    expect(model.addManifest({ url: 'https://c.example/v2.m3u8?token=a%20b&k=1', text: mediaText() }).kind).toBe(
      'ignored',
    );
  });

  test.each<[string, unknown, string]>([
    ['no clones', undefined, 'ignored'],
    ['an empty list', [], 'ignored'],
    [
      'a clone of a pathway that is not there',
      [{ 'BASE-ID': 'Z', ID: 'C', 'URI-REPLACEMENT': { HOST: 'c.example' } }],
      'ignored',
    ],
    ['clones that are none', [1, null, {}, [], { 'BASE-ID': 'A', ID: 'C' }], 'ignored'],
    ['a host that is none', [{ 'BASE-ID': 'A', ID: 'C', 'URI-REPLACEMENT': { HOST: '[' } }], 'ignored'],
    ['no list', 'x', 'rejected'],
    ['MAX_PATHWAY_CLONES and one more', Array(MAX_PATHWAY_CLONES + 1).fill({}), 'rejected'],
    ['as many as MAX_PATHWAY_CLONES', Array(MAX_PATHWAY_CLONES).fill({}), 'ignored'],
  ])('a steering manifest with %s changes nothing', (_, clones, kind) => {
    const model = steered();
    expect(steer(model, clones).kind).toBe(kind);
    expect(model.addManifest({ url: 'https://c.example/v1.m3u8', text: mediaText() }).kind).toBe('ignored');
  });

  test('a steering manifest that is hostile, or no JSON, does no harm', () => {
    const clones =
      '[{"BASE-ID":"A","ID":"__proto__","URI-REPLACEMENT":{"__proto__":{"HOST":"p.example"},"PARAMS":{"__proto__":"1","constructor":"2"}}}]';
    const model = steered();
    model.addManifest({ url: at('/s'), text: `{"__proto__":{"polluted":1},"PATHWAY-CLONES":${clones}}` });
    expect(model.addManifest({ url: at('/s'), text: '{' }).kind).toBe('rejected');
    expect(model.addManifest({ url: at('/s'), text: `{"a":${'['.repeat(1e5)}` }).kind).toBe('rejected');
    expect('polluted' in {} || Object.keys(Object.prototype).length > 0).toBe(false);
    expect(model.addManifest({ url: 'https://p.example/v1.m3u8', text: mediaText() }).kind).toBe('ignored');
  });

  test('before any playlist came, it is ignored', () => {
    expect(singleModel().addManifest({ url: at('/s'), text: '{"VERSION":1}' }).kind).toBe('ignored');
  });
});

describe('MediaModel: playlists at other URLs', () => {
  test('a variant that each reload redirects elsewhere', () => {
    const model = modelOf(multivariantText((path) => `https://lb.example/${path}`));
    const edges = [1, 2, 3].map((n) => `https://edge-${n}.example/s-${n}/low.m3u8`);
    const outcomes = edges.map((edge) => addMedia(model, 'https://lb.example/low.m3u8', mediaText(), edge));
    expect(outcomes.map(({ rendition }) => rendition)).toEqual(Array(3).fill(model.renditions[0]));
    expect(outcomes.map(({ added }) => added.length)).toEqual([3, 0, 0]);
    expect(model.findSegment('https://edge-3.example/s-3/seg2.ts')?.id.sequence).toBe(2);
  });
});
