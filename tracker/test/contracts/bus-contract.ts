// What every bus does, whatever it is made of.

import type { Bus, BusDriver } from '../../src/adapters/bus/bus';
import { MAX_PENDING_BYTES } from '../../src/adapters/bus/reconnecting-bus';
import { createBusServer, type BusKind, type BusServer } from '../support/bus-servers';
import { until } from '../support/until';

interface Received {
  readonly from: string;
  readonly text: string;
}

/** A node that remembers what it got. */
class Node {
  readonly bus: Bus;
  readonly received: Received[] = [];
  readonly bytes: Buffer[] = [];
  readonly states: boolean[] = [];
  readonly problems: (string | undefined)[] = [];

  constructor(driver: BusDriver, nodeId: string) {
    this.bus = driver(nodeId, {
      message: (from, bytes) => {
        this.received.push({ from, text: bytes.toString() });
        this.bytes.push(Buffer.from(bytes));
      },
      state: (isUp, problem) => {
        this.states.push(isUp);
        this.problems.push(problem);
      },
    });
  }

  get texts(): string[] {
    return this.received.map(({ text }) => text);
  }
}

const FILLER = Buffer.alloc(64 * 1024, 7);

export function describeBusContract(kind: BusKind): void {
  describe(`Bus: ${kind}`, () => {
    let server: BusServer;
    let nodes: Node[];

    beforeEach(async () => {
      nodes = [];
      server = await createBusServer(kind);
      await server.start();
    });

    afterEach(async () => {
      await Promise.all(nodes.map(({ bus }) => bus.close()));
      await server.end();
    });

    function open(nodeId: string): Node {
      const node = new Node(server.driver, nodeId);
      nodes.push(node);
      return node;
    }

    async function openUp(...nodeIds: string[]): Promise<Node[]> {
      const opened = nodeIds.map(open);
      await until('all nodes are up', () => opened.every(({ bus }) => bus.isUp));
      return opened;
    }

    /** Everything that was sent to these nodes before has come once this has. */
    async function settle(sender: Node, ...receivers: Node[]): Promise<void> {
      const mark = `mark ${Math.random()}`;
      sender.bus.broadcast(Buffer.from(mark));
      await until('the mark has come', () => receivers.every(({ texts }) => texts.includes(mark)));
      for (const { received, bytes } of receivers) {
        received.splice(
          received.findIndex(({ text }) => text === mark),
          1,
        );
        bytes.pop();
      }
    }

    test('[TRK-120] a message reaches the node it is for, and no other', async () => {
      const [ann, bob, cid] = (await openUp('ann', 'bob', 'cid')) as [Node, Node, Node];
      ann.bus.send('bob', Buffer.from('hello'));
      await settle(ann, bob, cid);
      expect([ann.received, bob.received, cid.received]).toEqual([[], [{ from: 'ann', text: 'hello' }], []]);
      expect(ann.bus.counters).toMatchObject({ messagesOut: 2, messagesIn: 0, messagesDropped: 0 });
      expect(bob.bus.counters).toMatchObject({ messagesOut: 0, messagesIn: 2, messagesDropped: 0 });
    });

    test('[TRK-120] a message to everyone reaches everyone but its sender', async () => {
      const [ann, bob, cid] = (await openUp('ann', 'bob', 'cid')) as [Node, Node, Node];
      ann.bus.broadcast(Buffer.from('hello'));
      await settle(bob, ann, cid);
      await settle(cid, bob);
      expect(ann.texts).toEqual([expect.stringContaining('mark')]);
      expect([bob.texts, cid.texts]).toEqual([['hello'], ['hello']]);
    });

    test('[TRK-120] what one node sends, to one or to all, arrives in that order', async () => {
      const [ann, bob, cid] = (await openUp('ann', 'bob', 'cid')) as [Node, Node, Node];
      const sent = Array.from({ length: 500 }, (_, index) => `${index}`);
      for (const text of sent) {
        if (Number(text) % 7 === 0) ann.bus.broadcast(Buffer.from(text));
        else ann.bus.send('bob', Buffer.from(text));
        cid.bus.send('bob', Buffer.from(text));
        if (Number(text) % 100 === 0) await until('a turn later', () => true);
      }
      await settle(ann, bob);
      await settle(cid, bob);
      const from = (sender: string) => bob.received.filter(({ from: name }) => name === sender);
      expect(from('ann').map(({ text }) => text)).toEqual(sent);
      expect(from('cid').map(({ text }) => text)).toEqual(sent);
    });

    test('[TRK-120] bytes arrive as they were, whatever they are, up to 64 KiB', async () => {
      const [ann, bob] = (await openUp('ann', 'bob')) as [Node, Node];
      const sent = [0, 1, 255, 256, 1000, 65_535, 65_536].map((length) =>
        Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 167 + length) % 256)),
      );
      for (const message of sent) ann.bus.send('bob', Buffer.from(message));
      await settle(ann, bob);
      expect(bob.bytes.length).toBe(sent.length);
      bob.bytes.forEach((bytes, index) => expect(bytes.equals(sent[index]!)).toBe(true));
      expect(ann.bus.counters.messagesDropped).toBe(0);
      ann.bus.send('bob', Buffer.alloc(65_537));
      expect(ann.bus.counters.messagesDropped).toBe(1);
    });

    test('[TRK-120] a node that has gone gets nothing, and one that comes again under its name gets what is new', async () => {
      const [ann, bob, cid] = (await openUp('ann', 'bob', 'cid')) as [Node, Node, Node];
      await bob.bus.close();
      ann.bus.send('bob', Buffer.from('too late'));
      ann.bus.send('nobody', Buffer.from('never there'));
      await settle(ann, cid);
      const [again] = (await openUp('bob')) as [Node];
      ann.bus.send('bob', Buffer.from('welcome'));
      await settle(ann, again);
      expect(bob.texts).toEqual([]);
      expect(again.texts).toEqual(['welcome']);
    });

    test('[TRK-121] without its server it is down and says why, comes up with it, and again after a restart', async () => {
      await server.kill();
      const [ann, bob] = [open('ann'), open('bob')] as [Node, Node];
      await until('both know that it is down', () => [ann, bob].every(({ states }) => states.length > 0));
      expect(ann.bus.isUp).toBe(false);
      expect(ann.problems[0]).toEqual(expect.stringMatching(/.+/));
      await server.start();
      await until('up', () => ann.bus.isUp && bob.bus.isUp);
      await server.kill();
      await until('down', () => !ann.bus.isUp && !bob.bus.isUp);
      await server.start();
      await until('up again', () => ann.bus.isUp && bob.bus.isUp);
      ann.bus.send('bob', Buffer.from('hello'));
      await settle(ann, bob);
      expect(bob.texts).toEqual(['hello']);
      expect(ann.states.filter((isUp, index) => isUp !== ann.states[index - 1])).toEqual([false, true, false, true]);
      // An attempt in vain is told when its reason is another one than before.
      ann.problems.forEach((problem, index) => expect(problem ?? 'none').not.toBe(ann.problems[index - 1]));
    });

    test('[TRK-122] what is sent while it is down is dropped and counted, at once', async () => {
      const [ann, bob] = (await openUp('ann', 'bob')) as [Node, Node];
      await server.kill();
      await until('down', () => !ann.bus.isUp);
      const before = ann.bus.counters.messagesDropped;
      for (let count = 0; count < 10; count += 1) ann.bus.send('bob', Buffer.from('lost'));
      ann.bus.broadcast(Buffer.from('lost'));
      expect(ann.bus.counters.messagesDropped).toBe(before + 11);
      await server.start();
      await until('up again', () => ann.bus.isUp && bob.bus.isUp);
      await settle(ann, bob);
      expect(bob.texts).toEqual([]);
    });

    test('[TRK-122] more than may wait is dropped and counted, and the rest arrives whole', async () => {
      const [ann, bob] = (await openUp('ann', 'bob')) as [Node, Node];
      const count = MAX_PENDING_BYTES / FILLER.length + 20;
      for (let index = 0; index < count; index += 1) ann.bus.send('bob', FILLER);
      const { messagesDropped } = ann.bus.counters;
      expect(messagesDropped).toBeGreaterThanOrEqual(20);
      expect(messagesDropped).toBeLessThan(40);
      await until('the rest has come', () => bob.bytes.length === count - messagesDropped);
      expect(bob.bytes.every((bytes) => bytes.equals(FILLER))).toBe(true);
      ann.bus.send('bob', Buffer.from('goes on'));
      await until('the next comes', () => bob.texts.at(-1) === 'goes on');
    });

    test('[TRK-123] close() sends what is waiting, takes nothing more, and may be called twice', async () => {
      const [ann, bob] = (await openUp('ann', 'bob')) as [Node, Node];
      ann.bus.send('bob', Buffer.from('last words'));
      await ann.bus.close();
      await ann.bus.close();
      ann.bus.send('bob', Buffer.from('from beyond'));
      expect(ann.bus.isUp).toBe(false);
      expect(ann.bus.counters.messagesDropped).toBe(1);
      await until('the last words have come', () => bob.received.length > 0);
      await settle(bob);
      expect(bob.texts).toEqual(['last words']);
    });

    test('[TRK-123] close() ends one that has never been up', async () => {
      await server.kill();
      const ann = open('ann');
      await until('it knows that it is down', () => ann.states.length > 0);
      await ann.bus.close();
      expect(ann.bus.isUp).toBe(false);
    });

    test('[TRK-124] two nodes of one name are told of it', async () => {
      const [ann, double] = (await openUp('ann', 'ann')) as [Node, Node];
      // A hub keeps the newer one; a message to everyone makes either notice.
      for (const { bus } of [ann, double]) bus.broadcast(Buffer.from('who is there?'));
      await until('one of them says so', () =>
        [ann, double].some(({ problems }) => problems.includes('another node is called ann too')),
      );
      expect([...ann.texts, ...double.texts]).toEqual([]);
    });
  });
}
