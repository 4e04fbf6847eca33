import { CoreDriver, createRandom } from '../support/core-driver';
import { announce, answer, HASH, id, offer, offers, SDP } from '../support/messages';

const failure = (pattern: RegExp): unknown =>
  expect.objectContaining({ 'failure reason': expect.stringMatching(pattern) });
const response = (complete: number, incomplete: number): unknown => expect.objectContaining({ complete, incomplete });

describe('TrackerCore: announce', () => {
  test.each(['started', undefined, 'paused', 'completed'])('[TRK-10] event %j of a stranger is a join', (event) => {
    const driver = new CoreDriver();
    driver.connect().send(announce('a', { event }));
    expect(driver.core.totals()).toEqual({ swarms: 1, peers: 1, connections: 1 });
  });

  test('[TRK-11] the response says how many there are, and when to come again', () => {
    const driver = new CoreDriver();
    driver.connect().send(announce('a'));
    const [message] = driver.connect().send(announce('b', { left: 0 }));
    expect(message).toEqual({
      action: 'announce',
      info_hash: HASH,
      interval: expect.any(Number),
      complete: 1,
      incomplete: 1,
    });
  });

  test('[TRK-11] intervals are whole seconds, spread over ten percent to both sides', () => {
    const client = new CoreDriver({ random: createRandom(5) }).connect();
    const intervals = Array.from({ length: 500 }, () => Number(client.send(announce('a'))[0]?.['interval']));
    expect(intervals.every((seconds) => Number.isInteger(seconds))).toBe(true);
    expect(Math.min(...intervals)).toBe(108);
    expect(Math.max(...intervals)).toBe(132);
  });

  test('[TRK-11] the response comes before the relay that the announce causes', () => {
    const driver = new CoreDriver();
    const client = driver.connect();
    client.send(announce('a'));
    const messages = client.send(announce('b', { offers: offers(1) }));
    expect(messages.map((message) => Object.keys(message).includes('offer'))).toEqual([false, true]);
  });

  test('[TRK-12] each offer goes to another peer, with the name of who made it', () => {
    const driver = new CoreDriver();
    const others = ['a', 'b', 'c'].map((name) => {
      const client = driver.connect();
      client.send(announce(name));
      return client;
    });
    const offerer = driver.connect();
    expect(offerer.send(announce('z', { offers: offers(2) }))).toHaveLength(1);
    const relayed = others.flatMap((client) => client.received());
    expect(relayed).toHaveLength(2);
    expect(new Set(relayed.map((message) => message['offer_id']))).toEqual(new Set([id('offer0'), id('offer1')]));
    expect(relayed[0]).toEqual({
      action: 'announce',
      info_hash: HASH,
      peer_id: id('z'),
      offer_id: expect.any(String),
      offer: { type: 'offer', sdp: SDP },
    });
  });

  test('[TRK-12] ids with any bytes come through as they were', () => {
    const driver = new CoreDriver();
    const strange = String.fromCharCode(0, 34, 92, 127, 128, 233, 255).padEnd(20, '\u0001');
    const first = driver.connect();
    first.send(announce('a', { info_hash: strange }));
    driver
      .connect()
      .send(announce('b', { info_hash: strange, peer_id: strange, offers: [{ ...offer('o'), offer_id: strange }] }));
    expect(first.received()).toMatchObject([{ info_hash: strange, peer_id: strange, offer_id: strange }]);
  });

  test('[TRK-12] two peers on one connection meet: two players of a page share a socket', () => {
    const client = new CoreDriver().connect();
    client.send(announce('a'));
    expect(client.send(announce('b', { offers: offers(5) }))).toHaveLength(2);
    expect(client.send(answer('a', 'b', 'offer0'))).toMatchObject([{ peer_id: id('a'), offer_id: id('offer0') }]);
  });

  test('[TRK-12] offers without anybody to take them, or of a peer alone, go nowhere', () => {
    const client = new CoreDriver().connect();
    expect(client.send(announce('a', { offers: offers(10) }))).toHaveLength(1);
    expect(client.send(announce('a', { offers: offers(10) }))).toHaveLength(1);
  });

  test('[TRK-12] swarms do not hear of each other', () => {
    const driver = new CoreDriver();
    const other = driver.connect();
    other.send(announce('a', { info_hash: id('other') }));
    driver.connect().send(announce('b', { offers: offers(3) }));
    expect(other.received()).toEqual([]);
  });

  test('[TRK-13] complete is who says so, until it says otherwise', () => {
    const client = new CoreDriver().connect();
    expect(client.send(announce('a'))).toEqual([response(0, 1)]);
    expect(client.send(announce('a', { event: 'completed' }))).toEqual([response(1, 0)]);
    expect(client.send(announce('a'))).toEqual([response(1, 0)]);
    expect(client.send(announce('a', { left: 5 }))).toEqual([response(0, 1)]);
    expect(client.send(announce('a', { left: 0 }))).toEqual([response(1, 0)]);
    expect(client.send({ action: 'scrape', info_hash: HASH })).toMatchObject([
      { files: { [HASH]: { downloaded: 2 } } },
    ]);
  });

  test('[TRK-13] a peer that comes complete downloaded nothing', () => {
    const client = new CoreDriver().connect();
    client.send(announce('a', { left: 0 }));
    expect(client.send({ action: 'scrape', info_hash: HASH })).toMatchObject([
      { files: { [HASH]: { complete: 1, incomplete: 0, downloaded: 0 } } },
    ]);
  });

  test('[TRK-14] stopped takes the peer out and is answered; its offers go nowhere', () => {
    const driver = new CoreDriver();
    const other = driver.connect();
    other.send(announce('a'));
    const client = driver.connect();
    client.send(announce('b'));
    expect(client.send(announce('b', { event: 'stopped', offers: offers(1) }))).toEqual([response(0, 1)]);
    expect(other.received()).toEqual([]);
    expect(driver.core.totals().peers).toBe(1);
  });

  test('[TRK-14] stopped of a peer that is not there is answered, and creates nothing', () => {
    const driver = new CoreDriver();
    expect(driver.connect().send(announce('a', { event: 'stopped' }))).toEqual([response(0, 0)]);
    expect(driver.core.totals()).toMatchObject({ swarms: 0, peers: 0 });
  });

  test.each(['started', undefined, 'completed', 'stopped'])(
    '[TRK-15] event %j with the peer id of another connection is refused and changes nothing',
    (event) => {
      const driver = new CoreDriver();
      const owner = driver.connect();
      owner.send(announce('a'));
      const stranger = driver.connect();
      expect(stranger.send(announce('a', { event, left: 0, offers: offers(3) }))).toEqual([failure(/in use/)]);
      expect(driver.core.counters.rejects['peer-id-taken']).toBe(1);
      expect(driver.probed).toEqual([owner.connection]);
      stranger.close();
      expect(owner.send(announce('a'))).toEqual([response(0, 1)]);
      driver.connect().send(announce('b', { offers: offers(1) }));
      expect(owner.received()).toHaveLength(1);
    },
  );

  test('[TRK-15] the same peer id in another swarm is another peer', () => {
    const driver = new CoreDriver();
    driver.connect().send(announce('a'));
    expect(driver.connect().send(announce('a', { info_hash: id('other') }))).toEqual([response(0, 1)]);
  });

  test('[TRK-15] a viewer that comes back after its old connection ended gets in', () => {
    const driver = new CoreDriver();
    const old = driver.connect();
    old.send(announce('a'));
    old.close();
    const fresh = driver.connect();
    expect(fresh.send(announce('a'))).toEqual([response(0, 1)]);
    // The late second report of the old one's end must not take the new one along.
    old.close();
    expect(driver.core.totals()).toEqual({ swarms: 1, peers: 1, connections: 1 });
  });

  test('[TRK-16] a connection is in 64 swarms at most, and stays in them', () => {
    const driver = new CoreDriver();
    const client = driver.connect();
    for (let index = 0; index < 64; index += 1) client.send(announce('a', { info_hash: id(`h${index}`) }));
    expect(client.send(announce('a'))).toEqual([failure(/more than 64/)]);
    expect(client.send(announce('b', { info_hash: id('h0') }))).toEqual([failure(/more than 64/)]);
    expect(client.send(announce('a', { info_hash: id('h0') }))).toEqual([response(0, 1)]);
    client.send(announce('a', { info_hash: id('h0'), event: 'stopped' }));
    expect(client.send(announce('a'))).toEqual([response(0, 1)]);
    expect(driver.core.totals()).toMatchObject({ swarms: 64, peers: 64 });
  });

  test('[TRK-17] all peers of a connection leave with it, of whatever id and swarm', () => {
    const driver = new CoreDriver();
    const client = driver.connect();
    for (const peer of ['a', 'b']) for (const hash of ['h', 'i']) client.send(announce(peer, { info_hash: id(hash) }));
    driver.connect().send(announce('c', { info_hash: id('h') }));
    client.close();
    expect(driver.core.totals()).toEqual({ swarms: 1, peers: 1, connections: 1 });
  });

  test('[TRK-17] nothing is taken from a connection that ended', () => {
    const driver = new CoreDriver();
    const client = driver.connect();
    client.close();
    expect(client.send(announce('a'))).toEqual([]);
    expect(driver.core.totals()).toEqual({ swarms: 0, peers: 0, connections: 0 });
  });

  test('[TRK-18] who is silent for two and a half intervals is dropped; its next announce is a join', () => {
    const driver = new CoreDriver();
    const silent = driver.connect();
    silent.send(announce('a'));
    const lively = driver.connect();
    for (let round = 0; round < 3; round += 1) {
      lively.send(announce('b'));
      driver.pass(100);
    }
    expect(driver.core.totals().peers).toBe(2);
    driver.pass(1);
    expect(driver.core.totals().peers).toBe(1);
    expect(driver.core.counters.silentPeersDropped).toBe(1);
    expect(silent.send(announce('a'))).toEqual([response(0, 2)]);
  });

  test('[TRK-18] however short the interval, nobody is dropped within three minutes', () => {
    const driver = new CoreDriver({ intervalSeconds: 1 });
    driver.connect().send(announce('a'));
    driver.pass(180);
    expect(driver.core.totals().peers).toBe(1);
    driver.pass(1);
    expect(driver.core.totals()).toMatchObject({ swarms: 0, peers: 0 });
  });
});
