import { addMedia, at, m3u8, mediaText, modelOf, singleModel, SOURCE } from './playlists';

const INF = '#EXTINF:2,';

describe('MediaModel: segments', () => {
  const segmentsOf = (...lines: string[]) => addMedia(singleModel(), SOURCE, m3u8(...lines)).added;

  // Upstream uses the array index for VOD: early joiners of an event and late ones then mean different segments.
  test.each([['VOD'], ['EVENT']] as const)('%s counts from its media sequence, not from zero', (type) => {
    const { added } = addMedia(singleModel(), SOURCE, mediaText({ first: 41, type, isEnded: true }));
    expect(added.map(({ id }) => id.sequence)).toEqual([41, 42, 43]);
  });

  test('byte ranges have an exclusive end, and follow one another without an offset', () => {
    const range = '#EXT-X-BYTERANGE:';
    const segments = segmentsOf(
      ...[
        INF,
        `${range}100`,
        'a.mp4',
        INF,
        `${range}50`,
        'a.mp4',
        INF,
        `${range}10@1000`,
        'a.mp4',
        INF,
        `${range}5`,
        'a.mp4',
      ],
    );
    expect(segments.map(({ byteRange }) => byteRange)).toEqual([
      { start: 0, end: 100 },
      { start: 100, end: 150 },
      { start: 1000, end: 1010 },
      { start: 1010, end: 1015 },
    ]);
  });

  test.each(['0@5', '@7', 'x', '12@', '1.5@0', '99999999999999999999@0'])(
    'a byte range "%s" is not shared',
    (range) => {
      const segments = segmentsOf(
        INF,
        `#EXT-X-BYTERANGE:${range}`,
        'a.mp4',
        INF,
        '#EXT-X-BYTERANGE:7',
        'a.mp4',
        INF,
        'b.mp4',
      );
      expect(segments.map(({ id }) => id.sequence)).toEqual([2]);
    },
  );

  test('a range that follows a whole resource is not shared', () => {
    const segments = segmentsOf(INF, 'a.mp4', INF, '#EXT-X-BYTERANGE:7', 'b.mp4');
    expect(segments.map(({ id }) => id.sequence)).toEqual([0]);
  });

  test('a request is found by URL and range together', () => {
    const model = singleModel();
    addMedia(
      model,
      SOURCE,
      m3u8(INF, '#EXT-X-BYTERANGE:10@0', 'a.mp4', INF, '#EXT-X-BYTERANGE:10@10', 'a.mp4', INF, 'b.mp4'),
    );
    expect(model.findSegment(at('a.mp4'), { start: 10, end: 20 })?.id.sequence).toBe(1);
    expect(model.findSegment(at('a.mp4#x'), { start: 0, end: 10 })?.id.sequence).toBe(0);
    expect(model.findSegment(at('b.mp4'))?.id.sequence).toBe(2);
    for (const range of [undefined, { start: 0, end: 20 }, { start: 0, end: 11 }, { start: 0, end: Infinity }]) {
      expect(model.findSegment(at('a.mp4'), range)).toBeUndefined();
    }
    expect(model.findSegment(at('b.mp4'), { start: 0, end: 5 })).toBeUndefined();
    expect(model.findSegment('b.mp4')).toBeUndefined();
    expect(model.findSegment('https://[broken')).toBeUndefined();
  });

  test('init segments, keys and parts are no segments', () => {
    const model = singleModel();
    const text = m3u8(
      '#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x01',
      '#EXT-X-MAP:URI="all.mp4",BYTERANGE="700@0"',
      ...[INF, '#EXT-X-BYTERANGE:700@0', 'all.mp4', INF, '#EXT-X-BYTERANGE:300', 'all.mp4'],
      '#EXT-X-MAP:URI="init.mp4"',
      ...[INF, 'init.mp4', '#EXT-X-PART:DURATION=1,URI="part1.mp4"', INF, 'seg.mp4'],
      '#EXT-X-PART:DURATION=1,URI="part2.mp4"',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part3.mp4"',
    );
    expect(addMedia(model, SOURCE, text).added.map(({ id }) => id.sequence)).toEqual([1, 3]);
    for (const name of ['key.bin', 'init.mp4', 'part1.mp4', 'part2.mp4', 'part3.mp4']) {
      expect(model.findSegment(at(name))).toBeUndefined();
    }
    expect(model.findSegment(at('all.mp4'), { start: 0, end: 700 })).toBeUndefined();
  });

  test('gaps keep their number and are not shared', () => {
    const segments = segmentsOf(INF, 'a.ts', INF, '#EXT-X-GAP', 'b.ts', INF, 'c.ts');
    expect(segments.map(({ id }) => id.sequence)).toEqual([0, 2]);
  });

  test('what does not go over HTTP is not shared', () => {
    const segments = segmentsOf(
      INF,
      'data:video/mp2t;base64,AAAA',
      INF,
      'blob:https://x/1',
      INF,
      'https://[',
      INF,
      'c.ts',
    );
    expect(segments.map(({ id }) => id.sequence)).toEqual([3]);
  });

  test('durations that make no sense do no harm', () => {
    const durations = (...lines: string[]) => segmentsOf(...lines).map(({ durationSeconds }) => durationSeconds);
    expect(durations('#EXTINF:-4,', 'a', '#EXTINF:x', 'b', `#EXTINF:${'9'.repeat(400)},`, 'c')).toEqual([0, 0, 0]);
    expect(durations('#EXT-X-TARGETDURATION:6', '#EXTINF:-4,', 'a', '#EXTINF:5.5,title,1', 'b')).toEqual([6, 5.5]);
  });

  test('a discontinuity counts for the segments after it', () => {
    const { added } = addMedia(singleModel(), SOURCE, mediaText({ discontinuitySequence: 5, discontinuities: [0, 2] }));
    expect(added.map(({ id }) => id.discontinuity)).toEqual([6, 6, 7]);
  });

  test('a slate that is listed again and again is one segment, named by its first place', () => {
    const model = singleModel();
    const { added } = addMedia(
      model,
      SOURCE,
      mediaText({ count: 6, name: (n) => (n % 2 ? 'slate.ts' : `seg${n}.ts`) }),
    );
    expect(added.map(({ id }) => id.sequence)).toEqual([0, 1, 2, 4]);
    expect(model.findSegment(at('slate.ts'))?.id.sequence).toBe(1);
  });

  test('segmentsAfter gives what follows in the same rendition', () => {
    const model = modelOf();
    const { added } = addMedia(model, at('low.m3u8'), mediaText({ first: 10, count: 6 }));
    addMedia(model, at('high.m3u8'), mediaText({ first: 10, count: 6, name: (n) => `high${n}.ts` }));
    const [first, second, third] = added;
    expect(first && model.segmentsAfter(first, 2)).toEqual([second, third]);
    expect(third && model.segmentsAfter(third, 99)).toEqual(added.slice(3));
    expect(added[5] && model.segmentsAfter(added[5], 2)).toEqual([]);
    expect(first && model.segmentsAfter(first, 0)).toEqual([]);
  });

  test('a hostile playlist does not reach the prototype of all objects', () => {
    const model = singleModel();
    const names = '#EXT-X-MEDIA:TYPE=__proto__,GROUP-ID="__proto__",NAME="polluted",URI="u"';
    const range = '#EXT-X-DATERANGE:ID="__proto__",START-DATE="2020-01-01T00:00:00Z",X-POLLUTED="1"';
    model.addManifest({ url: SOURCE, text: m3u8(names, range, '#EXT-X-STREAM-INF:BANDWIDTH=1,__proto__=1', 'v') });
    model.addManifest({ url: at('v'), text: m3u8(range, '#EXT-X-DEFINE:NAME="__proto__",VALUE="1"', INF, 'a') });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {} || 'id' in {}).toBe(false);
  });
});
