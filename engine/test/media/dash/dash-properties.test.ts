import fc from 'fast-check';
import { DASH_FORMAT } from '../../../src/media/dash/dash-model';
import { HLS_FORMAT } from '../../../src/media/hls-model';
import { MediaModel } from '../../../src/media/media-model';
import { addMpd, at, dashModel, LIVE, mpd, MPD_URL, period, sidxBox, TEMPLATE, timeline } from './manifests';

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
/** Where one viewer finds what all others find elsewhere. */
const place = fc.record({ host: word, directory: word, token: word, second: word });
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

const basesOf = ({ host, directory, token, second }: Place): string[] => [
  `https://${host}.example/${directory}/${token}/`,
  `https://${second}.example/`,
];

describe('MediaModel properties: DASH identity', () => {
  test('does not depend on host, path, token, redirect or which of several CDNs is asked', () => {
    fc.assert(
      fc.property(place, place, fc.boolean(), fc.nat(1000), (here, there, isByTime, n) => {
        const segments = isByTime ? timeline('$Time$.m4s', '<S d="20" r="1000"/>') : TEMPLATE;
        const path = isByTime ? `${n * 20}.m4s` : `v1/${n}.m4s`;
        const keys = [here, there].map((viewer) => {
          const bases = basesOf(viewer);
          const model = new MediaModel({ sourceUrl: MPD_URL, formats: [DASH_FORMAT] });
          const text = mpd(bases.map((url) => `<BaseURL>${url}</BaseURL>`).join('') + period({ segments }));
          model.addManifest({ url: MPD_URL, responseUrl: `https://edge-${viewer.host}.example/m`, text });
          return bases.map((base) => model.findSegment(base + path)?.key);
        });
        expect(new Set(keys.flat()).size).toBe(1);
        expect(keys[0]?.[0]).toBeDefined();
      }),
    );
  });

  test('does not depend on when a viewer of a live stream joined, and which refreshes it missed', () => {
    const visits = fc
      .uniqueArray(fc.nat(120), { minLength: 1, maxLength: 20 })
      .map((times) => times.sort((a, b) => a - b));
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 140 }), { maxLength: 6 });
    fc.assert(
      fc.property(visits, visits, cuts, fc.boolean(), (one, other, periodStarts, isByTime) => {
        const now = 121;
        const [first, second] = [one, other].map((times) => {
          const model = dashModel();
          for (const time of [...times, now]) addMpd(model, liveText(time, 10, periodStarts, isByTime));
          return Array.from({ length: 10 }, (_, i) => model.findSegment(at(`${(now + i) * (isByTime ? 20 : 1)}.m4s`)));
        });
        expect(first).toEqual(second);
        expect(first?.every((segment) => segment !== undefined)).toBe(true);
      }),
    );
  });

  test('is never that of two segments: what is found by URL is found by key, and the other way round', () => {
    const where = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom('$Time$', '$Number$', '$RepresentationID$/$Number$'),
      base: fc.constantFrom('', 'x/'),
    });
    fc.assert(
      fc.property(fc.array(where, { minLength: 1, maxLength: 6 }), fc.nat(3), (parts, n) => {
        const text = mpd(
          parts
            .map(({ id, kind, base }, i) => {
              const representations = `<Representation id="${id}"/><Representation id="z"/>`;
              return period({
                id: `p${i}`,
                baseUrl: base,
                duration: 'PT20S',
                representations,
                segments: timeline(kind, '<S d="1" r="3"/>', 'timescale="1" startNumber="0"'),
              });
            })
            .join(''),
        );
        const model = dashModel(text);
        const urls = ['', 'x/'].flatMap((base) => ['', 'a/', 'b/', 'c/', 'z/'].map((id) => at(`${base}${id}${n}`)));
        const found = urls.flatMap((url) => model.findSegment(url) ?? []);
        expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
        for (const segment of found) expect(model.segment(segment.key)).toEqual(segment);
      }),
    );
  });
});

/** The window of a live stream at `time`, in Periods of one template that count on. */
function liveText(time: number, count: number, periodStarts: readonly number[], isByTime: boolean): string {
  const starts = [0, ...periodStarts].sort((a, b) => a - b);
  const periods = starts.flatMap((start, i) => {
    const from = Math.max(start, time);
    const until = Math.min(starts[i + 1] ?? Infinity, time + count);
    if (until <= from) return [];
    const rows = `<S t="${from * 20}" d="20" r="${until - from - 1}"/>`;
    const segments = timeline(`${isByTime ? '$Time$' : '$Number$'}.m4s`, rows, `timescale="10" startNumber="${from}"`);
    return [period({ id: `p${start}`, start: `PT${start * 2}S`, segments })];
  });
  return mpd(periods.join(''), LIVE);
}

describe('MediaModel properties: any XML', () => {
  const names = [
    'MPD',
    'Period',
    'AdaptationSet',
    'Representation',
    'SegmentTemplate',
    'SegmentTimeline',
    'S',
    'SegmentList',
    'SegmentURL',
    'SegmentBase',
    'Initialization',
    'BaseURL',
    'Role',
    'Location',
    '__proto__',
    'constructor',
  ];
  const attributes = [
    'id',
    'start',
    'duration',
    'type',
    'media',
    'initialization',
    'timescale',
    'startNumber',
    'endNumber',
    't',
    'd',
    'r',
    'n',
    'indexRange',
    'range',
    'mediaRange',
    'lang',
    'contentType',
    'mimeType',
    'codecs',
    'availabilityStartTime',
    '__proto__',
    'constructor',
    'toString',
    '__defineGetter__',
    'hasOwnProperty',
  ];
  const values = [
    '',
    '1',
    '-1',
    '2',
    '9'.repeat(30),
    '1e9',
    'NaN',
    'PT2S',
    'P9999999999Y',
    'video',
    'audio',
    'dynamic',
    '$Number$.m4s',
    '$Time%09999d$',
    '$RepresentationID$/$Number%03d$',
    '0-99',
    '99-0',
    '__proto__',
    'https://[',
    '&#10;',
    '2024-01-01T00:00:00Z',
  ];
  const attribute = fc
    .tuple(fc.constantFrom(...attributes), fc.oneof(fc.constantFrom(...values), fc.stringMatching(/^[^<"&]{0,8}$/)))
    .map(([name, value]) => ` ${name}="${value}"`);
  const attributeList = fc
    .uniqueArray(attribute, { maxLength: 5, selector: (text) => text.split('=')[0] })
    .map((list) => list.join(''));
  const text = fc.constantFrom('', 'https://a.example/', '../', 'data:,');
  /** Elements of these names, any or none of them within one of the level above. */
  const level = (elements: readonly string[], within: fc.Arbitrary<string>) =>
    fc
      .array(fc.tuple(fc.constantFrom(...elements), attributeList, within, text), { maxLength: 3 })
      .map((list) => list.map(([name, own, inner, words]) => `<${name}${own}>${words}${inner}</${name}>`).join(''));
  const rows = level(['S', 'SegmentURL', 'Initialization'], fc.constant(''));
  const timelines = fc.tuple(level(['SegmentTimeline', 'S'], rows), rows).map((parts) => parts.join(''));
  const segments = level(['SegmentTemplate', 'SegmentList', 'SegmentBase', 'BaseURL', 'Role'], timelines);
  const representations = level(['Representation', 'SegmentTemplate', ...names], segments);
  const sets = level(
    ['AdaptationSet', 'AdaptationSet', ...names],
    fc.tuple(segments, representations).map((parts) => parts.join('')),
  );
  const tree = level(
    ['Period', 'Period', ...names],
    fc.tuple(segments, sets).map((parts) => parts.join('')),
  );
  const samples = [
    mpd(period() + period({ id: 'b', segments: timeline('$Time$.m4s', '<S t="5" d="20" r="-1"/><S t="90" d="3"/>') })),
    mpd(
      period({
        id: 'a',
        start: 'PT0S',
        segments: '<SegmentList duration="2"><SegmentURL media="a" mediaRange="0-9"/></SegmentList>',
      }),
      LIVE,
    ),
    mpd(
      `<BaseURL>x/</BaseURL><BaseURL>y/</BaseURL>${period({ segments: '<SegmentBase indexRange="100-155"/>', baseUrl: 'a.mp4' })}`,
    ),
  ];
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.nat(700), fc.nat(30), fc.oneof(fc.constantFrom(...values), fc.string()))
    .map(([sample, start, length, insert]) => sample.slice(0, start) + insert + sample.slice(start + length));
  const wrapped = fc
    .tuple(attributeList, fc.array(tree, { maxLength: 3 }))
    .map(([list, nodes]) => `<MPD${list}>${nodes.join('')}</MPD>`);

  test('never makes it throw, reach Object.prototype, or number a segment with anything but whole numbers', () => {
    const anyText = fc.oneof(mutated, wrapped, tree, fc.string(), fc.string({ unit: 'binary' }));
    const paths = ['v1/1.m4s', '1.m4s', '5.m4s', 'a', 'a.mp4', '0001', '$Number$.m4s'];
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), fc.boolean(), (texts, isDashOnly) => {
        const formats = isDashOnly ? [DASH_FORMAT] : [HLS_FORMAT, DASH_FORMAT];
        const model = new MediaModel({ sourceUrl: MPD_URL, formats });
        for (const each of texts) {
          model.addManifest({ url: MPD_URL, text: each });
          model.addIndex(at('a.mp4'), { start: 100, end: 156 }, sidxBox([10, 30]));
        }
        for (const path of paths) {
          for (const range of [undefined, { start: 0, end: 10 }, { start: 156, end: 166 }]) {
            const segment = model.findSegment(at(path), range);
            if (!segment) continue;
            const { rendition, discontinuity, sequence } = segment.id;
            for (const number of [rendition, discontinuity, sequence]) {
              expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
            }
            expect(model.segment(segment.key)?.id).toEqual(segment.id);
            model.segmentsAfter(segment, 5, Date.UTC(2030, 0));
          }
        }
        expect(model.segmentCount).toBeGreaterThanOrEqual(0);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('attributes with the names of an object’s own do no harm', () => {
    const evil = '__proto__="x" constructor="x" hasOwnProperty="x" toString="x" __defineGetter__="x"';
    const text = mpd(period({ representations: `<Representation id="__proto__" ${evil}/>` })).replace(
      '<AdaptationSet',
      `<AdaptationSet lang="__proto__" ${evil}`,
    );
    const model = dashModel(text);
    expect(model.findSegment(at('__proto__/3.m4s'))?.id.sequence).toBe(3);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
