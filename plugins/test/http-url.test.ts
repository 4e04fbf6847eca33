import { toHttpUrl } from '../../engine/src/plugin';

test.each([
  ['/live/main.m3u8#t=5', 'http://localhost/live/main.m3u8'],
  ['https://cdn.test/a?b=c', 'https://cdn.test/a?b=c'],
  ['blob:https://cdn.test/1', undefined],
  ['http://[bad', undefined],
  ['', undefined],
])('toHttpUrl %s', (url, expected) => {
  expect(toHttpUrl(url)).toBe(expected);
});
