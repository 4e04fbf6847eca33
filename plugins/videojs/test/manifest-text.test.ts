import {
  MAX_REMEMBERED_CHARACTERS,
  MAX_REMEMBERED_MANIFESTS,
  ManifestMemory,
  manifestKey,
  readManifest,
} from '../manifest-text';
import type { VhsRequest, VhsResponse } from '../vhs-types';

const url = 'https://cdn.test/live/main.m3u8';
const text = '#EXTM3U\n';

describe('readManifest', () => {
  const request: VhsRequest = { uri: url, requestType: 'hls-playlist', responseURL: url };
  const ok: VhsResponse = { statusCode: 200, body: text, url };

  test('reads text and URL', () => {
    expect(readManifest(request, null, ok)).toEqual({ url, text });
  });

  test('names the URL that answered when it is another one', () => {
    const responseUrl = 'https://edge.test/main.m3u8';
    expect(readManifest({ ...request, responseURL: responseUrl }, null, ok)).toEqual({ url, text, responseUrl });
  });

  // A hook of the page puts tokens on what is asked for; the multivariant playlist knows its media playlists without.
  test('goes by the URL that VHS knows', () => {
    expect(readManifest(request, null, { ...ok, url: `${url}?token=1` })?.url).toBe(url);
  });

  test('knows a playlist by its text where VHS does not say what it asked for', () => {
    expect(readManifest({ uri: '/live/main.m3u8' }, null, ok)?.url).toBe('http://localhost/live/main.m3u8');
    expect(readManifest({ uri: url }, null, { ...ok, body: '<tt/>' })).toBeUndefined();
  });

  test.each([
    ['dash-manifest', '<MPD/>'],
    ['content-steering-manifest', '{"VERSION":1,"PATHWAY-PRIORITY":["a"]}'],
    [undefined, '<?xml version="1.0"?>\n<!-- by hand -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'],
    [undefined, '<mpd:MPD>'],
    [undefined, '{"VERSION":1,"PATHWAY-PRIORITY":["a"]}'],
  ])('%s: %s', (requestType, body) => {
    expect(readManifest({ uri: url, requestType }, null, { ...ok, body })?.text).toBe(body);
  });

  test('hands over what is no playlist where one was asked for, so that it is reported', () => {
    expect(readManifest(request, null, { ...ok, body: '<html>' })?.text).toBe('<html>');
  });

  test.each<[string, VhsRequest, unknown, VhsResponse]>([
    ['an error', request, new Error('network'), ok],
    ['a status of failure', request, null, { ...ok, statusCode: 404 }],
    ['no status', request, null, { ...ok, statusCode: undefined }],
    ['bytes', request, null, { ...ok, body: new ArrayBuffer(10) }],
    ['inline data', { ...request, uri: 'data:application/x-mpegURL,' }, null, ok],
  ])('leaves %s', (_case, asked, error, response) => {
    expect(readManifest(asked, error, response)).toBeUndefined();
  });
});

test('manifestKey leaves out what LL-HLS adds to a reload, and nothing else', () => {
  expect(manifestKey(`${url}?a=1&_HLS_msn=7&_HLS_part=2#x`)).toBe(`${url}?a=1`);
  expect(manifestKey(`${url}?a=b%20c`)).toBe(`${url}?a=b%20c`);
});

describe('ManifestMemory', () => {
  const numbered = (index: number, length = 10): { url: string; text: string } => ({
    url: `https://cdn.test/${index}.m3u8`,
    text: 'x'.repeat(length),
  });

  test('recalls the latest text, by either URL', () => {
    const memory = new ManifestMemory();
    const responseUrl = 'https://edge.test/main.m3u8';
    memory.remember({ url, text: 'old' });
    memory.remember({ url: `${url}?_HLS_msn=2`, responseUrl, text: 'new' });
    expect(memory.recall(url)?.text).toBe('new');
    expect(memory.recall(responseUrl)?.text).toBe('new');
    expect(memory.recall(`${url}?other`)).toBeUndefined();
  });

  test('forgets the oldest beyond its number', () => {
    const memory = new ManifestMemory();
    for (let index = 0; index <= MAX_REMEMBERED_MANIFESTS; index++) memory.remember(numbered(index));
    expect(memory.recall(numbered(0).url)).toBeUndefined();
    expect(memory.recall(numbered(1).url)).toBeDefined();
  });

  test('forgets the oldest beyond its size, and keeps none that is too large by itself', () => {
    const memory = new ManifestMemory();
    memory.remember(numbered(0, MAX_REMEMBERED_CHARACTERS / 2));
    memory.remember(numbered(1, MAX_REMEMBERED_CHARACTERS / 2));
    memory.remember(numbered(2, 1));
    expect(memory.recall(numbered(0).url)).toBeUndefined();
    expect(memory.recall(numbered(1).url)).toBeDefined();
    memory.remember(numbered(3, MAX_REMEMBERED_CHARACTERS + 1));
    expect(memory.recall(numbered(3).url)).toBeUndefined();
  });
});
