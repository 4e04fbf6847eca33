import { MAX_OFFERS_PER_ANNOUNCE } from '../../src/protocol/limits';
import { OFFER_LIFETIME_MS, OfferDesk } from '../../src/swarm/offer-desk';

function start() {
  const batches: string[][] = [];
  const open = new Set<number>();
  let nextLinkId = 1;
  const desk = new OfferDesk({
    offerLink: () => {
      open.add(nextLinkId);
      return nextLinkId++;
    },
    closeLink: (linkId) => open.delete(linkId),
    makeOfferId: () => `offer ${nextLinkId}`,
    send: (offers) => batches.push(offers.map(({ offerId }) => offerId)),
    chance: () => 0.999,
  });
  const describeLink = (linkId: number) => desk.handleDescription(linkId, { type: 'offer', sdp: `${linkId}` });
  return { desk, batches, open, describeLink };
}

describe('OfferDesk', () => {
  test('[ANN-4] sends a batch once all its links are described, and never more than a tracker takes', () => {
    const { desk, batches, open, describeLink } = start();
    desk.offerTo(50, 0);
    expect(open.size).toBe(MAX_OFFERS_PER_ANNOUNCE);
    for (let linkId = 1; linkId <= 4; linkId += 1) describeLink(linkId);
    expect(batches).toEqual([]);
    describeLink(5);
    expect(batches).toEqual([['offer 1', 'offer 2', 'offer 3', 'offer 4', 'offer 5']]);
    expect(describeLink(99)).toBe(false);
  });

  test('[ANN-4] a link that takes too long to gather is left out and closed', () => {
    const { desk, batches, open, describeLink } = start();
    desk.offerTo(2, 0);
    describeLink(2);
    expect(desk.wakeAt).toBe(2_500);
    desk.wake(2_500);
    expect([batches, [...open]]).toEqual([[['offer 2']], [2]]);
    const nobody = start();
    nobody.desk.offerTo(2, 0);
    nobody.desk.wake(2_500);
    expect([nobody.batches, nobody.open.size, nobody.desk.wakeAt]).toEqual([[], 0, Infinity]);
  });

  test('[ANN-8] an offer that nobody takes up is dropped after 50 s, with its link', () => {
    const { desk, open, describeLink } = start();
    desk.offerTo(1, 1_000);
    describeLink(1);
    expect(desk.wakeAt).toBe(1_000 + OFFER_LIFETIME_MS);
    desk.wake(50_999);
    expect(open.size).toBe(1);
    desk.wake(51_000);
    expect([open.size, desk.pendingCount, desk.take('offer 1')]).toEqual([0, 0, undefined]);
  });

  test('an offer is taken up once, and only when it was sent', () => {
    const { desk, open, describeLink } = start();
    desk.offerTo(1, 0);
    expect(desk.take('offer 1')).toBeUndefined();
    describeLink(1);
    expect(desk.take('somebody else')).toBeUndefined();
    expect(desk.take('offer 1')).toBe(1);
    expect(desk.take('offer 1')).toBeUndefined();
    desk.wake(OFFER_LIFETIME_MS);
    expect(open.size).toBe(1);
  });

  test('[ANN-4] batches that bring too few peers come ever more seldom', () => {
    const { desk, open, describeLink } = start();
    const startedAt: number[] = [];
    for (let now = 0; startedAt.length < 7; now += 1_000) {
      desk.wake(now);
      const before = open.size;
      desk.offerTo(1, now);
      if (open.size > before) {
        startedAt.push(now / 1_000);
        for (const linkId of open) describeLink(linkId);
      }
      for (const linkId of open) desk.take(`offer ${linkId}`);
    }
    const gaps = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    expect(gaps).toEqual([10, 20, 40, 80, 160, 240]);
  });

  test('[ANN-4] a new membership may offer at once', () => {
    const { desk, open, describeLink } = start();
    desk.offerTo(1, 0);
    describeLink(1);
    desk.take('offer 1');
    desk.offerTo(1, 1_000);
    expect(open.size).toBe(1);
    desk.allowAtOnce();
    desk.offerTo(1, 1_000);
    expect(open.size).toBe(2);
  });

  // With four of five offers taken up, nothing woke the desk for the next batch until the fifth had expired.
  test('[ANN-5] asks to be woken for the next batch while fewer offers are out than are wanted', () => {
    const { desk, describeLink } = start();
    expect(desk.offerAt(3)).toBe(0);
    desk.offerTo(5, 0);
    expect(desk.offerAt(5)).toBe(Infinity);
    for (let linkId = 1; linkId <= 5; linkId += 1) describeLink(linkId);
    expect(desk.offerAt(50)).toBe(Infinity);
    for (let linkId = 1; linkId <= 4; linkId += 1) desk.take(`offer ${linkId}`);
    expect(desk.offerAt(1)).toBe(Infinity);
    expect(desk.offerAt(20)).toBe(9_995);
    desk.offerTo(20, 9_995);
    expect(desk.pendingCount).toBe(5);
  });

  test('a link that failed, and a tracker that went, take their offers along', () => {
    const { desk, open, batches, describeLink } = start();
    desk.offerTo(3, 0);
    desk.forget(2);
    desk.forget(99);
    expect(desk.pendingCount).toBe(2);
    desk.clear();
    expect([desk.pendingCount, desk.wakeAt, [...open]]).toEqual([0, Infinity, [2]]);
    expect(describeLink(1)).toBe(false);
    expect(batches).toEqual([]);
  });
});
