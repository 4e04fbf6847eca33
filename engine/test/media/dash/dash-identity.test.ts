import { dashRenditionKeyOf, periodIdOf, periodKeyOf } from '../../../src/media/dash/dash-identity';
import { renditionIdOf } from '../../../src/media/rendition';
import { addMpd, at, dashModel, LIVE, mpd, period, sidxBox, TEMPLATE, timeline } from './manifests';

/** SHA-256 of the keys of both begins with fe75e2a6: searched for. */
const COLLIDING_IDS = ['v31752', 'v74203'];

describe('dashRenditionKeyOf', () => {
  const keysOf = (...texts: string[]) => dashModel(...texts).renditions.map(({ key }) => key);
  const representation = (attributes: string) => period({ representations: `<Representation ${attributes}/>` });

  test('is the canonical text of the specification', () => {
    const set = (type: string, more: string, inner: string) =>
      `<AdaptationSet mimeType="${type}/mp4" ${more}>${inner}${TEMPLATE}<Representation id="${type} 1" bandwidth="9"/></AdaptationSet>`;
    const text = mpd(
      `<Period>${set('video', 'width="640" height="360" codecs="avc1.4D401E"', '')}
       ${set('audio', 'lang="EN" codecs="mp4a.40.2"', '<Role value="main"/><Role value="dub"/>')}</Period>`,
    );
    expect(keysOf(text)).toEqual([
      'p2p-media-rendition/1\nformat=dash\ntype=video\nresolution=640x360\ncodecs=avc1.4d401e\nid=video 1\naddressing=number',
      'p2p-media-rendition/1\nformat=dash\ntype=audio\ncodecs=mp4a.40.2\nlanguage=en\nrole=main\nid=audio 1\naddressing=number',
    ]);
    expect(dashModel(text).renditions[0]?.bandwidth).toBe(9);
  });

  test('states every attribute in its order and no absent one', () => {
    const all = { addressing: 'time/90000', id: 'i', role: 'r', language: 'l' } as const;
    expect(dashRenditionKeyOf({ ...all, codecs: 'c', resolution: '1x2', bandwidth: '3', type: 'video' }, 2)).toBe(
      'p2p-media-rendition/1\nformat=dash\ntype=video\nbandwidth=3\nresolution=1x2\ncodecs=c\nlanguage=l\nrole=r\nid=i\n' +
        'addressing=time/90000\norder=2',
    );
    expect(dashRenditionKeyOf({ type: 'audio', addressing: 'number' }, 0)).toBe(
      'p2p-media-rendition/1\nformat=dash\ntype=audio\naddressing=number',
    );
  });

  // From sha256sum, so that other implementations can check theirs.
  test.each([
    [
      'p2p-media-rendition/1\nformat=dash\ntype=video\nresolution=1280x720\ncodecs=avc1.4d401f\nid=v1\naddressing=number',
      0xa6c53535,
    ],
    [
      'p2p-media-rendition/1\nformat=dash\ntype=audio\ncodecs=mp4a.40.2\nlanguage=en\nrole=main\nid=a1\naddressing=time/48000',
      0x6357c0a0,
    ],
    ['p2p-media-rendition/1\nformat=dash\ntype=video\nid=v1\naddressing=bytes/829-956', 0x4c89db91],
  ])('the rendition of %j is its hash', (key, id) => {
    expect(renditionIdOf(key)).toBe(id);
  });

  test('has a line for how segments are numbered', () => {
    const addressing = (segments: string) =>
      keysOf(mpd(period({ segments })))[0]
        ?.split('\n')
        .at(-1);
    expect(addressing(TEMPLATE)).toBe('addressing=number');
    expect(addressing(timeline('$Time$', '<S d="20"/>'))).toBe('addressing=time/10');
    expect(addressing(timeline('$Time$', '<S d="20"/>', ''))).toBe('addressing=time/1');
    expect(addressing(timeline('$Number$', '<S d="20"/>'))).toBe('addressing=number');
    expect(addressing('<SegmentBase indexRange="0829-956"/>')).toBe('addressing=bytes/829-956');
    expect(addressing('<SegmentList duration="2"><SegmentURL media="a"/></SegmentList>')).toBe('addressing=number');
    const rows = '<SegmentTimeline><S d="2"/></SegmentTimeline><SegmentURL media="a"/>';
    expect(addressing(`<SegmentList>${rows}</SegmentList>`)).toBe('addressing=time/1');
  });

  test('does not depend on a bandwidth that is measured anew, unless there is nothing else to tell by', () => {
    const [one, other] = ['id="v1" bandwidth="1"', 'id="v1" bandwidth="2"'].map((text) =>
      keysOf(mpd(representation(text))),
    );
    expect(one).toEqual(other);
    expect(keysOf(mpd(representation('bandwidth="2"')))[0]).toContain('\nbandwidth=2\n');
  });

  test('is not shared by two Representations with the same lines: their order tells them apart', () => {
    const twins = '<Representation id="v1"/><Representation id="v1"/>';
    const [first, second] = keysOf(mpd(period({ representations: twins })));
    expect(second).toBe(`${first}\norder=1`);
  });

  test('is one for the same Representation in several Periods', () => {
    expect(keysOf(mpd(period({ id: 'a', duration: 'PT10S' }) + period({ id: 'b' })))).toHaveLength(1);
  });

  test('has no line that a manifest could smuggle in', () => {
    expect(keysOf(mpd(representation('id="v1&#10;order=7"')))[0]).toContain('\nid=v1 order=7\n');
  });

  test('that two Representations have by chance is used by neither', () => {
    const ids = COLLIDING_IDS.map((id) => `<Representation id="${id}"/>`).join('');
    const model = dashModel(mpd(period({ representations: `${ids}<Representation id="c"/>` })));
    expect(model.renditions.map(({ key }) => key.includes('id=c'))).toEqual([true]);
    expect(model.findSegment(at(`${COLLIDING_IDS[0]}/1.m4s`))).toBeUndefined();
    expect(model.findSegment(at('c/1.m4s'))).toBeDefined();
  });
});

describe('periodKeyOf', () => {
  test.each([
    [{ id: 'p1', startSeconds: 5 }, undefined, 'p2p-media-period/1\nid=p1'],
    [{ id: '', startSeconds: 5.0004 }, undefined, 'p2p-media-period/1\nstart=5000'],
    [
      { id: 'p1', startSeconds: undefined },
      1704067200000,
      'p2p-media-period/1\navailability-start=1704067200000\nid=p1',
    ],
    [{ id: '', startSeconds: 0 }, 0, 'p2p-media-period/1\navailability-start=0\nstart=0'],
    [{ id: '', startSeconds: undefined }, 0, undefined],
  ])('of %j is its canonical text', (stated, availabilityStart, key) => {
    expect(periodKeyOf(stated, availabilityStart)).toBe(key);
  });

  test.each([
    ['p2p-media-period/1\nstart=0', 0xbed418f4],
    ['p2p-media-period/1\navailability-start=1704067200000\nid=p1', 0xe8bb39ee],
  ])('the discontinuity of %j is its hash', (key, id) => {
    expect(periodIdOf(key)).toBe(id);
  });

  const idIn = (...texts: string[]) => dashModel(...texts).findSegment(at('v1/5.m4s'))?.id;

  test('an encoder that began anew, with the numbers of before, is told by its availability start', () => {
    const anew = LIVE.replace('2024', '2025');
    expect(idIn(mpd(period({ id: '0' }), anew))).not.toEqual(idIn(mpd(period({ id: '0' }), LIVE)));
    expect(idIn(mpd(period({ id: '0' }), LIVE), mpd(period({ id: '0' }), anew))).toEqual(
      idIn(mpd(period({ id: '0' }), anew)),
    );
  });

  test('a live stream that ends keeps its identities where its last manifest states when it began', () => {
    const ended = 'type="static" availabilityStartTime="2024-01-01T00:00:00.000Z" mediaPresentationDuration="PT20S"';
    expect(idIn(mpd(period({ id: '0' }), ended))).toEqual(idIn(mpd(period({ id: '0' }), LIVE)));
    const bare = mpd(period({ id: '0' }));
    expect(idIn(mpd(period({ id: '0' }), LIVE), bare)).toEqual(idIn(bare));
  });

  test('a Period without id and without a start that can be known is not shared', () => {
    expect(dashModel(mpd(period(), LIVE)).segmentCount).toBe(0);
    const model = dashModel(mpd(period({ start: 'PT0S' }) + period({ id: 'x' }), LIVE));
    expect(model.findSegment(at('v1/1.m4s'))).toBeDefined();
  });

  test('an index that is read later changes no identity', () => {
    const segments = '<SegmentBase indexRange="100-143"/>';
    const model = dashModel(mpd(period({ segments, baseUrl: 'a.mp4' })));
    const { renditions } = model;
    model.addIndex(at('a.mp4'), { start: 100, end: 144 }, sidxBox([10]));
    addMpd(model, mpd(period({ segments, baseUrl: 'a.mp4' })));
    expect(model.renditions).toEqual(renditions);
  });
});
