import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MediaModel } from '../../../src/media/media-model';
import {
  addMpd,
  at,
  dashModel,
  LIVE,
  mpd,
  MPD_URL,
  period,
  sequences,
  sequencesAt,
  sidxBox,
  timeline,
} from './manifests';

describe('MediaModel: DASH with an index', () => {
  const text = mpd(
    period({
      segments: '<SegmentBase indexRange="100-155"><Initialization range="0-99"/></SegmentBase>',
      baseUrl: 'a.mp4',
    }),
  );
  const box = sidxBox([10, 30]);
  const range = { start: 100, end: 156 };

  test('until it is known, requests are not ours; then those that it lists are', () => {
    const model = dashModel(text);
    expect([model.segmentCount, model.findSegment(at('a.mp4'), { start: 156, end: 166 })]).toEqual([0, undefined]);
    expect(model.missingIndex(at('a.mp4'))).toEqual({ url: at('a.mp4'), byteRange: range });
    const outcome = model.addIndex(at('a.mp4'), range, box);
    const segment = model.findSegment(at('a.mp4'), { start: 166, end: 196 });
    expect(segment).toMatchObject({ id: { sequence: 166 }, byteRange: { start: 166, end: 196 }, durationSeconds: 2 });
    expect(outcome).toMatchObject({ kind: 'media', rendition: model.renditions[0], removed: [], isLive: false });
    expect(outcome.kind === 'media' && sequences(outcome.added)).toEqual([156, 166]);
    expect([model.segmentCount, model.missingIndex(at('a.mp4'))]).toEqual([2, undefined]);
    expect(segment && model.segment(segment.key)).toEqual(segment);
    const first = model.findSegment(at('a.mp4'), { start: 156, end: 166 });
    expect(first && sequences(model.segmentsAfter(first, 5))).toEqual([166]);
    for (const other of [
      undefined,
      { start: 0, end: 100 },
      range,
      { start: 156, end: 196 },
      { start: 156, end: 165 },
    ]) {
      expect(model.findSegment(at('a.mp4'), other)).toBeUndefined();
    }
  });

  // The probe of video.js reads the file from its beginning; the index is somewhere in what it got.
  test('is found in more bytes than its own', () => {
    const model = dashModel(text);
    const bytes = new Uint8Array(400);
    bytes.set(box, 100);
    expect(model.addIndex(at('a.mp4'), undefined, bytes.subarray(0, 155)).kind).toBe('ignored');
    expect(model.addIndex(at('a.mp4'), { start: 101, end: 400 }, bytes.subarray(101)).kind).toBe('ignored');
    expect(model.addIndex(at('a.mp4'), undefined, bytes).kind).toBe('media');
  });

  test('stays known after a refresh, and under another host', () => {
    const model = dashModel(text);
    model.addIndex(at('a.mp4'), range, box);
    addMpd(model, text.replace('>a.mp4<', '>https://b.example/a.mp4<'));
    expect(model.findSegment('https://b.example/a.mp4', { start: 156, end: 166 })?.id.sequence).toBe(156);
    expect(model.missingIndex('https://b.example/a.mp4')).toBeUndefined();
    addMpd(model, text.replace('100-155', '100-167'));
    expect(model.missingIndex(at('a.mp4'))?.byteRange).toEqual({ start: 100, end: 168 });
  });

  test('of a file that several Periods are made of is read once', () => {
    const model = dashModel(
      mpd(
        `${text.slice(text.indexOf('<Period'), -6).replace('<Period', '<Period id="a" duration="PT9S"')}${period({ id: 'ad', baseUrl: 'ad/', duration: 'PT1S' })}${text.slice(text.indexOf('<Period'), -6).replace('<Period', '<Period id="b"')}`,
      ),
    );
    model.addIndex(at('a.mp4'), range, box);
    expect(model.missingIndex(at('a.mp4'))).toBeUndefined();
    expect(model.findSegment(at('a.mp4'), { start: 156, end: 166 })).toBeDefined();
  });

  test('that is malformed, or of nothing known, changes nothing', () => {
    const model = dashModel(text);
    expect(model.addIndex(at('a.mp4'), range, new Uint8Array(56)).kind).toBe('rejected');
    expect(model.addIndex(at('b.mp4'), range, box).kind).toBe('ignored');
    expect(model.addIndex('https://[', range, box).kind).toBe('ignored');
    expect(new MediaModel({ sourceUrl: MPD_URL }).addIndex(at('a.mp4'), range, box).kind).toBe('ignored');
    expect([model.segmentCount, model.missingIndex(at('a.mp4'))?.url]).toEqual([0, at('a.mp4')]);
  });
});

// What video.js asks for comes out of mpd-parser's segment lists, worked out forwards and by the clock.
describe('MediaModel: what a player makes of the manifest is found', () => {
  interface Listed {
    readonly segments: readonly {
      readonly resolvedUri: string;
      readonly byterange?: { offset: number; length: number };
    }[];
  }
  const { parse } = jest.requireActual<{
    parse(text: string, options: { manifestUri: string; NOW: number }): { playlists: readonly Listed[] };
  }>('mpd-parser');
  const NOW = Date.UTC(2024, 0, 1, 0, 1);
  const list = '<SegmentURL media="a b.m4s"/><SegmentURL media="c.m4s" mediaRange="5-9"/>';

  test.each([
    ['$Number$', mpd(period()), 10],
    [
      '$Number$ with width, in the query',
      mpd(
        period({
          segments: '<SegmentTemplate media="x?n=$Number%05d$&amp;b=$Bandwidth$" duration="2" startNumber="0"/>',
        }),
      ),
      10,
    ],
    ['$Time$', mpd(period({ segments: timeline('a/../ü-$Time$.m4s', '<S t="3" d="20" r="4"/><S d="5" r="1"/>') })), 7],
    [
      'several base URLs',
      mpd(`<BaseURL>//a.example/x</BaseURL><BaseURL>https://B.example:443/</BaseURL>${period({ baseUrl: '../p/' })}`),
      20,
    ],
    ['a list', mpd(period({ segments: `<SegmentList duration="10">${list}</SegmentList>` })), 2],
    [
      'several Periods',
      mpd(period({ id: 'a', duration: 'PT7S' }) + period({ id: 'b', baseUrl: 'b/', start: 'PT7S' })),
      11,
    ],
    ['live $Number$', mpd(period({ id: 'a', start: 'PT10S' }), `${LIVE} timeShiftBufferDepth="PT20S"`), 10],
    [
      'live $Time$',
      mpd(period({ id: 'a', start: 'PT0S', segments: timeline('$Time$', '<S t="0" d="20" r="9"/>') }), LIVE),
      10,
    ],
  ])('%s', (_, text, count) => {
    const model = dashModel(text);
    const listed = parse(text, { manifestUri: MPD_URL, NOW }).playlists.flatMap(({ segments }) => segments);
    expect(listed.length).toBeGreaterThanOrEqual(count);
    for (const { resolvedUri, byterange } of listed) {
      const range = byterange && { start: byterange.offset, end: byterange.offset + byterange.length };
      expect([resolvedUri, model.findSegment(resolvedUri, range)?.url]).toEqual([
        resolvedUri,
        new URL(resolvedUri).href,
      ]);
    }
  });
});

describe('MediaModel: the sample streams', () => {
  const fixture = (path: string) => readFileSync(join(__dirname, '../../../../e2e/fixtures', path));

  test('dash-template', () => {
    const model = dashModel(fixture('dash-template/manifest.mpd').toString());
    expect([model.renditions.length, model.segmentCount]).toEqual([3, 24]);
    expect(sequencesAt(model, '144p/000.m4s', '144p/007.m4s', 'audio/003.m4s', '144p/init.mp4')).toEqual([
      0,
      7,
      3,
      undefined,
    ]);
  });

  test('dash-base: the index lists the file to its last byte', () => {
    const model = dashModel(fixture('dash-base/manifest.mpd').toString());
    for (const name of ['90p.mp4', '144p.mp4', 'audio.mp4']) {
      const bytes = fixture(`dash-base/${name}`);
      const outcome = model.addIndex(at(name), undefined, new Uint8Array(bytes));
      const added = outcome.kind === 'media' ? outcome.added : [];
      expect(added.at(-1)?.byteRange?.end).toBe(bytes.length);
      expect(added.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)).toBeCloseTo(16, 0);
    }
    expect(model.segmentCount).toBe(24);
  });
});
