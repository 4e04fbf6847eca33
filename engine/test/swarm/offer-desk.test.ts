import { MANY_OFFERS, OFFER_LIFETIME_MS, OfferDesk, OFFERS_AT_ONCE } from '../../src/swarm/offer-desk';

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
  test('[ANN-4] sends a batch of three once all links are described', () => {
    const { desk, batches, open, describeLink } = start();
    desk.offerTo(50, 0);
    expect([open.size, OFFERS_AT_ONCE, desk.isPreparing]).toEqual([3, 3, true]);
    for (const linkId of [1, 2]) describeLink(linkId);
    expect(batches).toEqual([]);
    describeLink(3);
    expect([batches, desk.isPreparing]).toEqual([[['offer 1', 'offer 2', 'offer 3']], false]);
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
    expect(gaps).toEqual([6, 18, 54, 162, 486, 600]);
  });

  // Behind a symmetric NAT half of all pairs fail: three at a time, ever more seldom, left some alone for minutes.
  test('[ANN-4] whom few can reach tries more of them at a time', () => {
    const { desk, describeLink, open } = start();
    const sizes: number[] = [];
    let now = 0;
    for (let batch = 0; batch < 4; batch += 1) {
      now = Math.max(now, desk.offerAt(50));
      const known = new Set(open);
      desk.offerTo(50, now);
      const made = [...open].filter((linkId) => !known.has(linkId));
      sizes.push(made.length);
      for (const linkId of made) describeLink(linkId);
      for (const linkId of made) desk.take(`offer ${linkId}`);
    }
    expect(sizes).toEqual([OFFERS_AT_ONCE, OFFERS_AT_ONCE, MANY_OFFERS, MANY_OFFERS]);
    desk.allowAtOnce();
    desk.offerTo(50, now);
    expect(open.size).toBe(OFFERS_AT_ONCE + OFFERS_AT_ONCE + MANY_OFFERS + MANY_OFFERS + OFFERS_AT_ONCE);
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
    for (let linkId = 1; linkId <= 3; linkId += 1) describeLink(linkId);
    expect(desk.offerAt(50)).toBe(Infinity);
    for (const name of ['offer 1', 'offer 2']) desk.take(name);
    expect(desk.offerAt(1)).toBe(Infinity);
    expect(desk.offerAt(20)).toBe(5_997);
    desk.offerTo(20, 5_997);
    expect(desk.pendingCount).toBe(3);
  });

  test('[ANN-5] offers that reached nobody are dropped once those that did are taken up', () => {
    const { desk, open, describeLink } = start();
    desk.offerTo(2, 0);
    for (const linkId of [1, 2]) describeLink(linkId);
    desk.noteReach(1);
    expect([desk.pendingCount, open.size]).toEqual([1, 2]);
    desk.take('offer 2');
    expect([desk.pendingCount, [...open]]).toEqual([0, [2]]);
    expect(desk.offerAt(1)).toBeLessThan(Infinity);
    const alone = start();
    alone.desk.offerTo(2, 0);
    alone.desk.noteReach(0);
    expect([alone.desk.pendingCount, alone.open.size, alone.desk.isPreparing]).toEqual([0, 0, false]);
  });

  test('[ANN-15] one offer besides those that are out, unless a batch is on its way', () => {
    const { desk, batches, describeLink } = start();
    desk.offerTo(2, 0);
    desk.offerBesides(0);
    expect(desk.pendingCount).toBe(2);
    for (const linkId of [1, 2]) describeLink(linkId);
    desk.offerBesides(100);
    describeLink(3);
    expect(batches.at(-1)).toEqual(['offer 3']);
  });

  test('a link that failed, and a tracker that went, take their offers along', () => {
    const { desk, open, batches, describeLink } = start();
    desk.offerTo(2, 0);
    desk.forget(2);
    desk.forget(99);
    expect(desk.pendingCount).toBe(1);
    desk.clear();
    expect([desk.pendingCount, desk.wakeAt, [...open]]).toEqual([0, Infinity, [2]]);
    expect(describeLink(1)).toBe(false);
    expect(batches).toEqual([]);
  });
});
