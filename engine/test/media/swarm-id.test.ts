import { defaultSwarmId } from '../../src/media/swarm-id';

describe('defaultSwarmId', () => {
  test.each([
    ['https://a.example/live/main.m3u8', 'https://a.example/live/main.m3u8'],
    ['https://a.example/live/main.m3u8?token=1&x=2', 'https://a.example/live/main.m3u8'],
    ['https://a.example/live/main.m3u8#t=10', 'https://a.example/live/main.m3u8'],
    ['https://user:pass@a.example/main.m3u8', 'https://a.example/main.m3u8'],
    ['HTTPS://A.example:443/main.m3u8', 'https://a.example/main.m3u8'],
    ['https://a.example:8443/main.m3u8', 'https://a.example:8443/main.m3u8'],
    ['main.m3u8?token=1', 'main.m3u8'],
    ['', ''],
  ])('of %j is %j', (url, id) => {
    expect(defaultSwarmId(url)).toBe(id);
  });

  // Documented: a page whose streams differ in the query only has to set `swarmId`.
  test('is the same for streams that differ only in the query', () => {
    expect(defaultSwarmId('https://a.example/play?id=5')).toBe(defaultSwarmId('https://a.example/play?id=6'));
  });
});
