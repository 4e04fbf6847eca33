import { ConstantTiming, TimelineTiming, type TimelineRow } from '../../../src/media/dash/segment-timing';

const SCALE = { timescale: 10, offset: 0, durationSeconds: Infinity };
const timelineOf = (rows: Partial<TimelineRow>[], startNumber = 1, scale = SCALE) =>
  TimelineTiming.of(
    rows.map((row) => ({ d: 20, r: 0, ...row })),
    startNumber,
    scale,
  );

describe('TimelineTiming', () => {
  test('counts repeats, goes on where the row before ends, and jumps', () => {
    const timing = timelineOf([{ t: 100, r: 2 }, { d: 30 }, { t: 500 }], 7);
    expect([timing?.count, timing?.first]).toMatchObject([5, { number: 7, time: 100 }]);
    expect(timing?.byNumber(9)).toEqual({ number: 9, time: 140, durationSeconds: 2 });
    expect(timing?.byNumber(10)).toEqual({ number: 10, time: 160, durationSeconds: 3 });
    expect(timing?.byTime(500)).toEqual({ number: 11, time: 500, durationSeconds: 2 });
    for (const number of [6, 12, 7.5]) expect(timing?.byNumber(number)).toBeUndefined();
    for (const time of [0, 110, 190, 520]) expect(timing?.byTime(time)).toBeUndefined();
    expect(timing?.lastNumber()).toBe(11);
    expect(timing?.following(9)?.time).toBe(160);
    expect(timing?.following(11)).toBeUndefined();
  });

  test('a repeat below zero goes on to the next row, to the end of the Period, or on and on', () => {
    expect(timelineOf([{ r: -1 }, { t: 61 }])?.byNumber(4)?.time).toBe(61);
    expect(timelineOf([{ t: 10, r: -1 }], 1, { ...SCALE, offset: 10, durationSeconds: 10 })?.count).toBe(5);
    const open = timelineOf([{ t: 10, r: 1 }, { r: -1 }], 1, { ...SCALE, offset: 10 });
    expect(open?.count).toBe(Infinity);
    expect(open?.byTime(10 + 20e6)?.number).toBe(1e6 + 1);
    expect([open?.lastNumber(), open?.lastNumber(0), open?.lastNumber(9_999), open?.lastNumber(10_000)]).toEqual([
      2, 2, 4, 5,
    ]);
  });

  test('a number that a row states counts', () => {
    const timing = timelineOf([{ n: 5 }, {}, { n: 1e15 }]);
    expect([timing?.first.number, timing?.byTime(20)?.number, timing?.byTime(40)?.number]).toEqual([5, 6, 1e15]);
    expect(timing?.following(6)?.number).toBe(1e15);
  });

  test.each<[string, Partial<TimelineRow>[]]>([
    ['nothing', []],
    ['a duration of zero', [{ d: 0 }]],
    ['times that go back', [{ t: 50 }, { t: 40 }]],
    ['a time that comes twice', [{ t: 50, r: 1 }, { t: 70 }]],
    ['numbers that go back', [{ n: 5 }, { n: 5 }]],
    ['a repeat that nothing ends', [{ r: -1 }, {}]],
    ['times beyond exact numbers', [{ t: Number.MAX_SAFE_INTEGER, d: 2 }]],
    ['repeats beyond exact numbers', [{ d: 1000, r: Number.MAX_SAFE_INTEGER - 10 }]],
  ])('%s is not read', (_, rows) => {
    expect(timelineOf(rows)).toBeUndefined();
  });

  test('times that overlap a little are in order', () => {
    expect(timelineOf([{ t: 0, r: 1 }, { t: 39 }])?.byTime(39)?.number).toBe(3);
  });
});

describe('ConstantTiming', () => {
  test('knows numbers and times', () => {
    const timing = new ConstantTiming(5, 20, 10, 3, false);
    expect(timing.byNumber(7)).toEqual({ number: 7, time: 40, durationSeconds: 2 });
    expect(timing.byTime(40)?.number).toBe(7);
    for (const number of [4, 8]) expect(timing.byNumber(number)).toBeUndefined();
    expect(timing.byTime(41)).toBeUndefined();
    expect([timing.lastNumber(), timing.following(5)?.number, timing.following(7)]).toEqual([7, 6, undefined]);
  });

  test('of a live stream, a segment exists when it is over', () => {
    const timing = new ConstantTiming(5, 20, 10, Infinity, true);
    expect([undefined, -1e9, 0, 1_999, 2_000, 9_000].map((ms) => timing.lastNumber(ms))).toEqual([4, 4, 4, 4, 5, 8]);
    expect(new ConstantTiming(5, 20, 10, 3, true).lastNumber(1e9)).toBe(7);
    expect(new ConstantTiming(5, 20, 10, Infinity, false).lastNumber(1e9)).toBe(4);
  });
});
