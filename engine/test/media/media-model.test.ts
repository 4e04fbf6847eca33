import { MediaModel } from '../../src/media/media-model';
import { addMedia, at, m3u8, mediaText, modelOf, multivariantText, singleModel, SOURCE } from './playlists';

const INF = '#EXTINF:2,';

describe('MediaModel: which playlists it takes', () => {
  test('a multivariant playlist, then its media playlists', () => {
    const model = new MediaModel({ sourceUrl: SOURCE });
    const outcome = model.addManifest({ url: SOURCE, text: multivariantText() });
    expect(outcome).toEqual({ kind: 'multivariant', renditions: model.renditions, media: [], removed: [] });
    const { rendition, added, removed, isLive } = addMedia(
      model,
      at('low.m3u8'),
      mediaText({ first: 7, isEnded: true }),
    );
    expect(rendition).toBe(model.renditions[0]);
    expect(added.map(({ id }) => id)).toEqual(
      [7, 8, 9].map((sequence) => ({ rendition: rendition.id, discontinuity: 0, sequence })),
    );
    expect([removed, isLive, model.segmentCount]).toEqual([[], false, 3]);
  });

  test.each([
    ['a DASH manifest', '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', 'ignored'],
    ['an I-frame playlist', m3u8('#EXT-X-I-FRAMES-ONLY', INF, 'i.ts'), 'ignored'],
    ['a web page', '<!doctype html><title>404</title>', 'rejected'],
    ['nothing', '', 'rejected'],
    ['a playlist of nothing', m3u8(), 'rejected'],
    ['a multivariant playlist without variants', m3u8('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n"'), 'rejected'],
    ['both kinds at once', m3u8('#EXT-X-STREAM-INF:BANDWIDTH=1', 'a', INF, 'b'), 'rejected'],
    ['a media sequence that is no number', m3u8('#EXT-X-MEDIA-SEQUENCE:x', INF, 'a'), 'rejected'],
    ['a media sequence that only ends with a number', m3u8('#EXT-X-MEDIA-SEQUENCE:x:7', INF, 'a'), 'rejected'],
    ['a media sequence below zero', m3u8('#EXT-X-MEDIA-SEQUENCE:-1', INF, 'a'), 'rejected'],
    ['a media sequence beyond exact numbers', m3u8('#EXT-X-MEDIA-SEQUENCE:18446744073709551615', INF, 'a'), 'rejected'],
    ['a media sequence after a segment', m3u8(INF, 'a', '#EXT-X-MEDIA-SEQUENCE:4', INF, 'b'), 'rejected'],
    ['a skip without a number', m3u8('#EXT-X-SKIP:X=1', INF, 'a'), 'rejected'],
    ['a variable that is not defined', m3u8('#EXT-X-DEFINE:IMPORT="x"', INF, 'a'), 'rejected'],
    ['a variable with the name of an object’s own', m3u8('#EXT-X-DEFINE:IMPORT="constructor"', INF, 'a'), 'rejected'],
    ['a variable with two names', m3u8('#EXT-X-DEFINE:NAME="x",VALUE="1",IMPORT="x"', INF, 'a'), 'rejected'],
    [
      'a variable that is defined twice',
      m3u8(...['1', '2'].map((value) => `#EXT-X-DEFINE:NAME="x",VALUE="${value}"`), INF, 'a'),
      'rejected',
    ],
  ])('%s is not shared', (_, text, kind) => {
    const model = singleModel();
    expect(model.addManifest({ url: SOURCE, text })).toEqual({ kind, why: expect.any(String) });
    expect(model.segmentCount).toBe(0);
  });

  test('a byte order mark and Windows line ends are read', () => {
    const text = `\uFEFF${mediaText().replaceAll('\n', '\r\n')}`;
    expect(addMedia(singleModel(), SOURCE, text).added.map(({ url }) => url)).toEqual(
      ['seg0.ts', 'seg1.ts', 'seg2.ts'].map(at),
    );
  });

  test('subtitles are not shared', () => {
    const outcome = modelOf().addManifest({ url: at('subs.m3u8'), text: m3u8(INF, 'a.vtt') });
    expect(outcome).toEqual({ kind: 'ignored', why: 'a subtitle playlist' });
  });

  test('a playlist that the multivariant playlist does not list is not shared', () => {
    expect(modelOf().addManifest({ url: at('other.m3u8'), text: mediaText() }).kind).toBe('ignored');
  });

  // An advertisement's ladder often has the very attributes of the content's.
  test('a multivariant playlist of another source is not taken for this one', () => {
    const model = modelOf();
    const outcome = model.addManifest({ url: 'https://ads.example/a.m3u8', text: multivariantText() });
    expect(outcome.kind).toBe('ignored');
    expect(model.addManifest({ url: 'https://ads.example/low.m3u8', text: mediaText() }).kind).toBe('ignored');
  });

  test('media playlists that come before the multivariant one are taken when it comes', () => {
    const model = new MediaModel({ sourceUrl: SOURCE });
    expect(model.addManifest({ url: at('low.m3u8'), text: mediaText() }).kind).toBe('ignored');
    expect(model.addManifest({ url: at('low.m3u8'), text: mediaText({ count: 4 }) }).kind).toBe('ignored');
    expect(model.addManifest({ url: at('subs.m3u8'), text: mediaText() }).kind).toBe('ignored');
    expect(model.segmentCount).toBe(0);
    const outcome = model.addManifest({ url: SOURCE, text: multivariantText() });
    expect(outcome).toMatchObject({ kind: 'multivariant', media: [{ rendition: model.renditions[0], isLive: true }] });
    expect(model.segmentCount).toBe(4);
  });

  test('renditions that a new multivariant playlist leaves out are forgotten, the others keep their segments', () => {
    const model = modelOf();
    addMedia(model, at('low.m3u8'), mediaText({ name: (n) => `low${n}.ts` }));
    const { added } = addMedia(model, at('high.m3u8'), mediaText({ name: (n) => `high${n}.ts` }));
    const onlyLow = m3u8(
      '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.4d401e,mp4a.40.2"',
      'l.m3u8?t=2',
    );
    const outcome = model.addManifest({ url: `${SOURCE}?t=2`, text: onlyLow });
    expect(outcome).toMatchObject({ kind: 'multivariant', removed: added.map(({ key }) => key) });
    expect(model.findSegment(at('low1.ts'))).toBeDefined();
    expect(model.findSegment(at('high1.ts'))).toBeUndefined();
    // The player may go on with the URL that it has.
    expect(addMedia(model, at('low.m3u8'), mediaText({ count: 4, name: (n) => `low${n}.ts` })).added).toHaveLength(1);
    expect(addMedia(model, at('l.m3u8?t=2'), mediaText({ count: 5, name: (n) => `low${n}.ts` })).added).toHaveLength(1);
  });
});

describe('MediaModel: URLs that changed on the way', () => {
  // Upstream registers the declared URL, the player reports the response URL: P2P is off without a word.
  test('a variant answered by a redirect is known under both URLs, its segments are relative to the response', () => {
    const model = modelOf();
    const edge = 'https://edge-3.example/x/low.m3u8?session=9';
    const { rendition, added } = addMedia(model, at('low.m3u8'), mediaText(), edge);
    expect(added[0]?.url).toBe('https://edge-3.example/x/seg0.ts');
    expect(addMedia(model, edge, mediaText({ count: 4 })).rendition).toBe(rendition);
  });

  test('a player that only tells the response URL is understood when it told both before', () => {
    const model = modelOf();
    addMedia(model, at('low.m3u8'), mediaText(), 'https://edge.example/1');
    addMedia(model, 'https://edge.example/1', mediaText(), 'https://edge.example/2');
    expect(addMedia(model, 'https://edge.example/2', mediaText()).rendition).toBe(model.renditions[0]);
  });

  test('a URL that answered for two renditions stands for neither', () => {
    const model = modelOf();
    const gateway = 'https://edge.example/get';
    addMedia(model, at('low.m3u8'), mediaText(), gateway);
    addMedia(model, at('high.m3u8'), mediaText(), gateway);
    expect(model.addManifest({ url: gateway, text: mediaText() }).kind).toBe('ignored');
    expect(addMedia(model, at('low.m3u8'), mediaText(), gateway).rendition).toBe(model.renditions[0]);
  });

  // Upstream never updates then: the first eight segments are shared, and nothing after them.
  test('blocking reload and delta updates do not make it another playlist', () => {
    const model = modelOf(multivariantText((path) => `${path}?a=1`));
    const { rendition } = addMedia(model, at('low.m3u8?a=1&_HLS_msn=12&_HLS_part=0'), mediaText());
    expect(addMedia(model, at('low.m3u8?_HLS_skip=YES&a=1'), mediaText()).rendition).toBe(rendition);
    expect(model.addManifest({ url: at('low.m3u8?a=2'), text: mediaText() }).kind).toBe('ignored');
  });

  test('the source itself may be redirected, and be reloaded from there', () => {
    const edge = 'https://edge.example/s/main.m3u8';
    const model = new MediaModel({ sourceUrl: SOURCE });
    model.addManifest({ url: SOURCE, responseUrl: edge, text: multivariantText() });
    expect(addMedia(model, 'https://edge.example/s/low.m3u8', mediaText()).rendition).toBe(model.renditions[0]);
    expect(model.addManifest({ url: edge, text: multivariantText() }).kind).toBe('multivariant');
  });

  test('streams whose variants differ only in the query are different renditions', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=';
    const model = modelOf(m3u8(`${inf}1`, 'play?level=1', `${inf}2`, 'play?level=2'));
    const renditions = [1, 2].map((level) => addMedia(model, at(`play?level=${level}`), mediaText()).rendition);
    expect(renditions).toEqual(model.renditions);
  });
});

describe('MediaModel: a source that is one media playlist', () => {
  test('has a single rendition, also with another query than the source', () => {
    const model = singleModel();
    const { rendition } = addMedia(model, SOURCE, mediaText());
    expect(rendition.key).toBe('p2p-media-rendition/1\ntype=single');
    expect(addMedia(model, `${SOURCE}?again=1`, mediaText(), 'https://edge.example/m').rendition).toBe(rendition);
    expect(addMedia(model, 'https://edge.example/m', mediaText()).rendition).toBe(rendition);
    expect(model.renditions).toEqual([rendition]);
  });

  test('when it turns out to be a multivariant one, what was taken for it is forgotten', () => {
    const model = singleModel();
    const { added } = addMedia(model, `${SOURCE}?level=1`, mediaText());
    const outcome = model.addManifest({ url: SOURCE, text: multivariantText() });
    expect(outcome).toMatchObject({ removed: added.map(({ key }) => key) });
    expect(model.findSegment(at('seg0.ts'))).toBeUndefined();
  });
});
