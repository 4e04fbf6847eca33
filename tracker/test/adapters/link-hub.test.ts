import { LinkHub } from '../../src/adapters/link-hub';
import { TrackerCore } from '../../src/core/tracker-core';
import { FakeLink } from '../support/fake-link';
import { announce, offers } from '../support/messages';

const KIB = 1024;
const PING_INTERVAL_MS = 45_000;

class HubDriver {
  now = 0;
  readonly core = new TrackerCore({ random: () => 0.5 });
  readonly errors: unknown[] = [];
  readonly hub = new LinkHub(this.core, {
    now: () => this.now,
    pingIntervalMs: PING_INTERVAL_MS,
    onError: (error) => this.errors.push(error),
  });

  open() {
    const link = new FakeLink();
    const events = this.hub.open(link);
    const send = (message: unknown) => {
      events.message(Buffer.from(JSON.stringify(message)));
    };
    return { link, events, send };
  }

  pass(seconds: number, everySecond: () => void = () => undefined): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1000;
      everySecond();
      this.hub.tick();
    }
  }
}

describe('LinkHub', () => {
  test('[TRK-42] a link is pinged every 45 s and stays as long as it answers', () => {
    const driver = new HubDriver();
    const { link, events } = driver.open();
    driver.pass(450, () => events.heard());
    expect(link.pingCount).toBe(10);
    expect(link.isTerminated).toBe(false);
  });

  test('[TRK-42] any message is a sign of life', () => {
    const driver = new HubDriver();
    const { link, send } = driver.open();
    driver.pass(450, () => send(announce('a')));
    expect(link.isTerminated).toBe(false);
  });

  test('[TRK-42] a link that is silent from one ping to the next is ended, and its peers leave', () => {
    const driver = new HubDriver();
    const { link, send } = driver.open();
    send(announce('a'));
    driver.pass(89);
    expect(link.isTerminated).toBe(false);
    driver.pass(1);
    expect(link.isTerminated).toBe(true);
    expect(driver.core.totals()).toEqual({ swarms: 0, peers: 0, connections: 0 });
    expect(driver.hub.counters.cutConnections['no-pong']).toBe(1);
  });

  test('[TRK-43] who lost its network gets back in once the old socket did not answer a probe for 15 s', () => {
    const driver = new HubDriver();
    const old = driver.open();
    old.send(announce('a'));
    const fresh = driver.open();
    fresh.send(announce('a'));
    expect(fresh.link.sent.at(-1)).toContain('failure reason');
    expect(old.link.pingCount).toBe(1);
    driver.pass(14);
    expect(old.link.isTerminated).toBe(false);
    driver.pass(1);
    expect(old.link.isTerminated).toBe(true);
    fresh.send(announce('a'));
    expect(fresh.link.sent.at(-1)).toContain('interval');
  });

  test('[TRK-43] a stranger who asks for a viewer that answers changes nothing, however often', () => {
    const driver = new HubDriver();
    const owner = driver.open();
    owner.send(announce('a'));
    const stranger = driver.open();
    for (let round = 0; round < 5; round += 1) {
      for (let again = 0; again < 10; again += 1) stranger.send(announce('a'));
      expect(owner.link.pingCount).toBe(round + 1);
      driver.pass(3);
      owner.events.heard();
    }
    driver.pass(14, () => stranger.events.heard());
    expect(owner.link.isTerminated).toBe(false);
  });

  test('[TRK-44] offers to a slow link are dropped, responses are not', () => {
    const driver = new HubDriver();
    const slow = driver.open();
    slow.send(announce('slow'));
    slow.link.queuedBytes = 64 * KIB + 1;
    driver.open().send(announce('a', { offers: offers(1) }));
    expect(slow.link.sent).toHaveLength(1);
    expect(driver.hub.counters.offersDropped).toBe(1);
    slow.send(announce('slow'));
    expect(slow.link.sent).toHaveLength(2);
    expect(slow.link.isTerminated).toBe(false);
  });

  test('[TRK-44] a link with too much waiting is cut off: after a message to it, and when it pings', () => {
    for (const act of ['message', 'ping'] as const) {
      const driver = new HubDriver();
      const { link, events, send } = driver.open();
      send(announce('a'));
      link.queuedBytes = 256 * KIB + 1;
      if (act === 'message') send(announce('a'));
      else events.heard();
      expect(link.isTerminated).toBe(true);
      expect(driver.core.totals().connections).toBe(0);
    }
  });

  test('[TRK-40] a link that broke the rules is out at once, and counted once', () => {
    const driver = new HubDriver();
    const { events, send } = driver.open();
    send(announce('a'));
    events.broken('oversize');
    events.closed();
    send(announce('a'));
    expect(driver.core.totals()).toEqual({ swarms: 0, peers: 0, connections: 0 });
    expect(driver.hub.counters.cutConnections.oversize).toBe(1);
  });

  test('[TRK-46] an error inside costs one message', () => {
    const driver = new HubDriver();
    const { link, send } = driver.open();
    const broken = jest.spyOn(driver.core, 'handleMessage').mockImplementationOnce(() => {
      throw new Error('a bug');
    });
    send(announce('a'));
    send(announce('a'));
    expect(broken).toHaveBeenCalledTimes(2);
    expect(link.sent).toHaveLength(1);
    expect(driver.errors).toEqual([new Error('a bug')]);
    expect(driver.hub.counters.internalErrors).toBe(1);
  });

  test('[TRK-53] closing says goodbye to all and hears nobody any more', () => {
    const driver = new HubDriver();
    const clients = [driver.open(), driver.open()];
    driver.hub.closeAll(1001, 'closing');
    for (const { link, send } of clients) {
      send(announce('a'));
      expect(link.closedWith).toBe(1001);
      expect(link.sent).toEqual([]);
    }
    expect(driver.core.totals()).toEqual({ swarms: 0, peers: 0, connections: 0 });
  });
});
