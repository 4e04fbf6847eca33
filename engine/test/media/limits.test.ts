import {
  MAX_DEFINITIONS,
  MAX_LEARNED_PLAYLIST_URLS,
  MAX_MANIFEST_LENGTH,
  MAX_PENDING_PLAYLISTS,
  MAX_RENDITIONS,
  MAX_SEGMENTS_PER_PLAYLIST,
  MAX_TAG_LENGTH,
} from '../../src/media/limits';
import { MediaModel } from '../../src/media/media-model';
import { addMedia, at, m3u8, mediaText, modelOf, multivariantText, singleModel, SOURCE } from './playlists';

const repeat = (count: number, line: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => line(n));
const kindOf = (text: string): string => new MediaModel({ sourceUrl: SOURCE }).addManifest({ url: SOURCE, text }).kind;

describe('limits of the media model: the last that is taken, and one more', () => {
  test('MAX_MANIFEST_LENGTH', () => {
    const text = mediaText();
    expect(kindOf(text.padEnd(MAX_MANIFEST_LENGTH, '\n'))).toBe('media');
    expect(kindOf(text.padEnd(MAX_MANIFEST_LENGTH + 1, '\n'))).toBe('rejected');
  });

  test('MAX_SEGMENTS_PER_PLAYLIST', () => {
    expect(kindOf(mediaText({ count: MAX_SEGMENTS_PER_PLAYLIST, name: String }))).toBe('media');
    expect(kindOf(mediaText({ count: MAX_SEGMENTS_PER_PLAYLIST + 1, name: String }))).toBe('rejected');
  });

  test('MAX_RENDITIONS', () => {
    const variants = (count: number) =>
      m3u8(...repeat(count, (n) => `#EXT-X-STREAM-INF:BANDWIDTH=${n + 1}\n${n}.m3u8`));
    expect(modelOf(variants(MAX_RENDITIONS)).renditions).toHaveLength(MAX_RENDITIONS);
    expect(kindOf(variants(MAX_RENDITIONS + 1))).toBe('rejected');
  });

  test('MAX_TAG_LENGTH', () => {
    const withTag = (length: number) => m3u8('#EXT-X-STREAM-INF:BANDWIDTH=1,NAME='.padEnd(length, 'x'), 'a.m3u8');
    expect(kindOf(withTag(MAX_TAG_LENGTH))).toBe('multivariant');
    expect(kindOf(withTag(MAX_TAG_LENGTH + 1))).toBe('rejected');
  });

  test('MAX_DEFINITIONS', () => {
    const withDefinitions = (count: number) =>
      m3u8(...repeat(count, (n) => `#EXT-X-DEFINE:NAME="v${n}",VALUE="${n}"`), '#EXTINF:2,', 'a.ts');
    expect(kindOf(withDefinitions(MAX_DEFINITIONS))).toBe('media');
    expect(kindOf(withDefinitions(MAX_DEFINITIONS + 1))).toBe('rejected');
  });

  test('MAX_PENDING_PLAYLISTS: the oldest is dropped', () => {
    const model = singleModel();
    const paths = ['low.m3u8', ...repeat(MAX_PENDING_PLAYLISTS - 1, (n) => `x${n}.m3u8`), 'high.m3u8'];
    for (const path of paths) model.addManifest({ url: at(path), text: mediaText() });
    const outcome = model.addManifest({ url: SOURCE, text: multivariantText() });
    expect(outcome).toMatchObject({ media: [{ rendition: model.renditions[1] }] });
  });

  test('MAX_LEARNED_PLAYLIST_URLS: the oldest is dropped, the declared one never', () => {
    const model = modelOf();
    const edge = (n: number) => `https://edge.example/${n}`;
    for (let n = 0; n <= MAX_LEARNED_PLAYLIST_URLS; n++) addMedia(model, at('low.m3u8'), mediaText(), edge(n));
    expect(model.addManifest({ url: edge(0), text: mediaText() }).kind).toBe('ignored');
    expect(model.addManifest({ url: edge(1), text: mediaText() }).kind).toBe('media');
    expect(model.addManifest({ url: at('low.m3u8'), text: mediaText() }).kind).toBe('media');
  });
});

describe('MediaModel: work per refresh', () => {
  // Ten times the segments are ten times the work, or a hundred times when it is quadratic: the bound lies between.
  test('grows with the playlist, not with its square', () => {
    const timeOf = (count: number): number => {
      const model = singleModel();
      const started = performance.now();
      for (let first = 0; first < 4; first++) addMedia(model, SOURCE, mediaText({ first, count }));
      return performance.now() - started;
    };
    timeOf(1_000);
    expect(timeOf(10_000)).toBeLessThan(60 * Math.max(timeOf(1_000), 5));
  });
});
