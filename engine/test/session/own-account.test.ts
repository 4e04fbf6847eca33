import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { Counters } from '../../src/session/counters';
import { OwnAccount } from '../../src/session/own-account';
import { PeerViews, weightOf } from '../../src/session/peer-view';
import type { UploadLimits } from '../../src/swarm/upload-budget';
import { UploadBudget } from '../../src/swarm/upload-budget';
import { SessionRig } from '../support/session-rig';

function begin(limits: Partial<UploadLimits> = {}) {
  const counters = new Counters();
  counters.httpBytes = 100_000_000;
  const budget = new UploadBudget({ isEnabled: true, maxBitrate: Infinity, maxRatio: 1, ...limits });
  return { counters, budget, account: new OwnAccount(budget, counters, TRANSFER_SIZES) };
}

describe('OwnAccount', () => {
  test('[SCH-7] says what is assumed before the uplink was measured, then half of the uplink', () => {
    const { account, budget } = begin();
    expect(account.about).toEqual({ uploadKbps: 0, isSettled: false });
    expect(account.update(0)).toBe(true);
    expect(account.about.uploadKbps).toBe(5_000);
    // 20 Mb/s.
    budget.noteUplink(2_500_000, 1_000);
    expect(account.update(0)).toBe(true);
    expect(account.about.uploadKbps).toBe(10_000);
  });

  test('[SCH-7] tells only what has changed by much', () => {
    const { account, budget } = begin({ maxBitrate: 6_000_000 });
    expect([account.update(0), account.update(10)]).toEqual([true, false]);
    const told = [8_000_000, 9_100_000, 7_000_000, 6_000_000].map((maxBitrate) => {
      budget.limits = { ...budget.limits, maxBitrate };
      return account.update(20) ? account.about.uploadKbps : undefined;
    });
    expect(told).toEqual([undefined, 9_100, undefined, 6_000]);
  });

  test('[SCH-7] who has stayed for 30 s is settled, and says so once', () => {
    const { account } = begin();
    account.update(0);
    expect([29_999, 30_000, 40_000].map((stay) => account.update(stay))).toEqual([false, true, false]);
    expect(account.about.isSettled).toBe(true);
  });

  test('[SCH-7] who has used up what may be given, or gives nothing, is no source', () => {
    const { account, counters } = begin({ maxRatio: 0.5 });
    account.update(0);
    // 1 MiB above half of what was downloaded may be given; 500 kB are left, over 4 s.
    counters.uploadedBytes = 50_000_000 + 1_048_576 - 500_000;
    expect(account.update(0)).toBe(true);
    expect(account.about.uploadKbps).toBe(1_000);
    counters.uploadedBytes += 500_000;
    expect(account.update(0)).toBe(true);
    expect(account.about.uploadKbps).toBe(0);
    expect(account.update(0)).toBe(false);
    const off = begin({ isEnabled: false });
    expect([off.account.update(0), off.account.about.uploadKbps]).toEqual([false, 0]);
  });
});

describe('weightOf', () => {
  test('[SCH-7] counts the peers that can be served, 10 Mb/s each', () => {
    const weigh = (uploadKbps: number, isSettled = true) => weightOf({ uploadKbps, isSettled }, TRANSFER_SIZES);
    expect([0, 5_000, 20_000, 1_000_000].map((kbps) => weigh(kbps))).toEqual([0, 0.5, 2, 8]);
    expect(weigh(20_000, false)).toBe(0.5);
  });
});

describe('PeerViews', () => {
  function connected() {
    const rig = SessionRig.playing(30);
    const linkId = rig.connectPeer('z');
    const view = () => {
      const [session] = rig.session.swarm?.peers ?? [];
      if (!session) throw new Error('nobody is connected');
      const [view] = new PeerViews(TRANSFER_SIZES).of([session], rig.now);
      if (!view) throw new Error('nothing is seen of it');
      const { linkId: link, peerId, openRequestCount, busyUntil, bitsPerSecond, weight } = view;
      return { linkId: link, peerId, openRequestCount, busyUntil, bitsPerSecond, weight };
    };
    return { rig, linkId, view };
  }

  test('[SCH-7] a peer that has said nothing of itself has half the weight, and half of what is assumed', () => {
    const { linkId, view } = connected();
    expect(view()).toEqual({
      linkId,
      peerId: 'z'.repeat(20),
      openRequestCount: 0,
      busyUntil: 0,
      bitsPerSecond: 2_500_000,
      weight: 0.5,
    });
  });

  test('[SCH-3] it is taken to deliver half of what it says, and never faster than it did', () => {
    const { rig, linkId, view } = connected();
    rig.peerSays(linkId, { type: 'about', uploadKbps: 30_000, isSettled: true });
    expect(view()).toMatchObject({ bitsPerSecond: 15_000_000, weight: 3 });
    rig.peerHas(linkId, 3, [1]);
    rig.request(3);
    expect(view().openRequestCount).toBe(1);
    rig.pass(100);
    for (const request of rig.saidTo(linkId, 'request')) rig.serve(linkId, request);
    // 68,928 bytes in 100 ms.
    expect(view().bitsPerSecond).toBeCloseTo(5_514_240);
    rig.peerSays(linkId, { type: 'about', uploadKbps: 0, isSettled: true });
    // Nobody has rate 0: it might still answer.
    expect(view()).toMatchObject({ bitsPerSecond: 1_000, weight: 0 });
  });

  test('[SCH-4] one that says that it is busy is left alone', () => {
    const { rig, linkId, view } = connected();
    rig.peerHas(linkId, 3, [0]);
    rig.request(3);
    const requestId = rig.saidTo(linkId, 'request')[0]?.requestId ?? 0;
    rig.peerSays(linkId, { type: 'reject', requestId, reason: 'busy' });
    expect(view().busyUntil).toBeGreaterThan(rig.now);
  });
});
