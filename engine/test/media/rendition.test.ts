import { createRendition, renditionIdOf, renditionKeyOf, singleRendition } from '../../src/media/rendition';
import { at, m3u8, modelOf, multivariantText } from './playlists';

describe('renditionKeyOf', () => {
  test('is the canonical text of the specification', () => {
    const { renditions } = modelOf();
    expect(renditions.map(({ key }) => key)).toEqual([
      'p2p-media-rendition/1\ntype=video\nbandwidth=800000\nresolution=640x360\ncodecs=avc1.4d401e,mp4a.40.2',
      'p2p-media-rendition/1\ntype=video\nbandwidth=2000000\nresolution=1280x720\ncodecs=avc1.4d401f,mp4a.40.2',
      'p2p-media-rendition/1\ntype=audio\ngroup=aac\nlanguage=en\nchannels=2\nname=English',
      'p2p-media-rendition/1\ntype=audio\ngroup=aac\nlanguage=de\nchannels=2\nname=Deutsch',
    ]);
    expect(renditions[1]?.bandwidth).toBe(2_000_000);
  });

  test('states every attribute in its order and no absent one', () => {
    const all = { name: 'n', channels: '6', language: 'en', group: 'g', videoRange: 'PQ' };
    const more = { frameRate: '29.97', codecs: 'c', resolution: '1x2', bandwidth: '3' };
    expect(renditionKeyOf({ ...all, ...more, type: 'video' }, 2)).toBe(
      'p2p-media-rendition/1\ntype=video\nbandwidth=3\nresolution=1x2\ncodecs=c\nframe-rate=29.97\nvideo-range=PQ\n' +
        'group=g\nlanguage=en\nchannels=6\nname=n\norder=2',
    );
    expect(renditionKeyOf({ type: 'video', stableId: 's', name: 'n', resolution: '1x2', bandwidth: '3' }, 0)).toBe(
      'p2p-media-rendition/1\ntype=video\nresolution=1x2\nname=n\nstable-id=s',
    );
  });
});

describe('renditionIdOf', () => {
  // From sha256sum, so that other implementations can check theirs.
  test.each([
    ['p2p-media-rendition/1\ntype=single', 0x9afebcfc],
    [
      'p2p-media-rendition/1\ntype=video\nbandwidth=2000000\nresolution=1280x720\ncodecs=avc1.4d401f,mp4a.40.2\nframe-rate=25',
      0x352ca5c0,
    ],
  ])('takes the first 32 bits of the SHA-256 of %j', (key, id) => {
    expect(renditionIdOf(key)).toBe(id);
  });

  test('the single rendition of a source is the one without attributes', () => {
    expect(singleRendition()).toEqual(createRendition({ type: 'single' }, 0));
    expect(singleRendition().id).toBe(0x9afebcfc);
  });
});

describe('the identity of a rendition', () => {
  const keysOf = (...lines: string[]): string[] => modelOf(m3u8(...lines)).renditions.map(({ key }) => key);

  test('does not depend on how codecs, languages and frame rates are written', () => {
    const one = keysOf('#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="mp4a.40.2, avc1.4D401F",FRAME-RATE=25.000', 'a');
    const other = keysOf('#EXT-X-STREAM-INF:FRAME-RATE=25,BANDWIDTH=1,CODECS="avc1.4d401f,mp4a.40.2"', 'b');
    expect(one).toEqual(other);
  });

  // Upstream gives both the same swarm, and viewers of one get the other's picture.
  test('is not shared by two variants with equal attributes: their order tells them apart', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=800000';
    const [first, second] = modelOf(m3u8(inf, 'a.m3u8', inf, 'b.m3u8')).renditions;
    expect(second?.key).toBe(`${first?.key}\norder=1`);
    expect(second?.id).not.toBe(first?.id);
  });

  test('is shared by the pathways (CDNs) of one variant', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=800000,PATHWAY-ID=';
    const model = modelOf(m3u8(`${inf}"A"`, 'https://a.example/v.m3u8', `${inf}"B"`, 'https://b.example/v.m3u8'));
    expect(model.renditions).toHaveLength(1);
  });

  test('is the first listing of a playlist that several variants list', () => {
    const inf = (rate: number, audio: string) => `#EXT-X-STREAM-INF:BANDWIDTH=${rate},AUDIO="${audio}"`;
    const keys = keysOf(
      inf(900, 'stereo'),
      'v.m3u8?x=1#top',
      inf(990, 'surround'),
      'v.m3u8?x=1',
      inf(900, 'x'),
      'w.m3u8',
    );
    expect(keys).toEqual([
      'p2p-media-rendition/1\ntype=video\nbandwidth=900',
      'p2p-media-rendition/1\ntype=video\nbandwidth=900\norder=1',
    ]);
  });

  test('of an audio-only variant is audio, and stands for the audio group with the same playlist', () => {
    const keys = keysOf(
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="audio.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"',
      'audio.m3u8',
    );
    expect(keys).toEqual(['p2p-media-rendition/1\ntype=audio\nbandwidth=64000\ncodecs=mp4a.40.2']);
  });

  // Other readers keep only the last of two renditions with one name in a group, and no CHANNELS.
  test('tells renditions of one name and group apart by channels and order', () => {
    const media = (channels: string, uri: string) =>
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",CHANNELS="${channels}",URI="${uri}"`;
    const keys = keysOf(media('2', 'a'), media('6', 'b'), media('6', 'c'), '#EXT-X-STREAM-INF:BANDWIDTH=1', 'v');
    expect(keys.slice(1).map((key) => key.split('\n').slice(3))).toEqual([
      ['channels=2', 'name=English'],
      ['channels=6', 'name=English'],
      ['channels=6', 'name=English', 'order=1'],
    ]);
  });

  test('knows the variables of the playlist', () => {
    const define = '#EXT-X-DEFINE:NAME="lang",VALUE="fr"';
    const media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="{$lang}",LANGUAGE="{$lang}",URI="{$lang}.m3u8"';
    const keys = keysOf(define, media, '#EXT-X-STREAM-INF:BANDWIDTH=1', 'v.m3u8');
    expect(keys[1]).toBe('p2p-media-rendition/1\ntype=audio\ngroup=a\nlanguage=fr\nname=fr');
  });

  test.each([
    ['a token in the query', (path: string) => `${path}?token=abc`],
    ['a token in the path', (path: string) => `/s/abcdef/${path}`],
    ['another host and scheme', (path: string) => `http://edge-7.cdn.example/x/${path}`],
  ])('does not change with %s', (_, locate) => {
    expect(modelOf(multivariantText(locate)).renditions).toEqual(modelOf().renditions);
  });

  // These two were searched for: SHA-256 of both keys begins with d2393442.
  test('that two renditions have by chance is used by neither', () => {
    const inf = '#EXT-X-STREAM-INF:BANDWIDTH=';
    const text = m3u8(`${inf}136022`, 'a.m3u8', `${inf}183530`, 'b.m3u8', `${inf}5`, 'c.m3u8');
    const model = modelOf(text);
    expect(model.renditions).toHaveLength(1);
    const media = m3u8('#EXTINF:2,', 'seg.ts');
    for (const path of ['a.m3u8', 'b.m3u8']) {
      expect(model.addManifest({ url: at(path), text: media })).toMatchObject({
        kind: 'ignored',
        why: expect.stringContaining('32-bit'),
      });
    }
    expect(model.addManifest({ url: at('c.m3u8'), text: media }).kind).toBe('media');
  });
});
