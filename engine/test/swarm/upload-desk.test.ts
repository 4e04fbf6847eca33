import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import fc from 'fast-check';
import { MAX_EXCESS_REQUESTS_PER_PEER, MAX_OPEN_REQUESTS_PER_PEER } from '../../src/protocol/limits';
import type { PeerSession } from '../../src/swarm/peer-session';
import { UploadBudget, type UploadLimits } from '../../src/swarm/upload-budget';
import { UploadDesk } from '../../src/swarm/upload-desk';

const LINK_HIGH_WATER_BYTES = TRANSFER_SIZES.linkHighWaterBytes;

const SEGMENT_BYTES = 1_000_000;
const ALL = { start: 0, end: SEGMENT_BYTES };
const HEADER_BYTES = 8;

function start(limits: Partial<UploadLimits> = {}) {
  const budget = new UploadBudget({ isEnabled: true, maxBitrate: Infinity, maxRatio: Infinity, ...limits });
  const reads: number[] = [];
  const rejects: string[] = [];
  const served: string[] = [];
  const floods: number[] = [];
  const frames: { linkId: number; requestId: number; offset: number; length: number }[] = [];
  const unflushed = new Map<number, number>();
  const has = new Set(['a', 'b']);
  let uploadedBytes = 0;
  const desk = new UploadDesk(budget, {
    has: (key, range) => has.has(key) && range.end <= SEGMENT_BYTES,
    read: (readId) => reads.push(readId),
    totals: () => ({ uploadedBytes, downloadedBytes: 1_000_000 }),
    onSent: (_, byteCount) => (uploadedBytes += byteCount),
    onServed: ({ identity }, byteCount) => served.push(`${identity.linkId}: ${byteCount}`),
    onFlood: ({ identity }) => floods.push(identity.linkId),
  });
  const join = (linkId: number): void => {
    const session = {
      identity: { linkId },
      sendData: (requestId: number, offset: number, payload: Uint8Array) => {
        frames.push({ linkId, requestId, offset, length: payload.length });
        unflushed.set(linkId, (unflushed.get(linkId) ?? 0) + payload.length + HEADER_BYTES);
        desk.noteSent(linkId, payload.length + HEADER_BYTES);
      },
      reject: (requestId: number, reason: string) => rejects.push(`${linkId}/${requestId} ${reason}`),
    };
    desk.open(session as unknown as PeerSession);
  };
  const flush = (linkId: number, now = 0): void => {
    const byteCount = unflushed.get(linkId) ?? 0;
    unflushed.set(linkId, 0);
    desk.handleFlushed(linkId, byteCount, now);
  };
  const answer = (length = SEGMENT_BYTES, now = 0) => desk.handleRead(reads.at(-1) ?? 0, new Uint8Array(length), now);
  const bytesTo = (linkId: number) =>
    frames.filter((f) => f.linkId === linkId).reduce((sum, { length }) => sum + length, 0);
  join(1);
  return { desk, budget, reads, rejects, served, floods, frames, unflushed, has, join, flush, answer, bytesTo };
}

describe('UploadDesk: what it takes', () => {
  test('[UP-2] what is here, within the limit; else it says why not', () => {
    const { desk, rejects, has } = start();
    for (let requestId = 1; requestId <= MAX_OPEN_REQUESTS_PER_PEER; requestId += 1)
      desk.handleRequest(1, requestId, 'a', ALL, 0);
    expect(rejects).toEqual([]);
    desk.handleRequest(1, 17, 'a', ALL, 0);
    has.clear();
    desk.handleCancel(1, 1, 0);
    desk.handleRequest(1, 18, 'a', ALL, 0);
    expect(rejects).toEqual(['1/17 busy', '1/18 absent']);
    const off = start({ isEnabled: false });
    off.desk.handleRequest(1, 1, 'a', ALL, 0);
    expect(off.rejects).toEqual(['1/1 upload-off']);
    off.desk.handleRequest(99, 1, 'a', ALL, 0);
    expect(off.rejects).toHaveLength(1);
  });

  // Ten peers served at once get a tenth of the rate each: none has anything to pass on until it is late for all.
  test('[UP-9] two peers are served at a time; a place is kept for a moment, then free', () => {
    const { desk, rejects, join, answer, flush } = start();
    join(2);
    join(3);
    const part = { start: 0, end: 10_000 };
    desk.handleRequest(1, 1, 'a', part, 0);
    desk.handleRequest(2, 1, 'a', part, 0);
    desk.handleRequest(3, 1, 'a', part, 0);
    expect(rejects).toEqual(['3/1 busy']);
    answer(10_000, 100);
    flush(2, 100);
    desk.handleRequest(3, 2, 'a', part, 300);
    expect(rejects).toEqual(['3/1 busy', '3/2 busy']);
    desk.handleRequest(3, 3, 'a', part, 400);
    desk.handleRequest(1, 2, 'a', part, 400);
    expect(rejects).toHaveLength(2);
    desk.handleRequest(2, 2, 'a', part, 400);
    expect(rejects.at(-1)).toBe('2/2 busy');
  });

  test('[UP-2] one who goes on asking although it is told that we are busy is a flood', () => {
    const { desk, floods } = start();
    const most = MAX_OPEN_REQUESTS_PER_PEER + MAX_EXCESS_REQUESTS_PER_PEER;
    for (let requestId = 1; requestId <= most; requestId += 1) desk.handleRequest(1, requestId, 'a', ALL, 0);
    expect(floods).toEqual([]);
    desk.handleRequest(1, 999, 'a', ALL, 0);
    expect(floods).toEqual([1]);
  });

  test('[UP-8] bytes that are gone when they are read are refused, and the next request is served', () => {
    const { desk, reads, rejects, flush, frames } = start();
    desk.handleRequest(1, 1, 'a', { start: 0, end: 100 }, 0);
    desk.handleRequest(1, 2, 'b', { start: 0, end: 100 }, 0);
    expect(reads).toEqual([1]);
    desk.handleRead(1, undefined, 0);
    expect([rejects, reads]).toEqual([['1/1 absent'], [1, 2]]);
    desk.handleRead(2, new Uint8Array(100), 0);
    flush(1);
    expect(frames).toMatchObject([{ requestId: 2, length: 100 }]);
    desk.handleRead(77, new Uint8Array(1), 0);
  });
});

describe('UploadDesk: how it sends', () => {
  test('[UP-3] in frames of 16 KiB, one request after the other', () => {
    const { desk, answer, frames, served, flush } = start();
    desk.handleRequest(1, 1, 'a', { start: 500_000, end: 520_000 }, 0);
    desk.handleRequest(1, 2, 'b', { start: 0, end: 10 }, 0);
    answer(20_000);
    answer(10);
    flush(1);
    expect(frames).toEqual([
      { linkId: 1, requestId: 1, offset: 500_000, length: 16_384 },
      { linkId: 1, requestId: 1, offset: 516_384, length: 3_616 },
      { linkId: 1, requestId: 2, offset: 0, length: 10 },
    ]);
    expect(served).toEqual(['1: 20000', '1: 10']);
  });

  test('[UP-3] never more on a link than the high-water mark, and all of it in the end', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }), (parts) => {
        const { desk, answer, unflushed, bytesTo, served } = start();
        desk.handleRequest(1, 1, 'a', ALL, 0);
        answer();
        expect(bytesTo(1)).toBeGreaterThan(LINK_HIGH_WATER_BYTES - 20_000);
        for (const part of [...parts, ...new Array<number>(8).fill(1)]) {
          expect(unflushed.get(1)).toBeLessThanOrEqual(LINK_HIGH_WATER_BYTES);
          const left = Math.floor((unflushed.get(1) ?? 0) * part);
          unflushed.set(1, (unflushed.get(1) ?? 0) - left);
          desk.handleFlushed(1, left, 0);
        }
        expect(bytesTo(1)).toBe(SEGMENT_BYTES);
        expect(served).toEqual([`1: ${SEGMENT_BYTES}`]);
      }),
    );
  });

  test('[UP-3] other frames take their part of the link', () => {
    const { desk, answer, bytesTo } = start();
    desk.noteSent(1, LINK_HIGH_WATER_BYTES);
    desk.noteSent(99, 5);
    desk.handleRequest(1, 1, 'a', ALL, 0);
    answer();
    expect(bytesTo(1)).toBe(0);
    desk.handleFlushed(1, LINK_HIGH_WATER_BYTES, 0);
    expect(bytesTo(1)).toBeGreaterThan(0);
  });

  test('[UP-3] a frame counts with its header', () => {
    const { desk, answer, frames, flush } = start();
    desk.noteSent(1, LINK_HIGH_WATER_BYTES - 16_384);
    desk.handleRequest(1, 1, 'a', ALL, 0);
    answer();
    expect(frames).toEqual([]);
    desk.handleFlushed(1, 100, 0);
    expect(frames).toHaveLength(1);
    flush(1);
  });

  test('[UP-5] a cancelled request stops at once, and the next one starts', () => {
    const { desk, answer, frames, flush } = start();
    desk.handleRequest(1, 1, 'a', ALL, 0);
    desk.handleRequest(1, 2, 'b', { start: 0, end: 10 }, 0);
    answer();
    const before = frames.length;
    desk.handleCancel(1, 1, 0);
    answer(10);
    flush(1);
    expect(frames.slice(before)).toMatchObject([{ requestId: 2 }]);
    desk.handleCancel(1, 99, 0);
    desk.handleCancel(99, 1, 0);
  });

  // A store that answers later: the cancelled request's bytes came, nobody wanted them, and nobody asked for the next.
  test('[UP-5] a request that is cancelled while its bytes are read leaves nobody stuck behind it', () => {
    const { desk, reads, frames } = start();
    desk.handleRequest(1, 1, 'a', ALL, 0);
    desk.handleRequest(1, 2, 'b', { start: 0, end: 10 }, 0);
    desk.handleCancel(1, 1, 0);
    expect(reads).toEqual([1, 2]);
    desk.handleRead(1, new Uint8Array(SEGMENT_BYTES), 0);
    expect(frames).toEqual([]);
    desk.handleRead(2, new Uint8Array(10), 0);
    expect(frames).toMatchObject([{ requestId: 2, length: 10 }]);
  });

  test('one who left is not served', () => {
    const { desk, answer, frames, flush } = start();
    desk.handleRequest(1, 1, 'a', ALL, 0);
    desk.close(1);
    answer();
    flush(1);
    expect(frames).toEqual([]);
  });
});

describe('UploadDesk: within the budget', () => {
  const RATE = 800_000;

  function drain(rig: ReturnType<typeof start>, links: readonly number[], until: number): void {
    for (let now = 0; now <= until; now += 10) {
      rig.desk.wake(now);
      for (const linkId of links) rig.flush(linkId, now);
    }
  }

  test('[UP-1] waits for it, and no longer', () => {
    const rig = start({ maxBitrate: RATE });
    rig.desk.handleRequest(1, 1, 'a', ALL, 0);
    rig.answer();
    expect(rig.desk.wakeAt).toBeGreaterThan(0);
    drain(rig, [1], 5_000);
    const expected = (RATE / 8) * 5 + 64 * 1024;
    expect(rig.bytesTo(1)).toBeLessThanOrEqual(expected);
    expect(rig.bytesTo(1)).toBeGreaterThan(expected - 2 * 16_384);
  });

  // The first customer was always asked first, and the second got its first byte when the first had no wishes left.
  test('[UP-4] the peer that asked first is served first, and whoever asks again goes to the end of the line', () => {
    const rig = start({ maxBitrate: RATE });
    rig.join(2);
    const ask = (linkId: number, requestId: number): void => {
      rig.desk.handleRequest(linkId, requestId, 'a', { start: 0, end: 131_072 }, 0);
      rig.answer(131_072);
    };
    for (const requestId of [1, 2, 3]) {
      ask(1, requestId);
      ask(2, requestId);
    }
    for (let now = 0; now <= 20_000; now += 10) {
      rig.desk.wake(now);
      rig.flush(1, now);
      rig.flush(2, now);
      for (const readId of rig.reads) rig.desk.handleRead(readId, new Uint8Array(131_072), now);
    }
    expect(rig.served.map((line) => line[0])).toEqual(['1', '2', '1', '2', '1', '2']);
  });

  test('[UP-4] a small request does not overtake one that waits for more budget than it needs itself', () => {
    const rig = start({ maxBitrate: RATE });
    rig.join(2);
    rig.desk.handleRequest(1, 1, 'a', ALL, 0);
    rig.answer();
    const before = rig.frames.length;
    rig.desk.handleRequest(2, 1, 'b', { start: 0, end: 10 }, 5);
    rig.answer(10, 5);
    expect(rig.frames).toHaveLength(before);
    drain(rig, [1, 2], 20_000);
    expect(rig.served).toEqual([`1: ${SEGMENT_BYTES}`, '2: 10']);
  });

  test('[UP-7] a raised ceiling takes effect at once', () => {
    const rig = start({ maxBitrate: 8 });
    rig.desk.handleRequest(1, 1, 'a', { start: 0, end: 100_000 }, 0);
    rig.answer(100_000);
    expect(rig.desk.wakeAt).toBeGreaterThan(1_000_000);
    rig.budget.limits = { ...rig.budget.limits, maxBitrate: Infinity };
    rig.desk.reconsider(0);
    expect(rig.bytesTo(1)).toBe(100_000);
    expect(rig.desk.wakeAt).toBe(Infinity);
  });

  test('[UP-6] switched off, what is queued is refused at once', () => {
    const rig = start();
    rig.desk.handleRequest(1, 1, 'a', ALL, 0);
    rig.desk.handleRequest(1, 2, 'a', ALL, 0);
    rig.answer();
    const before = rig.bytesTo(1);
    rig.budget.limits = { ...rig.budget.limits, isEnabled: false };
    rig.desk.reconsider(0);
    rig.flush(1);
    expect(rig.bytesTo(1)).toBe(before);
    expect(rig.rejects).toEqual(['1/1 upload-off', '1/2 upload-off']);
  });
});
