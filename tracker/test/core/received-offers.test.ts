import { ReceivedOffers } from '../../src/core/received-offers';

const LIFETIME_MS = 1000;

describe('ReceivedOffers', () => {
  test('[TRK-21] an offer can be taken once, by the one who made it and its id', () => {
    const received = new ReceivedOffers(LIFETIME_MS, 10);
    received.add('ann', 'one', 0);
    expect(received.take('ann', 'two', 1)).toBe(false);
    expect(received.take('bob', 'one', 1)).toBe(false);
    expect(received.take('ann', 'one', 1)).toBe(true);
    expect(received.take('ann', 'one', 1)).toBe(false);
  });

  test('[TRK-21] an offer can be taken until its time is over', () => {
    const received = new ReceivedOffers(LIFETIME_MS, 10);
    received.add('ann', 'one', 0);
    received.add('ann', 'two', 0);
    expect(received.take('ann', 'one', LIFETIME_MS)).toBe(true);
    expect(received.take('ann', 'two', LIFETIME_MS + 1)).toBe(false);
  });

  test('[TRK-21] an offer that is sent again lives again', () => {
    const received = new ReceivedOffers(LIFETIME_MS, 10);
    received.add('ann', 'one', 0);
    received.add('ann', 'one', 900);
    expect(received.take('ann', 'one', 1800)).toBe(true);
  });

  test('[TRK-21] what is over, and what is too much, is forgotten when the next comes', () => {
    const received = new ReceivedOffers(LIFETIME_MS, 3);
    for (const offerId of ['1', '2', '3', '4']) received.add('ann', offerId, 0);
    expect(received.count).toBe(3);
    expect(received.take('ann', '1', 0)).toBe(false);
    received.add('ann', '5', LIFETIME_MS + 1);
    expect(received.count).toBe(1);
  });

  test('[TRK-21] two may give their offers the same id', () => {
    const received = new ReceivedOffers(LIFETIME_MS, 10);
    received.add('ann', 'one', 0);
    received.add('bob', 'one', 0);
    received.add('cid', 'one', 0);
    expect(received.count).toBe(3);
    expect(received.take('ann', 'one', 1)).toBe(true);
    received.add('bob', 'one', 1);
    expect(received.count).toBe(2);
    expect(received.take('bob', 'one', 1)).toBe(true);
    expect(received.take('bob', 'one', 1)).toBe(false);
    expect(received.take('cid', 'one', 1)).toBe(true);
    expect(received.count).toBe(0);
  });
});
