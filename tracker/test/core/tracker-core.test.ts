import fc from 'fast-check';
import { CoreDriver, createRandom, type Client } from '../support/core-driver';
import { announce, answer, HASH, id, offers, SDP } from '../support/messages';

/** Two viewers of one swarm, of whom `b` was sent the offer `offer0` of `a`. */
function createPair(): { driver: CoreDriver; a: Client; b: Client } {
  const driver = new CoreDriver();
  const [a, b] = [driver.connect(), driver.connect()];
  b.send(announce('b'));
  a.send(announce('a', { offers: offers(1) }));
  b.received();
  return { driver, a, b };
}

describe('TrackerCore: answers', () => {
  test('[TRK-20] an answer reaches who made the offer, without to_peer_id, and gets no response', () => {
    const { a, b } = createPair();
    expect(b.send(answer('b', 'a', 'offer0', { extra: 1 }))).toEqual([]);
    expect(a.received()).toEqual([
      {
        action: 'announce',
        info_hash: HASH,
        peer_id: id('b'),
        offer_id: id('offer0'),
        answer: { type: 'answer', sdp: SDP },
      },
    ]);
  });

  test('[TRK-21] an offer is answered once', () => {
    const { driver, a, b } = createPair();
    b.send(answer('b', 'a', 'offer0'));
    a.received();
    expect(b.send(answer('b', 'a', 'offer0'))).toEqual([]);
    expect(a.received()).toEqual([]);
    expect(driver.core.counters.rejects['answer-not-asked-for']).toBe(1);
  });

  test('[TRK-21] an answer to an offer that was sent to somebody else goes nowhere', () => {
    const { driver, a } = createPair();
    const c = driver.connect();
    c.send(announce('c'));
    expect(c.send(answer('c', 'a', 'offer0'))).toEqual([]);
    expect(a.received()).toEqual([]);
  });

  test('[TRK-21] an answer after 120 s goes nowhere', () => {
    const { driver, a, b } = createPair();
    driver.pass(121);
    b.send(answer('b', 'a', 'offer0'));
    expect(a.received()).toEqual([]);
  });

  // Another tracker closes the socket of whoever answers a viewer that has just left. In a live event with
  // viewers coming and going that takes the honest ones off signalling, one by one.
  test('[TRK-22] an answer to a viewer that has left is dropped, and the answerer never hears of it', () => {
    const { driver, a, b } = createPair();
    a.close();
    expect(b.send(answer('b', 'a', 'offer0'))).toEqual([]);
    expect(driver.core.counters.rejects['answer-to-gone-peer']).toBe(1);
    expect(b.send(announce('b'))).toMatchObject([{ incomplete: 1 }]);
  });

  test('[TRK-23] nobody answers in the name of another, or without having announced', () => {
    const { driver, a } = createPair();
    const stranger = driver.connect();
    expect(stranger.send(answer('b', 'a', 'offer0'))).toEqual([]);
    expect(stranger.send(answer('x', 'a', 'offer0'))).toEqual([]);
    expect(a.received()).toEqual([]);
    expect(driver.core.counters.rejects['answer-from-stranger']).toBe(2);
  });
});

describe('TrackerCore: scrape', () => {
  test('[TRK-30] one swarm', () => {
    const { a } = createPair();
    expect(a.send({ action: 'scrape', info_hash: HASH })).toEqual([
      { action: 'scrape', files: { [HASH]: { complete: 0, incomplete: 2, downloaded: 0 } } },
    ]);
  });

  test('[TRK-30] several swarms, and those that do not exist; asking creates none', () => {
    const { driver, a } = createPair();
    const none = { complete: 0, incomplete: 0, downloaded: 0 };
    expect(a.send({ action: 'scrape', info_hash: [HASH, id('none')] })).toEqual([
      { action: 'scrape', files: { [HASH]: { ...none, incomplete: 2 }, [id('none')]: none } },
    ]);
    expect(driver.core.totals().swarms).toBe(1);
  });

  test('[TRK-31] all swarms are not told', () => {
    const { a } = createPair();
    expect(a.send({ action: 'scrape' })).toEqual([
      { action: 'scrape', 'failure reason': expect.stringContaining('info_hash is required') },
    ]);
  });
});

describe('TrackerCore: bad messages', () => {
  // Each of these ended the process, or the socket of who sent it, on a tracker that is in use.
  test.each([
    ['not JSON', '{', undefined],
    ['null', 'null', undefined],
    ['a scrape of a number', JSON.stringify({ action: 'scrape', info_hash: 5 }), undefined],
    ['an offer that is null', JSON.stringify(announce('x', { offers: [null] })), HASH],
    ['an unknown action', JSON.stringify({ ...announce('x'), action: 'dance' }), HASH],
    ['a short id', JSON.stringify(announce('x', { info_hash: 'abc' })), undefined],
  ])('[TRK-2] %s gets one failure with an action, and everything goes on', (_name, text, infoHash) => {
    const { driver, a, b } = createPair();
    const replies = a.sendText(text);
    expect(replies).toHaveLength(1);
    expect(replies[0]).toMatchObject({
      action: expect.stringMatching(/^(announce|scrape)$/),
      'failure reason': expect.any(String),
    });
    expect(replies[0]?.['info_hash']).toBe(infoHash);
    expect(driver.core.counters.messagesIn.invalid).toBe(1);
    expect(b.received()).toEqual([]);
    expect(a.send(announce('a'))).toMatchObject([{ incomplete: 2 }]);
  });

  test('[TRK-1] whatever strangers do, the honest stay, and the books balance', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const hashes = fc.constantFrom(HASH, id('other'), 'bad');
    const event = fc.constantFrom('started', 'stopped', 'completed', undefined, 'x', 5);
    const message = fc.oneof(
      fc
        .record({ peer: names, hash: hashes, event, count: fc.nat(12) })
        .map(({ peer, hash, count, ...rest }) => announce(peer, { ...rest, info_hash: hash, offers: offers(count) })),
      fc.tuple(names, names, fc.nat(3)).map(([from, to, index]) => answer(from, to, `offer${index}`)),
      fc.constant({ action: 'scrape', info_hash: HASH }),
      fc.jsonValue(),
    );
    const step = fc.record({
      who: fc.nat(2),
      message,
      leaves: fc.constantFrom(false, false, false, true),
      wait: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer(), (steps, seed) => {
        const driver = new CoreDriver({ random: createRandom(seed) });
        const honest = driver.connect();
        const strangers = [driver.connect(), driver.connect(), driver.connect()];
        for (const { who, message: sent, leaves, wait } of steps) {
          expect(honest.send(announce('honest')).at(-1)).toHaveProperty('interval');
          strangers[who]!.send(sent);
          if (leaves) {
            strangers[who]!.close();
            strangers[who] = driver.connect();
          }
          driver.pass(wait);
          const owned = strangers.reduce(
            (sum, { connection }) => sum + connection.peers.size,
            honest.connection.peers.size,
          );
          expect(driver.core.totals()).toMatchObject({ peers: owned, connections: 4 });
          expect(honest.connection.peers.size).toBe(1);
        }
        for (const client of [...strangers, honest]) client.close();
        expect(driver.core.totals()).toEqual({ swarms: 0, peers: 0, connections: 0 });
      }),
    );
  });
});
