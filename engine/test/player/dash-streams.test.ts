// DASH as players read it, over the whole engine: what is taken, and how the index of a file comes to be known.

import type { ByteRange } from '../../src/base/byte-range';
import { HLS_FORMAT } from '../../src/media/hls-model';
import { LIVE, mpd, period, sidxBox, timeline } from '../media/dash/manifests';
import { ask } from '../support/player-rig';
import { World, type Viewer, type ViewerOptions } from '../support/simulated-world';

const SOURCE = 'https://origin.example/show/main.mpd';
const at = (path: string): string => new URL(path, SOURCE).href;

let world: World;

beforeEach(() => {
  world = new World({ seed: 62 });
});
afterEach(() => world.expectNothingLeft());

/** A viewer who has read these manifests. */
function open(texts: readonly string[], options: Partial<ViewerOptions> = {}): Viewer {
  const viewer = world.addIdleViewer(options);
  viewer.connection?.openSource(SOURCE);
  for (const text of texts) viewer.connection?.addManifest({ url: SOURCE, text });
  return viewer;
}

/** Whether the engine takes a request. */
function takes(viewer: Viewer, path: string, byteRange?: ByteRange): boolean {
  const { cancel } = ask(viewer, at(path), byteRange);
  cancel?.();
  return cancel !== undefined;
}

describe('[MEDIA-1] DASH', () => {
  test.each<[string, string, readonly [string, ByteRange?][], readonly [string, ByteRange?][]]>([
    ['SegmentTemplate without timeline', mpd(period()), [['v1/1.m4s'], ['v1/10.m4s']], [['v1/x.m4s'], ['main.mpd']]],
    [
      'SegmentTemplate with timeline, and init segments',
      mpd(
        period({
          segments: timeline('$Time$.m4s', '<S t="0" d="20" r="4"/>', 'timescale="10" initialization="0.m4s"'),
        }),
      ),
      [['20.m4s'], ['80.m4s']],
      [['0.m4s']],
    ],
    [
      'SegmentList',
      mpd(period({ segments: '<SegmentList duration="2"><SegmentURL media="a.mp4" mediaRange="5-9"/></SegmentList>' })),
      [['a.mp4', { start: 5, end: 10 }]],
      [['a.mp4'], ['a.mp4', { start: 5, end: 9 }]],
    ],
    [
      'several Periods',
      mpd(period({ id: 'a', duration: 'PT6S', baseUrl: 'a/' }) + period({ id: 'b', baseUrl: 'b/' })),
      [['a/v1/3.m4s'], ['b/v1/1.m4s']],
      [['v1/1.m4s']],
    ],
    ['live', mpd(period({ id: 'a', start: 'PT0S' }), LIVE), [['v1/123456.m4s']], [['v1/init.mp4']]],
  ])('%s', async (_, text, taken, left) => {
    const viewer = open([text]);
    expect(taken.map(([path, range]) => takes(viewer, path, range))).toEqual(taken.map(() => true));
    expect(left.map(([path, range]) => takes(viewer, path, range))).toEqual(left.map(() => false));
    await world.run(1_000);
    expect(world.tracker.connectionCount).toBe(1);
  });

  test('live: what the newest manifest lists is found, and for a while what left it', () => {
    const rows = (first: number) => timeline('$Time$.m4s', `<S t="${first * 20}" d="20" r="4"/>`);
    const viewer = open([0, 3, 6].map((first) => mpd(period({ id: 'a', start: 'PT0S', segments: rows(first) }), LIVE)));
    expect(['200.m4s', '120.m4s', '100.m4s', '201x.m4s'].map((path) => takes(viewer, path))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('a subtitle AdaptationSet is left to the player', () => {
    const text = mpd(period()).replace('contentType="video" mimeType="video/mp4"', 'mimeType="application/mp4"');
    expect(takes(open([text]), 'v1/1.m4s')).toBe(false);
  });

  test('[ID-6] is left alone in a build that reads HLS only', async () => {
    const viewer = open([mpd(period())], { formats: [HLS_FORMAT] });
    expect([takes(viewer, 'v1/1.m4s'), viewer.connection?.missingIndex(at('a.mp4'))]).toEqual([false, undefined]);
    await world.run(1_000);
    expect(world.tracker.connectionCount).toBe(0);
  });
});

describe('[MEDIA-2] the index of a file', () => {
  const text = mpd(period({ segments: '<SegmentBase indexRange="100-155"/>', baseUrl: 'a.mp4' }));
  const INDEX = { start: 100, end: 156 };
  const FIRST = { start: 156, end: 50_156 };
  const url = at('a.mp4');
  const index = { url, byteRange: INDEX, bytes: sidxBox([50_000, 30_000]) };

  test('until it is handed over nothing is taken, asked or joined; then the swarm is', async () => {
    const viewer = open([text]);
    await world.run(1_000);
    expect(takes(viewer, 'a.mp4', FIRST)).toBe(false);
    expect(viewer.connection?.missingIndex(url)).toEqual(INDEX);
    expect([world.tracker.connectionCount, viewer.http.requestCount()]).toEqual([0, 0]);
    viewer.connection?.addIndex(index);
    await world.run(1_000);
    expect(takes(viewer, 'a.mp4', FIRST)).toBe(true);
    expect(viewer.connection?.missingIndex(url)).toBeUndefined();
    expect([world.tracker.connectionCount, viewer.http.requestCount()]).toEqual([1, 0]);
  });

  test('is read from more bytes than its own, and may be the player’s buffer', () => {
    const viewer = open([text]);
    const bytes = new Uint8Array(400);
    bytes.set(index.bytes, 100);
    viewer.connection?.addIndex({ url, bytes });
    bytes.fill(0);
    expect(takes(viewer, 'a.mp4', FIRST)).toBe(true);
  });

  test('[PLAY-11] is known after the page was away, and when P2P was off as it came', async () => {
    const viewer = open([text]);
    const { connection, lifecycle } = viewer;
    connection?.handle.setOptions({ enabled: false });
    expect(connection?.missingIndex(url)).toEqual(INDEX);
    connection?.addIndex(index);
    expect(takes(viewer, 'a.mp4', FIRST)).toBe(false);
    connection?.handle.setOptions({ enabled: true });
    expect(takes(viewer, 'a.mp4', FIRST)).toBe(true);
    lifecycle.leave();
    await world.run(1_000);
    expect(world.tracker.connectionCount).toBe(0);
    lifecycle.return();
    await world.run(1_000);
    expect([takes(viewer, 'a.mp4', FIRST), world.tracker.connectionCount]).toEqual([true, 1]);
  });

  test('belongs to its source: the next one knows nothing of it', () => {
    const viewer = open([text]);
    viewer.connection?.addIndex(index);
    viewer.connection?.openSource(at('other.mpd'));
    viewer.connection?.addManifest({ url: at('other.mpd'), text });
    expect([takes(viewer, 'a.mp4', FIRST), viewer.connection?.missingIndex(url)]).toEqual([false, INDEX]);
    viewer.connection?.closeSource();
    viewer.connection?.addIndex(index);
    expect(viewer.connection?.missingIndex(url)).toBeUndefined();
  });

  test('[MEDIA-3] that cannot be read is reported, and a better one is taken', () => {
    const viewer = open([text]);
    const rejected: unknown[] = [];
    viewer.connection?.handle.on('manifestRejected', ({ url: of, error }) => rejected.push([of, error.reason]));
    viewer.connection?.addIndex({ ...index, bytes: new Uint8Array(56) });
    expect(rejected).toEqual([[url, 'manifest-unreadable']]);
    // Of nothing that is missing, or not all of it: no fault of anybody.
    viewer.connection?.addIndex({ ...index, url: at('b.mp4') });
    viewer.connection?.addIndex({ ...index, bytes: index.bytes.subarray(0, 20) });
    expect([rejected.length, takes(viewer, 'a.mp4', FIRST)]).toEqual([1, false]);
    viewer.connection?.addIndex(index);
    expect(takes(viewer, 'a.mp4', FIRST)).toBe(true);
  });
});

test('[MEDIA-3] a manifest that cannot be read is reported, and what is known stays', () => {
  const viewer = open([mpd(period())]);
  const rejected: string[] = [];
  viewer.connection?.handle.on('manifestRejected', ({ error }) => rejected.push(error.message));
  viewer.connection?.addManifest({ url: SOURCE, text: '<MPD><Period>' });
  expect(rejected).toEqual([expect.stringContaining('ends within an element')]);
  expect(takes(viewer, 'v1/1.m4s')).toBe(true);
});
