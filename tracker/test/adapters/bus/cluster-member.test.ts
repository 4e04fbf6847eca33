import type { Bus, BusEvents } from '../../../src/adapters/bus/bus';
import { createTracker, MemoryBus, type Tracker, type TrackerOptions } from '../../../src/index';
import { announce } from '../../support/messages';
import { TestSocket } from '../../support/test-socket';
import { until } from '../../support/until';

describe('a tracker with a bus', () => {
  const trackers: Tracker[] = [];
  const sockets: TestSocket[] = [];

  afterEach(async () => {
    for (const { socket } of sockets.splice(0)) socket.terminate();
    await Promise.all(trackers.splice(0).map((tracker) => tracker.close()));
  });

  async function start(options: TrackerOptions): Promise<{ tracker: Tracker; url: string }> {
    const tracker = createTracker({ pingIntervalMs: 50, rates: { announceBurst: 1_000_000 }, ...options });
    trackers.push(tracker);
    const { url } = await tracker.listen({ host: '127.0.0.1', port: 0 });
    return { tracker, url };
  }

  async function open(url: string): Promise<TestSocket> {
    const socket = await TestSocket.open(url);
    sockets.push(socket);
    return socket;
  }

  test('[TRK-101] [TRK-133] counts what the other has, tells of the bus in its statistics, and says goodbye at the end', async () => {
    const bus = new MemoryBus();
    const [left, right] = [await start({ bus: bus.driver }), await start({ bus: bus.driver, nodeId: 'right' })];
    await until('they know each other', () => trackers.every((tracker) => tracker.stats().cluster?.nodes === 1));
    expect(left.tracker.stats().bus).toMatchObject({ isUp: true, messagesDropped: 0 });
    const [ann, bob] = [await open(left.url), await open(right.url)];
    await bob.ask(announce('bob'));
    await until('ann counts both', async () => (await ann.ask(announce('ann')))['incomplete'] === 2);
    await right.tracker.close();
    expect(left.tracker.stats().cluster?.nodes).toBe(0);
    expect(await ann.ask(announce('ann'))).toMatchObject({ incomplete: 1 });
    const { bus: told } = left.tracker.stats();
    expect(Object.values(told ?? {}).every((value) => typeof value !== 'string')).toBe(true);
  });

  test('[TRK-106] a client is served whatever the bus does', async () => {
    const states: [boolean, string | undefined][] = [];
    const bus = new MemoryBus();
    bus.stop();
    const onBusState = (isUp: boolean, problem: string | undefined) => states.push([isUp, problem]);
    const { tracker, url } = await start({ bus: bus.driver, onBusState });
    const ann = await open(url);
    expect(await ann.ask(announce('ann'))).toMatchObject({ incomplete: 1 });
    expect(tracker.stats().bus).toMatchObject({ isUp: false, messagesOut: 0 });
    bus.start();
    await until('up', () => tracker.stats().bus?.isUp === true);
    expect(states).toEqual([
      [false, 'the bus is stopped'],
      [true, undefined],
    ]);
  });

  test('[TRK-123] the bus is opened when the tracker is, and closed with it', async () => {
    const opened: string[] = [];
    let events: BusEvents | undefined;
    const closed: string[] = [];
    const counters = { messagesOut: 0, messagesIn: 0, bytesOut: 0, bytesIn: 0, messagesDropped: 0 };
    const driver = (nodeId: string, given: BusEvents): Bus => {
      opened.push(nodeId);
      events = given;
      const ignore = (): void => undefined;
      const close = async (): Promise<void> => void closed.push(nodeId);
      return { isUp: true, counters, send: ignore, broadcast: ignore, close };
    };
    const tracker = createTracker({ bus: driver, nodeId: 'mine' });
    expect([opened, tracker.stats().bus]).toEqual([[], undefined]);
    await tracker.listen({ host: '127.0.0.1', port: 0 });
    await tracker.listen({ host: '127.0.0.1', port: 0 });
    expect(opened).toEqual(['mine']);
    events?.message('other', Buffer.from('no message'));
    expect(tracker.stats().cluster?.invalidMessages).toBe(1);
    await tracker.close();
    expect(closed).toEqual(['mine']);
  });

  test('[TRK-128] each tracker has a name of its own on the bus, if none is given', () => {
    const names = new Set<string>();
    for (let count = 0; count < 50; count += 1) {
      const driver = (nodeId: string): Bus => {
        names.add(nodeId);
        throw new Error('enough');
      };
      const tracker = createTracker({ bus: driver });
      trackers.push(tracker);
      expect(() => tracker.attach({ on: () => undefined } as never)).toThrow('enough');
    }
    expect(names.size).toBe(50);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{12}$/);
  });

  test.each(['', 'a.b', 'a b', '*', 'x'.repeat(65)])('[TRK-128] nodeId %j is refused', (nodeId) => {
    const options = { bus: new MemoryBus().driver, nodeId };
    expect(() => createTracker(options)).toThrow(/^nodeId must be 1 to 64 letters, digits, - and _, not "/);
  });

  test('[TRK-125] a URL that is none is refused when the tracker is made', () => {
    expect(() => createTracker({ bus: { url: 'http://localhost' } })).toThrow(/^bus must be nats:/);
  });

  test('[TRK-101] without a bus there is none in the statistics', async () => {
    const { tracker } = await start({});
    expect(Object.keys(tracker.stats())).not.toEqual(expect.arrayContaining(['bus']));
    expect(Object.keys(tracker.stats())).not.toEqual(expect.arrayContaining(['cluster']));
  });
});
