// The situations in which identities of peer-to-peer loaders are known to break, over the whole engine: shared when the
// content is the same, never mixed when it is not. What the model says of each is in ../media/identity-table.test.ts.

import type { ManifestText } from '../../src/player/player-connection';
import { LIVE, mpd, period, sidxBox, timeline } from '../media/dash/manifests';
import { m3u8, mediaText, multivariantText } from '../media/playlists';
import { passOn, type Watching } from '../support/two-viewers';

const SWARM = { swarmId: 'the-show' };
const ORIGIN = 'https://origin.example/show/';
const CLONES = {
  VERSION: 1,
  'PATHWAY-PRIORITY': ['C', 'A'],
  'PATHWAY-CLONES': [{ 'BASE-ID': 'A', ID: 'C', 'URI-REPLACEMENT': { HOST: 'c.example' } }],
};

type Locate = (path: string) => string;
const at: Locate = (path) => `${ORIGIN}${path}`;
const manifest = (url: string, text: string, responseUrl?: string): ManifestText => ({
  url,
  text,
  ...(responseUrl !== undefined && { responseUrl }),
});

/** A viewer of segment 6 of the low variant, with all URLs where `locate` says. */
function hls(locate: Locate = at, more: Partial<Watching> = {}, responseUrl?: string): Watching {
  const media = mediaText({ first: 5, name: (n) => locate(`s${n}.ts`) });
  return {
    sourceUrl: locate('main.m3u8'),
    manifests: [
      manifest(locate('main.m3u8'), multivariantText(locate)),
      manifest(locate('low.m3u8'), media, responseUrl),
    ],
    url: locate('s6.ts'),
    ...more,
  };
}

/** A viewer of one variant that the multivariant playlist states as `inf`. */
function variant(inf: string, more: Partial<Watching> = {}, name = 'v'): Watching {
  const listed = m3u8(`#EXT-X-STREAM-INF:${inf}`, `${name}.m3u8`);
  const media = mediaText({ name: (n) => `${name}${n}.ts` });
  const manifests = [manifest(at('main.m3u8'), listed), manifest(at(`${name}.m3u8`), media)];
  return { sourceUrl: at('main.m3u8'), manifests, url: at(`${name}1.ts`), p2p: SWARM, ...more };
}

/** A viewer of the MPD `text`. */
const dash = (text: string, path: string, more: Partial<Watching> = {}): Watching => ({
  sourceUrl: at('main.mpd'),
  manifests: [manifest(at('main.mpd'), text)],
  url: at(path),
  p2p: SWARM,
  ...more,
});

const INDEXED = period({ id: 'p', segments: '<SegmentBase indexRange="100-155"/>', baseUrl: 'a.mp4' });
const INDEX = { url: at('a.mp4'), byteRange: { start: 100, end: 156 }, bytes: sidxBox([60_000, 50_000]) };
const indexed = (more: Partial<Watching> = {}): Watching =>
  dash(mpd(INDEXED), 'a.mp4', { indexes: [INDEX], byteRange: { start: 156, end: 60_156 }, ...more });

const liveWindow = (first: number): string => {
  const rows = `<S t="${first * 3333}" d="3333" r="4"/>`;
  return mpd(period({ id: 'p', start: 'PT0S', segments: timeline('$Time$.m4s', rows, 'timescale="10000"') }), LIVE);
};

describe('shared when the content is the same', () => {
  test.each<[string, Watching, Watching]>([
    ['token in the query', hls((path) => `${at(path)}?token=1`), hls((path) => `${at(path)}?token=2`)],
    ['token in the path', hls(at, { p2p: SWARM }), hls((path) => at(`t-8f3a/${path}`), { p2p: SWARM })],
    ['edge host', hls(at, { p2p: SWARM }), hls((path) => `https://edge-17.example/show/${path}`, { p2p: SWARM })],
    ['http and https', hls(at, { p2p: SWARM }), hls((path) => at(path).replace('https', 'http'), { p2p: SWARM })],
    ['several CDNs', hls(at, { p2p: SWARM }), hls((path) => `https://other-cdn.example/x/${path}`, { p2p: SWARM })],
    ['variant playlist answered by a redirect', hls(), hls(at, {}, 'https://edge.example/low.m3u8?session=9')],
    [
      '[PLAY-12] a token that the page adds to what the playlist lists',
      hls(),
      { ...hls(), url: at('s6.ts?token=7'), listedUrl: at('s6.ts') },
    ],
    [
      'a pathway that content steering adds',
      variant('BANDWIDTH=800000,PATHWAY-ID="A"'),
      variant('BANDWIDTH=800000,PATHWAY-ID="A"', {
        manifests: [
          ...variant('BANDWIDTH=800000,PATHWAY-ID="A"').manifests,
          manifest(at('steering.json?_HLS_pathway=A'), JSON.stringify(CLONES)),
          manifest('https://c.example/show/v.m3u8', mediaText({ name: (n) => `v${n}.ts` })),
        ],
        url: 'https://c.example/show/v1.ts',
      }),
    ],
    [
      'bandwidth measured anew for each request, with a stable id',
      variant('BANDWIDTH=800123,STABLE-VARIANT-ID="low"'),
      variant('BANDWIDTH=799876,STABLE-VARIANT-ID="low"'),
    ],
    [
      'alternative audio',
      hls(at, {
        manifests: [...hls().manifests, manifest(at('en.m3u8'), mediaText({ name: (n) => `a${n}.aac` }))],
        url: at('a1.aac'),
      }),
      hls(at, {
        manifests: [...hls().manifests, manifest(at('en.m3u8'), mediaText({ name: (n) => `a${n}.aac` }))],
        url: at('a1.aac'),
      }),
    ],
    [
      'DASH: $Number$, other hosts',
      dash(mpd(period()), 'v1/3.m4s'),
      dash(mpd(`<BaseURL>https://b.example/x/</BaseURL>${period()}`), 'v1/3.m4s', {
        url: 'https://b.example/x/v1/3.m4s',
      }),
    ],
    ['[ID-7] DASH: $Time$, joined later', dash(liveWindow(0), '13332.m4s'), dash(liveWindow(3), '13332.m4s')],
    ['[ID-7] DASH: an index of the file', indexed(), indexed()],
    [
      'DASH: several Periods, of which one has left the manifest',
      dash(
        mpd(
          period({ id: 'a', start: 'PT0S', baseUrl: 'a/' }) + period({ id: 'b', start: 'PT8S', baseUrl: 'b/' }),
          LIVE,
        ),
        'b/v1/2.m4s',
      ),
      dash(mpd(period({ id: 'b', start: 'PT8S', baseUrl: 'b/' }), LIVE), 'b/v1/2.m4s'),
    ],
    [
      'DASH: bandwidth measured anew for each request',
      dash(mpd(period({ representations: '<Representation id="low" bandwidth="800123"/>' })), 'low/3.m4s'),
      dash(mpd(period({ representations: '<Representation id="low" bandwidth="799876"/>' })), 'low/3.m4s'),
    ],
  ])('[ID-2] %s', async (_, first, second) => {
    expect(await passOn(first, second)).toBe('from the first');
  });

  test('[ID-2] [MEDIA-4] blocking reload: a playlist that was read twenty times', async () => {
    const name = (n: number) => at(`s${n}.ts`);
    const reloads = Array.from({ length: 20 }, (_, n) =>
      manifest(at(`low.m3u8?_HLS_msn=${n + 10}&_HLS_part=0`), mediaText({ first: n, count: 10, name })),
    );
    const [multivariant] = hls().manifests;
    const early = hls(at, { manifests: [multivariant!, ...reloads], url: at('s28.ts') });
    const late = hls(at, {
      manifests: [multivariant!, manifest(at('low.m3u8'), mediaText({ first: 27, name }))],
      url: at('s28.ts'),
    });
    expect(await passOn(early, late)).toBe('from the first');
  });

  test('[ID-3] [MEDIA-4] an EVENT that ends, of which the first number is not 0: early and late joiners', async () => {
    const [sourceUrl, url] = [at('event.m3u8'), at('seg42.ts')];
    const ended = manifest(sourceUrl, mediaText({ first: 41, count: 6, type: 'EVENT', isEnded: true }));
    const early = { sourceUrl, manifests: [manifest(sourceUrl, mediaText({ first: 41, type: 'EVENT' })), ended], url };
    expect(await passOn(early, { sourceUrl, manifests: [ended], url })).toBe('from the first');
  });
});

describe('never mixed when it is not', () => {
  const other = { content: 2 };

  test.each<[string, Watching, Watching]>([
    [
      'streams that differ only in the query, where the page names them',
      hls((path) => `${at(path)}?id=5`, { p2p: { swarmId: '5' } }),
      hls((path) => `${at(path)}?id=6`, { p2p: { swarmId: '6' }, ...other }),
    ],
    ['paths that differ', hls(), hls((path) => `https://origin.example/other/${path}`, other)],
    [
      'two variants with equal attributes',
      ...(['a', 'b'] as const).map((name, i): Watching => {
        const inf = '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360';
        const manifests = [
          manifest(at('main.m3u8'), m3u8(inf, 'a.m3u8', inf, 'b.m3u8')),
          manifest(at(`${name}.m3u8`), mediaText({ name: (n) => `${name}${n}.ts` })),
        ];
        return { sourceUrl: at('main.m3u8'), manifests, url: at(`${name}1.ts`), content: i + 1 };
      }),
    ] as [string, Watching, Watching],
    [
      'another bandwidth, and nothing that says it is the same',
      variant('BANDWIDTH=800123'),
      variant('BANDWIDTH=799876', other),
    ],
    [
      'audio and video with the same numbers',
      hls(),
      hls(at, {
        manifests: [...hls().manifests, manifest(at('en.m3u8'), mediaText({ first: 5, name: (n) => `a${n}.aac` }))],
        url: at('a6.aac'),
        ...other,
      }),
    ],
    [
      'HLS and DASH of the same name',
      variant('BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.4d401e"'),
      dash(mpd(period()), 'v1/1.m4s', other),
    ],
    [
      'the same numbers in two Periods',
      ...(['a', 'b'] as const).map((name, i): Watching => {
        const text = mpd(period({ id: 'a', duration: 'PT9S', baseUrl: 'a/' }) + period({ id: 'b', baseUrl: 'b/' }));
        return dash(text, `${name}/v1/3.m4s`, { content: i + 1 });
      }),
    ] as [string, Watching, Watching],
    [
      'a file that was cut anew, with another index',
      indexed(),
      indexed({
        manifests: [manifest(at('main.mpd'), mpd(INDEXED.replace('100-155', '100-143')))],
        indexes: [{ ...INDEX, byteRange: { start: 100, end: 144 }, bytes: sidxBox([60_000], { firstOffset: 12 }) }],
        ...other,
      }),
    ],
    [
      'an encoder that began anew, and says so',
      ...[0, 1].map((i): Watching => {
        const name = (n: number) => `run${i}-${n}.ts`;
        const text = mediaText({ first: 5, name, ...(i > 0 && { discontinuitySequence: 1 }) });
        return { sourceUrl: at('m.m3u8'), manifests: [manifest(at('m.m3u8'), text)], url: at(name(6)), content: i + 1 };
      }),
    ] as [string, Watching, Watching],
  ])('[ID-8] %s', async (_, first, second) => {
    expect(await passOn(first, second)).toBe('from the origin');
  });
});
