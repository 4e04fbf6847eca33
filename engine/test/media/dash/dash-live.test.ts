import { KEPT_EARLIER_URLS } from '../../../src/media/limits';
import { addMpd, at, dashModel, LIVE, mpd, period, sequences, sequencesAt, timeline } from './manifests';

const START = Date.UTC(2024, 0, 1);
const live = (content: string): string => mpd(content, LIVE);
const sliding = (media: string, first: number, count: number, startNumber?: number): string =>
  live(
    period({
      id: 'p',
      start: 'PT0S',
      segments: timeline(
        media,
        `<S t="${first * 20}" d="20" r="${count - 1}"/>`,
        `timescale="10"${startNumber === undefined ? '' : ` startNumber="${startNumber}"`}`,
      ),
    }),
  );

describe('MediaModel: live DASH', () => {
  // A template with a duration has no end: nothing is listed, no clock is asked, whatever is asked for is found.
  test('$Number$ without a timeline is found at any number', () => {
    const model = dashModel(live(period({ id: 'p', start: 'PT0S' })));
    expect([model.isLive, model.segmentCount]).toEqual([true, Infinity]);
    expect(sequencesAt(model, 'v1/1.m4s', 'v1/850000000.m4s')).toEqual([1, 850_000_000]);
  });

  test('what follows is known by the wall clock only', () => {
    const model = dashModel(live(period({ id: 'p', start: 'PT10S' })));
    const segment = model.findSegment(at('v1/3.m4s'));
    const after = (wallClock?: number) => segment && sequences(model.segmentsAfter(segment, 9, wallClock));
    expect([after(), after(START), after(START + 10_000 + 11_999)]).toEqual([[], [], [4, 5]]);
  });

  test.each(['$Time$.m4s', '$Number$.m4s'])('a timeline that moves on: %s', (media) => {
    const model = dashModel(sliding(media, 100, 5, 101));
    const path = (n: number) => at(media.startsWith('$Time') ? `${n * 20}.m4s` : `${n + 1}.m4s`);
    const before = model.findSegment(path(103));
    addMpd(model, sliding(media, 102, 5, 103));
    expect(model.findSegment(path(103))).toEqual(before);
    expect(model.segmentCount).toBe(5);
    // The player is behind, or ahead of the manifest that came by.
    for (const n of [100, 107]) expect(model.findSegment(path(n))).toBeDefined();
    expect(before && model.segmentsAfter(before, 9).map(({ url }) => url)).toEqual([104, 105, 106].map(path));
    const left = model.findSegment(path(100));
    expect(left && model.segmentsAfter(left, 1).map(({ url }) => url)).toEqual([path(102)]);
  });

  // Some packagers number from where the window begins, some from the beginning of the stream: the URL has the number.
  test('a startNumber that moves, or does not, changes no identity', () => {
    const template = (startNumber: number) =>
      live(
        period({
          id: 'p',
          start: 'PT0S',
          segments: `<SegmentTemplate media="$Number$.m4s" duration="2" startNumber="${startNumber}"/>`,
        }),
      );
    const [early, late] = [dashModel(template(1)), dashModel(template(1), template(90))];
    expect(late.findSegment(at('95.m4s'))).toEqual(early.findSegment(at('95.m4s')));
    expect(late.findSegment(at('80.m4s'))?.id).toEqual(early.findSegment(at('80.m4s'))?.id);
  });

  test('a list that moves without saying how far is not shared', () => {
    const list = (attributes: string) =>
      live(
        period({
          id: 'p',
          segments: `<SegmentList duration="2"${attributes}><SegmentURL media="a.m4s"/></SegmentList>`,
        }),
      );
    expect(dashModel(list('')).findSegment(at('a.m4s'))).toBeUndefined();
    expect(sequencesAt(dashModel(list(' startNumber="7"')), 'a.m4s')).toEqual([7]);
  });

  test('tokens that change with each refresh: the identity stays, earlier URLs are found for a while', () => {
    const withToken = (token: number) => live(period({ id: 'p', baseUrl: `t${token}/` }));
    const model = dashModel(withToken(0));
    const { key } = model.findSegment(at('t0/v1/5.m4s')) ?? {};
    for (let token = 1; token <= KEPT_EARLIER_URLS; token++) addMpd(model, withToken(token));
    expect(model.findSegment(at('t0/v1/5.m4s'))?.key).toBe(key);
    expect(model.segment(key ?? '')?.url).toBe(at(`t${KEPT_EARLIER_URLS}/v1/5.m4s`));
    // A refresh that changes no URL pushes nothing out.
    addMpd(model, withToken(KEPT_EARLIER_URLS));
    expect(model.findSegment(at('t0/v1/5.m4s'))?.key).toBe(key);
    addMpd(model, withToken(KEPT_EARLIER_URLS + 1));
    expect(model.findSegment(at('t0/v1/5.m4s'))).toBeUndefined();
  });

  test('Periods that are added and removed', () => {
    const p = (n: number) => period({ id: `p${n}`, start: `PT${n * 10}S`, baseUrl: `p${n}/` });
    const model = dashModel(live(p(1) + p(2)));
    const second = model.findSegment(at('p2/v1/1.m4s'));
    addMpd(model, live(p(2) + p(3)));
    expect(model.findSegment(at('p2/v1/1.m4s'))?.key).toBe(second?.key);
    expect(model.findSegment(at('p3/v1/1.m4s'))?.key).not.toBe(second?.key);
    expect(model.findSegment(at('p1/v1/1.m4s'))).toBeDefined();
    expect(dashModel(live(p(2) + p(3))).findSegment(at('p2/v1/1.m4s'))?.key).toBe(second?.key);
  });

  // Each Period starts its own count at the same URLs' numbers, or one template counts through all of them.
  test('a template that several Periods share: each number belongs to the Period that lists it', () => {
    const p = (id: string, first: number, count: number) =>
      period({
        id,
        start: `PT${first * 2}S`,
        segments: timeline(
          '$Number$.m4s',
          `<S t="${first * 20}" d="20" r="${count - 1}"/>`,
          `timescale="10" startNumber="${first}"`,
        ),
      });
    const [early, late] = [dashModel(live(p('a', 1, 10) + p('b', 11, 5))), dashModel(live(p('b', 11, 8)))];
    const disc = (model: ReturnType<typeof dashModel>, n: number) =>
      model.findSegment(at(`${n}.m4s`))?.id.discontinuity;
    expect(disc(early, 10)).not.toBe(disc(early, 11));
    expect(disc(early, 11)).toBe(disc(late, 11));
    // Not listed yet by the one who is behind, but after all that is.
    expect(disc(early, 17)).toBe(disc(late, 17));
    const slid = dashModel(live(p('a', 8, 3) + p('b', 11, 5)));
    expect(disc(slid, 2)).toBe(disc(early, 2));
    const constant = (id: string, startNumber: number, start: number) =>
      period({
        id,
        start: `PT${start}S`,
        segments: `<SegmentTemplate media="$Number$.m4s" duration="2" startNumber="${startNumber}"/>`,
      });
    const counted = dashModel(live(constant('a', 1, 0) + constant('b', 11, 20)));
    expect([disc(counted, 10), disc(counted, 11), disc(counted, 99)]).toEqual([
      disc(early, 10),
      disc(early, 11),
      disc(early, 11),
    ]);
  });

  test('an open timeline (r="-1") is known without a clock as far as it lists', () => {
    const segments = timeline('$Time$.m4s', '<S t="40" d="20" r="-1"/>', 'timescale="10" presentationTimeOffset="40"');
    const model = dashModel(live(period({ id: 'p', start: 'PT0S', segments })));
    expect(model.findSegment(at('100.m4s'))).toMatchObject({ durationSeconds: 2 });
    const segment = model.findSegment(at('40.m4s'));
    expect(segment && sequences(model.segmentsAfter(segment, 9, START + 6_000))).toEqual([60, 80]);
  });

  test('is live until it says that it ended', () => {
    const isLive = (attributes: string) => dashModel(mpd(period({ id: 'p' }), attributes)).isLive;
    expect(isLive(LIVE)).toBe(true);
    expect(isLive('type="dynamic"')).toBe(true);
    expect(isLive('type="dynamic" mediaPresentationDuration="PT20S"')).toBe(false);
    expect(isLive('type="static"')).toBe(false);
    const model = dashModel(live(period({ id: 'p' })));
    addMpd(model, mpd(period({ id: 'p' })));
    expect(model.isLive).toBe(false);
  });
});
