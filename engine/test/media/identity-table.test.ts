// The situations in which identities of peer-to-peer loaders are known to break: viewers of one stream who do not
// find each other, or who get each other's other stream. One test each: shared when the content is the same, never
// mixed when it is not.

import { defaultSwarmId } from '../../src/media/swarm-id';
import { LIVE, dashModel, at as dashAt, mpd, period, timeline } from './dash/manifests';
import { addMedia, at, m3u8, mediaText, modelOf, multivariantText, singleModel, SOURCE } from './playlists';

/** The segment keys of a viewer whose playlists are where `locate` says. */
function keysOf(locate: (path: string) => string, responseUrl?: string): string[] {
  const model = modelOf(multivariantText(locate), locate('main.m3u8'));
  const text = mediaText({ first: 5, name: (n) => locate(`s${n}.ts`) });
  return addMedia(model, locate('low.m3u8'), text, responseUrl).added.map(({ key }) => key);
}

const plain = keysOf(at);
const withBandwidth = (bandwidth: number, more = '') =>
  modelOf(m3u8(`#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},RESOLUTION=640x360${more}`, 'v.m3u8'));

describe('segment identity', () => {
  test('Token in the query string: shared', () => {
    expect(keysOf((path) => `${at(path)}?token=abc`)).toEqual(plain);
    expect(defaultSwarmId(`${SOURCE}?token=abc`)).toBe(defaultSwarmId(SOURCE));
  });

  test.each([
    ['token in the path', (path: string) => `https://origin.example/t-8f3a/${path}`, undefined],
    ['edge host', (path: string) => `https://edge-17.origin.example/show/${path}`, undefined],
    ['redirect to an edge', at, 'https://edge-17.origin.example/low.m3u8'],
    ['http instead of https', (path: string) => `http://origin.example/show/${path}`, undefined],
    ['another CDN', (path: string) => `https://other-cdn.example/x/${path}`, undefined],
  ])(
    'Token or edge host in path or hostname, redirect to an edge, http/https, multi-CDN: shared (%s)',
    (_, locate, response) => {
      expect(keysOf(locate, response)).toEqual(plain);
    },
  );

  // Nothing in such manifests tells the streams apart, and nothing in a URL tells a stream's id from a token: the
  // page has to, with the option `swarmId`. What it can do by default is to say the same to all, and say so.
  test('Streams that differ only in the query: the default swarm is one, the page sets swarmId', () => {
    expect(defaultSwarmId('https://a.example/play?id=5')).toBe(defaultSwarmId('https://a.example/play?id=6'));
  });

  test('Variant playlist answered by 302: shared', () => {
    const model = modelOf();
    const edge = 'https://edge.example/low.m3u8?session=9';
    const { added } = addMedia(model, at('low.m3u8'), mediaText({ first: 5 }), edge);
    expect(added.map(({ key }) => key)).toEqual(plain);
    expect(addMedia(model, edge, mediaText({ first: 6 })).added).toHaveLength(1);
  });

  test('LL-HLS / CAN-BLOCK-RELOAD: every refresh is taken in', () => {
    const model = modelOf();
    for (let n = 0; n < 20; n++) {
      addMedia(model, at(`low.m3u8?_HLS_msn=${n + 10}&_HLS_part=0`), mediaText({ first: n, count: 10 }));
    }
    expect(model.findSegment(at('seg28.ts'))?.id.sequence).toBe(28);
  });

  test('Content Steering, pathway clones added later: shared', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=800000,PATHWAY-ID="A"';
    const model = modelOf(m3u8(inf, 'https://a.example/v.m3u8'));
    const clones = [{ 'BASE-ID': 'A', ID: 'C', 'URI-REPLACEMENT': { HOST: 'c.example' } }];
    model.addManifest({ url: at('steering'), text: JSON.stringify({ VERSION: 1, 'PATHWAY-CLONES': clones }) });
    const [base, clone] = ['a', 'c'].map((host) => addMedia(model, `https://${host}.example/v.m3u8`, mediaText()));
    expect(clone?.rendition).toBe(base?.rendition);
    expect(model.findSegment('https://c.example/seg1.ts')?.key).toBe(base?.added[1]?.key);
  });

  test('EVENT stream that ends, MEDIA-SEQUENCE ≠ 0: early and late joiners mean the same', () => {
    const [early, late] = [singleModel(), singleModel()];
    addMedia(early, SOURCE, mediaText({ first: 41, count: 3, type: 'EVENT' }));
    for (const model of [early, late])
      addMedia(model, SOURCE, mediaText({ first: 41, count: 6, type: 'EVENT', isEnded: true }));
    for (let n = 41; n < 47; n++)
      expect(early.findSegment(at(`seg${n}.ts`))).toEqual(late.findSegment(at(`seg${n}.ts`)));
    expect(early.findSegment(at('seg41.ts'))?.id.sequence).toBe(41);
  });

  test('VOD with first sequence ≠ 0: its number, whichever player asks', () => {
    const { added } = addMedia(singleModel(), SOURCE, mediaText({ first: 7, type: 'VOD', isEnded: true }));
    expect(added.map(({ id }) => id.sequence)).toEqual([7, 8, 9]);
  });

  test('HLS with separate audio: audio and video have their own numbers, and are never mixed', () => {
    const model = modelOf();
    addMedia(model, at('low.m3u8'), mediaText({ first: 10, name: (n) => `v${n}.ts` }));
    addMedia(model, at('en.m3u8'), mediaText({ first: 500, name: (n) => `a${n}.aac` }));
    const [video, audio] = ['v10.ts', 'a500.aac'].map((name) => model.findSegment(at(name))?.id);
    expect([video?.sequence, audio?.sequence]).toEqual([10, 500]);
    expect(video?.rendition).not.toBe(audio?.rendition);
  });

  test('DASH: exact numbers and times, whenever one joined', () => {
    const window = (first: number) =>
      mpd(
        period({
          id: 'p',
          start: 'PT0S',
          segments: timeline('$Time$.m4s', `<S t="${first}" d="3333" r="4"/>`, 'timescale="10000"'),
        }),
        LIVE,
      );
    const [early, late] = [dashModel(window(0)), dashModel(window(3 * 3333))];
    expect(early.findSegment(dashAt('13332.m4s'))).toEqual(late.findSegment(dashAt('13332.m4s')));
    // A third of a second apart: in buckets of half a second, some of these would be one.
    const keys = [0, 1, 2, 3, 4].map((n) => early.findSegment(dashAt(`${n * 3333}.m4s`))?.key);
    expect(new Set(keys).size).toBe(5);
  });

  test('DASH and HLS of the same media: never mixed, their files may differ', () => {
    const dash = dashModel(mpd(period())).renditions[0];
    expect(withBandwidth(800000).renditions.map(({ id }) => id)).not.toContain(dash?.id);
    expect(dash?.key).toContain('\nformat=dash\n');
  });

  test('Origin recomputing BANDWIDTH per request: shared where something else names the rendition, never mixed', () => {
    const stable = ',STABLE-VARIANT-ID="low"';
    expect(withBandwidth(800123, stable).renditions[0]?.id).toBe(withBandwidth(799876, stable).renditions[0]?.id);
    const dash = (bandwidth: number) =>
      dashModel(mpd(period({ representations: `<Representation id="low" bandwidth="${bandwidth}"/>` }))).renditions[0]
        ?.id;
    expect(dash(800123)).toBe(dash(799876));
    // Without a stable id the rate may be all that tells two ladders apart, of which each viewer sees one.
    expect(withBandwidth(800123).renditions[0]?.id).not.toBe(withBandwidth(799876).renditions[0]?.id);
  });

  test('Two variants with equal attributes: never mixed', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360';
    const model = modelOf(m3u8(inf, 'a.m3u8', inf, 'b.m3u8'));
    const [a, b] = ['a', 'b'].map((name) =>
      addMedia(model, at(`${name}.m3u8`), mediaText({ name: (n) => `${name}${n}.ts` })),
    );
    expect(a?.added.map(({ key }) => key)).not.toEqual(b?.added.map(({ key }) => key));
    const twins = '<Representation id="v" bandwidth="8"/><Representation id="v" bandwidth="8"/>';
    const [first, second] = dashModel(mpd(period({ representations: twins }))).renditions;
    expect(first?.id).not.toBe(second?.id);
  });
});
