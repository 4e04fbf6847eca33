import { DASH_FORMAT } from '../../../src/media/dash/dash-model';
import {
  MAX_INDEX_BYTES,
  MAX_LISTED_URLS,
  MAX_MANIFEST_LENGTH,
  MAX_REPRESENTATION_URLS,
} from '../../../src/media/limits';
import { MediaModel } from '../../../src/media/media-model';
import { at, dashModel, LIVE, mpd, MPD_URL, period, sidxBox, timeline } from './manifests';

describe('limits of the DASH model: the last that is taken, and one more', () => {
  const kindOf = (text: string): string =>
    new MediaModel({ sourceUrl: MPD_URL, formats: [DASH_FORMAT] }).addManifest({ url: MPD_URL, text }).kind;
  const repeat = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join('');

  test('MAX_MANIFEST_LENGTH', () => {
    expect(kindOf(mpd(period()).padEnd(MAX_MANIFEST_LENGTH, '\n'))).toBe('multivariant');
    expect(kindOf(mpd(period()).padEnd(MAX_MANIFEST_LENGTH + 1, '\n'))).toBe('rejected');
  });

  test('MAX_REPRESENTATION_URLS counts each combination of base URLs', () => {
    const bases = (count: number) => repeat(count, (n) => `<BaseURL>${n}/</BaseURL>`);
    const text = (representations: number) =>
      mpd(
        bases(8) +
          period({
            baseUrl: `</BaseURL>${bases(7)}<BaseURL>`,
            representations: repeat(representations, (n) => `<Representation id="${n}"/>`),
          }),
      );
    const per = 8 * 9;
    expect(kindOf(text(Math.floor(MAX_REPRESENTATION_URLS / per)))).toBe('multivariant');
    expect(kindOf(text(Math.floor(MAX_REPRESENTATION_URLS / per) + 1))).toBe('rejected');
  });

  test('MAX_LISTED_URLS counts each base URL', () => {
    const text = (count: number) =>
      mpd(
        `<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL>${period({ segments: `<SegmentList duration="1">${repeat(count, (n) => `<SegmentURL media="${n}"/>`)}</SegmentList>` })}`,
      );
    expect(kindOf(text(MAX_LISTED_URLS / 2))).toBe('multivariant');
    expect(kindOf(text(MAX_LISTED_URLS / 2 + 1))).toBe('rejected');
  });

  test('MAX_INDEX_BYTES', () => {
    const indexed = (length: number) =>
      dashModel(mpd(period({ segments: `<SegmentBase indexRange="0-${length - 1}"/>`, baseUrl: 'a.mp4' })));
    const kindWith = (length: number) => {
      const bytes = new Uint8Array(length);
      bytes.set(sidxBox([1]));
      return indexed(length).addIndex(at('a.mp4'), undefined, bytes).kind;
    };
    expect([kindWith(MAX_INDEX_BYTES), kindWith(MAX_INDEX_BYTES + 1)]).toEqual(['media', 'rejected']);
  });

  // A number in a manifest is a loop in a careless reader.
  test.each([
    ['a repeat', timeline('$Time$.m4s', '<S d="1" r="9007199254740000"/>')],
    ['a live stream since 1970', '<SegmentTemplate media="$Number$.m4s" duration="1" timescale="1000000"/>'],
    ['an end number', '<SegmentTemplate media="$Number$.m4s" duration="1" endNumber="9007199254740000"/>'],
    ['numbers that leave most out', timeline('$Number$.m4s', '<S d="1" n="1"/><S d="1" n="9007199254740000"/>')],
    ['a width', '<SegmentTemplate media="$Number%0999999999d$.m4s" duration="1"/>'],
    [
      'ten timelines at once',
      timeline(
        '$Time$.m4s',
        repeat(6_000, (n) => `<S t="${n * 10}" d="10"/>`),
      ),
    ],
  ])('takes no time: %s', (_, segments) => {
    const started = performance.now();
    const model = dashModel(
      mpd(
        period({
          id: 'p',
          start: 'PT0S',
          segments,
          representations: repeat(
            20,
            (n) => `<Representation id="${n}">${segments.length > 1e5 && n < 10 ? segments : ''}</Representation>`,
          ),
        }),
        LIVE.replace('2024', '1970'),
      ),
    );
    const segment = model.findSegment(at('1.m4s'));
    if (segment) model.segmentsAfter(segment, 3, Date.UTC(2030, 0));
    expect(performance.now() - started).toBeLessThan(2_500);
  });
});
