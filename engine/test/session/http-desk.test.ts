import { HttpDesk, type BodyVerdict, type HttpTarget } from '../../src/session/http-desk';
import type { SessionEffect } from '../../src/session/session-effects';

const KEY = 'a';
const TARGET: HttpTarget = {
  key: KEY,
  url: 'https://origin.example/a.ts',
  byteRange: undefined,
  headers: { authorization: 'x' },
  withCredentials: true,
};
const PART: HttpTarget = { ...TARGET, byteRange: { start: 1_000, end: 1_500 } };

/** To the end, whatever that is. */
const ALL = { start: 0, end: Infinity };
/** A gap in the middle. */
const GAP = { start: 100, end: 300 };

function start({ verdict = 'use', isWhole = true }: { verdict?: BodyVerdict; isWhole?: boolean } = {}) {
  const effects: SessionEffect[] = [];
  const told: string[] = [];
  const desk = new HttpDesk({
    assumedBitrate: 4_000_000,
    emit: (effect) => effects.push(effect),
    onBody: (_, at, totalBytes) => {
      told.push(`body ${at} of ${totalBytes}`);
      return verdict;
    },
    onBytes: (_, offset, bytes) => told.push(`bytes ${offset}+${bytes.length}`),
    onBodyEnd: (_, end) => {
      told.push(`end ${end}`);
      return isWhole;
    },
  });
  const asked = () => effects.flatMap((effect) => (effect.type === 'fetchHttp' ? [effect] : []));
  const cancelled = () => effects.flatMap((effect) => (effect.type === 'cancelHttp' ? [effect.fetchId] : []));
  return { desk, effects, told, asked, cancelled };
}

describe('HttpDesk: what it asks', () => {
  test('[HTTP-7] a whole resource without Range, as the page would have asked', () => {
    const { desk, asked } = start();
    desk.start(TARGET, ALL, 0);
    const { url, headers, withCredentials } = TARGET;
    expect(asked()).toEqual([
      { type: 'fetchHttp', fetchId: 1, request: { url, range: undefined, headers, withCredentials } },
    ]);
    expect(desk.statusOf(KEY)).toBe('running');
  });

  test('[HTTP-1] the rest of a segment by Range, to the end of the resource or of the segment', () => {
    const { desk, asked } = start();
    desk.start(TARGET, { start: 300, end: Infinity }, 0);
    desk.start({ ...PART, key: 'b' }, ALL, 0);
    desk.start({ ...PART, key: 'c' }, { start: 300, end: Infinity }, 0);
    expect(asked().map(({ request }) => request.range)).toEqual([
      { start: 300, end: Infinity },
      { start: 1_000, end: 1_500 },
      { start: 1_300, end: 1_500 },
    ]);
  });

  test('[HTTP-1] a gap to its end, within the segment', () => {
    const { desk, asked } = start();
    desk.start(TARGET, GAP, 0);
    desk.start(TARGET, { start: 0, end: 300 }, 0);
    desk.start({ ...PART, key: 'b' }, GAP, 0);
    desk.start({ ...PART, key: 'c' }, { start: 400, end: 900 }, 0);
    expect(asked().map(({ request }) => request.range)).toEqual([
      GAP,
      { start: 0, end: 300 },
      { start: 1_100, end: 1_300 },
      { start: 1_400, end: 1_500 },
    ]);
  });
});

describe('HttpDesk: what comes', () => {
  test('pieces go where they belong', () => {
    const { desk, told } = start();
    desk.start(TARGET, { start: 300, end: Infinity }, 0);
    desk.handleHead(1, { status: 206, bodyStart: 300, bodyBytes: 200 }, 50);
    desk.handleChunk(1, new Uint8Array(120), 60);
    desk.handleChunk(1, new Uint8Array(80), 70);
    desk.handleEnd(1, 80);
    expect(told).toEqual(['body 300 of 500', 'bytes 300+120', 'bytes 420+80', 'end 500']);
    expect(desk.statusOf(KEY)).toBe('idle');
    expect(desk.takeChange()).toBe(false);
  });

  test('[HTTP-4] an origin that ignores Range sends everything from the start', () => {
    const { desk, told } = start();
    desk.start(TARGET, { start: 300, end: Infinity }, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 500 }, 50);
    desk.handleChunk(1, new Uint8Array(500), 60);
    expect(told).toEqual(['body 0 of 500', 'bytes 0+500']);
  });

  test('[HTTP-4] of a whole resource in place of a part only the part is used, and its size says nothing', () => {
    const { desk, told } = start();
    desk.start(PART, ALL, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 9_000 }, 50);
    desk.handleChunk(1, new Uint8Array(600), 60);
    desk.handleChunk(1, new Uint8Array(600), 60);
    expect(told).toEqual(['body -1000 of undefined', 'bytes 0+200']);
  });

  test('a part of a resource counts from the start of the segment', () => {
    const { desk, told } = start();
    desk.start(PART, { start: 100, end: Infinity }, 0);
    desk.handleHead(1, { status: 206, bodyStart: 1_100, bodyBytes: 400 }, 50);
    desk.handleChunk(1, new Uint8Array(400), 60);
    expect(told).toEqual(['body 100 of 500', 'bytes 100+400']);
  });

  test('[HTTP-4] a gap that is filled is no failure, and says nothing about the size', () => {
    const { desk, told } = start({ isWhole: false });
    desk.start(TARGET, GAP, 0);
    desk.handleHead(1, { status: 206, bodyStart: 100, bodyBytes: 200 }, 50);
    desk.handleChunk(1, new Uint8Array(200), 60);
    expect(desk.positionOf(KEY)).toBe(300);
    desk.handleEnd(1, 70);
    expect(told).toEqual(['bytes 100+200']);
    expect([desk.statusOf(KEY), desk.notBefore(KEY), desk.takeChange()]).toEqual(['idle', 0, true]);
  });

  // Taken for the end of the segment, it would make all that peers brought look wrong.
  test('[HTTP-2] a gap that ends early is a failure, and says nothing about the size', () => {
    const { desk, told } = start();
    desk.start(TARGET, GAP, 0);
    desk.handleHead(1, { status: 206, bodyStart: 100, bodyBytes: undefined }, 50);
    desk.handleChunk(1, new Uint8Array(150), 60);
    desk.handleEnd(1, 1_000);
    expect(told).toEqual(['bytes 100+150']);
    expect([desk.notBefore(KEY), desk.takeChange()]).toEqual([1_500, true]);
  });

  test('[HTTP-4] everything in place of a gap says the size, and its end is the end', () => {
    const { desk, told } = start();
    desk.start(TARGET, GAP, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 500 }, 50);
    desk.handleChunk(1, new Uint8Array(500), 60);
    desk.handleEnd(1, 70);
    expect(told).toEqual(['body 0 of 500', 'bytes 0+500', 'end 500']);
  });

  test('[SCH-1] it stops where it meets bytes that are there, which is no failure', () => {
    const { desk, cancelled } = start();
    desk.start(TARGET, ALL, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 500 }, 50);
    desk.handleChunk(1, new Uint8Array(200), 60);
    desk.stopAtMeeting(KEY);
    expect([cancelled(), desk.statusOf(KEY), desk.notBefore(KEY), desk.takeChange()]).toEqual([[1], 'idle', 0, true]);
  });

  // Each new fetch would send the same bytes again from the start.
  test('[SCH-1] but not where the origin sends everything whatever is asked', () => {
    const { desk, cancelled } = start();
    desk.start(TARGET, GAP, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 500 }, 50);
    desk.handleChunk(1, new Uint8Array(200), 60);
    desk.stopAtMeeting(KEY);
    expect([cancelled(), desk.statusOf(KEY), desk.takeChange()]).toEqual([[], 'running', false]);
  });

  test('[HTTP-5] a body that is all here is not aborted, one that is not is', () => {
    const { desk, cancelled } = start();
    desk.start(TARGET, ALL, 0);
    desk.start({ ...TARGET, key: 'b' }, ALL, 0);
    for (const fetchId of [1, 2]) desk.handleHead(fetchId, { status: 200, bodyStart: 0, bodyBytes: 100 }, 10);
    desk.handleChunk(1, new Uint8Array(100), 20);
    desk.handleChunk(2, new Uint8Array(99), 20);
    desk.forget(KEY);
    desk.forget('b');
    expect(cancelled()).toEqual([2]);
    desk.handleEnd(1, 30);
    expect(desk.wakeAt).toBe(Infinity);
  });

  test('[DL-3] a body that the download cannot use is asked for again, without counting as a failure', () => {
    const { desk, cancelled } = start({ verdict: 'restart' });
    desk.start(TARGET, { start: 300, end: Infinity }, 0);
    desk.handleHead(1, { status: 206, bodyStart: 300, bodyBytes: 50 }, 10);
    expect([cancelled(), desk.statusOf(KEY), desk.notBefore(KEY), desk.takeChange()]).toEqual([[1], 'idle', 0, true]);
  });

  test('[HTTP-6] a size that cannot be is not asked for again', () => {
    const { desk, cancelled } = start({ verdict: 'refuse' });
    desk.start(TARGET, ALL, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 1e9 }, 10);
    expect([cancelled(), desk.statusOf(KEY)]).toEqual([[1], 'spent']);
  });

  test('what is said of fetches that are over is not heard', () => {
    const { desk, told } = start();
    desk.handleHead(9, { status: 200, bodyStart: 0, bodyBytes: 1 }, 0);
    desk.handleChunk(9, new Uint8Array(1), 0);
    desk.handleEnd(9, 0);
    desk.handleError(9, { reason: 'network', message: '' }, 0);
    desk.cancel('nobody');
    expect(told).toEqual([]);
  });
});

describe('HttpDesk: when it fails', () => {
  const fail = (desk: HttpDesk, fetchId: number, status: number | undefined, now: number): void => {
    desk.start(TARGET, ALL, now);
    desk.handleError(fetchId, { reason: status ? 'status' : 'network', status, message: '' }, now);
  };

  test.each([500, 503, 408, 429, undefined])(
    '[HTTP-2] after %p it tries again, each time a little later, three times in all',
    (status) => {
      const { desk } = start();
      fail(desk, 1, status, 1_000);
      expect([desk.statusOf(KEY), desk.notBefore(KEY), desk.takeChange()]).toEqual(['idle', 1_500, true]);
      fail(desk, 2, status, 2_000);
      expect([desk.statusOf(KEY), desk.notBefore(KEY)]).toEqual(['idle', 3_000]);
      fail(desk, 3, status, 4_000);
      expect(desk.statusOf(KEY)).toBe('spent');
      desk.forget(KEY);
      expect([desk.statusOf(KEY), desk.notBefore(KEY)]).toEqual(['idle', 0]);
    },
  );

  test.each([400, 403, 404, 410, 416])('[HTTP-2] after %i it does not: the answer would be the same', (status) => {
    const { desk } = start();
    fail(desk, 1, status, 0);
    expect(desk.statusOf(KEY)).toBe('spent');
  });

  test('[HTTP-2] a body that ends early is a failure too', () => {
    const { desk } = start({ isWhole: false });
    desk.start(TARGET, ALL, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: undefined }, 0);
    desk.handleEnd(1, 100);
    expect([desk.notBefore(KEY), desk.takeChange()]).toEqual([600, true]);
  });

  test('[HTTP-3] an origin may think for 20 s, and pause for 10 s', () => {
    const { desk, cancelled } = start();
    desk.start(TARGET, ALL, 0);
    expect(desk.wakeAt).toBe(20_000);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: 100 }, 19_000);
    expect(desk.wakeAt).toBe(29_000);
    desk.handleChunk(1, new Uint8Array(5), 28_000);
    desk.wake(37_999);
    expect(desk.statusOf(KEY)).toBe('running');
    desk.wake(38_000);
    expect([cancelled(), desk.statusOf(KEY), desk.notBefore(KEY)]).toEqual([[1], 'idle', 38_500]);
    desk.start(TARGET, ALL, 40_000);
    desk.wake(60_000);
    expect(cancelled()).toEqual([1, 2]);
  });
});

describe('HttpDesk: how fast the origin is', () => {
  test('assumed first, then measured', () => {
    const { desk } = start();
    expect([desk.bitsPerSecond, desk.firstByteMs]).toEqual([4_000_000, 300]);
    desk.start(TARGET, ALL, 0);
    desk.handleHead(1, { status: 200, bodyStart: 0, bodyBytes: undefined }, 100);
    desk.handleChunk(1, new Uint8Array(10_000), 180);
    expect(desk.bitsPerSecond).toBe(1_000_000);
    expect(desk.firstByteMs).toBeCloseTo(240);
    expect(desk.measuredFirstByteMs).toBe(100);
    desk.start({ ...TARGET, key: 'other' }, ALL, 1_000);
    desk.handleHead(2, { status: 200, bodyStart: 0, bodyBytes: undefined }, 1_200);
    expect(desk.measuredFirstByteMs).toBeCloseTo(130);
  });

  // The line has just dropped: the average still remembers better days, this fetch does not.
  test('[HTTP-9] a fetch that runs for two seconds is believed at once', () => {
    const { desk } = start();
    const fetch = (fetchId: number, at: number, pieces: number, bytesPerPiece: number) => {
      desk.start(TARGET, ALL, at);
      desk.handleHead(fetchId, { status: 200, bodyStart: 0, bodyBytes: undefined }, at);
      for (let piece = 1; piece <= pieces; piece += 1)
        desk.handleChunk(fetchId, new Uint8Array(bytesPerPiece), at + 100 * piece);
      desk.forget(KEY);
    };
    fetch(1, 0, 15, 500_000);
    fetch(2, 2_000, 19, 25_000);
    expect(desk.bitsPerSecond).toBeGreaterThan(6_000_000);
    fetch(3, 4_000, 21, 25_000);
    expect(desk.bitsPerSecond).toBeLessThanOrEqual(2_000_001);
  });

  // Peers brought everything for a minute, and the line has become another one meanwhile.
  test('[HTTP-9] after ten seconds without a byte the news count, not the past', () => {
    const { desk } = start();
    const fetch = (fetchId: number, at: number, bytesPerPiece: number) => {
      desk.start(TARGET, ALL, at);
      desk.handleHead(fetchId, { status: 200, bodyStart: 0, bodyBytes: undefined }, at);
      for (let piece = 1; piece <= 10; piece += 1)
        desk.handleChunk(fetchId, new Uint8Array(bytesPerPiece), at + 100 * piece);
      desk.forget(KEY);
    };
    fetch(1, 0, 100_000);
    fetch(2, 9_000, 10_000);
    expect(desk.bitsPerSecond).toBeGreaterThan(3_000_000);
    fetch(3, 40_000, 10_000);
    expect(desk.bitsPerSecond).toBeLessThan(1_600_000);
  });
});
