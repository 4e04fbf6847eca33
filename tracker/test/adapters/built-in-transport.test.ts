import { once } from 'node:events';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { BuiltInLink, type LinkOwner } from '../../src/adapters/built-in-link';
import { BuiltInTransport } from '../../src/adapters/built-in-transport';
import { WriteGatherer, type Outbox } from '../../src/adapters/write-gatherer';
import { CASE_LIMITS } from '../support/frame-cases';
import { closeFrame, frame, OPCODE, readFrame, text } from '../support/frames';
import { Reported, TransportDriver } from '../support/transport-driver';

const KIB = 1024;

/** A socket whose writes are counted, and taken as soon as they are let through. */
class SlowSocket extends Duplex {
  readonly writes: Buffer[] = [];
  isStuck = false;
  #release: () => void = () => undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    if (this.isStuck) this.#release = done;
    else done();
  }

  release(): void {
    this.isStuck = false;
    this.#release();
  }
}

/** One link of which nothing goes out before turn(). */
function createLink() {
  const socket = new SlowSocket();
  const waiting: Outbox[] = [];
  const owner: LinkOwner = {
    limits: CASE_LIMITS,
    flushSoon: (link) => waiting.push(link),
    expectEnd: () => undefined,
    forget: () => undefined,
  };
  const link = new BuiltInLink(owner, socket);
  const reported = new Reported(link);
  link.open(reported, Buffer.alloc(0));
  const turn = () => {
    for (const outbox of waiting.splice(0)) outbox.flush();
  };
  return { socket, link, reported, waiting, turn };
}

function opcodesOf(bytes: Buffer): number[] {
  const opcodes: number[] = [];
  for (let read = readFrame(bytes, 0); read; read = readFrame(bytes, read.end)) opcodes.push(read.opcode);
  return opcodes;
}

describe('BuiltInLink', () => {
  test('[TRK-49] all that one turn sends to a client is one write', () => {
    const { socket, link, waiting, turn } = createLink();
    for (let count = 0; count < 5; count += 1) link.send([Buffer.from('a'), Buffer.from('b')]);
    link.ping();
    link.receive(Buffer.concat([frame(OPCODE.ping, '1'), frame(OPCODE.ping, '2')]));
    expect(socket.writes).toEqual([]);
    expect(waiting).toEqual([link]);
    turn();
    expect(socket.writes).toHaveLength(1);
    expect(opcodesOf(socket.writes[0]!)).toEqual([1, 1, 1, 1, 1, 9, 10, 10]);
    link.send([Buffer.from('next')]);
    turn();
    expect(socket.writes).toHaveLength(2);
  });

  test('[TRK-49] a goodbye goes out at once, behind what was gathered', () => {
    const { socket, link } = createLink();
    link.send([Buffer.from('last')]);
    link.close(1001, '');
    expect(opcodesOf(Buffer.concat(socket.writes))).toEqual([1, 8]);
  });

  test('[TRK-44] what was gathered counts as waiting, and a burst does not wait for the end of the turn', () => {
    const { socket, link } = createLink();
    link.send([Buffer.alloc(20 * KIB)]);
    expect(link.queuedBytes).toBe(20 * KIB + 4);
    link.send([Buffer.alloc(20 * KIB)]);
    expect(link.queuedBytes).toBe(0);
    expect(socket.writes).toHaveLength(1);
  });

  test('[TRK-44] what the socket has not flushed counts as waiting until it has', () => {
    const { socket, link, turn } = createLink();
    socket.isStuck = true;
    link.send([Buffer.alloc(1_000)]);
    turn();
    link.send([Buffer.alloc(100)]);
    expect(link.queuedBytes).toBe(1_004 + 102);
    turn();
    expect(link.queuedBytes).toBe(1_004 + 102);
    socket.release();
    expect(link.queuedBytes).toBe(0);
  });

  test('[TRK-42] a link that was terminated before the end of the turn writes nothing', () => {
    const { socket, link, turn } = createLink();
    link.send([Buffer.from('a')]);
    link.terminate();
    turn();
    expect(socket.writes).toEqual([]);
    expect(link.queuedBytes).toBe(0);
  });

  test("[TRK-48] after its goodbye a link reads on for the client's, and nothing else of what comes", () => {
    const { socket, link, reported } = createLink();
    link.close(1001, '');
    link.receive(Buffer.concat([text('late'), frame(OPCODE.ping, 'late'), frame(OPCODE.pong)]));
    expect(reported).toMatchObject({ messages: [], heardCount: 0, isClosed: false });
    link.receive(closeFrame(1001));
    expect(reported.isClosed).toBe(true);
    expect(socket.writableEnded).toBe(true);
    link.receive(frame(3));
    expect(opcodesOf(Buffer.concat(socket.writes))).toEqual([OPCODE.close]);
    expect(reported.broke).toEqual([]);
  });
});

describe('WriteGatherer', () => {
  test('[TRK-49] who is added while others are flushed gets a turn of its own', async () => {
    const gatherer = new WriteGatherer();
    const order: string[] = [];
    const outbox = (name: string, more?: Outbox): Outbox => ({
      flush: () => {
        order.push(name);
        if (more) gatherer.add(more);
      },
    });
    gatherer.add(outbox('a', outbox('c')));
    gatherer.add(outbox('b'));
    expect(order).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['a', 'b']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['a', 'b', 'c']);
  });
});

describe('BuiltInTransport and the client of ws', () => {
  test('[TRK-48] whatever frames ws makes of messages, they come back as they were', async () => {
    const driver = await TransportDriver.start((host, limits) => new BuiltInTransport(host, limits));
    driver.isEcho = true;
    const client = new WebSocket(`ws://127.0.0.1:${driver.port}`);
    await once(client, 'open');
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.nat(20_000).map((size) => 'x'.repeat(size)),
      ),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(pieces, fc.boolean()), { minLength: 1, maxLength: 6 }), async (messages) => {
        const echoes: string[] = [];
        const isDone = new Promise<void>((resolve) => {
          client.removeAllListeners('message').on('message', (data: Buffer) => {
            echoes.push(data.toString());
            if (echoes.length === messages.length) resolve();
          });
        });
        for (const [parts, isBinary] of messages) {
          parts.forEach((part, index) => {
            client.send(part, { fin: index === parts.length - 1, binary: isBinary });
            if (index % 2 === 1) client.ping(part.slice(0, 20));
          });
        }
        await isDone;
        expect(echoes).toEqual(messages.map(([parts]) => parts.join('')));
      }),
      { numRuns: 100, seed: 6455 },
    );
    client.close(4_000, 'done');
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(4_000);
    await driver.stop();
  });
});
