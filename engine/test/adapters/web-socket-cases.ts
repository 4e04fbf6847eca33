// What the WebSocket adapter does beyond the contract: one connection for all, and no ear for what is no message.

import { MAX_MESSAGE_LENGTH } from '../../src/adapters/shared/web-socket-signalling';
import { expectSame, type ContractCase } from '../contracts/contract';
import { message, open, SocketEnd, type SignallingWorld } from '../contracts/signalling-contract';

/** What the cases need. */
export interface WebSocketWorld extends SignallingWorld {
  readonly tracker: SignallingWorld['tracker'] & {
    sayBinary(): Promise<void> | void;
    /** Says a text of so many characters. */
    sayLong(length: number): Promise<void> | void;
    /** Closes all connections with the wish to be left alone for 1500 ms. */
    drain(): Promise<void> | void;
  };
}

/** Clauses of the adapter. */
export const webSocketCases: readonly ContractCase<WebSocketWorld>[] = [
  {
    name: 'sockets to one tracker share a connection, which ends with the last of them',
    async run(world) {
      const ends = [new SocketEnd(world.signalling, world.tracker.url), await open(world), await open(world)];
      expectSame(await world.tracker.connectionCount(), 1, 'connections of three');
      ends[0]?.socket.close();
      ends[1]?.socket.close();
      await world.settle();
      expectSame(await world.tracker.connectionCount(), 1, 'connections of one');
      ends[2]?.socket.close();
      await world.settle();
      expectSame(await world.tracker.connectionCount(), 0, 'connections of none');
      expectSame(
        ends.map(({ log }) => log),
        [['open'], ['open'], ['open']],
        'what was heard',
      );
    },
  },
  {
    name: 'after the last has left, the next opens a new connection',
    async run(world) {
      (await open(world)).socket.close();
      const next = await open(world);
      next.socket.send(message('hello'));
      await world.settle();
      expectSame(await world.tracker.received(), [message('hello')], 'what the tracker got');
      next.socket.close();
    },
  },
  {
    name: 'all who share a connection hear that it broke',
    async run(world) {
      const ends = [await open(world), await open(world)];
      await world.tracker.drop();
      await world.until(() => ends.every((end) => end.closeReasons.length > 0), 'both to hear');
      for (const { log } of ends) expectSame(log, ['open', 'close'], 'what was heard');
    },
  },
  {
    name: '[ANN-20] all who share a connection hear for how long the tracker wants to be left alone',
    async run(world) {
      const ends = [await open(world), await open(world)];
      await world.tracker.drain();
      await world.until(() => ends.every((end) => end.closeReasons.length > 0), 'both to hear');
      for (const { retryAfterMs } of ends) expectSame(retryAfterMs, [1500], 'the time');
    },
  },
  {
    name: '[ANN-20] a connection that just breaks says no time',
    async run(world) {
      const end = await open(world);
      await world.tracker.drop();
      await world.until(() => end.closeReasons.length > 0, 'the end of the connection');
      expectSame(end.retryAfterMs, [undefined], 'the time');
    },
  },
  {
    name: 'binary and overlong messages are ignored',
    async run(world) {
      const end = await open(world);
      await world.tracker.sayBinary();
      await world.tracker.sayLong(MAX_MESSAGE_LENGTH + 1);
      await world.tracker.say(message('short'));
      await world.until(() => end.texts.length > 0, 'the short message');
      expectSame(end.texts, [message('short')], 'what was heard');
      end.socket.close();
    },
  },
  {
    name: 'a URL that is none closes the socket later',
    async run(world) {
      // Not a relative one: browsers resolve those against the page.
      const end = new SocketEnd(world.signalling, 'ws://[');
      await world.until(() => end.closeReasons.length > 0, 'the attempt to fail');
      expectSame(end.log, ['close'], 'what was heard');
    },
  },
];
