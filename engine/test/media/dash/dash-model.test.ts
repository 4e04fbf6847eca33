import { DASH_FORMAT } from '../../../src/media/dash/dash-model';
import { MediaModel } from '../../../src/media/media-model';
import { addMpd, at, dashModel, mpd, MPD_URL, period, sequencesAt, TEMPLATE, timeline } from './manifests';

describe('MediaModel: which DASH manifests it takes', () => {
  const outcomeOf = (text: string, formats = [DASH_FORMAT]) =>
    new MediaModel({ sourceUrl: MPD_URL, formats }).addManifest({ url: MPD_URL, text });

  test('an MPD lists renditions, and its segments are found', () => {
    const model = dashModel();
    const outcome = addMpd(model, mpd(period()));
    expect(outcome).toEqual({ kind: 'multivariant', renditions: model.renditions, media: [], removed: [] });
    expect([model.isLive, model.segmentCount]).toEqual([false, 10]);
    expect(model.findSegment(at('v1/3.m4s'))).toEqual({
      id: { rendition: model.renditions[0]?.id, discontinuity: 0xbed418f4, sequence: 3 },
      key: `${model.renditions[0]?.id.toString(16).padStart(8, '0')}/3201571060/3`,
      url: at('v1/3.m4s'),
      durationSeconds: 2,
    });
  });

  test.each([
    ['a web page', '<!doctype html><title>404</title>', 'rejected'],
    ['XML of another kind', '<smil/>', 'ignored'],
    ['a patch', '<Patch xmlns="urn:mpeg:dash:schema:mpd-patch:2020"/>', 'ignored'],
    ['a content steering manifest', '{"VERSION":1}', 'ignored'],
    ['nothing', '', 'rejected'],
    ['an MPD without a Period', mpd(''), 'ignored'],
    ['an MPD without a Representation', mpd(period({ representations: '' })), 'ignored'],
    ['an MPD that ends too early', mpd(period()).slice(0, -3), 'rejected'],
    ['an MPD with a DOCTYPE', `<!DOCTYPE MPD [<!ENTITY a "b">]>${mpd(period())}`, 'rejected'],
    ['a base URL that cannot be', mpd(`<BaseURL>https://[</BaseURL>${period({ baseUrl: 'x/' })}`), 'rejected'],
  ])('%s is not shared', (_, text, kind) => {
    expect(outcomeOf(text)).toEqual({ kind, why: expect.any(String) });
  });

  test('a byte order mark, comments and a prefix are read', () => {
    const prefixed = mpd(period())
      .replace(/<(\/?)(?=[A-Z])/g, '<$1dash:')
      .replace('xmlns=', 'xmlns:dash=');
    expect(sequencesAt(dashModel(`\uFEFF<!-- made by hand -->${mpd(period()).slice(39)}`), 'v1/3.m4s')).toEqual([3]);
    expect(sequencesAt(dashModel(prefixed), 'v1/3.m4s')).toEqual([3]);
  });

  test('a manifest of another source is not taken for this one', () => {
    const model = dashModel(mpd(period()));
    expect(model.addManifest({ url: 'https://ads.example/a.mpd', text: mpd(period()) }).kind).toBe('ignored');
    expect(model.findSegment('https://ads.example/v1/1.m4s')).toBeUndefined();
  });

  test('the source may be redirected, name where it is to be reloaded from, and be reloaded from there', () => {
    const model = dashModel();
    const edge = 'https://edge.example/s/main.mpd';
    const text = mpd(`<Location>https://other.example/m.mpd?token=1</Location>${period()}`);
    expect(model.addManifest({ url: MPD_URL, responseUrl: edge, text }).kind).toBe('multivariant');
    expect(model.findSegment('https://edge.example/s/v1/1.m4s')).toBeDefined();
    addMpd(model, text, edge);
    addMpd(model, text, 'https://other.example/m.mpd?token=2');
  });

  test('a build without DASH ignores it, and one without HLS refuses playlists', () => {
    const model = new MediaModel({ sourceUrl: MPD_URL });
    expect(model.addManifest({ url: MPD_URL, text: mpd(period()) })).toEqual({
      kind: 'ignored',
      why: 'a DASH manifest',
    });
    expect(outcomeOf('#EXTM3U\n#EXTINF:2,\na.ts').kind).toBe('rejected');
    expect(outcomeOf(mpd(period()), []).kind).toBe('ignored');
  });
});

describe('MediaModel: DASH segments', () => {
  const modelOf = (segments: string, more = '') =>
    dashModel(mpd(period({ segments, representations: undefined }) + more));

  test('only video and audio are shared', () => {
    const set = (attributes: string) =>
      `<AdaptationSet ${attributes}>${TEMPLATE}<Representation id="x"/></AdaptationSet>`;
    const shared = (attributes: string) =>
      dashModel(mpd(`<Period>${set(attributes)}</Period>`)).renditions.length === 1;
    expect(
      ['mimeType="video/mp2t"', 'contentType="audio"', 'contentType="video" mimeType="application/mp4"'].map(shared),
    ).toEqual([true, true, true]);
    expect(
      ['mimeType="text/vtt"', 'contentType="text" mimeType="application/mp4"', 'mimeType="image/jpeg"', ''].map(shared),
    ).toEqual([false, false, false, false]);
  });

  test('$Time$ without a timeline, and $Number$ with one', () => {
    const byTime = modelOf('<SegmentTemplate media="$Time$.m4s" timescale="10" duration="20"/>');
    expect(byTime.findSegment(at('40.m4s'))).toMatchObject({ id: { sequence: 40 }, durationSeconds: 2 });
    const byNumber = modelOf(
      timeline('$Number$.m4s', '<S t="500" d="20" r="1"/><S d="7"/>', 'timescale="10" startNumber="8"'),
    );
    expect(byNumber.findSegment(at('10.m4s'))).toMatchObject({ id: { sequence: 10 }, durationSeconds: 0.7 });
    expect(byNumber.segmentCount).toBe(3);
  });

  test('a template with both is known by time', () => {
    const model = modelOf(timeline('$Number$-$Time$.m4s', '<S t="500" d="20" r="3"/>'));
    const segment = model.findSegment(at('2-520.m4s'));
    expect(segment?.id.sequence).toBe(520);
    expect(model.segment(segment?.key ?? '')?.url).toBe(at('2-520.m4s'));
  });

  test('what is stated nearest counts, and all of one kind', () => {
    const own = timeline('own-$Time$.m4s', '<S t="7" d="20"/>');
    const inherited = timeline('set-$Time$.m4s', '<S t="3" d="20"/><S d="20"/>');
    const partial = '<SegmentTemplate media="part-$Time$.m4s"/>';
    const representations = `<Representation id="a">${own}</Representation><Representation id="b">${partial}</Representation>
      <Representation id="c"><SegmentList duration="2"><SegmentURL media="c1.m4s"/></SegmentList></Representation>`;
    const model = dashModel(mpd(period({ segments: inherited, representations })));
    const [a, b, c] = ['own-7.m4s', 'part-3.m4s', 'c1.m4s'].map((path) => model.findSegment(at(path)));
    expect([a, b, c].map((segment) => segment && model.segmentsAfter(segment, 9).length)).toEqual([0, 1, 0]);
    expect([a, b, c].map((segment) => segment?.durationSeconds)).toEqual([2, 2, 2]);
  });

  test('a SegmentList: by place, by time, by range', () => {
    const urls = ['a.m4s', 'b.m4s', 'a.m4s'].map((url) => `<SegmentURL media="${url}"/>`).join('');
    const byPlace = modelOf(`<SegmentList duration="2" startNumber="4">${urls}</SegmentList>`);
    expect(sequencesAt(byPlace, 'a.m4s', 'b.m4s', 'c.m4s')).toEqual([4, 5, undefined]);
    const byTime = modelOf(
      `<SegmentList timescale="10"><SegmentTimeline><S t="60" n="9" d="20" r="2"/></SegmentTimeline>${urls}</SegmentList>`,
    );
    expect(sequencesAt(byTime, 'a.m4s', 'b.m4s')).toEqual([60, 80]);
    const ranges =
      '<SegmentURL mediaRange="0-99"/><SegmentURL mediaRange="100-249"/><SegmentURL mediaRange="x"/><SegmentURL/>';
    const byRange = dashModel(
      mpd(period({ baseUrl: 'all.mp4', segments: `<SegmentList duration="2">${ranges}</SegmentList>` })),
    );
    const segment = byRange.findSegment(at('all.mp4'), { start: 100, end: 250 });
    expect(segment).toMatchObject({ id: { sequence: 2 }, byteRange: { start: 100, end: 250 }, durationSeconds: 2 });
    expect(segment && byRange.segment(segment.key)).toEqual(segment);
    for (const range of [undefined, { start: 0, end: 250 }, { start: 100, end: 200 }]) {
      expect(byRange.findSegment(at('all.mp4'), range)).toBeUndefined();
    }
  });

  test('init segments are no segments, even where a number could be one', () => {
    const model = modelOf(
      '<SegmentTemplate media="$Number$.mp4" initialization="0.mp4" duration="2" startNumber="0"/>',
    );
    expect(sequencesAt(model, '0.mp4', '1.mp4')).toEqual([undefined, 1]);
    const list =
      '<SegmentList duration="2"><Initialization range="0-9"/><SegmentURL mediaRange="0-9"/><SegmentURL mediaRange="10-19"/></SegmentList>';
    const byRange = dashModel(mpd(period({ baseUrl: 'a.mp4', segments: list })));
    expect(byRange.findSegment(at('a.mp4'), { start: 0, end: 10 })).toBeUndefined();
    expect(byRange.findSegment(at('a.mp4'), { start: 10, end: 20 })?.id.sequence).toBe(2);
    const named =
      '<SegmentTemplate media="$Number$.mp4" duration="2"><Initialization sourceURL="7.mp4"/></SegmentTemplate>';
    expect(sequencesAt(modelOf(named), '7.mp4', '8.mp4')).toEqual([undefined, 8]);
  });

  test('a part of a segment, and anything else, is no segment', () => {
    const model = dashModel(mpd(period()));
    expect(model.findSegment(at('v1/1.m4s'), { start: 0, end: 10 })).toBeUndefined();
    expect(sequencesAt(model, 'v1/1.m4s?x=1', 'v1/init.mp4', 'v2/1.m4s', 'main.mpd', 'v1/01.m4s')).toEqual(
      Array(5).fill(undefined),
    );
    expect([model.findSegment('v1/1.m4s'), model.findSegment('https://[')]).toEqual([undefined, undefined]);
  });

  test('one segment is known under all base URLs, and keeps the one that was asked for', () => {
    const bases = ['https://a.example/', 'https://b.example/x/'].map((url) => `<BaseURL>${url}</BaseURL>`).join('');
    const model = dashModel(mpd(bases + period({ baseUrl: 'p/' })));
    const [a, b] = ['https://a.example/p/v1/4.m4s', 'https://b.example/x/p/v1/4.m4s'].map((url) =>
      model.findSegment(url),
    );
    expect(b).toEqual({ ...a, url: 'https://b.example/x/p/v1/4.m4s' });
    expect(model.segment(a?.key ?? '')).toEqual(a);
    expect(model.segmentCount).toBe(10);
  });

  test('segmentsAfter gives what follows, also in later Periods', () => {
    const model = dashModel(
      mpd(
        period({ id: 'a', duration: 'PT5S' }) +
          period({ id: 'ad', baseUrl: 'ad/', representations: '<Representation id="ad"/>', duration: 'PT4S' }) +
          period({ id: 'b', baseUrl: 'b/' }),
      ),
    );
    const segment = model.findSegment(at('v1/2.m4s'));
    expect(segment && model.segmentsAfter(segment, 3).map(({ url }) => url)).toEqual([
      at('v1/3.m4s'),
      at('b/v1/1.m4s'),
      at('b/v1/2.m4s'),
    ]);
    expect(segment && model.segmentsAfter(segment, 0)).toEqual([]);
  });

  test('segment knows keys, and no others', () => {
    const model = dashModel(mpd(period()));
    const key = model.findSegment(at('v1/2.m4s'))?.key ?? '';
    expect(model.segment(key)?.url).toBe(at('v1/2.m4s'));
    for (const other of [
      '',
      'x',
      key.replace(/2$/, '02'),
      `0${key}`,
      key.replace(/\d+$/, '9007199254740993'),
      key.replace(/\/\d+\//, '/1/'),
    ]) {
      expect(model.segment(other)).toBeUndefined();
    }
  });

  test('numbers beyond exact ones, and manifests that make no sense, are not shared', () => {
    const found = (segments: string, path: string) => modelOf(segments).findSegment(at(path));
    expect(found(timeline('$Time$.m4s', '<S t="9007199254740993" d="2"/>'), '9007199254740992.m4s')).toBeUndefined();
    expect(found(timeline('$Time$.m4s', '<S t="1" d="0"/>'), '1.m4s')).toBeUndefined();
    expect(found(timeline('$Time$.m4s', '<S t="1x" d="2"/>'), '1.m4s')).toBeUndefined();
    expect(found(timeline('$Time$.m4s', ''), '1.m4s')).toBeUndefined();
    expect(found('<SegmentTemplate media="$Number$" duration="2" startNumber="-1"/>', '1')).toBeUndefined();
    expect(found('<SegmentTemplate duration="2"/>', '1')).toBeUndefined();
    expect(found('<SegmentBase/>', 'main.mpd')).toBeUndefined();
    expect(found('', 'main.mpd')).toBeUndefined();
  });

  test('a template without duration and timeline is one segment', () => {
    const model = modelOf('<SegmentTemplate media="$RepresentationID$-$Number$.mp4"/>');
    expect(model.segmentCount).toBe(1);
    expect(model.findSegment(at('v1-1.mp4'))?.durationSeconds).toBe(20);
  });
});
