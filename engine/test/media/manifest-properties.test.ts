import fc from 'fast-check';
import { KEPT_LEFT_SEGMENTS } from '../../src/media/limits';
import { MediaModel } from '../../src/media/media-model';
import type { Segment, SegmentKey } from '../../src/media/segment';
import { addMedia, asMedia, at, m3u8, mediaText, modelOf, multivariantText, singleModel, SOURCE } from './playlists';

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
/** Where one viewer finds what all others find elsewhere. */
const place = fc.record({ host: word, directory: word, token: word, inPath: fc.boolean() });
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

const locate =
  ({ host, directory, token, inPath }: Place) =>
  (path: string): string =>
    `https://${host}.example/${directory}/${inPath ? `${token}/${path}` : `${path}?token=${token}`}`;

describe('MediaModel properties: identity', () => {
  test('does not depend on host, path, token or redirect', () => {
    fc.assert(
      fc.property(place, place, fc.constantFrom('low.m3u8', 'high.m3u8', 'en.m3u8', 'de.m3u8'), (here, there, path) => {
        const keys = [here, there].map((viewer) => {
          const url = locate(viewer);
          const model = modelOf(multivariantText(url), url('main.m3u8'));
          const text = mediaText({ first: 5, count: 4, discontinuities: [6], name: (n) => url(`s${n}.ts`) });
          const { added } = addMedia(model, url(path), text, `https://edge-${viewer.host}.example/${viewer.token}`);
          return added.map(({ key }) => key);
        });
        expect(keys[0]).toEqual(keys[1]);
        expect(keys[0]).toHaveLength(4);
      }),
    );
  });

  test('does not depend on when a viewer of a live stream joined, and which refreshes it missed', () => {
    const visits = fc
      .uniqueArray(fc.nat(120), { minLength: 1, maxLength: 20 })
      .map((times) => times.sort((a, b) => a - b));
    fc.assert(
      fc.property(visits, visits, fc.uniqueArray(fc.nat(140)), fc.boolean(), (one, other, discontinuities, isDelta) => {
        const now = 121;
        const [first, second] = [one, other].map((times) => {
          const model = singleModel();
          let last = -100;
          for (const time of [...times, now]) {
            // A delta playlist leaves out what the viewer has, when it has been here within the window.
            const skip = isDelta && time - last <= 6 ? 10 - (time - last) - 1 : 0;
            addMedia(model, SOURCE, liveText(time, 10, discontinuities, skip));
            last = time;
          }
          return Array.from({ length: 10 }, (_, i) => model.findSegment(at(`seg${now + i}.ts`)));
        });
        expect(first).toEqual(second);
        expect(first?.every((segment) => segment !== undefined)).toBe(true);
      }),
    );
  });
});

/** The window of a live stream at `time`, numbered as an origin does that counts its discontinuities. */
function liveText(time: number, count: number, discontinuities: number[], skip: number): string {
  const gone = discontinuities.filter((n) => n < time).length;
  return mediaText({ first: time, count, discontinuitySequence: gone, discontinuities, skip });
}

describe('MediaModel properties: bookkeeping', () => {
  const step = fc.record({
    advance: fc.integer({ min: -3, max: 40 }),
    count: fc.integer({ min: 0, max: 12 }),
    token: fc.nat(3),
    slateEvery: fc.integer({ min: 2, max: 9 }),
    isEnded: fc.boolean(),
  });

  test('known = added − removed; a segment is found by key and by URL, and only as itself', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const model = singleModel();
        const known = new Map<SegmentKey, Segment>();
        let first = 50;
        for (const { advance, count, token, slateEvery, isEnded } of steps) {
          first = Math.max(0, first + advance);
          const name = (n: number) => (n % slateEvery === 0 ? 'slate.ts' : `seg${n}.ts?t=${token}`);
          const { added, removed } = addMedia(model, SOURCE, mediaText({ first, count, name, isEnded }));
          for (const key of removed) expect(known.delete(key)).toBe(true);
          for (const segment of added) {
            expect(known.has(segment.key)).toBe(false);
            known.set(segment.key, segment);
            expect(model.findSegment(segment.url, segment.byteRange)).toBe(segment);
          }
          for (const key of removed) expect(model.segment(key)).toBe(added.find((segment) => segment.key === key));
          for (const [key, { id }] of known) expect(model.segment(key)?.id).toEqual(id);
          expect(model.segmentCount).toBe(known.size);
          expect(known.size).toBeLessThanOrEqual(KEPT_LEFT_SEGMENTS + 12);
        }
      }),
    );
  });
});

describe('MediaModel properties: any text', () => {
  const tags = [
    ...['#EXTM3U', '#EXTINF:', '#EXTINF:2,', '#EXT-X-BYTERANGE:5', '#EXT-X-BYTERANGE:5@1', '#EXT-X-MEDIA-SEQUENCE:'],
    ...['#EXT-X-SKIP:SKIPPED-SEGMENTS=', '#EXT-X-DISCONTINUITY', '#EXT-X-DISCONTINUITY-SEQUENCE:', '#EXT-X-ENDLIST'],
    ...[
      '#EXT-X-STREAM-INF:',
      '#EXT-X-STREAM-INF:BANDWIDTH=',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME=',
      '#EXT-X-GAP',
    ],
    ...[
      '#EXT-X-MAP:URI=',
      '#EXT-X-KEY:IV=',
      '#EXT-X-DEFINE:NAME=',
      '#EXT-X-DEFINE:',
      '#EXT-X-PART:',
      '#EXT-X-DATERANGE:ID=',
    ],
    ...[
      '#EXT-X-PLAYLIST-TYPE:',
      '#EXT-X-TARGETDURATION:',
      '#EXT-X-SERVER-CONTROL:',
      '#EXT-X-RENDITION-REPORT:',
      '#',
      '',
    ],
  ];
  const values = [
    '',
    '1',
    '-1',
    '9'.repeat(30),
    'NaN',
    '__proto__',
    '"__proto__"',
    'constructor',
    '=',
    ',,',
    '"',
    '{$a}',
    'VOD',
  ];
  const line = fc.oneof(
    fc
      .tuple(fc.constantFrom(...tags), fc.oneof(fc.constantFrom(...values), fc.string()))
      .map(([tag, value]) => tag + value),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('low.m3u8', 'seg1.ts', 'https://[', 'http://x:99999/', '//'),
  );
  const playlist = fc.array(line, { maxLength: 30 }).map((lines) => m3u8(...lines));
  const mutated = fc
    .tuple(
      fc.constantFrom(multivariantText(), mediaText({ count: 8, discontinuities: [3] })),
      fc.nat(600),
      fc.nat(40),
      fc.string(),
    )
    .map(([text, start, length, insert]) => text.slice(0, start) + insert + text.slice(start + length));
  const url = fc.oneof(fc.constantFrom(SOURCE, at('low.m3u8'), at('high.m3u8'), '', 'x', 'https://['), fc.webUrl());

  test('never makes it throw, reach Object.prototype, or number a segment with anything but whole numbers', () => {
    const text = fc.oneof(playlist, mutated, fc.string(), fc.string({ unit: 'binary' }));
    const manifests = fc.array(fc.record({ url, text, responseUrl: url }, { requiredKeys: ['url', 'text'] }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(manifests, url, (all, sourceUrl) => {
        const model = new MediaModel({ sourceUrl });
        for (const manifest of all) {
          const outcome = model.addManifest(manifest);
          if (outcome.kind !== 'media') continue;
          for (const segment of asMedia(outcome).added) {
            const { rendition, discontinuity, sequence } = segment.id;
            for (const number of [rendition, discontinuity, sequence]) {
              expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
            }
            expect(model.findSegment(segment.url, segment.byteRange)).toBe(segment);
          }
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
