import type { PeerLink, PeerLinkListener, PeerLinks, SessionDescription } from '../../src/ports/peer-link';
import { expectSame, expectSameBytes, expectTrue, patternBytes, type ContractCase, type Waiting } from './contract';

/** What the cases need: two viewers that can reach each other. */
export interface PeerLinksWorld extends Waiting {
  readonly alice: PeerLinks;
  readonly bob: PeerLinks;
}

/** What an end does on top of writing down. */
interface Hooks {
  onOpen?(end: LinkEnd): void;
  onMessage?(end: LinkEnd, frame: Uint8Array): void;
  onFlushed?(end: LinkEnd): void;
}

/** One end of a link and what it heard. */
class LinkEnd {
  readonly descriptions: SessionDescription[] = [];
  readonly messages: Uint8Array[] = [];
  readonly closeReasons: string[] = [];
  flushedBytes = 0;
  /** Everything that was heard, by name. */
  readonly log: string[] = [];
  readonly link: PeerLink;

  constructor(start: (listener: PeerLinkListener) => PeerLink, hooks: Hooks = {}) {
    this.link = start({
      onDescription: (description) => {
        this.log.push('description');
        this.descriptions.push(description);
      },
      onOpen: () => {
        this.log.push('open');
        hooks.onOpen?.(this);
      },
      onMessage: (frame) => {
        this.log.push('message');
        this.messages.push(frame);
        hooks.onMessage?.(this, frame);
      },
      onFlushed: (byteCount) => {
        this.log.push('flushed');
        this.flushedBytes += byteCount;
        hooks.onFlushed?.(this);
      },
      onClose: (reason) => {
        this.log.push('close');
        this.closeReasons.push(reason);
      },
    });
    expectSame(this.log, [], 'what was heard synchronously');
  }

  get hasOpened(): boolean {
    return this.log.includes('open');
  }
}

interface Pair {
  readonly a: LinkEnd;
  readonly b: LinkEnd;
}

const FRAME_BYTES = 16_384;
const FRAME_COUNT = 64;

/** Clauses of {@link PeerLinks}. */
export const peerLinksContract: readonly ContractCase<PeerLinksWorld>[] = [
  {
    name: 'an offer and its answer open both ends, once each',
    async run(world) {
      const { a, b } = await connect(world);
      await world.settle();
      expectSame(world.alice.isSupported && world.bob.isSupported, true, 'isSupported');
      expectSame(
        [a.log, b.log],
        [
          ['description', 'open'],
          ['description', 'open'],
        ],
        'what was heard',
      );
      expectSame([a.descriptions[0]?.type, b.descriptions[0]?.type], ['offer', 'answer'], 'types');
      close(a, b);
    },
  },
  {
    name: 'messages arrive whole, in order and unchanged, both ways',
    async run(world) {
      const { a, b } = await connect(world);
      const frames = [1, 1000, FRAME_BYTES, 2, 65_536, 3].map((length, index) => patternBytes(length, index + 1));
      for (const frame of frames) {
        a.link.send(frame);
        b.link.send(frame);
      }
      await world.until(() => [a, b].every((end) => end.messages.length === frames.length), 'all messages');
      frames.forEach((frame, index) => {
        expectSameBytes(a.messages[index], frame, `message ${index} of b`);
        expectSameBytes(b.messages[index], frame, `message ${index} of a`);
      });
      close(a, b);
    },
  },
  {
    name: 'a message sent before the link is open arrives when it is',
    async run(world) {
      const { a, b } = await negotiate(world, {}, [patternBytes(10), patternBytes(20)]);
      await world.until(() => b.messages.length === 2, 'both messages');
      expectSame([b.messages[0]?.length, b.messages[1]?.length], [10, 20], 'lengths');
      expectSame(b.log.indexOf('open') < b.log.indexOf('message'), true, 'open before message');
      close(a, b);
    },
  },
  {
    name: 'nothing is called synchronously from send, and every byte is flushed exactly once',
    async run(world) {
      let sentBytes = 0;
      let isFlushedTooMuch = false;
      const { a, b } = await connect(world, {
        onFlushed: (end) => (isFlushedTooMuch ||= end.flushedBytes > sentBytes),
      });
      const callsBefore = a.log.length;
      for (let index = 0; index < FRAME_COUNT; index++) {
        sentBytes += FRAME_BYTES;
        a.link.send(patternBytes(FRAME_BYTES, index + 1));
      }
      expectSame(a.log.length, callsBefore, 'calls during send');
      const isAllThere = (): boolean => b.messages.length === FRAME_COUNT && a.flushedBytes >= sentBytes;
      await world.until(isAllThere, 'all messages and all credit');
      await world.settle();
      expectSame([a.flushedBytes, b.flushedBytes], [sentBytes, 0], 'flushed bytes');
      expectTrue(!isFlushedTooMuch, 'never more flushed than sent');
      close(a, b);
    },
  },
  {
    name: 'received frames may be kept and changed',
    async run(world) {
      const { a, b } = await connect(world);
      for (let index = 0; index < 20; index++) a.link.send(patternBytes(FRAME_BYTES, index + 1));
      await world.until(() => b.messages.length === 20, 'all messages');
      b.messages[0]?.fill(0);
      for (let index = 1; index < 20; index++) {
        expectSameBytes(b.messages[index], patternBytes(FRAME_BYTES, index + 1), `message ${index}`);
      }
      close(a, b);
    },
  },
  {
    name: 'a message may be answered from within onMessage',
    async run(world) {
      const { a, b } = await connect(world, {
        onMessage: (end, frame) => end.link.send(patternBytes(frame.length + 1)),
      });
      b.link.send(patternBytes(10));
      for (let length = 11; length < 20; length += 2) {
        await world.until(() => b.messages.at(-1)?.length === length, `the message of ${length} bytes`);
        b.link.send(patternBytes(length + 1));
      }
      close(a, b);
    },
  },
  {
    name: 'closing tells the other side once, with a reason, and the own side nothing',
    async run(world) {
      const { a, b } = await connect(world);
      a.link.close();
      a.link.close();
      await world.until(() => b.closeReasons.length > 0, 'the other side to hear');
      await world.settle();
      expectSame([a.closeReasons.length, b.closeReasons.length], [0, 1], 'onClose calls');
      expectTrue((b.closeReasons[0]?.length ?? 0) > 0, 'a reason');
      expectSame(b.log.at(-1), 'close', 'the last that was heard');
    },
  },
  {
    name: 'after closing nothing is heard and nothing is sent',
    async run(world) {
      const { a, b } = await connect(world);
      b.link.send(patternBytes(FRAME_BYTES));
      a.link.close();
      const heard = a.log.length;
      const messages = b.messages.length;
      a.link.send(patternBytes(10));
      a.link.accept({ type: 'answer', sdp: '' });
      await world.until(() => b.closeReasons.length > 0, 'the other side to hear');
      b.link.send(patternBytes(10));
      b.link.close();
      await world.settle();
      expectSame(a.log.length, heard, 'calls after close');
      expectSame(b.messages.length, messages, 'messages sent after close');
      expectSame(b.log.at(-1), 'close', 'the last that was heard');
    },
  },
  {
    name: 'a link may be closed from within onOpen and onMessage',
    async run(world) {
      const first = await negotiate(world, { onOpen: (end) => end.link.close() });
      await world.until(() => first.a.hasOpened, 'the first link to open');
      const second = await connect(world, { onMessage: (end) => end.link.close() });
      second.b.link.send(patternBytes(1));
      second.b.link.send(patternBytes(2));
      await world.until(() => second.b.closeReasons.length > 0, 'the second link to end');
      expectSame([first.a.log.at(-1), second.a.log.at(-1)], ['open', 'message'], 'the last that was heard');
      expectSame(second.a.messages.length, 1, 'messages');
      close(first.b, second.b);
    },
  },
  {
    name: 'an offer that cannot be used closes the link',
    async run(world) {
      const ends = ['', 'nonsense', 'v=0\r\n'].map(
        (sdp) => new LinkEnd((listener) => world.bob.answer({ type: 'offer', sdp }, listener)),
      );
      await world.until(() => ends.every((end) => end.closeReasons.length > 0), 'the links to close');
      await world.settle();
      for (const { log } of ends) expectSame(log, ['close'], 'what was heard');
    },
  },
  {
    name: 'an answer that cannot be used closes the link',
    async run(world) {
      const end = new LinkEnd((listener) => world.alice.offer(listener));
      await world.until(() => end.descriptions.length > 0, 'the offer');
      end.link.accept({ type: 'answer', sdp: 'nonsense' });
      expectSame(end.log, ['description'], 'what was heard synchronously');
      await world.until(() => end.closeReasons.length > 0, 'the link to close');
      await world.settle();
      expectSame(end.log, ['description', 'close'], 'what was heard');
    },
  },
  {
    name: 'a link that is closed at once is never heard of',
    async run(world) {
      const a = new LinkEnd((listener) => world.alice.offer(listener));
      a.link.close();
      const b = new LinkEnd((listener) => world.bob.answer({ type: 'offer', sdp: 'nonsense' }, listener));
      b.link.close();
      await world.settle();
      expectSame([a.log, b.log], [[], []], 'what was heard');
    },
  },
  {
    name: 'links of the same two viewers do not mix',
    async run(world) {
      const pairs = await Promise.all([connect(world), connect(world), connect(world)]);
      pairs.forEach(({ a }, index) => a.link.send(patternBytes(100 + index)));
      await world.until(() => pairs.every(({ b }) => b.messages.length === 1), 'a message on each');
      pairs[0]?.a.link.close();
      await world.until(() => pairs[0]?.b.closeReasons.length === 1, 'the first to close');
      await world.settle();
      expectSame(
        pairs.map(({ b }) => b.messages[0]?.length),
        [100, 101, 102],
        'lengths',
      );
      expectSame(
        pairs.map(({ b }) => b.closeReasons.length),
        [1, 0, 0],
        'closed',
      );
      for (const { a, b } of pairs) close(a, b);
    },
  },
];

async function connect({ alice, bob, until }: PeerLinksWorld, hooksOfA: Hooks = {}): Promise<Pair> {
  const pair = await negotiate({ alice, bob, until }, hooksOfA);
  await until(() => pair.a.hasOpened && pair.b.hasOpened, 'both ends to open');
  return pair;
}

/** The handshake, without waiting until it has led to anything. */
async function negotiate(
  { alice, bob, until }: Omit<PeerLinksWorld, 'settle'>,
  hooksOfA: Hooks = {},
  earlyFrames: readonly Uint8Array[] = [],
): Promise<Pair> {
  const a = new LinkEnd((listener) => alice.offer(listener), hooksOfA);
  for (const frame of earlyFrames) a.link.send(frame);
  await until(() => a.descriptions.length > 0, 'the offer');
  const b = new LinkEnd((listener) => bob.answer(a.descriptions[0]!, listener));
  await until(() => b.descriptions.length > 0, 'the answer');
  a.link.accept(b.descriptions[0]!);
  return { a, b };
}

function close(...ends: readonly LinkEnd[]): void {
  for (const end of ends) end.link.close();
}
