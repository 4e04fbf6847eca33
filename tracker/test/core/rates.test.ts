import fc from 'fast-check';
import { Bucket, RateGate } from '../../src/core/rates/bucket';
import { AddressBook, addressGroup } from '../../src/core/rates/address-book';
import { ConnectionRates } from '../../src/core/rates/connection-rates';
import { DEFAULT_RATES, resolveRates, type RateLimits } from '../../src/core/rates/rate-limits';

const limits = (own: Partial<RateLimits> = {}): RateLimits => ({ ...DEFAULT_RATES, ...own });

describe('Bucket', () => {
  test('[TRK-200] never gives more than its burst and its rate times the time, whatever the clock does', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -5_000, max: 20_000 }), fc.nat(50)), { maxLength: 60 });
    const rate = fc.record({
      burst: fc.integer({ min: 1, max: 50 }),
      perSecond: fc.double({ min: 0.05, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(rate, steps, (own, moves) => {
        const bucket = new Bucket(own, 0);
        let [now, latest, taken] = [0, 0, 0];
        for (const [passedMs, count] of moves) {
          now += passedMs;
          latest = Math.max(latest, now);
          for (let index = 0; index < count; index += 1) if (bucket.take(now)) taken += 1;
          expect(taken).toBeLessThanOrEqual(own.burst + (latest / 1000) * own.perSecond + 1e-6);
        }
      }),
    );
  });

  test('[TRK-200] and never less to who stays within them', () => {
    const bucket = new Bucket({ burst: 3, perSecond: 0.2 }, 0);
    for (let index = 0; index < 3; index += 1) expect(bucket.take(0)).toBe(true);
    expect(bucket.take(4_999)).toBe(false);
    for (let seconds = 5; seconds < 500; seconds += 5) expect(bucket.take(seconds * 1000)).toBe(true);
  });

  test('[TRK-201] an episode over the limit is worth one word, and ends when half of the burst is back', () => {
    const gate = new RateGate({ burst: 4, perSecond: 1 }, 0);
    const take = (now: number, count: number) => Array.from({ length: count }, () => gate.take(now));
    expect(take(0, 7)).toEqual(['taken', 'taken', 'taken', 'taken', 'refused', 'dropped', 'dropped']);
    expect(take(1_000, 2)).toEqual(['taken', 'dropped']);
    expect(take(3_000, 3)).toEqual(['taken', 'taken', 'refused']);
  });
});

describe('ConnectionRates', () => {
  const count = (rates: ConnectionRates, times: number, now: number) => {
    const verdicts: Record<string, number> = {};
    for (let index = 0; index < times; index += 1) {
      const verdict = rates.takeMessage(now);
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    }
    return verdicts;
  };

  test('[TRK-200] takes a burst of messages and so many a second after it', () => {
    const rates = new ConnectionRates(limits(), 0);
    expect(count(rates, 130, 0)).toEqual({ taken: 128, refused: 1, dropped: 1 });
    expect(count(rates, 12, 1_000)).toEqual({ taken: 10, dropped: 2 });
  });

  test('[TRK-202] an offer that was brought allows for its answer, as many as can be answered', () => {
    const rates = new ConnectionRates(limits({ messageBurst: 1 }), 0);
    for (let index = 0; index < 500; index += 1) rates.noteOffer();
    expect(count(rates, 131, 0)).toEqual({ flood: 121, taken: 10 });
    const many = new ConnectionRates(limits({ messageBurst: 20 }), 0);
    for (let index = 0; index < 500; index += 1) many.noteOffer();
    expect(count(many, 150, 0)).toEqual({ taken: 148, refused: 1, dropped: 1 });
  });

  test('[TRK-203] ten times the limit is a flood, less is not', () => {
    const rates = new ConnectionRates(limits(), 0);
    expect(count(rates, 1_281, 0)).toEqual({ taken: 128, refused: 1, dropped: 1_151, flood: 1 });
    // Nine times as much as allowed, for an hour.
    const eager = new ConnectionRates(limits(), 0);
    const verdicts = new Set<string>();
    for (let seconds = 1; seconds <= 3_600; seconds += 1)
      for (const verdict of Object.keys(count(eager, 90, seconds * 1000))) verdicts.add(verdict);
    expect(verdicts.has('flood')).toBe(false);
  });

  test('[TRK-204] announces are limited for each peer in each swarm by itself', () => {
    const rates = new ConnectionRates(limits(), 0);
    const take = (peer: string, now: number) => rates.takeAnnounce(peer, now);
    expect(['a', 'a', 'a', 'a', 'a', 'b'].map((peer) => take(peer, 0))).toEqual([
      ...['taken', 'taken', 'taken', 'refused', 'dropped', 'taken'],
    ]);
    expect([take('a', 5_000), take('a', 5_000), take('b', 5_000)]).toEqual(['taken', 'dropped', 'taken']);
  });

  test('[TRK-204] of no more than 64 peers at a time, whatever they are called', () => {
    const rates = new ConnectionRates(limits(), 0);
    for (let index = 0; index < 10_000; index += 1) rates.takeAnnounce(`peer ${index}`, index);
    expect(rates.countedPeerCount).toBe(64);
  });
});

// What clients that do no wrong send at their worst.
describe('clients that are no nuisance', () => {
  const refusedOf = (announceTimes: readonly number[], peerCount: number) => {
    const rates = new ConnectionRates(limits(), 0);
    const refused: unknown[] = [];
    for (const seconds of announceTimes) {
      for (let peer = 0; peer < peerCount; peer += 1) {
        const verdicts = [rates.takeMessage(seconds * 1000), rates.takeAnnounce(`${peer}`, seconds * 1000)];
        if (verdicts.some((verdict) => verdict !== 'taken')) refused.push({ seconds, peer, verdicts });
      }
    }
    return refused;
  };
  const every = (seconds: number, from = 0) => Array.from({ length: 100 }, (_, index) => from + index * seconds);

  test.each([
    ['announce every 10 s in 64 rooms', every(10), 64],
    ['join 64 swarms at once, send offers to each, and renew every 2 minutes', [0, 0, ...every(120, 120)], 64],
    ['join, send offers at once and again after 3, 12 and 39 s in ten swarms', [0, 0.2, 3, 12, 39, 120], 10],
  ])('[TRK-205] %s', (_, announceTimes, swarmCount) => {
    expect(refusedOf(announceTimes, swarmCount)).toEqual([]);
  });
  test('[TRK-205] answer 100 offers in a second while a crowd joins', () => {
    const rates = new ConnectionRates(limits(), 0);
    const verdicts = new Set<string>();
    for (let second = 0; second < 60; second += 1) {
      for (let index = 0; index < 100; index += 1) rates.noteOffer();
      for (let index = 0; index < 100; index += 1) verdicts.add(rates.takeMessage(second * 1000));
    }
    expect([...verdicts]).toEqual(['taken']);
  });
});

describe('AddressBook', () => {
  const HOME = '203.0.113.7';

  test('[TRK-206] remembers nothing unless a limit is set', () => {
    const book = new AddressBook(limits());
    for (let index = 0; index < 1_000; index += 1) {
      book.refuses(`10.0.0.${index}`, 0);
      book.open(`10.0.0.${index}`, 0);
      book.takeMessage(`10.0.0.${index}`, 0);
    }
    expect(book.size).toBe(0);
  });

  test('[TRK-206] limits connections of one address, at once and by the minute', () => {
    const book = new AddressBook(limits({ maxConnectionsPerAddress: 2, addressConnectionsPerMinute: 4 }));
    const connect = (now: number) => {
      const refusal = book.refuses(HOME, now);
      if (!refusal) book.open(HOME, now);
      return refusal;
    };
    expect([connect(0), connect(0), connect(0), connect(0), connect(0)]).toEqual([
      ...[undefined, undefined, 'too-many-connections', 'too-many-connections', 'too-fast'],
    ]);
    book.close(HOME);
    expect([connect(14_999), connect(15_000)]).toEqual(['too-fast', undefined]);
    expect(book.refuses('203.0.113.8', 15_000)).toBeUndefined();
    expect(book.refuses(undefined, 15_000)).toBeUndefined();
  });

  test('[TRK-206] and messages of all its connections together', () => {
    const book = new AddressBook(limits({ addressMessagesPerSecond: 2 }));
    const verdicts = Array.from({ length: 22 }, () => book.takeMessage(HOME, 0));
    expect(verdicts.slice(19)).toEqual(['taken', 'refused', 'dropped']);
    expect(book.takeMessage('203.0.113.8', 0)).toBe('taken');
  });

  test('[TRK-206] forgets who has left and recovered; of the others no more than the limit', () => {
    const book = new AddressBook(limits({ addressConnectionsPerMinute: 60, maxIdleAddresses: 10 }));
    for (let index = 0; index < 100; index += 1) {
      book.refuses(`10.0.0.${index}`, 0);
      book.open(`10.0.0.${index}`, 0);
    }
    book.sweep(60_000);
    expect(book.size).toBe(100);
    for (let index = 0; index < 50; index += 1) book.close(`10.0.0.${index}`);
    expect(book.size).toBe(60);
    book.sweep(0);
    expect(book.size).toBe(60);
    book.sweep(60_000);
    expect(book.size).toBe(50);
    // Tries that are refused leave no more behind.
    for (let index = 0; index < 1_000; index += 1) book.refuses(`10.1.0.${index}`, 60_000);
    expect(book.size).toBe(60);
  });

  test('[TRK-206] closing more often than opening is no harm', () => {
    const book = new AddressBook(limits({ maxConnectionsPerAddress: 1 }));
    book.close(HOME);
    book.open(HOME, 0);
    book.close(HOME);
    book.close(HOME);
    book.open(HOME, 0);
    expect(book.refuses(HOME, 0)).toBe('too-many-connections');
  });

  test('[TRK-206] a subscriber is an IPv4 address or a network of 64 bits', () => {
    expect(addressGroup('::ffff:203.0.113.7')).toBe(HOME);
    expect(addressGroup(HOME)).toBe(HOME);
    const same = [
      '2001:db8:0:1::1',
      '2001:DB8::1:aaaa:bbbb:cccc:dddd',
      '2001:0db8:0000:0001:1:2:3:4',
      '2001:db8:0:1::1%eth0',
    ];
    expect(new Set(same.map(addressGroup))).toEqual(new Set(['2001:db8:0:1::/64']));
    expect(addressGroup('2001:db8:0:2::1')).toBe('2001:db8:0:2::/64');
    expect(addressGroup('::1')).toBe('0:0:0:0::/64');
    fc.assert(fc.property(fc.string(), (text) => expect(typeof addressGroup(text)).toBe('string')));
  });
});

describe('resolveRates', () => {
  test('[TRK-55] refuses what is no limit or out of its range, by name', () => {
    expect(resolveRates({ announceBurst: 9 })).toEqual({ ...DEFAULT_RATES, announceBurst: 9 });
    expect(resolveRates({ maxConnectionsPerAddress: 0 })).toEqual(DEFAULT_RATES);
    for (const rates of [{ messageBurst: 0 }, { announceSeconds: 1.5 }, { floodFactor: NaN }, { nonsense: 1 }])
      expect(() => resolveRates(rates)).toThrow(`rates.${Object.keys(rates)[0]}`);
  });
});
