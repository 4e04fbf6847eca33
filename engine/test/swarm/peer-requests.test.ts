import { REQUEST_STALL_MS } from '../../src/swarm/peer-score';
import { id, readySession, type SessionRig } from '../support/peer-session-rig';

describe('PeerSession: requests', () => {
  test('[PEER-4] data comes in order and within the request, from one request or several', () => {
    const { session, sent, told, data, ask } = readySession();
    const first = ask(0, 100);
    ask(100, 130);
    expect(session.openRequests.get(1)).toBe(first);
    expect(sent).toMatchObject([
      { type: 'request', requestId: 1, id, range: { start: 0, end: 100 } },
      { type: 'request', requestId: 2, range: { start: 100, end: 130 } },
    ]);
    data(1, 0, 60);
    data(1, 60, 40);
    data(2, 100, 30);
    expect(told).toEqual(['data 1 0+60', 'data 1 60+40', 'data 2 100+30']);
    expect(session.openRequests.size).toBe(0);
  });

  test.each<[string, (rig: SessionRig) => void]>([
    ['that was not asked for', ({ data }) => data(9, 0, 10)],
    ['twice', ({ data }) => (data(1, 0, 10), data(1, 0, 10))],
    ['with a hole', ({ data }) => data(1, 10, 10)],
    ['beyond the request', ({ data }) => data(1, 0, 101)],
    ['after the request was served', ({ data }) => (data(1, 0, 100), data(1, 100, 1))],
  ])('[PEER-4] data %s is a violation', (_, misbehave) => {
    const rig = readySession();
    rig.ask(0, 100);
    misbehave(rig);
    expect(rig.told.some((line) => line.startsWith('unwanted! data'))).toBe(true);
    expect(rig.session.isClosed).toBe(true);
  });

  test.each([
    [1_234.5, 1_235],
    [0, 0],
    [-300, 0],
    [Infinity, 60_000],
  ])('says when the bytes are needed: in %p ms as %i', (neededInMs, said) => {
    const { sent, ask } = readySession();
    ask(0, 100, 0, neededInMs);
    expect(sent).toMatchObject([{ type: 'request', neededInMs: said }]);
  });

  test('[PEER-5] data that crosses with a cancel is counted, not punished', () => {
    const { session, sent, told, data, ask, receive, lateBytes } = readySession();
    ask(0, 100);
    data(1, 0, 40);
    session.cancel(1, 10);
    session.cancel(1, 10);
    expect(sent.at(-1)).toEqual({ type: 'cancel', requestId: 1 });
    data(1, 40, 30);
    data(1, 70, 30);
    expect([lateBytes(), told]).toEqual([60, ['data 1 0+40']]);
    ask(0, 100);
    session.cancel(2, 20);
    receive({ type: 'reject', requestId: 2, reason: 'absent' });
    expect(session.isClosed).toBe(false);
  });

  // The ids of cancelled requests were remembered, their ranges were not: one could be used for ever.
  test('[PEER-5] no more comes late than was asked for', () => {
    const { session, told, data, ask } = readySession();
    ask(0, 100);
    session.cancel(1, 0);
    data(1, 0, 100);
    data(1, 0, 100);
    expect(told).toEqual(['unwanted! data that was not asked for']);
  });

  test('[PEER-5] the 32 newest cancelled requests are remembered', () => {
    const { session, told, data, ask } = readySession();
    for (let requestId = 1; requestId <= 33; requestId += 1) {
      ask(0, 100);
      session.cancel(requestId, 0);
    }
    data(2, 0, 10);
    expect(told).toEqual([]);
    data(1, 0, 10);
    expect(told).toEqual(['unwanted! data that was not asked for']);
  });

  test('[PEER-10] what is refused as absent counts as gone', () => {
    const { session, told, receive, ask } = readySession();
    ask(0, 100);
    receive({ type: 'reject', requestId: 1, reason: 'absent' });
    expect(told).toEqual(['failed 1 absent']);
    expect(session.availability.size).toBe(0);
  });

  test('[PEER-8] a peer that does not upload is left alone for 30 s, and is not useless', () => {
    const { session, told, receive, ask } = readySession();
    for (let requestId = 1; requestId <= 8; requestId += 1) {
      ask(0, 100);
      receive({ type: 'reject', requestId, reason: 'upload-off' }, 1000);
    }
    expect(told.every((line) => line.endsWith('upload-off'))).toBe(true);
    expect([session.refusesUploads(30_999), session.refusesUploads(31_000)]).toEqual([true, false]);
  });

  test('knows how fast the peer is, by the time in which something was asked of it', () => {
    const { session, data, ask } = readySession();
    expect(session.bitsPerSecond).toBeUndefined();
    ask(0, 1000, 5000);
    data(1, 0, 1000, 5500);
    expect(session.bitsPerSecond).toBe(16_000);
  });

  test('what the other side asks is handed on', () => {
    const { told, receive } = readySession();
    receive({ type: 'request', requestId: 4, id, range: { start: 1, end: 9 }, neededInMs: 70 });
    receive({ type: 'cancel', requestId: 4 });
    expect(told).toEqual(['asked 4 5 1-9 in 70', 'cancelled 4']);
  });

  test('a message of a later version is ignored', () => {
    const { session, told } = readySession();
    session.handleFrame(Uint8Array.of(200, 1, 2), 0);
    expect([session.isReady, told]).toEqual([true, []]);
  });
});

describe('PeerSession: patience', () => {
  test('[PEER-6] a request without a byte for 3 s is taken back, and what is behind it too', () => {
    const { session, told, sent, ask } = readySession();
    ask(0, 100, 1000);
    ask(100, 200, 2000);
    expect(session.wakeAt).toBe(1000 + REQUEST_STALL_MS);
    session.wake(3_999);
    expect(told).toEqual([]);
    session.wake(4_000);
    expect(told).toEqual(['failed 1 stalled']);
    expect(sent.at(-1)).toEqual({ type: 'cancel', requestId: 1 });
    // The second one's turn has only come now.
    expect(session.wakeAt).toBe(7_000);
  });

  // At 300 kb/s a block takes 3.5 s: whoever waited behind it was taken for stalled while the peer worked on.
  test('[PEER-6] a request waits as long as the one before it is being served', () => {
    const { session, told, data, ask } = readySession();
    ask(0, 100, 0);
    ask(100, 200, 0);
    for (let now = 1_000; now <= 8_000; now += 1_000) {
      data(1, (now - 1_000) / 100, 10, now);
      session.wake(now);
    }
    data(1, 80, 20, 9_000);
    session.wake(11_999);
    expect(told.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(session.wakeAt).toBe(12_000);
  });

  // Peers serve first what is needed first: the older request waited, and the peer was given up while it sent.
  test('[PEER-6] bytes of a newer request show that the peer is at work', () => {
    const { session, told, data, ask } = readySession();
    ask(0, 100, 0);
    ask(100, 200, 0);
    for (let now = 1_000; now <= 9_000; now += 1_000) {
      session.wake(now);
      data(2, 100 + (now - 1_000) / 100, 10, now);
    }
    session.wake(11_999);
    expect(told.filter((line) => line.startsWith('failed'))).toEqual([]);
    session.wake(12_000);
    expect(told).toContain('failed 1 stalled');
  });

  test('[PEER-6] bytes of a cancelled request show that the peer is at work', () => {
    const { session, data, ask } = readySession();
    ask(0, 100, 0);
    session.cancel(1, 100);
    ask(0, 100, 100);
    data(1, 0, 50, 2_500);
    expect(session.wakeAt).toBe(5_500);
  });

  test('[PEER-7] five failures in a row, and the peer is closed as useless; a frame in between forgives, a byte does not', () => {
    const { session, told, data, ask } = readySession();
    const fail = (bytes = 0): void => {
      const { requestId } = ask(0, 100, 0);
      if (bytes > 0) data(requestId, 0, bytes);
      session.cancel(requestId, 1_000);
    };
    for (let count = 0; count < 4; count += 1) fail();
    fail(10);
    for (let count = 0; count < 3; count += 1) fail();
    expect(session.isClosed).toBe(false);
    fail(9);
    expect(told.at(-1)).toBe('unwanted failed 5 requests');
  });

  test('[PEER-6] single bytes are no progress, a frame of them is', () => {
    const { session, told, data, ask } = readySession();
    ask(0, 100, 0);
    for (let at = 0; at < 9; at += 1) data(1, at, 1, at * 900);
    expect(session.wakeAt).toBe(REQUEST_STALL_MS);
    data(1, 9, 1, 2_900);
    expect(session.wakeAt).toBe(2_900 + REQUEST_STALL_MS);
    ask(100, 200, 2_900);
    session.cancel(1, 3_000);
    // Nor are those of a cancelled request.
    data(1, 10, 1, 4_000);
    session.wake(6_000);
    expect(told.at(-1)).toBe('failed 2 stalled');
  });

  test('what came of a request that was taken back tells how fast the peer is', () => {
    const { session, data, ask } = readySession();
    ask(0, 1_000, 0);
    data(1, 0, 20, 0);
    session.cancel(1, 2_000);
    expect(session.bitsPerSecond).toBe(80);
  });

  test('[PEER-13] a peer that is busy is left alone for a second, and is not useless', () => {
    const { session, ask, receive } = readySession();
    for (let requestId = 1; requestId <= 20; requestId += 1) {
      ask(0, 100);
      receive({ type: 'reject', requestId, reason: 'busy' }, 1_000);
    }
    expect(session.isClosed).toBe(false);
    expect(session.busyUntil).toBe(2_000);
  });

  test('[PEER-13] a busy peer is asked again when it calls, and one that was not busy may call', () => {
    const { session, told, ask, receive } = readySession();
    receive({ type: 'free' }, 500);
    expect(session.busyUntil).toBeLessThanOrEqual(500);
    ask(0, 100);
    receive({ type: 'reject', requestId: 1, reason: 'busy' }, 1_000);
    receive({ type: 'free' }, 1_200);
    expect(session.busyUntil).toBe(1_200);
    expect(told).toEqual(['free', 'failed 1 busy', 'free']);
  });

  test('[PEER-15] a request that others take over after a second of silence counts half a failure, an earlier one none', () => {
    const { session, told, sent, ask } = readySession();
    const handOver = (silentMs: number): void => session.cancel(ask(0, 100, 0).requestId, silentMs, true);
    for (let count = 0; count < 20; count += 1) handOver(999);
    for (let count = 0; count < 9; count += 1) handOver(1_000);
    expect([session.isClosed, told]).toEqual([false, []]);
    expect(sent.filter(({ type }) => type === 'cancel')).toHaveLength(29);
    handOver(1_000);
    expect(told).toEqual(['unwanted failed 5 requests']);
  });

  test('[PEER-15] its peer is left alone for a second', () => {
    const { session, ask, receive } = readySession();
    session.leaveAlone(5_000);
    expect(session.busyUntil).toBe(6_000);
    ask(0, 100, 5_500);
    receive({ type: 'reject', requestId: 1, reason: 'busy' }, 5_500);
    session.leaveAlone(5_100);
    expect(session.busyUntil).toBe(6_500);
  });

  test('[PEER-7] a request that was taken back after a second of silence was in vain, an earlier one was not', () => {
    const { session, told, ask } = readySession();
    const tryFor = (ms: number): void => {
      session.cancel(ask(0, 100, 0).requestId, ms);
    };
    for (let count = 0; count < 9; count += 1) tryFor(999);
    for (let count = 0; count < 4; count += 1) tryFor(1_000);
    expect(told).toEqual([]);
    tryFor(1_000);
    expect(told).toEqual(['unwanted failed 5 requests']);
  });
});
