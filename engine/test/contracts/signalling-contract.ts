import type { Signalling, SignallingListener, SignallingSocket } from '../../src/ports/signalling';
import { expectSame, expectTrue, type ContractCase, type Waiting } from './contract';

/** The other end: a tracker that does not answer by itself. */
export interface TrackerControl {
  readonly url: string;
  /** Where nobody listens. */
  readonly unreachableUrl: string;
  /** Sends to everybody who is connected. */
  say(text: string): Promise<void> | void;
  /** Breaks all connections, without a closing handshake, and takes new ones. */
  drop(): Promise<void> | void;
  /** All messages so far. */
  received(): Promise<readonly string[]> | readonly string[];
  connectionCount(): Promise<number> | number;
}

/** What the cases need. */
export interface SignallingWorld extends Waiting {
  readonly signalling: Signalling;
  readonly tracker: TrackerControl;
}

/** A socket and what it heard. */
export class SocketEnd {
  readonly log: string[] = [];
  readonly texts: string[] = [];
  readonly closeReasons: string[] = [];
  readonly retryAfterMs: (number | undefined)[] = [];
  readonly socket: SignallingSocket;

  constructor(signalling: Signalling, url: string, also: Partial<SignallingListener> = {}) {
    this.socket = signalling.connect(url, {
      onOpen: () => {
        this.log.push('open');
        also.onOpen?.();
      },
      onMessage: (text) => {
        this.log.push('message');
        this.texts.push(text);
        also.onMessage?.(text);
      },
      onClose: (reason, retryAfterMs) => {
        this.log.push('close');
        this.retryAfterMs.push(retryAfterMs);
        this.closeReasons.push(reason);
        also.onClose?.(reason);
      },
    });
    expectSame(this.log, [], 'what was heard synchronously');
  }

  get isOpen(): boolean {
    return this.log[0] === 'open';
  }
}

/** A message that a tracker takes without answering. */
export const message = (text: string): string => JSON.stringify({ action: 'test', text });

/** Every char code that WebTorrent ids use: control bytes are escaped by JSON, the rest goes as UTF-8. */
const ALL_BYTES = String.fromCharCode(...Array.from({ length: 256 }, (_, index) => index));

/** Clauses of {@link Signalling}. */
export const signallingContract: readonly ContractCase<SignallingWorld>[] = [
  {
    name: 'opens once, and not synchronously',
    async run(world) {
      const end = await open(world);
      await world.settle();
      expectSame(end.log, ['open'], 'what was heard');
      expectSame(await world.tracker.connectionCount(), 1, 'connections');
      end.socket.close();
    },
  },
  {
    name: 'messages arrive in order and unchanged, both ways',
    async run(world) {
      const end = await open(world);
      const texts = [message('1'), message(ALL_BYTES), message('3')];
      for (const text of texts) end.socket.send(text);
      await world.settle();
      for (const text of texts) await world.tracker.say(text);
      await world.until(() => end.texts.length === texts.length, 'all messages');
      expectSame(await world.tracker.received(), texts, 'what the tracker got');
      expectSame(end.texts, texts, 'what the tracker said');
      end.socket.close();
    },
  },
  {
    name: 'before opening and after closing, sending does nothing',
    async run(world) {
      const end = new SocketEnd(world.signalling, world.tracker.url);
      end.socket.send(message('early'));
      await world.until(() => end.isOpen, 'the socket to open');
      end.socket.close();
      end.socket.send(message('late'));
      await world.settle();
      expectSame(await world.tracker.received(), [], 'what the tracker got');
    },
  },
  {
    name: 'closing sends what was queued, ends the connection and is not reported',
    async run(world) {
      const end = await open(world);
      const texts = Array.from({ length: 50 }, (_, index) => message(`${index} ${'x'.repeat(4000)}`));
      for (const text of texts) end.socket.send(text);
      end.socket.close();
      end.socket.close();
      await world.settle();
      expectSame(await world.tracker.received(), texts, 'what the tracker got');
      expectSame(await world.tracker.connectionCount(), 0, 'connections');
      expectSame(end.log, ['open'], 'what was heard');
    },
  },
  {
    name: 'nothing is heard after closing',
    async run(world) {
      const end = await open(world);
      const saying = world.tracker.say(message('late'));
      end.socket.close();
      await saying;
      await world.settle();
      expectSame(end.log, ['open'], 'what was heard');
    },
  },
  {
    name: 'closing before it is open leaves nothing behind',
    async run(world) {
      const end = new SocketEnd(world.signalling, world.tracker.url);
      end.socket.close();
      await world.settle();
      expectSame(end.log, [], 'what was heard');
      expectSame(await world.tracker.connectionCount(), 0, 'connections');
    },
  },
  {
    name: 'a connection that breaks is reported once, and sending then does nothing',
    async run(world) {
      const end = await open(world);
      await world.tracker.drop();
      await world.until(() => end.closeReasons.length > 0, 'the end of the connection');
      end.socket.send(message('late'));
      end.socket.close();
      await world.settle();
      expectSame(end.log, ['open', 'close'], 'what was heard');
      expectTrue((end.closeReasons[0]?.length ?? 0) > 0, 'a reason');
    },
  },
  {
    name: 'a tracker out of reach closes without opening',
    async run(world) {
      const end = new SocketEnd(world.signalling, world.tracker.unreachableUrl);
      await world.until(() => end.closeReasons.length > 0, 'the attempt to fail');
      await world.settle();
      expectSame(end.log, ['close'], 'what was heard');
    },
  },
  {
    name: 'one may connect again from within onClose',
    async run(world) {
      const again: SocketEnd[] = [];
      const end = await open(world, {
        onClose: () => again.push(new SocketEnd(world.signalling, world.tracker.url)),
      });
      await world.tracker.drop();
      await world.until(() => again[0]?.isOpen === true, 'the second connection');
      again[0]?.socket.send(message('again'));
      await world.settle();
      expectSame([end.log, again[0]?.log], [['open', 'close'], ['open']], 'what was heard');
      expectSame(await world.tracker.received(), [message('again')], 'what the tracker got');
      again[0]?.socket.close();
    },
  },
  {
    name: 'two sockets to one tracker both work, and closing one leaves the other',
    async run(world) {
      const [first, second] = [await open(world), await open(world)];
      first.socket.send(message('first'));
      second.socket.send(message('second'));
      await world.tracker.say(message('both'));
      await world.until(() => first.texts.length === 1 && second.texts.length === 1, 'both to hear');
      first.socket.close();
      second.socket.send(message('third'));
      await world.tracker.say(message('one'));
      await world.until(() => second.texts.length === 2, 'the other to hear');
      await world.settle();
      expectSame(first.texts.length, 1, 'messages of the closed one');
      expectSame(await world.tracker.received(), ['first', 'second', 'third'].map(message), 'what the tracker got');
      await world.tracker.drop();
      await world.until(() => second.closeReasons.length === 1, 'the end');
      expectSame(first.closeReasons, [], 'reported to the closed one');
    },
  },
];

/** Connects and waits until it is open. */
export async function open(world: SignallingWorld, also: Partial<SignallingListener> = {}): Promise<SocketEnd> {
  const end = new SocketEnd(world.signalling, world.tracker.url, also);
  await world.until(() => end.isOpen, 'the socket to open');
  return end;
}
