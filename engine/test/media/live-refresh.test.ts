import { KEPT_EARLIER_URLS, KEPT_LEFT_SEGMENTS, MAX_STALE_RELOADS } from '../../src/media/limits';
import type { MediaModel } from '../../src/media/media-model';
import { addMedia, at, mediaText, modelOf, singleModel, SOURCE, type MediaText } from './playlists';

const sequences = (segments: readonly { id: { sequence: number } }[]): number[] =>
  segments.map(({ id }) => id.sequence);

function refresh(model: MediaModel, options: MediaText) {
  return addMedia(model, SOURCE, mediaText(options));
}

describe('MediaModel: live refresh', () => {
  test('only new segments are added, and a known one stays the same object', () => {
    const model = singleModel();
    const first = refresh(model, { first: 100, count: 5 });
    const second = refresh(model, { first: 102, count: 5 });
    expect(sequences(second.added)).toEqual([105, 106]);
    expect(second.removed).toEqual([]);
    expect(model.findSegment(at('seg104.ts'))).toBe(first.added[4]);
    expect(refresh(model, { first: 102, count: 5 }).added).toEqual([]);
  });

  test('segments that left are found for a while, then forgotten', () => {
    const model = singleModel();
    refresh(model, { first: 0, count: 5 });
    const { removed } = refresh(model, { first: KEPT_LEFT_SEGMENTS, count: 5 });
    expect(removed).toEqual([]);
    expect(model.findSegment(at('seg0.ts'))?.id.sequence).toBe(0);
    const later = refresh(model, { first: KEPT_LEFT_SEGMENTS + 70, count: 5 });
    expect(later.removed).toEqual([]);
    let forgotten: readonly string[] = [];
    for (let step = 1; step <= KEPT_LEFT_SEGMENTS - 9; step++) {
      forgotten = refresh(model, { first: KEPT_LEFT_SEGMENTS + 70 + step, count: 5 }).removed;
    }
    expect(forgotten).toHaveLength(1);
    expect(model.findSegment(at('seg0.ts'))).toBeUndefined();
    expect(model.segment(forgotten[0] ?? '')).toBeUndefined();
    expect(model.findSegment(at('seg1.ts'))).toBeDefined();
    expect(model.segmentCount).toBe(KEPT_LEFT_SEGMENTS + 5);
  });

  test('a token that changes with each refresh changes the URL, not the identity; earlier URLs are still found', () => {
    const model = singleModel();
    const withToken = (token: number): MediaText => ({ first: 10, name: (n) => `seg${n}.ts?token=${token}` });
    const { added } = refresh(model, withToken(0));
    for (let token = 1; token <= KEPT_EARLIER_URLS; token++) expect(refresh(model, withToken(token)).added).toEqual([]);
    const newest = model.findSegment(at(`seg11.ts?token=${KEPT_EARLIER_URLS}`));
    expect(newest?.key).toBe(added[1]?.key);
    expect(newest?.url).toBe(at(`seg11.ts?token=${KEPT_EARLIER_URLS}`));
    expect(model.findSegment(at('seg11.ts?token=0'))).toBe(newest);
    refresh(model, withToken(KEPT_EARLIER_URLS + 1));
    expect(model.findSegment(at('seg11.ts?token=0'))).toBeUndefined();
    expect(model.findSegment(at('seg11.ts?token=1'))?.key).toBe(added[1]?.key);
  });

  test('an origin that switches between two CDNs at each refresh has one set of segments', () => {
    const model = singleModel();
    const on = (host: string): MediaText => ({ name: (n) => `https://${host}.example/seg${n}.ts` });
    for (const host of ['a', 'b', 'a', 'b', 'a']) refresh(model, on(host));
    expect(model.segmentCount).toBe(3);
    expect(model.findSegment('https://b.example/seg1.ts')?.url).toBe('https://a.example/seg1.ts');
  });

  test('a refresh that another edge answers has the same segments at other URLs', () => {
    const model = singleModel();
    const { added } = addMedia(model, SOURCE, mediaText(), 'https://edge-1.example/x/m.m3u8');
    expect(addMedia(model, SOURCE, mediaText(), 'https://edge-2.example/y/m.m3u8').added).toEqual([]);
    expect(model.findSegment('https://edge-2.example/y/seg1.ts')?.key).toBe(added[1]?.key);
    expect(model.findSegment('https://edge-1.example/x/seg1.ts')?.url).toBe('https://edge-2.example/y/seg1.ts');
  });

  test('a segment that left and came back is not forgotten with those that left', () => {
    const model = singleModel();
    refresh(model, { first: 0, count: KEPT_LEFT_SEGMENTS });
    refresh(model, { first: KEPT_LEFT_SEGMENTS - 1, count: 10 });
    refresh(model, { first: 0, count: KEPT_LEFT_SEGMENTS + 9, isEnded: true });
    refresh(model, { first: 0, count: KEPT_LEFT_SEGMENTS + 9, isEnded: true, discontinuities: [KEPT_LEFT_SEGMENTS] });
    expect(model.findSegment(at('seg0.ts'))).toBeDefined();
  });

  test('file names that are used again mean the newest segment', () => {
    const model = singleModel();
    const name = (n: number) => `seg${n % 6}.ts`;
    refresh(model, { first: 0, count: 4, name });
    refresh(model, { first: 6, count: 4, name });
    expect(model.findSegment(at('seg0.ts'))?.id.sequence).toBe(6);
    refresh(model, { first: 6 + KEPT_LEFT_SEGMENTS, count: 1, name });
    expect(model.findSegment(at('seg1.ts'))?.id.sequence).toBe(7);
  });

  test('the name of a repeated slate moves on when its first place leaves, and viewers who join agree', () => {
    const name = (n: number) => (n % 4 === 0 ? 'slate.ts' : `seg${n}.ts`);
    const early = singleModel();
    refresh(early, { first: 0, count: 9, name });
    expect(early.findSegment(at('slate.ts'))?.id.sequence).toBe(0);
    expect(sequences(refresh(early, { first: 1, count: 9, name }).added)).toEqual([4, 9]);
    const late = singleModel();
    refresh(late, { first: 1, count: 9, name });
    expect(early.findSegment(at('slate.ts'))).toEqual(late.findSegment(at('slate.ts')));
  });

  // A packager that lists discontinuities without counting those that left gives one segment two numbers over time.
  // Whoever reads the same playlist must mean the same, so the newest playlist decides.
  test('discontinuities that the origin forgets to count are numbered as newcomers would', () => {
    const early = singleModel();
    refresh(early, { first: 0, count: 4, discontinuities: [1] });
    refresh(early, { first: 2, count: 4 });
    const late = singleModel();
    refresh(late, { first: 2, count: 4 });
    expect(early.findSegment(at('seg3.ts'))).toEqual(late.findSegment(at('seg3.ts')));
  });
});

describe('MediaModel: delta playlists', () => {
  test('skipped segments stay, the listed ones count on', () => {
    const model = singleModel();
    refresh(model, { first: 100, count: 10 });
    const { added, removed } = refresh(model, { first: 101, count: 11, skip: 8 });
    expect([sequences(added), removed]).toEqual([[110, 111], []]);
    const [seg101] = [model.findSegment(at('seg101.ts'))];
    expect(sequences(seg101 ? model.segmentsAfter(seg101, 99) : [])).toEqual([
      102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    ]);
  });

  test('count the discontinuities among the skipped segments', () => {
    const full = singleModel();
    refresh(full, { first: 1, count: 11, discontinuitySequence: 3, discontinuities: [4, 10] });
    const delta = singleModel();
    refresh(delta, { first: 0, count: 10, discontinuitySequence: 3, discontinuities: [4] });
    refresh(delta, { first: 1, count: 11, discontinuitySequence: 3, discontinuities: [10], skip: 7 });
    for (const n of [3, 4, 9, 10, 11])
      expect(delta.findSegment(at(`seg${n}.ts`))).toEqual(full.findSegment(at(`seg${n}.ts`)));
  });

  test('a byte range without offset goes on after the skipped segments', () => {
    const model = singleModel();
    const range = (n: number) => `#EXT-X-BYTERANGE:10\nall.mp4#${n}`;
    refresh(model, { count: 5, name: range });
    const { added } = refresh(model, { count: 6, skip: 4, name: range });
    expect(added.map(({ byteRange }) => byteRange)).toEqual([{ start: 50, end: 60 }]);
  });

  test('one that updates an unknown playlist is ignored, and changes nothing', () => {
    const model = singleModel();
    const url = SOURCE;
    expect(model.addManifest({ url, text: mediaText({ first: 100, count: 10, skip: 8 }) }).kind).toBe('ignored');
    refresh(model, { first: 100, count: 10 });
    expect(model.addManifest({ url, text: mediaText({ first: 120, count: 10, skip: 8 }) }).kind).toBe('ignored');
    expect(model.addManifest({ url, text: mediaText({ first: 1, count: 1e9, skip: 1e9 - 1 }) }).kind).toBe('ignored');
    expect(model.segmentCount).toBe(10);
  });
});

describe('MediaModel: playlists that go back', () => {
  test('an encoder that began anew: old segments are forgotten at once', () => {
    const model = singleModel();
    const { added } = refresh(model, { first: 500, count: 4 });
    const restart = refresh(model, { first: 0, count: 2 });
    expect(restart.removed).toEqual(added.map(({ key }) => key));
    expect(sequences(restart.added)).toEqual([0, 1]);
    expect(model.findSegment(at('seg500.ts'))).toBeUndefined();
  });

  test('an encoder that began anew within the window, with other names: nothing old is left under the same number', () => {
    const model = singleModel();
    const { added } = refresh(model, { first: 0, count: 4, name: (n) => `run1-${n}.ts` });
    const restart = refresh(model, { first: 0, count: 2, name: (n) => `run2-${n}.ts` });
    expect(restart.removed).toEqual(added.map(({ key }) => key));
    expect(restart.added.map(({ key }) => key)).toEqual(restart.removed.slice(0, 2));
    expect(model.findSegment(at('run1-0.ts'))).toBeUndefined();
  });

  test('an encoder that began anew and says so by a discontinuity: the old ones may still be asked for', () => {
    const model = singleModel();
    refresh(model, { first: 500, count: 4, discontinuitySequence: 1 });
    expect(refresh(model, { first: 0, count: 2, discontinuitySequence: 2 }).removed).toEqual([]);
    expect(model.findSegment(at('seg500.ts'))?.id).toMatchObject({ discontinuity: 1, sequence: 500 });
  });

  test('an encoder that began anew and has come as far as before, with other names', () => {
    const model = singleModel();
    const { added } = refresh(model, { first: 10, count: 3, name: (n) => `run1-${n}.ts` });
    const restart = refresh(model, { first: 0, count: 14, name: (n) => `run2-${n}.ts` });
    expect(restart.removed).toEqual(added.map(({ key }) => key));
    expect(restart.added).toHaveLength(14);
  });

  test('an edge that lags is no news', () => {
    const model = singleModel();
    refresh(model, { first: 10, count: 5 });
    expect(refresh(model, { first: 9, count: 5 })).toMatchObject({ added: [], removed: [] });
    expect(model.findSegment(at('seg14.ts'))).toBeDefined();
    expect(sequences(refresh(model, { first: 11, count: 5 }).added)).toEqual([15]);
  });

  test('what stays behind is an encoder that began anew with the same names', () => {
    const model = singleModel();
    refresh(model, { first: 0, count: 9 });
    for (let reload = 0; reload < MAX_STALE_RELOADS; reload++) {
      expect(refresh(model, { first: 0, count: 2 + reload }).removed).toEqual([]);
    }
    const anew = refresh(model, { first: 0, count: 2 + MAX_STALE_RELOADS });
    expect([anew.removed.length, anew.added.length]).toEqual([9, 2 + MAX_STALE_RELOADS]);
  });

  test('a playlist that is empty for a moment says nothing', () => {
    const model = singleModel();
    refresh(model, { first: 10, count: 5 });
    expect(refresh(model, { first: 15, count: 0 })).toMatchObject({ added: [], removed: [], isLive: true });
    expect(sequences(refresh(model, { first: 12, count: 5 }).added)).toEqual([15, 16]);
  });

  test('a live stream that becomes a recording from its beginning keeps its segments', () => {
    const model = singleModel();
    refresh(model, { first: 10, count: 5 });
    const { added, removed } = refresh(model, { first: 0, count: 15, isEnded: true });
    expect([sequences(added), removed]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], []]);
  });
});

describe('MediaModel: isLive', () => {
  test.each<[string, MediaText, boolean]>([
    ['live', {}, true],
    ['live that ended', { isEnded: true }, false],
    ['an event', { type: 'EVENT' }, true],
    ['an event that ended', { type: 'EVENT', isEnded: true }, false],
    ['VOD without an end tag', { type: 'VOD' }, false],
  ])('%s', (_, options, isLive) => {
    const model = singleModel();
    expect(model.isLive).toBe(false);
    expect(refresh(model, options).isLive).toBe(isLive);
    expect(model.isLive).toBe(isLive);
  });

  test('an event that ends keeps its identities: early and late joiners mean the same', () => {
    const early = singleModel();
    refresh(early, { first: 30, count: 4, type: 'EVENT' });
    expect(sequences(refresh(early, { first: 30, count: 6, type: 'EVENT', isEnded: true }).added)).toEqual([34, 35]);
    const late = singleModel();
    refresh(late, { first: 30, count: 6, type: 'EVENT', isEnded: true });
    for (let n = 30; n < 36; n++)
      expect(early.findSegment(at(`seg${n}.ts`))).toEqual(late.findSegment(at(`seg${n}.ts`)));
  });

  test('the end of one rendition ends those that the player left before', () => {
    const model = modelOf();
    addMedia(model, at('low.m3u8'), mediaText());
    addMedia(model, at('high.m3u8'), mediaText());
    addMedia(model, at('high.m3u8'), mediaText({ isEnded: true }));
    expect(model.isLive).toBe(false);
  });
});
