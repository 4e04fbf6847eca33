import fc from 'fast-check';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { MAX_EXCESS_REQUESTS_PER_PEER, MAX_OPEN_REQUESTS_PER_PEER } from '../../src/protocol/limits';
import { ALL, BLOCK, SEGMENT_BYTES, startDesk } from '../support/upload-desk-rig';

const LINK_HIGH_WATER_BYTES = TRANSFER_SIZES.linkHighWaterBytes;
const RATE = 800_000;
const first = (length: number) => ({ start: 0, end: length });

describe('UploadDesk: what it takes', () => {
  test('[UP-2] what is here, within the limit; else it says why not', () => {
    const { desk, ask, rejects, stored } = startDesk();
    for (let requestId = 1; requestId <= MAX_OPEN_REQUESTS_PER_PEER; requestId += 1)
      ask(1, requestId, { key: 'a', range: first(10) });
    expect([rejects, desk.hasOpenRequests(1)]).toEqual([[], true]);
    ask(1, 17, { key: 'a', range: first(10) });
    stored.clear();
    desk.handleCancel(1, 1, 0);
    ask(1, 18, { key: 'a', range: first(10) });
    expect(rejects).toEqual(['1/17 busy', '1/18 absent']);
    const off = startDesk({ isEnabled: false });
    off.ask(1, 1);
    expect([off.rejects, off.desk.hasOpenRequests(1)]).toEqual([['1/1 upload-off'], false]);
    off.ask(99, 1);
    expect(off.rejects).toHaveLength(1);
  });

  // Peers that were told "upload-off" stayed away for half a minute, and the next second there was something to give.
  test('[UP-2] one who may give no more for now, by the ratio, is busy, and one whose ratio is 0 is off', () => {
    const used = startDesk({ maxRatio: 1 });
    used.totals.uploadedBytes = used.totals.downloadedBytes + TRANSFER_SIZES.freeUploadBytes;
    used.ask(1, 1);
    used.totals.downloadedBytes += 1;
    used.ask(1, 2);
    expect(used.rejects).toEqual(['1/1 busy']);
    const never = startDesk({ maxRatio: 0 });
    never.ask(1, 1);
    expect(never.rejects).toEqual(['1/1 upload-off']);
  });

  test('[UP-2] what is queued counts as given', () => {
    const { ask, rejects, totals } = startDesk({ maxRatio: 1 });
    totals.uploadedBytes = totals.downloadedBytes + TRANSFER_SIZES.freeUploadBytes - 1_000;
    ask(1, 1, { key: 'a', range: first(1_000) });
    ask(1, 2, { key: 'a', range: first(1) });
    expect(rejects).toEqual(['1/2 busy']);
  });

  test('[UP-2] one who goes on asking although it is told that we are busy is a flood', () => {
    const { ask, floods } = startDesk();
    const most = MAX_OPEN_REQUESTS_PER_PEER + MAX_EXCESS_REQUESTS_PER_PEER;
    for (let requestId = 1; requestId <= most; requestId += 1) ask(1, requestId, { key: 'a', range: first(10) });
    expect(floods).toEqual([]);
    ask(1, 999, { key: 'a', range: first(10) });
    expect(floods).toEqual([1]);
  });

  // Refusals as absent cost nothing: one who asked for what nobody has could go on for ever.
  test.each([
    ['absent', startDesk, { key: 'none' }],
    ['off', () => startDesk({ isEnabled: false }), { key: 'a' }],
  ])('[UP-2] so is one who goes on asking for what is %s', (_, begin, question) => {
    const { ask, floods, rejects } = begin();
    for (let requestId = 1; requestId <= MAX_EXCESS_REQUESTS_PER_PEER; requestId += 1) ask(1, requestId, question);
    expect([floods, rejects.length]).toEqual([[], MAX_EXCESS_REQUESTS_PER_PEER]);
    ask(1, 999, question);
    expect(floods).toEqual([1]);
  });

  // Ten peers served at once get a tenth of the rate each: none has anything to pass on until it is late for all.
  test.each([
    ['600 ms at the ceiling', { maxBitrate: 4_000_000 }, 300_000],
    ['two blocks where the ceiling is low', { maxBitrate: 8_000 }, 2 * TRANSFER_SIZES.blockBytes],
    ['600 ms at 5 Mb/s while nothing is known', {}, 375_000],
  ])('[UP-9] the queue is not longer than %s, whoever waits in it', (_, limits, queueBytes) => {
    const { join, ask, rejects } = startDesk(limits);
    join(2, 3);
    ask(1, 1, { key: 'a', range: first(queueBytes - 1) });
    ask(2, 1, { key: 'a', range: first(1) });
    expect(rejects).toEqual([]);
    ask(3, 1, { key: 'a', range: first(1) });
    ask(1, 2, { key: 'a', range: first(1) });
    expect(rejects).toEqual(['3/1 busy', '1/2 busy']);
  });

  test('[UP-9] it is as long as half of the measured uplink serves in 600 ms', () => {
    const { budget, ask, rejects } = startDesk();
    budget.noteUplink(2_000_000, 1_000);
    ask(1, 1, { key: 'a', range: first(599_999) });
    ask(1, 2, { key: 'a', range: first(1) });
    ask(1, 3, { key: 'a', range: first(1) });
    expect(rejects).toEqual(['1/3 busy']);
  });

  test('[UP-9] what has been given to a link is not in the queue any more', () => {
    const { ask, rejects, frames } = startDesk();
    for (let requestId = 1; requestId <= 3; requestId += 1) ask(1, requestId);
    // One block is on the link, two wait.
    expect(frames.every(({ requestId }) => requestId === 1)).toBe(true);
    ask(1, 4);
    ask(1, 5);
    expect(rejects).toEqual(['1/5 busy']);
  });
});

describe('UploadDesk: what is gone', () => {
  test('[UP-8] bytes that are gone when they are read are refused, and the next request is served', () => {
    const { desk, ask, reads, rejects, frames } = startDesk();
    ask(1, 1, { key: 'a', range: first(100) });
    ask(1, 2, { key: 'b', range: first(100) });
    expect(reads).toMatchObject([{ readId: 1 }, { readId: 2 }]);
    desk.handleRead(1, undefined, 0);
    expect(rejects).toEqual(['1/1 absent']);
    desk.handleRead(2, new Uint8Array(100), 0);
    expect(frames).toMatchObject([{ requestId: 2, length: 100 }]);
    desk.handleRead(1, new Uint8Array(100), 0);
    desk.handleRead(77, new Uint8Array(1), 0);
    expect([frames.length, desk.hasOpenRequests(1)]).toEqual([1, false]);
  });

  test('[UP-8] bytes of a download that ends while they are sent are refused from there on', () => {
    const { desk, ask, flush, partial, rejects, bytesTo } = startDesk();
    ask(1, 1, { range: ALL });
    const sent = bytesTo(1);
    partial.clear();
    flush(1);
    expect([rejects, bytesTo(1), desk.hasOpenRequests(1)]).toEqual([['1/1 absent'], sent, false]);
  });

  test('[UP-8] what was a download and is stored now is read, and goes on where it was', () => {
    const { ask, flush, answer, partial, stored, frames, served } = startDesk();
    ask(1, 1, { range: ALL });
    partial.clear();
    stored.add('partial');
    for (let count = 0; count < 20; count += 1) {
      flush(1);
      answer();
    }
    expect(served).toEqual([`1: ${SEGMENT_BYTES}`]);
    let end = 0;
    for (const { offset, length } of frames) {
      expect(offset).toBe(end);
      end += length;
    }
  });

  test('one who left is not served, and those behind it are', () => {
    const { desk, join, ask, reads, answer, frames, unflushed } = startDesk();
    join(2);
    ask(1, 1, { key: 'a', range: ALL });
    const [read] = reads;
    desk.close(1);
    desk.handleRead(read?.readId ?? 0, new Uint8Array(SEGMENT_BYTES), 0);
    desk.handleFlushed(1, unflushed.get(1) ?? 0, 0);
    expect([frames, desk.hasOpenRequests(1)]).toEqual([[], false]);
    ask(2, 1, { key: 'a', range: first(10) });
    answer();
    expect(frames).toMatchObject([{ linkId: 2, length: 10 }]);
    desk.close(99);
  });
});

describe('UploadDesk: how it sends', () => {
  test('[UP-3] in frames of 16 KiB, one request after the other', () => {
    const { ask, answer, frames, served } = startDesk();
    ask(1, 1, { key: 'a', range: { start: 500_000, end: 520_000 } });
    ask(1, 2, { key: 'b', range: first(10) });
    answer();
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
        const { ask, answer, flush, unflushed, bytesTo, served } = startDesk();
        ask(1, 1, { key: 'a', range: ALL });
        answer();
        expect(bytesTo(1)).toBeGreaterThan(LINK_HIGH_WATER_BYTES - 20_000);
        for (const part of [...parts, ...new Array<number>(8).fill(1)]) {
          expect(unflushed.get(1)).toBeLessThanOrEqual(LINK_HIGH_WATER_BYTES);
          flush(1, 0, part);
        }
        expect(bytesTo(1)).toBe(SEGMENT_BYTES);
        expect(served).toEqual([`1: ${SEGMENT_BYTES}`]);
      }),
    );
  });

  test('[UP-3] other frames take their part of the link', () => {
    const { desk, ask, bytesTo } = startDesk();
    desk.noteSent(1, LINK_HIGH_WATER_BYTES);
    desk.noteSent(99, 5);
    ask(1, 1, { range: ALL });
    expect(bytesTo(1)).toBe(0);
    desk.handleFlushed(1, LINK_HIGH_WATER_BYTES, 0);
    expect(bytesTo(1)).toBeGreaterThan(0);
  });

  test('[UP-3] a frame counts with its header', () => {
    const { desk, ask, frames } = startDesk();
    desk.noteSent(1, LINK_HIGH_WATER_BYTES - 16_384);
    ask(1, 1, { range: ALL });
    expect(frames).toEqual([]);
    desk.handleFlushed(1, 100, 0);
    expect(frames).toHaveLength(1);
  });

  test('[UP-3] a link that is full, or bytes that are being read, hold up nobody else', () => {
    const { join, ask, bytesTo, served } = startDesk();
    join(2, 3);
    ask(1, 1, { range: first(300_000), neededInMs: 0 });
    ask(2, 1, { key: 'a', range: first(10), neededInMs: 100 });
    ask(3, 1, { range: first(10), neededInMs: 200 });
    expect(bytesTo(1)).toBeLessThan(300_000);
    expect(served).toEqual(['3: 10']);
  });

  test('[UP-5] a cancelled request stops at once, and the next one starts', () => {
    const { desk, ask, frames, flush } = startDesk();
    ask(1, 1, { range: first(300_000) });
    ask(1, 2, { range: first(16_384) });
    const before = frames.length;
    desk.handleCancel(1, 1, 0);
    flush(1);
    expect(frames.slice(before)).toMatchObject([{ requestId: 2, length: 16_384 }]);
    desk.handleCancel(1, 99, 0);
    desk.handleCancel(99, 1, 0);
  });

  // A store that answers later: the cancelled request's bytes came, nobody wanted them, and nobody asked for the next.
  test('[UP-5] a request that is cancelled while its bytes are read leaves nobody stuck behind it', () => {
    const { desk, ask, reads, frames } = startDesk();
    ask(1, 1, { key: 'a', range: first(300_000) });
    ask(1, 2, { key: 'b', range: first(10) });
    desk.handleCancel(1, 1, 0);
    expect(reads).toMatchObject([{ readId: 1 }, { readId: 2 }]);
    desk.handleRead(1, new Uint8Array(300_000), 0);
    expect(frames).toEqual([]);
    desk.handleRead(2, new Uint8Array(10), 0);
    expect(frames).toMatchObject([{ requestId: 2, length: 10 }]);
  });

  test('[UP-5] a cancel is for the request of the one who cancels', () => {
    const { desk, join, ask, answer, served } = startDesk();
    join(2);
    ask(1, 7, { key: 'a', range: first(10) });
    ask(2, 7, { key: 'a', range: first(20) });
    desk.handleCancel(2, 7, 0);
    answer();
    expect(served).toEqual(['1: 10']);
  });
});

describe('UploadDesk: within the budget', () => {
  /** Nothing is left of what may go at once. */
  function startSpent(maxBitrate = RATE) {
    const rig = startDesk({ maxBitrate });
    rig.budget.take(TRANSFER_SIZES.uploadBurstBytes, 0);
    rig.join(2, 3, 4);
    return rig;
  }

  test('[UP-1] waits for it, and no longer', () => {
    const rig = startDesk({ maxBitrate: RATE });
    rig.ask(1, 1, { key: 'a', range: ALL });
    rig.drain(0, 5_000);
    expect(rig.desk.wakeAt).toBeGreaterThan(5_000);
    const expected = (RATE / 8) * 5 + TRANSFER_SIZES.uploadBurstBytes;
    expect(rig.bytesTo(1)).toBeLessThanOrEqual(expected);
    expect(rig.bytesTo(1)).toBeGreaterThan(expected - 2 * 16_384);
  });

  test('[UP-1] whatever else happens while it waits, it goes on when it said', () => {
    const rig = startSpent();
    rig.ask(1, 1, { range: first(16_384) });
    const at = rig.desk.wakeAt;
    expect(at).toBeLessThanOrEqual(170);
    rig.ask(2, 1, { range: first(10) });
    rig.desk.handleCancel(2, 1, 10);
    rig.flush(1, 20);
    rig.desk.wake(at - 1);
    expect([rig.frames, rig.desk.wakeAt]).toEqual([[], at]);
    rig.desk.wake(at);
    expect([rig.served, rig.desk.wakeAt]).toEqual([['1: 16384'], Infinity]);
  });

  test.each([
    [40_000_000, 20, 6],
    // A frame takes longer than that.
    [1_000_000, 132, 1],
    // A full bucket would run over meanwhile.
    [250_000_000, 5, 9],
  ])('[UP-13] at %i b/s it goes on after %i ms, with %i frames', (bitrate, ms, frameCount) => {
    const rig = startSpent(bitrate);
    rig.ask(1, 1);
    rig.ask(2, 1);
    expect([rig.frames.length, rig.desk.wakeAt]).toEqual([0, ms]);
    rig.desk.wake(ms);
    expect(rig.frames).toHaveLength(frameCount);
  });

  test('[UP-13] it waits no longer than what is queued takes', () => {
    const rig = startSpent(40_000_000);
    rig.ask(1, 1, { range: first(5_000) });
    expect(rig.desk.wakeAt).toBe(1);
  });

  test('[UP-1] it goes on for the others when the one that waited has left', () => {
    const rig = startSpent();
    rig.ask(1, 1, { range: BLOCK });
    rig.ask(2, 1, { range: first(10) });
    rig.desk.close(1);
    rig.drain(0, 300);
    expect(rig.served).toEqual(['2: 10']);
  });

  // The first customer was always asked first, and the second got its first byte when the first had no wishes left.
  test('[UP-4] what is needed soonest is served first, whoever asked first', () => {
    const rig = startSpent();
    rig.ask(1, 1, { range: first(20_000), neededInMs: 9_000 });
    rig.ask(2, 1, { range: first(20_000), neededInMs: 3_000 });
    rig.ask(3, 1, { range: first(20_000), neededInMs: 6_000 });
    // Asked later, and needed at the same time as another: it comes after that.
    rig.ask(4, 1, { range: first(30_000), neededInMs: 2_990, now: 10 });
    rig.drain(10, 5_000);
    expect(rig.served).toEqual(['2: 20000', '4: 30000', '3: 20000', '1: 20000']);
  });

  test('[UP-4] what is being sent goes on, whatever is asked meanwhile', () => {
    const rig = startSpent();
    rig.ask(1, 1, { range: first(50_000), neededInMs: 9_000 });
    rig.drain(0, 200);
    expect(rig.bytesTo(1)).toBe(16_384);
    rig.ask(2, 1, { range: first(20_000), neededInMs: 0, now: 200 });
    rig.ask(3, 1, { range: first(20_000), neededInMs: 5_000, now: 200 });
    rig.drain(210, 5_000);
    expect(rig.served).toEqual(['1: 50000', '2: 20000', '3: 20000']);
  });

  test('[UP-4] a small request does not overtake one that waits for more budget than it needs itself', () => {
    const rig = startSpent();
    rig.ask(1, 1, { range: BLOCK });
    rig.ask(2, 1, { range: first(10), now: 5 });
    expect(rig.frames).toEqual([]);
    rig.drain(10, 20_000);
    expect(rig.served).toEqual([`1: ${BLOCK.end}`, '2: 10']);
  });

  // Who claims to need everything now would be served for ever, if nobody's time ever came.
  test('[UP-4] one whose time has come is not overtaken by those who need everything at once', () => {
    const rig = startSpent();
    rig.ask(1, 1, { range: first(20_000), neededInMs: 1_000 });
    let servedAt = Infinity;
    for (let [now, requestId] = [0, 1]; now < 10_000; now += 50) {
      for (const linkId of [2, 3, 4]) rig.ask(linkId, requestId++, { range: first(50_000), neededInMs: 0, now });
      rig.drain(now, now + 40);
      if (rig.served.includes('1: 20000')) servedAt = Math.min(servedAt, now);
    }
    const queueMs = (2 * TRANSFER_SIZES.blockBytes + 50_000) / (RATE / 8_000);
    expect(servedAt).toBeGreaterThan(1_000);
    expect(servedAt).toBeLessThan(1_000 + queueMs);
  });

  test('[UP-7] a raised ceiling takes effect at once', () => {
    const rig = startDesk({ maxBitrate: 8 });
    rig.budget.take(TRANSFER_SIZES.uploadBurstBytes, 0);
    rig.ask(1, 1, { range: first(100_000) });
    expect(rig.desk.wakeAt).toBeGreaterThan(1_000_000);
    rig.budget.limits = { ...rig.budget.limits, maxBitrate: Infinity };
    rig.desk.reconsider(0);
    expect(rig.bytesTo(1)).toBe(100_000);
    expect(rig.desk.wakeAt).toBe(Infinity);
  });

  test('[UP-6] switched off, what is queued is refused at once', () => {
    const rig = startDesk();
    rig.ask(1, 1, { range: first(300_000) });
    rig.ask(1, 2, { range: first(20_000) });
    const before = rig.bytesTo(1);
    rig.budget.limits = { ...rig.budget.limits, isEnabled: false };
    rig.desk.reconsider(0);
    rig.flush(1);
    expect(rig.bytesTo(1)).toBe(before);
    expect(rig.rejects).toEqual(['1/1 upload-off', '1/2 upload-off']);
    expect(rig.desk.hasOpenRequests(1)).toBe(false);
  });
});
