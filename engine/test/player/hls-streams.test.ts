// Every kind of HLS as players read it, over the whole engine: what is taken, and what is left to the player.

import type { ByteRange } from '../../src/base/byte-range';
import { m3u8, mediaText, multivariantText } from '../media/playlists';
import { ask } from '../support/player-rig';
import { World, type Viewer } from '../support/simulated-world';

const BASE = 'https://origin.example/show/';
const at = (path: string): string => `${BASE}${path}`;

let world: World;
let viewer: Viewer;

beforeEach(() => {
  world = new World({ seed: 61 });
  viewer = world.addIdleViewer();
  viewer.connection?.openSource(at('main.m3u8'));
  add('main.m3u8', multivariantText());
});
afterEach(() => world.expectNothingLeft());

function add(path: string, text: string, responseUrl?: string): void {
  viewer.connection?.addManifest({ url: at(path), text, ...(responseUrl !== undefined && { responseUrl }) });
}

/** Whether the engine takes a request. */
function takes(path: string, byteRange?: ByteRange): boolean {
  const { cancel } = ask(viewer, new URL(path, BASE).href, byteRange);
  cancel?.();
  return cancel !== undefined;
}

describe('[MEDIA-4] refreshes', () => {
  const delta = (first: number) => mediaText({ first, count: 20, skip: 14 });

  test('delta updates add to what is known, also those that came while P2P was off', () => {
    add('low.m3u8', mediaText({ first: 100, count: 20 }));
    add('low.m3u8?_HLS_skip=YES', delta(101));
    expect(['seg100.ts', 'seg119.ts', 'seg120.ts', 'seg121.ts'].map((name) => takes(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    viewer.connection?.handle.setOptions({ enabled: false });
    for (let first = 102; first < 140; first++) add(`low.m3u8?_HLS_skip=YES&_HLS_msn=${first + 19}`, delta(first));
    expect(takes('seg158.ts')).toBe(false);
    viewer.connection?.handle.setOptions({ enabled: true });
    add('low.m3u8?_HLS_skip=YES&_HLS_msn=159', delta(140));
    expect(['seg145.ts', 'seg158.ts', 'seg159.ts'].map((name) => takes(name))).toEqual([true, true, true]);
  });

  test('a delta update of a playlist that was never seen is of no use, and no harm', () => {
    const rejected: unknown[] = [];
    viewer.connection?.handle.on('manifestRejected', (payload) => rejected.push(payload));
    add('low.m3u8?_HLS_skip=YES', delta(101));
    expect([takes('seg120.ts'), rejected]).toEqual([false, []]);
    add('low.m3u8', mediaText({ first: 102, count: 20 }));
    expect(takes('seg121.ts')).toBe(true);
  });

  test('an EVENT that ends: its segments stay what they are, and the live rules end', async () => {
    const event = (count: number, isEnded = false) => mediaText({ first: 7, count, type: 'EVENT', isEnded });
    add('low.m3u8', event(4));
    viewer.http.serve(at('seg8.ts'), world.content.bytesOf(1));
    const before = ask(viewer, at('seg8.ts'));
    await world.run(10_000);
    add('low.m3u8', event(5, true));
    const after = ask(viewer, at('seg8.ts'));
    await world.run(1_000);
    expect([before, after].map(({ delivered }) => delivered.length)).toEqual([1, 1]);
    expect(viewer.http.requestCount(at('seg8.ts'))).toBe(1);
    expect(takes('seg11.ts')).toBe(true);
  });

  test('a variant that each reload redirects to another edge', () => {
    for (let n = 0; n < 5; n++) {
      add('low.m3u8', mediaText({ first: n, count: 4 }), `https://edge-${n}.example/x/low.m3u8?session=${n}`);
      expect([takes(`https://edge-${n}.example/x/seg${n + 3}.ts`), takes(`seg${n + 3}.ts`)]).toEqual([true, false]);
    }
  });
});

describe('[MEDIA-5] low-latency HLS', () => {
  const playlist = m3u8(
    '#EXT-X-TARGETDURATION:4',
    '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0,CAN-SKIP-UNTIL=24.0',
    '#EXT-X-PART-INF:PART-TARGET=0.33334',
    '#EXT-X-MEDIA-SEQUENCE:266',
    '#EXT-X-PROGRAM-DATE-TIME:2019-02-14T02:13:36.106Z',
    '#EXT-X-MAP:URI="init.mp4"',
    '#EXTINF:4.00008,',
    'fileSequence266.mp4',
    '#EXT-X-PART:DURATION=0.33334,URI="filePart267.0.mp4"',
    '#EXT-X-PART:DURATION=0.33334,URI="filePart267.1.mp4",INDEPENDENT=YES',
    '#EXTINF:4.00008,',
    'fileSequence267.mp4',
    '#EXT-X-PART:DURATION=0.33334,URI="fileSequence268.mp4",BYTERANGE="20000@0"',
    '#EXT-X-PART:DURATION=0.33334,URI="fileSequence268.mp4",BYTERANGE="21000@20000"',
    '#EXTINF:4.00008,',
    'fileSequence268.mp4',
    '#EXT-X-PART:DURATION=0.33334,URI="filePart269.0.mp4",INDEPENDENT=YES',
    '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="filePart269.1.mp4"',
    '#EXT-X-RENDITION-REPORT:URI="../high.m3u8",LAST-MSN=269,LAST-PART=0',
  );

  test('parts, hints and init segments are left to the player, whole segments are shared', () => {
    for (const reload of ['', '?_HLS_msn=269&_HLS_part=1']) {
      add(`low.m3u8${reload}`, playlist);
      const left = ['filePart267.0.mp4', 'filePart267.1.mp4', 'filePart269.0.mp4', 'filePart269.1.mp4', 'init.mp4'];
      expect(left.map((name) => takes(name))).toEqual(left.map(() => false));
      expect(takes('fileSequence268.mp4', { start: 20_000, end: 41_000 })).toBe(false);
      const whole = ['fileSequence266.mp4', 'fileSequence267.mp4', 'fileSequence268.mp4'];
      expect(whole.map((name) => takes(name))).toEqual(whole.map(() => true));
    }
  });

  test('a segment whose parts the player had is shared when it is complete and asked for', () => {
    add('low.m3u8', playlist);
    expect(takes('fileSequence269.mp4')).toBe(false);
    add('low.m3u8?_HLS_msn=270', `${playlist}#EXTINF:4.00008,\nfileSequence269.mp4\n`);
    expect(takes('fileSequence269.mp4')).toBe(true);
  });
});

describe('what else a playlist has', () => {
  test('[ID-4] subtitles pass: their playlists and segments are the player’s', () => {
    add('low.m3u8', mediaText());
    add('subs.m3u8', mediaText({ name: (n) => `subs${n}.vtt`, isEnded: true }));
    expect([takes('seg1.ts'), takes('subs1.vtt'), takes('subs.m3u8')]).toEqual([true, false, false]);
  });

  test('[ID-4] [ID-5] discontinuities, EXT-X-MAP and byte ranges together', () => {
    const lines = ['#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:3', '#EXT-X-DISCONTINUITY-SEQUENCE:1'];
    for (const file of ['ad.mp4', 'main.mp4']) {
      if (file === 'main.mp4') lines.push('#EXT-X-DISCONTINUITY');
      lines.push(`#EXT-X-MAP:URI="${file}",BYTERANGE="700@0"`);
      lines.push('#EXTINF:2,', '#EXT-X-BYTERANGE:1000@700', file, '#EXTINF:2,', '#EXT-X-BYTERANGE:1500', file);
    }
    add('low.m3u8', m3u8(...lines, '#EXT-X-ENDLIST'));
    for (const file of ['ad.mp4', 'main.mp4']) {
      expect(takes(file, { start: 0, end: 700 })).toBe(false);
      expect(takes(file, { start: 700, end: 1_700 })).toBe(true);
      expect(takes(file, { start: 1_700, end: 3_200 })).toBe(true);
      expect(takes(file, { start: 700, end: 3_200 })).toBe(false);
      expect(takes(file)).toBe(false);
    }
  });

  test('[MEDIA-6] the playlists of a pathway that content steering adds are those of its base', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,PATHWAY-ID="A"';
    add('main.m3u8', m3u8('#EXT-X-CONTENT-STEERING:SERVER-URI="/steering?video=1",PATHWAY-ID="A"', inf, 'low.m3u8'));
    const clones = [{ 'BASE-ID': 'A', ID: 'B', 'URI-REPLACEMENT': { HOST: 'b.example', PARAMS: { 'token-b': '7' } } }];
    const text = JSON.stringify({ VERSION: 1, TTL: 300, 'PATHWAY-PRIORITY': ['B', 'A'], 'PATHWAY-CLONES': clones });
    const cloned = 'https://b.example/show/low.m3u8?token-b=7';
    viewer.connection?.addManifest({ url: cloned, text: mediaText() });
    expect(takes('https://b.example/show/seg1.ts')).toBe(false);
    viewer.connection?.addManifest({ url: 'https://origin.example/steering?video=1&_HLS_pathway=A', text });
    viewer.connection?.addManifest({ url: cloned, text: mediaText() });
    expect(takes('https://b.example/show/seg1.ts')).toBe(true);
  });
});
