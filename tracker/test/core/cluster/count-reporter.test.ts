import { decodeBusMessage, type BusMessage } from '../../../src/core/cluster/bus-message';
import { CountReporter, STATE_INTERVAL_MS } from '../../../src/core/cluster/count-reporter';
import { createRandom } from '../../support/core-driver';
import { id } from '../../support/messages';

const SECOND = 1000;

class Reporting {
  readonly swarms = new Map<string, number>();
  readonly reporter = new CountReporter(
    {
      counts: (infoHash) => ({ complete: 0, incomplete: this.swarms.get(infoHash) ?? 0, downloaded: 0 }),
      infoHashes: () => this.swarms.keys(),
    },
    7,
    createRandom(1),
  );
  now = 0;

  set(name: string, peers: number): void {
    if (peers === 0) this.swarms.delete(id(name));
    else this.swarms.set(id(name), peers);
    this.reporter.changed(id(name));
  }

  /** Ticks every second. @returns what was said, and when */
  pass(seconds: number): { at: number; message: BusMessage }[] {
    const said = [];
    for (let count = 0; count < seconds; count += 1) {
      this.now += SECOND;
      for (const bytes of this.reporter.tick(this.now)) {
        const message = decodeBusMessage(bytes);
        if (message) said.push({ at: this.now, message });
      }
    }
    return said;
  }
}

const states = (said: readonly { at: number; message: BusMessage }[]) =>
  said.flatMap(({ at, message }) => (message.type === 'state' ? [{ at, ...message }] : []));

const changes = (said: readonly { at: number; message: BusMessage }[]) =>
  said.flatMap(({ at, message }) => (message.type === 'counts' ? [{ at, ...message }] : []));

describe('CountReporter', () => {
  test('[TRK-102] tells changes every two seconds, and nothing as a heartbeat', () => {
    const node = new Reporting();
    node.reporter.setUp(true, 0);
    node.pass(3);
    node.set('a', 1);
    node.set('b', 2);
    node.set('a', 3);
    node.set('c', 1);
    node.set('c', 0);
    const said = changes(node.pass(4));
    expect(said.map(({ at }) => at)).toEqual([5000, 7000]);
    expect(said[0]?.entries.map(({ infoHash, counts }) => [infoHash, counts.incomplete])).toEqual([
      [id('a'), 3],
      [id('b'), 2],
      [id('c'), 0],
    ]);
    expect(said[1]).toMatchObject({ incarnation: 7, entries: [] });
  });

  test('[TRK-102] many changes are several messages', () => {
    const node = new Reporting();
    node.reporter.setUp(true, 0);
    node.pass(1);
    for (let index = 0; index < 2500; index += 1) node.set(`${index}`, 1);
    const said = changes(node.pass(2));
    expect(said.map(({ entries }) => entries.length)).toEqual([1000, 1000, 500]);
  });

  test('[TRK-103] tells everything at the start, and every half minute', () => {
    const node = new Reporting();
    for (let index = 0; index < 1500; index += 1) node.set(`${index}`, 1);
    node.reporter.setUp(true, 0);
    const said = states(node.pass(100));
    expect(said.slice(0, 2).map(({ at, piece, isLast, entries }) => [at, piece, isLast, entries.length])).toEqual([
      [SECOND, 0, false, 1000],
      [SECOND, 1, true, 500],
    ]);
    const starts = said.filter(({ piece }) => piece === 0);
    expect(new Set(starts.map(({ state }) => state)).size).toBe(starts.length);
    for (const [index, { at }] of starts.slice(1).entries()) {
      const since = at - (starts[index]?.at ?? 0);
      expect(Math.abs(since - STATE_INTERVAL_MS)).toBeLessThanOrEqual(0.1 * STATE_INTERVAL_MS + SECOND);
    }
    expect(starts.length).toBe(4);
  });

  test('[TRK-103] tells everything again for a node that is new, after up to a second left to chance', () => {
    const node = new Reporting();
    node.set('a', 1);
    node.reporter.setUp(true, 0);
    node.pass(10);
    node.reporter.requestState(node.now);
    node.reporter.requestState(node.now);
    expect(states(node.pass(10)).map(({ at }) => at)).toEqual([11_000]);
  });

  test('[TRK-103] a large state takes several ticks, says what is true when it says it, and is whole for who came meanwhile', () => {
    const node = new Reporting();
    for (let index = 0; index < 25_000; index += 1) node.set(`${index}`, 1);
    node.reporter.setUp(true, 0);
    const first = states(node.pass(1));
    expect(first.length).toBe(10);
    node.reporter.requestState(node.now);
    node.set('24999', 9);
    node.set('24998', 0);
    const rest = states(node.pass(2));
    expect(rest.map(({ entries }) => entries.length)).toEqual([...Array<number>(14).fill(1000), 999]);
    expect(rest.at(-1)?.entries.at(-1)).toMatchObject({ infoHash: id('24999'), counts: { incomplete: 9 } });
    const again = states(node.pass(4));
    expect([again[0]?.piece, again.at(-1)?.isLast, again.length]).toEqual([0, true, 25]);
  });

  test('[TRK-106] says nothing while the bus is down, and everything when it is back', () => {
    const node = new Reporting();
    node.set('a', 1);
    expect(node.pass(40)).toEqual([]);
    node.reporter.setUp(true, node.now);
    node.pass(5);
    node.reporter.setUp(false, node.now);
    node.set('b', 1);
    expect(node.pass(40)).toEqual([]);
    node.reporter.setUp(true, node.now);
    const said = node.pass(1);
    expect(changes(said).map(({ entries }) => entries)).toEqual([[]]);
    expect(states(said).map(({ entries }) => entries.length)).toEqual([2]);
  });

  test('[TRK-106] nodes do not all send their states in the same moment when the bus is back', () => {
    const firsts = new Set<number>();
    const random = createRandom(3);
    for (let node = 0; node < 20; node += 1) {
      const swarms = { counts: () => ({ complete: 0, incomplete: 0, downloaded: 0 }), infoHashes: () => [].values() };
      const reporter = new CountReporter(swarms, node, random);
      reporter.setUp(true, 0);
      for (let now = 0; now <= 1000; now += 100) {
        if (!reporter.tick(now).some((bytes) => decodeBusMessage(bytes)?.type === 'state')) continue;
        firsts.add(now);
        break;
      }
    }
    expect(firsts.size).toBeGreaterThan(5);
  });
});
