import { join } from 'node:path';
import { createLiveDash, createLongDash, dashSegment, readDashLoop } from '../live-dash';

const loop = readDashLoop(join(__dirname, '../../../e2e/fixtures/dash-template'));
const WINDOW = 6;
const liveAt = (nowMs: number) => createLiveDash(loop, { startMs: 0, windowSegments: WINDOW, now: () => nowMs });
const decodeTimeOf = (bytes: Uint8Array | undefined): number => {
  const buffer = Buffer.from(bytes ?? []);
  return Number(buffer.readBigUInt64BE(buffer.indexOf('tfdt') + 8));
};

test('the manifest is that of the loop, live, and the same for ever', () => {
  const manifest = liveAt(0).manifest();
  expect(manifest).toContain('type="dynamic" availabilityStartTime="1970-01-01T00:00:00.000Z"');
  expect(manifest).toContain('timeShiftBufferDepth="PT12S"');
  expect(manifest).not.toContain('mediaPresentationDuration');
  expect(liveAt(1e12).manifest()).toBe(manifest);
});

test('a segment is there once it is complete, and for a while after it left the window', () => {
  const isThere = (nowMs: number): boolean => liveAt(nowMs).segment('144p', 20) !== undefined;
  expect([41_999, 42_000, 42_000 + 3 * WINDOW * 2_000 - 1, 42_000 + 3 * WINDOW * 2_000].map(isThere)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(liveAt(42_000).segment('none', 20)).toBeUndefined();
  expect(liveAt(42_000).initSegment('144p')).toBeDefined();
});

test('each round of the loop follows the one before in time, in each Representation', () => {
  const times = (name: string, numbers: number[]) =>
    numbers.map((number) => decodeTimeOf(dashSegment(loop, name, number)));
  expect(times('144p', [0, 1, 8, 9, 80_000_001])).toEqual([0, 25_600, 204_800, 230_400, 80_000_001 * 25_600]);
  expect(times('audio', [0, 8, 16])).toEqual([0, 768_000, 1_536_000]);
});

test('the long recording is the loop over and over, to its end', () => {
  const long = createLongDash(loop, 4);
  expect(long.manifest()).toContain('type="static"\n     mediaPresentationDuration="PT64S"');
  expect(decodeTimeOf(long.segment('144p', 31))).toBe(31 * 25_600);
  expect([long.segment('144p', 32), long.segment('none', 0)]).toEqual([undefined, undefined]);
  expect(long.initSegment('audio')).toBe(liveAt(0).initSegment('audio'));
});
