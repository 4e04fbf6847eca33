// DASH in the real VHS, with the sample manifests. The engine is FakeConnection.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import { registerPlugin } from '../plugin';
import { SegmentXhr } from '../segment-xhr';
import { FakeConnection, last } from '../../test/fake-connection';
import { type FakeNativeXhr, lastNative, nativeRequests } from './fake-native-xhr';
import { createPlayer, page, setUpPage, type TestPlayer, until, vhsOf } from './vhs-page';

type Player = TestPlayer & { p2pMediaLoader(options?: P2POptions): SessionHandle };

const FIXTURES = join(__dirname, '../../../e2e/fixtures');
const SOURCE_URL = 'https://cdn.test/film/manifest.mpd';
const VIDEO_URL = 'https://cdn.test/film/144p.mp4';
const INDEX = { start: 829, end: 957 };
const PROBED_BYTES = 2_000;
const baseManifest = readFileSync(join(FIXTURES, 'dash-base/manifest.mpd'), 'utf8');
const video = readFileSync(join(FIXTURES, 'dash-base/144p.mp4'));
/** Bytes as VHS has its probe read them: each a character, in the upper half of a private range from 128 on. */
const asText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte < 128 ? byte : 0xf700 + byte)).join('');

const connections: FakeConnection[] = [];
const engine = (): FakeConnection => last(connections);
let player: Player;

beforeAll(() => {
  setUpPage();
  registerPlugin(page, (options) => {
    const connection = new FakeConnection(options);
    connections.push(connection);
    return connection;
  });
});

afterEach(() => player.dispose());

/** A player that VHS has made for the MPD, and has asked for it. */
async function createDashPlayer(): Promise<void> {
  player = createPlayer({ sources: [{ src: SOURCE_URL, type: 'application/dash+xml' }] }) as Player;
  await until(() => nativeRequests.length > 0);
}

const requestsFor = (url: string): FakeNativeXhr[] => nativeRequests.filter(({ address }) => address === url);
const ofSegment = (Range: string) =>
  vhsOf(player).xhr(
    { uri: VIDEO_URL, responseType: 'arraybuffer', headers: { Range }, requestType: 'segment' },
    jest.fn(),
  );

test('the engine gets the MPD', async () => {
  await createDashPlayer();
  player.p2pMediaLoader();
  lastNative().answer(200, baseManifest, 'https://edge.test/film/manifest.mpd');
  await until(() => engine().manifests.length > 0);
  expect(engine().calls).toEqual([`openSource ${SOURCE_URL}`, `addManifest ${SOURCE_URL}`]);
  expect(engine().manifests).toEqual([
    { url: SOURCE_URL, responseUrl: 'https://edge.test/film/manifest.mpd', text: baseManifest },
  ]);
});

test('also one that came before the plugin was called, without a request more', async () => {
  await createDashPlayer();
  lastNative().answer(200, baseManifest);
  await until(() => requestsFor(VIDEO_URL).length > 0);
  const requestCount = nativeRequests.length;
  player.p2pMediaLoader();
  expect(engine().manifests.map(({ url }) => url)).toEqual([SOURCE_URL]);
  expect(nativeRequests).toHaveLength(requestCount);
});

test('segments by byte range are asked of the engine', async () => {
  await createDashPlayer();
  player.p2pMediaLoader();
  expect(ofSegment('bytes=957-9056')).toBeInstanceOf(SegmentXhr);
  expect(engine().question).toMatchObject({ url: VIDEO_URL, byteRange: { start: 957, end: 9057 } });
});

describe('the index', () => {
  async function playUntilProbe(): Promise<FakeNativeXhr> {
    await createDashPlayer();
    player.p2pMediaLoader();
    engine().missingIndexes.set(VIDEO_URL, INDEX);
    lastNative().answer(200, baseManifest);
    await until(() => requestsFor(VIDEO_URL).length > 0);
    return requestsFor(VIDEO_URL)[0]!;
  }
  const expectHandedOver = (): void => {
    expect(engine().indexes.map(({ url, byteRange }) => ({ url, byteRange }))).toEqual([
      { url: VIDEO_URL, byteRange: INDEX },
    ]);
    expect(Buffer.from(engine().indexes[0]!.bytes).equals(video.subarray(INDEX.start, INDEX.end))).toBe(true);
  };

  test('is handed over when the probe of VHS comes by it, before VHS aborts', async () => {
    const probe = await playUntilProbe();
    probe.arrive(200, asText(video.subarray(0, PROBED_BYTES)));
    expect(probe.isAborted).toBe(true);
    expectHandedOver();
    expect(nativeRequests.some(({ requestHeaders }) => 'Range' in requestHeaders)).toBe(false);
  });

  test('is handed over when VHS asks for it by Range', async () => {
    const probe = await playUntilProbe();
    probe.arrive(200, asText(video.subarray(0, 500)));
    expect(engine().indexes).toEqual([]);
    await until(() => requestsFor(VIDEO_URL).length > 1);
    const request = requestsFor(VIDEO_URL)[1]!;
    expect(request.requestHeaders).toMatchObject({ Range: 'bytes=829-956' });
    request.answer(206, new Uint8Array(video.subarray(INDEX.start, INDEX.end)).buffer);
    expectHandedOver();
  });

  test('is found where the origin ignores Range', async () => {
    await playUntilProbe();
    const headers = { Range: 'bytes=829-956' };
    vhsOf(player).xhr({ uri: VIDEO_URL, responseType: 'arraybuffer', headers, requestType: 'dash-sidx' }, jest.fn());
    lastNative().answer(200, new Uint8Array(video).buffer);
    expectHandedOver();
  });

  test('is not looked for in a failure, nor where the engine misses none', async () => {
    const probe = await playUntilProbe();
    probe.arrive(404, asText(video.subarray(0, PROBED_BYTES)));
    expect(engine().indexes).toEqual([]);
    engine().missingIndexes.clear();
    const beforeSend = jest.fn();
    vhsOf(player).xhr({ uri: VIDEO_URL, beforeSend }, jest.fn());
    expect(beforeSend).toHaveBeenCalledTimes(1);
    lastNative().arrive(200, asText(video.subarray(0, PROBED_BYTES)));
    expect(engine().indexes).toEqual([]);
  });

  test('that passed before the plugin was called is asked for once more, with the first segment', async () => {
    await createDashPlayer();
    player.p2pMediaLoader();
    engine().missingIndexes.set(VIDEO_URL, INDEX);
    for (const Range of ['bytes=957-999', 'bytes=1000-1999']) ofSegment(Range);
    await Promise.resolve();
    expect(requestsFor(VIDEO_URL).map(({ requestHeaders }) => requestHeaders)).toEqual([{ Range: 'bytes=829-956' }]);
    lastNative().answer(206, new Uint8Array(video.subarray(INDEX.start, INDEX.end)).buffer);
    expectHandedOver();
  });

  test('is not waited for after the end of the source', async () => {
    const probe = await playUntilProbe();
    player.p2pMediaLoader().destroy();
    probe.arrive(200, asText(video.subarray(0, PROBED_BYTES)));
    expect(engine().indexes).toEqual([]);
  });
});
