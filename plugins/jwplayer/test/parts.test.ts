import { Captions } from '../captions';
import { errorOf, isMediaError } from '../hls-errors';
import { JwEvents } from '../jw-events';
import type { DrivenHls, HlsLevel, JwItem } from '../jw-types';
import { MediaTimeline } from '../media-timeline';
import { currentQualityOf, hlsLevelOf, jwIndexOf, qualityLevelsOf } from '../quality-levels';

describe('JwEvents', () => {
  test('"all" hears the name first, the others the data; once is once', () => {
    const events = new JwEvents();
    const heard: unknown[] = [];
    const context = { name: 'me' };
    events.on('all', (...values) => heard.push(['all', ...values]));
    events.on(
      'time',
      function (this: unknown, data) {
        heard.push(['time', data, this]);
      },
      context,
    );
    events.once('time', () => heard.push('once'));
    events.trigger('time', { position: 1 }).trigger('time');
    expect(heard).toEqual([
      ['all', 'time', { position: 1 }],
      ['time', { position: 1 }, context],
      'once',
      ['all', 'time', {}],
      ['time', {}, context],
    ]);
  });

  test.each<[string, (events: JwEvents, listener: () => void, context: object) => void, string[]]>([
    ['a name', (events) => events.off('a'), ['b', 'b with context']],
    ['a listener', (events, listener) => events.off(null, listener), ['b', 'b with context']],
    ['a context', (events, _listener, context) => events.off(null, null, context), ['a', 'b']],
    ['everything', (events) => events.off(), []],
    ['what is not there', (events) => events.off('c'), ['a', 'b', 'b with context']],
  ])('off() takes %s', (_what, remove, left) => {
    const events = new JwEvents();
    const heard: string[] = [];
    const listener = (): void => void heard.push('a');
    const context = {};
    events
      .on('a', listener)
      .on('b', () => heard.push('b'))
      .on('b', () => heard.push('b with context'), context);
    remove(events, listener, context);
    events.trigger('a').trigger('b');
    expect(heard).toEqual(left);
  });
});

describe('qualities', () => {
  const LEVELS: HlsLevel[] = [
    { bitrate: 400_000, height: 90, width: 160 },
    { bitrate: 900_000, height: 240, width: 426 },
    { bitrate: 1_500_000, height: 240, width: 426 },
  ];

  test('are listed best first after "Auto", two of one height by their rates', () => {
    expect(qualityLevelsOf(LEVELS).map(({ label }) => label)).toEqual([
      'Auto',
      '240p (1500 kbps)',
      '240p (900 kbps)',
      '90p',
    ]);
    expect(qualityLevelsOf([{ bitrate: 64_000 }])).toEqual([{ label: '64 kbps', bitrate: 64_000 }]);
    expect(qualityLevelsOf([])).toEqual([]);
  });

  test('are counted from the other end than by hls.js', () => {
    expect([0, 1, 2, 3].map((index) => hlsLevelOf(index, 3))).toEqual([-1, 2, 1, 0]);
    expect([2, 1, 0].map((level) => jwIndexOf(level, 3))).toEqual([1, 2, 3]);
    expect([hlsLevelOf(0, 1), jwIndexOf(0, 1)]).toEqual([-1, 0]);
    const hls = { levels: LEVELS, nextLevel: 0, autoLevelEnabled: false } as unknown as DrivenHls;
    expect([currentQualityOf(hls), currentQualityOf({ ...hls, autoLevelEnabled: true })]).toEqual([3, 0]);
  });
});

describe('MediaTimeline', () => {
  const timelineOf = (
    isLive: boolean,
    [start, end]: [number, number],
    currentTime: number,
    item: Partial<JwItem> = {},
  ) => {
    const video = document.createElement('video');
    Object.defineProperties(video, {
      seekable: { value: { length: 1, start: () => start, end: () => end } },
      duration: { value: isLive ? Infinity : end },
      currentTime: { value: currentTime },
    });
    return new MediaTimeline(
      video,
      () => ({ sources: [], ...item }),
      () => isLive,
    );
  };

  test.each<[string, MediaTimeline, object]>([
    ['a recording', timelineOf(false, [0, 60], 12), { duration: 60, position: 12, currentTime: 12 }],
    ['live', timelineOf(true, [100, 160], 150), { duration: Infinity, position: 150, currentTime: 150 }],
    ['a long window', timelineOf(true, [100, 400], 370), { duration: -300, position: -30, currentTime: 370 }],
    [
      'a window said to be long',
      timelineOf(true, [100, 160], 150, { minDvrWindow: 60 }),
      { duration: -60, position: -10 },
    ],
  ])('%s', (_what, timeline, expected) => {
    expect(timeline.report).toMatchObject(expected);
  });

  test('positions of a long window are counted from its end, and none is before it', () => {
    const timeline = timelineOf(true, [100, 400], 370);
    expect([-60, -500, 0].map((position) => timeline.toMediaTime(position))).toEqual([340, 100, 100]);
    expect(timelineOf(false, [0, 60], 0).toMediaTime(30)).toBe(30);
  });

  test('before anything is known', () => {
    const video = document.createElement('video');
    const timeline = new MediaTimeline(
      video,
      () => undefined,
      () => false,
    );
    expect(timeline.report).toEqual({ position: 0, duration: 0, currentTime: 0, seekRange: { start: 0, end: 0 } });
  });
});

describe('Captions', () => {
  test('tracks are told as they are found, and get their cues', () => {
    const listeners = new Map<string, (event: string, data: object) => void>();
    const hls = { on: (event: string, listener: never) => void listeners.set(event, listener) } as unknown as DrivenHls;
    const events = new JwEvents();
    const told: { tracks: { _id: string; data: unknown[] }[] }[] = [];
    events.on('subtitlesTracks', (event: never) => told.push(event));
    const captions = new Captions(events);
    captions.follow(hls);
    const find = (tracks: object[]) => listeners.get('hlsNonNativeTextTracksFound')!('', { tracks });
    find([
      { label: 'English', kind: 'subtitles', default: true, subtitleTrack: { id: 0, name: 'English', lang: 'en' } },
      { label: 'Deutsch', kind: 'subtitles', default: false, subtitleTrack: { id: 1, name: 'Deutsch', lang: 'de' } },
    ]);
    find([{ _id: 'textTrack1', label: 'CC', kind: 'captions' }]);
    listeners.get('hlsCuesParsed')!('', { track: 'subtitles1', cues: ['one', 'two'] });
    expect(told.at(-1)!.tracks).toEqual([
      { _id: 'default', kind: 'subtitles', name: 'English', label: 'English', language: 'en', data: [] },
      { _id: 'subtitles1', kind: 'subtitles', name: 'Deutsch', label: 'Deutsch', language: 'de', data: ['one', 'two'] },
      { _id: 'textTrack1', kind: 'captions', name: 'CC', label: 'CC', language: '', data: [] },
    ]);
    expect([0, 1, 2, 3].map((line) => captions.hlsTrackOf(line))).toEqual([-1, 0, 1, -1]);
  });
});

test('errors have the codes of JW', () => {
  const report = { type: 'networkError', details: 'manifestLoadError', fatal: true, response: { code: 404 } };
  expect(errorOf(report)).toEqual({
    code: 230_404,
    key: 'cantPlayVideo',
    sourceError: report,
    message: 'manifestLoadError',
  });
  expect(errorOf({ error: new Error('why') })).toMatchObject({ code: 230_000, message: 'why' });
  expect([isMediaError(report), isMediaError({ type: 'mediaError' })]).toEqual([false, true]);
});
