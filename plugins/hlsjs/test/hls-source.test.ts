import { isHlsSource } from '../hls-source';

test.each([
  ['https://cdn.test/live.m3u8', undefined],
  ['https://cdn.test/live.M3U8?token=1', ''],
  ['/live.m3u8#t=3', null],
  ['https://cdn.test/live', 'application/vnd.apple.mpegURL'],
  [undefined, 'application/x-mpegURL'],
])('%s of type %s is HLS', (url, type) => {
  expect(isHlsSource(url, type)).toBe(true);
});

test.each([
  ['https://cdn.test/film.mp4', undefined],
  ['https://cdn.test/film.m3u8.mp4', 'video/mp4'],
  ['', ''],
  [undefined, undefined],
])('%s of type %s is none', (url, type) => {
  expect(isHlsSource(url, type)).toBe(false);
});
