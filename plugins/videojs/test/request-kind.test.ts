import { isPartRequest, isSegmentRequest, sourceFormatOf } from '../request-kind';
import type { VhsHandler, VhsRequestOptions } from '../vhs-types';

const uri = 'https://cdn.test/s0.ts';
const binary = { uri, responseType: 'arraybuffer' };
/** What only requests of a segment loader carry; the way to tell them in VHS before 3.13. */
const ofSegmentLoader = { ...binary, headers: {}, maxPlaylistRetries: Infinity };

describe('isSegmentRequest', () => {
  test.each<[string, VhsRequestOptions, boolean]>([
    ['segment', { ...ofSegmentLoader, requestType: 'segment' }, true],
    ['segment by range', { ...ofSegmentLoader, requestType: 'segment', headers: { Range: 'bytes=0-9' } }, true],
    ['segment, relative URL', { ...ofSegmentLoader, requestType: 'segment', uri: 's0.ts' }, true],
    ['segment, explicit GET', { ...ofSegmentLoader, requestType: 'segment', method: 'get' }, true],
    ['init segment', { ...ofSegmentLoader, requestType: 'segment-media-initialization' }, false],
    ['key', { ...binary, requestType: 'segment-key' }, false],
    ['playlist', { uri, requestType: 'hls-playlist' }, false],
    ['DASH manifest', { uri, requestType: 'dash-manifest' }, false],
    ['DASH clock', { uri, requestType: 'dash-clock-sync', method: 'HEAD' }, false],
    ['DASH index', { ...binary, headers: { Range: 'bytes=0-9' }, requestType: 'dash-sidx' }, false],
    ['content steering', { uri, requestType: 'content-steering-manifest' }, false],
    ['old VHS: segment', ofSegmentLoader, true],
    ['old VHS: key, without headers', { ...binary, ...{ maxPlaylistRetries: Infinity } }, false],
    ['old VHS: playlist', { uri }, false],
    ['old VHS: DASH index, without the loader settings', { ...binary, headers: { Range: 'bytes=0-9' } }, false],
    ['container probe', { ...ofSegmentLoader, beforeSend: () => undefined }, false],
    ['a request of the page with its own xhr', { ...ofSegmentLoader, requestType: 'segment', xhr: {} }, false],
    ['POST', { ...ofSegmentLoader, requestType: 'segment', method: 'POST' }, false],
    ['with a body', { ...ofSegmentLoader, requestType: 'segment', body: 'x' }, false],
    ['with a log-in', { ...ofSegmentLoader, requestType: 'segment', username: 'x' }, false],
    ['synchronous', { ...ofSegmentLoader, requestType: 'segment', sync: true }, false],
    ['inline data', { ...ofSegmentLoader, requestType: 'segment', uri: 'data:video/mp2t;base64,AA' }, false],
    ['without URL', { ...ofSegmentLoader, requestType: 'segment', uri: undefined }, false],
  ])('%s', (_case, options, expected) => {
    expect(isSegmentRequest(options)).toBe(expected);
  });
});

describe('isPartRequest', () => {
  const vhsLoading = (pendingSegment_: object | null): VhsHandler =>
    ({ playlistController_: { mainSegmentLoader_: {}, audioSegmentLoader_: { pendingSegment_ } } }) as VhsHandler;

  test.each<[string, object | null, boolean]>([
    ['the part that is being loaded', { partIndex: 0, part: { resolvedUri: uri } }, true],
    ['a whole segment', { partIndex: null, part: null }, false],
    ['a part elsewhere', { partIndex: 2, part: { resolvedUri: 'https://cdn.test/p2.ts' } }, false],
    ['nothing', null, false],
  ])('%s', (_case, pendingSegment, expected) => {
    expect(isPartRequest(vhsLoading(pendingSegment), uri)).toBe(expected);
  });

  test('a VHS without that state', () => {
    expect(isPartRequest({} as VhsHandler, uri)).toBe(false);
  });
});

test.each<[string, object, string | undefined]>([
  ['HLS by type', { src: 'https://cdn.test/live', type: 'application/vnd.apple.mpegurl' }, 'hls'],
  ['HLS by the older type', { src: 'x', type: 'application/x-mpegURL' }, 'hls'],
  ['HLS by name', { src: 'https://cdn.test/live.m3u8?token=1' }, 'hls'],
  ['DASH by type', { src: 'https://cdn.test/live', type: 'application/dash+xml' }, 'dash'],
  ['DASH by name', { src: 'https://cdn.test/live.mpd?token=1' }, 'dash'],
  ['type before name', { src: 'https://cdn.test/live.mpd', type: 'application/x-mpegURL' }, 'hls'],
  ['a file', { src: 'https://cdn.test/film.mp4', type: 'video/mp4' }, undefined],
  ['a file with the name of a manifest', { src: 'https://cdn.test/live.m3u8', type: 'video/mp4' }, undefined],
  ['nothing', {}, undefined],
])('sourceFormatOf %s', (_case, source, expected) => {
  expect(sourceFormatOf(source)).toBe(expected);
});
