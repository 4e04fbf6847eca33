import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';

const fixturesDir = join(__dirname, '..', '..', '..', 'e2e', 'fixtures');
const files = readdirSync(fixturesDir, { recursive: true, encoding: 'utf8' })
  .map((name) => join(fixturesDir, name))
  .filter((path) => statSync(path).isFile());
const withExtension = (...extensions: string[]) => files.filter((path) => extensions.includes(extname(path)));
const nameOf = (path: string) => relative(fixturesDir, path);

/** Files that an HLS playlist names: URI lines and URI attributes. */
function filesNamedInPlaylist(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const uris = lines.flatMap((line) => (line.startsWith('#') ? (/URI="([^"]+)"/.exec(line)?.[1] ?? []) : line || []));
  return uris.map((uri) => join(dirname(path), uri));
}

/** Files that our DASH manifests name: base URLs, or the eight numbered segments of each representation. */
function filesNamedInPresentation(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
  const numbered = all(/<Representation id="(\w+)"/g).flatMap((id) =>
    ['init.mp4', ...Array.from({ length: 8 }, (_, index) => `00${String(index)}.m4s`)].map((name) => join(id, name)),
  );
  const names = text.includes('<SegmentTemplate') ? numbered : all(/<BaseURL>([^<]+)</g);
  return names.map((name) => join(dirname(path), name));
}

describe('the committed fixtures', () => {
  test('take less than 6 MB', () => {
    expect(files.reduce((total, path) => total + statSync(path).size, 0)).toBeLessThan(6_000_000);
  });

  test('have every stream', () => {
    expect(withExtension('.m3u8', '.mpd').map(nameOf)).toEqual(
      expect.arrayContaining([
        'vod-ts/master.m3u8',
        'vod-fmp4/master.m3u8',
        'vod-aes/master.m3u8',
        'vod-byterange/master.m3u8',
        'vod-chunks/master.m3u8',
        'dash-template/manifest.mpd',
        'dash-base/manifest.mpd',
      ]),
    );
  });

  test('have no two segments with the same bytes', () => {
    const segments = withExtension('.ts', '.m4s');
    const digests = segments.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(segments.length).toBeGreaterThan(100);
    expect(new Set(digests).size).toBe(segments.length);
  });

  test.each(withExtension('.m3u8').map(nameOf))('%s names only files that exist', (name) => {
    const named = filesNamedInPlaylist(join(fixturesDir, name));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  test.each(withExtension('.mpd').map(nameOf))('%s names only files that exist', (name) => {
    const named = filesNamedInPresentation(join(fixturesDir, name));
    expect(named.length).toBeGreaterThanOrEqual(3);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('byte ranges cover their file from end to end', () => {
    const folder = join(fixturesDir, 'vod-byterange', '144p');
    const ranges = readFileSync(join(folder, 'index.m3u8'), 'utf8').matchAll(/#EXT-X-BYTERANGE:(\d+)@(\d+)/g);
    let end = 0;
    for (const [, length, offset] of ranges) {
      expect(Number(offset)).toBe(end);
      end += Number(length);
    }
    expect(end).toBe(statSync(join(folder, 'all.ts')).size);
  });
});
