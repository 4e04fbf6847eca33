// What the core does with what is let in, and with what is not.

import type { Admission, AdmissionRequest, Verdict } from '../../src/core/admission';
import { DEFAULT_LIMITS } from '../../src/core/limits';
import { LoadGovernor } from '../../src/core/load/load-governor';
import { DEFAULT_RATES } from '../../src/core/rates/rate-limits';
import { CoreDriver } from '../support/core-driver';
import { announce, answer, HASH, id, offer, offers } from '../support/messages';

/** Says what the test says, and remembers what it was asked. */
class Judge implements Admission {
  verdict: Verdict = 'granted';
  readonly asked: AdmissionRequest[] = [];

  check(request: AdmissionRequest): Verdict {
    this.asked.push(request);
    return this.verdict;
  }
}

const REFUSED = { reason: 'token-expired', failure: 'token expired' } as const;

describe('admission', () => {
  test('[TRK-184] it is asked with what the announce and the connection tell', () => {
    const judge = new Judge();
    const driver = new CoreDriver({ admission: judge });
    const about = { origin: 'https://a.example', address: '10.0.0.1', token: 'of the URL' };
    const client = driver.connect(about);
    client.send(announce('a', { token: 'of the announce' }));
    client.send(announce('a', { token: 7 }));
    client.send(announce('a', { token: 'x'.repeat(513) }));
    expect(judge.asked.map(({ token }) => token)).toEqual(['of the announce', undefined, '']);
    expect(judge.asked[0]).toMatchObject({ client: about, infoHash: HASH, peerId: id('a') });
    // The same object, so that what is remembered can hang on it; another for another connection.
    driver.connect(about).send(announce('b'));
    expect(judge.asked[1]?.client).toBe(judge.asked[0]?.client);
    expect(judge.asked[3]?.client).not.toBe(judge.asked[0]?.client);
  });

  test('[TRK-185] refused, a newcomer stays out, and its offers with it', () => {
    const judge = new Judge();
    const driver = new CoreDriver({ admission: judge });
    const [member, newcomer] = [driver.connect(), driver.connect()];
    member.send(announce('member'));
    judge.verdict = REFUSED;
    expect(newcomer.send(announce('new', { offers: offers(3) }))).toEqual([
      { action: 'announce', info_hash: HASH, 'failure reason': 'token expired' },
    ]);
    expect(member.received()).toEqual([]);
    expect(driver.core.totals()).toMatchObject({ peers: 1, connections: 2 });
    expect(driver.core.counters.rejects['token-expired']).toBe(1);
  });

  test('[TRK-185] a member whose token ran out stays until its next announce, which is refused, and then is gone', () => {
    const judge = new Judge();
    const driver = new CoreDriver({ admission: judge });
    const [member, other] = [driver.connect(), driver.connect()];
    member.send(announce('member'));
    other.send(announce('other', { offers: [offer('one')] }));
    judge.verdict = REFUSED;
    // Answering is no announce.
    expect(member.received()).toHaveLength(1);
    member.send(answer('member', 'other', 'one'));
    expect(other.received().at(-1)).toMatchObject({ offer_id: id('one') });
    expect(driver.core.totals().peers).toBe(2);
    expect(member.send(announce('member'))).toMatchObject([{ 'failure reason': 'token expired' }]);
    expect(driver.core.totals()).toMatchObject({ peers: 1, connections: 2 });
    judge.verdict = 'granted';
    expect(member.send(announce('member'))).toMatchObject([{ incomplete: 2 }]);
  });

  test('[TRK-185] nobody is put out by what a stranger announces in its name', () => {
    const judge = new Judge();
    const driver = new CoreDriver({ admission: judge });
    driver.connect().send(announce('member'));
    judge.verdict = REFUSED;
    driver.connect().send(announce('member'));
    expect(driver.core.totals().peers).toBe(1);
  });

  test('[TRK-185] who says goodbye needs no leave', () => {
    const judge = new Judge();
    const driver = new CoreDriver({ admission: judge });
    const member = driver.connect();
    member.send(announce('member'));
    judge.verdict = REFUSED;
    expect(member.send(announce('member', { event: 'stopped' }))).toMatchObject([{ incomplete: 0 }]);
    expect(driver.core.totals().peers).toBe(0);
  });
});

describe('announces that wait for a verdict', () => {
  function held() {
    const judge = new Judge();
    const driver = new CoreDriver({ admission: judge });
    const [member, newcomer] = [driver.connect(), driver.connect()];
    member.send(announce('member'));
    judge.verdict = 'held';
    expect(newcomer.send(announce('new', { offers: offers(1) }))).toEqual([]);
    expect(driver.holds).toMatchObject([{ connection: newcomer.connection, request: { peerId: id('new') } }]);
    return { judge, driver, member, newcomer };
  }

  test('[TRK-196] are done when it is there, as if they had just come', () => {
    const { judge, driver, member, newcomer } = held();
    judge.verdict = 'granted';
    driver.resume();
    expect(newcomer.received()).toMatchObject([{ incomplete: 2 }]);
    expect(member.received()).toMatchObject([{ peer_id: id('new') }]);
    expect(driver.core.counters.messagesIn.announce).toBe(2);
  });

  test('[TRK-196] or refused', () => {
    const { judge, driver, newcomer } = held();
    judge.verdict = REFUSED;
    driver.resume();
    expect(newcomer.received()).toMatchObject([{ 'failure reason': 'token expired' }]);
  });

  test('[TRK-196] nobody waits behind another one, and other messages of the same connection go on', () => {
    const { judge, driver, newcomer } = held();
    judge.verdict = 'granted';
    expect(newcomer.send(announce('second'))).toMatchObject([{ incomplete: 2 }]);
    expect(newcomer.send({ action: 'scrape', info_hash: HASH })).toMatchObject([{ action: 'scrape' }]);
    expect(driver.connect().send(announce('third'))).toMatchObject([{ incomplete: 3 }]);
  });

  test('[TRK-196] a second one of the same peer is dropped, a goodbye is the end of it', () => {
    const { judge, driver, newcomer } = held();
    expect(newcomer.send(announce('new'))).toEqual([]);
    expect([driver.holds.length, driver.core.counters.announcesDropped]).toEqual([1, 1]);
    newcomer.send(announce('new', { event: 'stopped' }));
    judge.verdict = 'granted';
    driver.resume();
    expect([newcomer.received(), driver.core.totals().peers]).toEqual([[], 1]);
  });

  test('[TRK-196] of a connection that has ended nothing is left', () => {
    const { judge, driver, newcomer } = held();
    newcomer.close();
    judge.verdict = 'granted';
    driver.resume();
    expect(driver.core.totals()).toMatchObject({ peers: 1, connections: 1 });
  });

  test('[TRK-196] a verdict that is none again ends it: nobody is asked without end', () => {
    const { driver, newcomer } = held();
    driver.resume();
    expect([driver.holds, newcomer.received()]).toEqual([[], []]);
    // And the peer can try again.
    newcomer.send(announce('new'));
    expect(driver.holds).toHaveLength(1);
  });
});

describe('rates', () => {
  test('[TRK-201] over the limit a message is dropped, and the first of them answered', () => {
    const driver = new CoreDriver({ rates: { ...DEFAULT_RATES, messageBurst: 2 } });
    const client = driver.connect();
    const scrape = { action: 'scrape', info_hash: HASH };
    expect([client.send(scrape), client.send(scrape)].flat()).toHaveLength(2);
    expect(client.send(scrape)).toEqual([
      { action: 'announce', 'failure reason': 'too many messages; some are dropped' },
    ]);
    expect(client.send(scrape)).toEqual([]);
    expect(driver.core.counters).toMatchObject({ messagesDropped: 1, rejects: { 'too-many-messages': 1 } });
    driver.pass(1);
    expect(client.send(scrape)).toHaveLength(1);
  });

  test('[TRK-202] who is sent offers can answer them, however many other messages it has sent', () => {
    const driver = new CoreDriver({ rates: { ...DEFAULT_RATES, messageBurst: 5, announceBurst: 5 } });
    const [viewer, other] = [driver.connect(), driver.connect()];
    viewer.send(announce('viewer'));
    for (let index = 0; index < 4; index += 1) viewer.sendText('{');
    for (let index = 0; index < 5; index += 1) other.send(announce('other', { offers: [offer(`offer${index}`)] }));
    viewer.received();
    for (let index = 0; index < 5; index += 1) viewer.send(answer('viewer', 'other', `offer${index}`));
    expect(other.received().filter((message) => 'answer' in message)).toHaveLength(5);
    expect(viewer.send(announce('viewer'))).toMatchObject([{ 'failure reason': expect.any(String) as string }]);
  });

  test('[TRK-203] a flood ends its connection, and nobody else is touched', () => {
    const driver = new CoreDriver({ rates: { ...DEFAULT_RATES, messageBurst: 5 } });
    const [flooder, other] = [driver.connect(), driver.connect()];
    for (let index = 0; index < 50; index += 1) flooder.sendText('{');
    expect(driver.cut).toEqual([]);
    flooder.sendText('{');
    expect(driver.cut).toEqual([flooder.connection]);
    expect(driver.core.counters.floods).toBe(1);
    expect(other.send(announce('other'))).toHaveLength(1);
  });

  test('[TRK-204] too many announces are refused with the reason, and the peer stays where it is', () => {
    const driver = new CoreDriver({ rates: DEFAULT_RATES });
    const client = driver.connect();
    for (let index = 0; index < 3; index += 1) expect(client.send(announce('a'))).toMatchObject([{ incomplete: 1 }]);
    const failure = 'too many announces; 3 at once and one every 5 s are taken';
    expect(client.send(announce('a'))).toEqual([{ action: 'announce', info_hash: HASH, 'failure reason': failure }]);
    expect(client.send(announce('a'))).toEqual([]);
    expect(driver.core.totals().peers).toBe(1);
    expect(driver.core.counters).toMatchObject({ announcesDropped: 1, rejects: { 'too-many-announces': 1 } });
    // Whoever goes may go.
    expect(client.send(announce('a', { event: 'stopped' }))).toMatchObject([{ incomplete: 0 }]);
  });
});

describe('caps', () => {
  const ABOUT = { origin: undefined, address: '10.0.0.1', token: undefined };

  test('[TRK-207] beyond so many connections one is not taken', () => {
    const driver = new CoreDriver({ limits: { maxConnections: 2 } });
    const first = driver.connect(ABOUT);
    expect(driver.core.refusesConnection(ABOUT, 0)).toBeUndefined();
    driver.connect(ABOUT);
    expect(driver.core.refusesConnection(ABOUT, 0)).toBe('tracker-full');
    first.close();
    expect(driver.core.refusesConnection(ABOUT, 0)).toBeUndefined();
    expect(driver.core.counters.connectionsRefused['tracker-full']).toBe(1);
  });

  test('[TRK-207] nor of one address', () => {
    const driver = new CoreDriver({ rates: { ...DEFAULT_RATES, maxConnectionsPerAddress: 1 } });
    const first = driver.connect(ABOUT);
    expect(driver.core.refusesConnection(ABOUT, 0)).toBe('address-full');
    first.close();
    first.close();
    expect(driver.core.refusesConnection(ABOUT, 0)).toBeUndefined();
  });

  test('[TRK-208] beyond so many swarms none is begun, but those that are there can be joined', () => {
    const driver = new CoreDriver({ limits: { ...DEFAULT_LIMITS, maxSwarms: 1 } });
    const client = driver.connect();
    client.send(announce('a'));
    expect(client.send(announce('a', { info_hash: id('another') }))).toEqual([
      {
        action: 'announce',
        info_hash: id('another'),
        'failure reason': 'the tracker has as many swarms as it takes',
        interval: 120,
      },
    ]);
    expect(client.send(announce('b'))).toMatchObject([{ incomplete: 2 }]);
    expect(driver.core.totals()).toMatchObject({ swarms: 1, peers: 2 });
  });
});

describe('overload', () => {
  function at(load: number) {
    const governor = new LoadGovernor(120);
    const driver = new CoreDriver({ governor });
    const member = driver.connect();
    member.send(announce('member'));
    governor.note(load, 0);
    return { governor, driver, member };
  }

  test('[TRK-212] first announces are answered and offers relayed no more', () => {
    const { driver, member } = at(0.9);
    expect(driver.connect().send(announce('new', { offers: offers(4) }))).toMatchObject([{ incomplete: 2 }]);
    expect(member.received()).toEqual([]);
    expect(driver.core.counters.offersNotRelayed).toBe(4);
  });

  test('[TRK-213] then nobody gets in any more, and is told when to ask again; those who are in stay', () => {
    const { driver, member } = at(0.96);
    expect(driver.connect().send(announce('new'))).toEqual([
      { action: 'announce', info_hash: HASH, 'failure reason': 'the tracker is overloaded', interval: 300 },
    ]);
    const [response] = member.send(announce('member'));
    expect(response).toMatchObject({ incomplete: 1 });
    expect(response?.['interval']).toBeGreaterThanOrEqual(270);
    expect(driver.core.counters.rejects.overloaded).toBe(1);
  });

  test('[TRK-210] a peer is waited for as long as the longest interval asks of it', () => {
    const { driver } = at(0.6);
    driver.pass(745);
    expect(driver.core.totals().peers).toBe(1);
    driver.pass(10);
    expect(driver.core.totals().peers).toBe(0);
  });
});
