import type { ManifestText } from '../../../engine/src/index';
import { ManifestFeed, type PlayedSource } from '../manifest-feed';
import { ManifestMemory } from '../manifest-text';
import type { VhsHandler, VhsPlaylist, VhsRequestOptions } from '../vhs-types';

const SOURCE = 'https://cdn.test/main.m3u8';
const LOW = 'https://cdn.test/low.m3u8';
const HIGH = 'https://cdn.test/high.m3u8';
const AUDIO = 'https://cdn.test/audio.m3u8';

const loaded = (resolvedUri: string, endList = true): VhsPlaylist => ({ resolvedUri, endList, segments: [{}] });
const textOf = (url: string): ManifestText => ({ url, text: `#EXTM3U of ${url}` });

let source: PlayedSource;
let memory: ManifestMemory;
let requests: (VhsRequestOptions & { readonly callback: (error: unknown) => void; isAborted: boolean })[];
let handedOver: string[];

beforeEach(() => {
  source = { url: SOURCE, format: 'hls' };
  memory = new ManifestMemory();
  requests = [];
  handedOver = [];
});

/** A feed on a VHS that has loaded `playlists`, or not even the source's own. */
function createFeed(playlists?: VhsPlaylist[], more: object = {}): ManifestFeed {
  const vhs = {
    playlists: playlists ? { main: { playlists } } : {},
    xhr: (options: VhsRequestOptions, callback: (error: unknown) => void) => {
      const request = { ...options, callback, isAborted: false };
      requests.push(request);
      return { abort: () => (request.isAborted = true) };
    },
    ...more,
  } as unknown as VhsHandler;
  return new ManifestFeed(vhs, source, memory, ({ url }) => handedOver.push(url));
}

test('what VHS loads goes straight on, each reload as well', () => {
  const feed = createFeed();
  for (const url of [SOURCE, LOW, LOW]) feed.add(textOf(url));
  expect(handedOver).toEqual([SOURCE, LOW, LOW]);
  expect(requests).toEqual([]);
});

test('nothing is missing while VHS itself waits for its first playlist', () => {
  createFeed().findMissing();
  expect(requests).toEqual([]);
});

test('what VHS loaded before comes from memory, the multivariant playlist first', () => {
  for (const url of [HIGH, LOW, SOURCE]) memory.remember(textOf(url));
  const feed = createFeed([loaded(LOW), { resolvedUri: HIGH }, {}]);
  feed.findMissing();
  feed.findMissing();
  expect(handedOver).toEqual([SOURCE, LOW]);
  expect(requests).toEqual([]);
});

test('a playlist that arrives before the multivariant one was found comes after it', () => {
  memory.remember(textOf(SOURCE));
  createFeed([{ resolvedUri: LOW }]).add(textOf(LOW));
  expect(handedOver).toEqual([SOURCE, LOW]);
});

describe('what nobody remembers', () => {
  test('is asked for once more through VHS, with its credentials', () => {
    const feed = createFeed([loaded(LOW)], { options_: { withCredentials: true } });
    feed.findMissing();
    feed.findMissing();
    expect(requests.map(({ uri }) => uri)).toEqual([SOURCE, LOW]);
    expect(requests[0]).toMatchObject({ withCredentials: true, requestType: 'hls-playlist' });
  });

  test('is not asked for where a live reload brings it anyway', () => {
    createFeed([loaded(LOW, false)]).findMissing();
    expect(requests.map(({ uri }) => uri)).toEqual([SOURCE]);
  });

  test('includes alternative audio, which only its own loader knows', () => {
    const AUDIO_LOADER = { activePlaylistLoader: { media: () => loaded(AUDIO) } };
    createFeed([], { playlistController_: { mediaTypes_: { AUDIO: AUDIO_LOADER } } }).findMissing();
    expect(requests.map(({ uri }) => uri)).toEqual([SOURCE, AUDIO]);
  });

  test('holds the others back until the multivariant playlist is there, the newest of each', () => {
    memory.remember(textOf(LOW));
    const feed = createFeed([loaded(LOW), loaded(HIGH, false)]);
    feed.findMissing();
    feed.add(textOf(HIGH));
    feed.add(textOf(HIGH));
    expect(handedOver).toEqual([]);
    feed.add(textOf(SOURCE));
    expect(handedOver).toEqual([SOURCE, LOW, HIGH]);
    requests[0]!.callback(null);
    expect(handedOver).toHaveLength(3);
  });

  test('is done without when it does not come', () => {
    const feed = createFeed([loaded(LOW, false)]);
    feed.findMissing();
    feed.add(textOf(LOW));
    requests[0]!.callback(new Error('status 403'));
    feed.findMissing();
    feed.add(textOf(LOW));
    expect(handedOver).toEqual([LOW, LOW]);
    expect(requests).toHaveLength(1);
  });

  test('is not waited for after the end of the source', () => {
    const feed = createFeed([loaded(LOW)]);
    feed.findMissing();
    feed.close();
    expect(requests.every(({ isAborted }) => isAborted)).toBe(true);
  });
});

describe('a delta update', () => {
  const delta = (url: string): ManifestText => ({ url, text: '#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n' });

  test('goes on to the engine once the playlist that it updates has', () => {
    const feed = createFeed();
    for (const manifest of [textOf(SOURCE), textOf(LOW), delta(`${LOW}?_HLS_skip=YES`)]) feed.add(manifest);
    expect(handedOver).toEqual([SOURCE, LOW, `${LOW}?_HLS_skip=YES`]);
    expect(requests).toEqual([]);
  });

  test.each(['remembered', 'passing by'])(
    'of a playlist that nobody saw, %s, has it asked for as a whole, once',
    (how) => {
      memory.remember(textOf(SOURCE));
      const feed = createFeed([loaded(LOW, false)]);
      const update = delta(`${LOW}?_HLS_msn=9&_HLS_skip=YES`);
      if (how === 'remembered') memory.remember(update);
      else feed.add(update);
      feed.findMissing();
      feed.findMissing();
      expect(requests.map(({ uri }) => uri)).toEqual([LOW]);
      expect(handedOver).toEqual([SOURCE]);
      feed.add(textOf(LOW));
      feed.add(update);
      expect(handedOver).toEqual([SOURCE, LOW, update.url]);
    },
  );
});

describe('DASH', () => {
  beforeEach(() => (source = { url: SOURCE, format: 'dash' }));

  test('has one manifest: what VHS makes of its renditions has no URL to ask', () => {
    createFeed([loaded('https://cdn.test/0-placeholder-uri-0')]).findMissing();
    expect(requests.map(({ uri, requestType }) => [uri, requestType])).toEqual([[SOURCE, 'dash-manifest']]);
  });
});
