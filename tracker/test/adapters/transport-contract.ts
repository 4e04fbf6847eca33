// What every transport does that takes upgrade requests. Over real sockets of 127.0.0.1.

import { once } from 'node:events';
import type { TransportFactory, TransportLimits } from '../../src/adapters/transport';
import { eventually } from '../support/eventually';
import { FRAME_CASES, type FrameCase } from '../support/frame-cases';
import { closeFrame, frame, OPCODE, text, type ReadFrame } from '../support/frames';
import { handshake, RawClient, type HandshakeHeaders } from '../support/raw-client';
import { TLS_CLIENT, TransportDriver, type Reported } from '../support/transport-driver';

const KIB = 1024;
const CLOSE_TIMEOUT_MS = 50;
const ACCEPT_OF_KEY = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** 1005 stands for a close frame without a code. */
const closeCodeOf = ({ payload }: ReadFrame) => (payload.length === 0 ? 1005 : payload.readUInt16BE());

const REASONS: Readonly<Record<number, string>> = { 1007: 'bad-utf8', 1008: 'oversize', 1009: 'oversize' };

export function describeTransportContract(name: string, factory: TransportFactory): void {
  const drivers: TransportDriver[] = [];

  async function start(limits?: Partial<TransportLimits>, isTls?: boolean): Promise<TransportDriver> {
    const driver = await TransportDriver.start(factory, limits, isTls);
    drivers.push(driver);
    return driver;
  }

  /** A driver and one client that shook hands. */
  async function open(limits?: Partial<TransportLimits>) {
    const driver = await start(limits);
    const client = await RawClient.open(driver.port);
    return { driver, client, reported: driver.reported[0]! };
  }

  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.stop()));
  });

  describe(`${name}: handshake`, () => {
    async function shake(headers: HandshakeHeaders, requestLine?: string): Promise<string> {
      const driver = await start();
      const client = await RawClient.connect(driver.port);
      client.send(handshake(headers, requestLine));
      const head = await client.readHead();
      client.socket.destroy();
      return head;
    }

    test('[TRK-47] a client is let in, with the key that RFC 6455 has for an example', async () => {
      const head = await shake({});
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      expect(head).toContain(ACCEPT_OF_KEY);
    });

    test.each<HandshakeHeaders>([
      { Upgrade: 'WebSocket' },
      { Connection: 'keep-alive, Upgrade' },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' },
      { 'Sec-WebSocket-Extensions': '; nonsense,' },
      { Origin: 'https://anywhere.example' },
    ])('[TRK-47] [TRK-45] %j is fine, and no extension is agreed to', async (headers) => {
      const head = await shake(headers);
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      expect(head).not.toMatch(/extensions/i);
    });

    test('[TRK-47] of the protocols that a client offers it gets the first: browsers give up without', async () => {
      expect(await shake({ 'Sec-WebSocket-Protocol': 'one, two' })).toMatch(/^Sec-WebSocket-Protocol: one$/m);
    });

    test.each<[string, number, HandshakeHeaders]>([
      ['POST / HTTP/1.1', 405, {}],
      ['GET / HTTP/1.0', 400, {}],
      ['GET / HTTP/1.1', 400, { Upgrade: 'h2c' }],
      ['GET / HTTP/1.1', 400, { 'Sec-WebSocket-Key': undefined }],
      ['GET / HTTP/1.1', 400, { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }],
      ['GET / HTTP/1.1', 400, { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAAA=' }],
      ['GET / HTTP/1.1', 400, { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAA*==' }],
      ['GET / HTTP/1.1', 400, { 'Sec-WebSocket-Key': ['AAAAAAAAAAAAAAAAAAAAAA==', 'AAAAAAAAAAAAAAAAAAAAAA=='] }],
      ['GET / HTTP/1.1', 400, { 'Sec-WebSocket-Protocol': 'one two' }],
      ['GET / HTTP/1.1', 426, { 'Sec-WebSocket-Version': undefined }],
      ['GET / HTTP/1.1', 426, { 'Sec-WebSocket-Version': '8' }],
      ['GET / HTTP/1.1', 426, { 'Sec-WebSocket-Version': '14' }],
      ['GET / HTTP/1.1', 426, { 'Sec-WebSocket-Version': ['13', '13'] }],
    ])('[TRK-47] %s is answered with %d for %j', async (requestLine, status, headers) => {
      const head = await shake(headers, requestLine);
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(/^Sec-WebSocket-Version: 13$/m.test(head)).toBe(status === 426);
      expect(drivers[0]!.reported).toEqual([]);
    });

    test('[TRK-47] what a client sends together with its request is read', async () => {
      const driver = await start();
      driver.isEcho = true;
      const client = await RawClient.connect(driver.port);
      client.send(handshake(), text('early'), text('again').subarray(0, 3));
      await client.readHead();
      expect(await client.nextText()).toBe('early');
      client.send(text('again').subarray(3));
      expect(await client.nextText()).toBe('again');
    });

    test('[TRK-53] a transport that is closed takes nobody in', async () => {
      const driver = await start();
      await driver.transport.close(0);
      const client = await RawClient.connect(driver.port);
      client.send(handshake());
      expect(await client.readHead()).toContain(' 503 ');
    });

    test('[TRK-47] a socket that is gone when its turn comes is not taken in', async () => {
      const driver = await start();
      const upgrades = driver.holdUpgrades();
      const client = await RawClient.connect(driver.port);
      client.send(handshake());
      await eventually(() => upgrades.length === 1);
      const [socket, upgrade] = upgrades[0]!;
      client.socket.resetAndDestroy();
      await eventually(() => socket.closed);
      upgrade();
      expect(driver.reported).toEqual([]);
    });

    test('[TRK-40] a client that is gone before its handshake is answered harms nobody', async () => {
      const driver = await start();
      driver.isEcho = true;
      const client = await RawClient.connect(driver.port);
      client.send(handshake());
      client.socket.resetAndDestroy();
      const other = await RawClient.open(driver.port);
      other.send(text('a'));
      expect(await other.nextText()).toBe('a');
    });
  });

  describe(`${name}: frames`, () => {
    async function expectCase(
      { messages = [], pings = [], closeCode, faultCode }: FrameCase,
      send: (client: RawClient) => void,
    ) {
      const { driver, client, reported } = await open();
      driver.isEcho = true;
      reported.onMessage = (message) => reported.link.send([message]);
      send(client);
      // Otherwise the case says nothing of the end: close, and see that nothing else came.
      if (closeCode === undefined && faultCode === undefined) client.send(closeFrame(1000));
      const frames = await client.rest();
      client.socket.destroy();
      const payloads = (opcode: number) =>
        frames.filter((read) => read.opcode === opcode).map(({ payload }) => payload.toString());
      expect(reported.messages).toEqual(messages);
      expect(payloads(OPCODE.text)).toEqual(messages);
      expect(payloads(OPCODE.pong)).toEqual(pings);
      expect(frames.at(-1)?.opcode).toBe(OPCODE.close);
      expect(closeCodeOf(frames.at(-1)!)).toBe(closeCode ?? faultCode ?? 1000);
      expect(frames.every(({ fin, reserved: bits, isMasked }) => fin && bits === 0 && !isMasked)).toBe(true);
      await eventually(() => reported.isClosed || reported.broke.length > 0);
      return reported;
    }

    test.each(FRAME_CASES.map((frameCase) => [frameCase.title, frameCase] as const))(
      '[TRK-40] [TRK-41] [TRK-48] %s',
      async (_, frameCase) => {
        const reported = await expectCase(frameCase, (client) => client.send(frameCase.bytes));
        const { faultCode } = frameCase;
        expect(reported.broke).toEqual(faultCode === undefined ? [] : [REASONS[faultCode] ?? 'bad-frame']);
      },
    );

    test('[TRK-48] frames that come byte by byte', async () => {
      const bytes = Buffer.concat([text('€uro'), frame(OPCODE.ping, 'p'), text('x'.repeat(200)), closeFrame(4321)]);
      const frameCase = { title: '', bytes, messages: ['€uro', 'x'.repeat(200)], pings: ['p'], closeCode: 4321 };
      const reported = await expectCase(frameCase, (client) => {
        for (const byte of bytes) client.socket.write(Buffer.of(byte));
      });
      expect(reported.broke).toEqual([]);
    });

    test('[TRK-42] a ping and a pong of the client are signs of life', async () => {
      const { client, reported } = await open();
      client.send(frame(OPCODE.ping), frame(OPCODE.pong));
      await eventually(() => reported.heardCount === 2);
      expect((await client.next()).opcode).toBe(OPCODE.pong);
    });
  });

  describe(`${name}: sending`, () => {
    test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('[TRK-48] a message of %d bytes', async (size) => {
      const { client, reported } = await open();
      const half = Buffer.alloc(Math.floor(size / 2), 'a');
      const rest = Buffer.alloc(size - half.length, 'b');
      reported.link.send([half, Buffer.alloc(0), rest]);
      const read = await client.next();
      expect(read).toMatchObject({ opcode: OPCODE.text, fin: true, isMasked: false });
      expect(read.payload.equals(Buffer.concat([half, rest]))).toBe(true);
    });

    test("[TRK-48] the pieces of a message are the caller's again after the call", async () => {
      const { client, reported } = await open();
      const piece = Buffer.from('mine');
      reported.link.send([piece]);
      piece.fill('x');
      expect(await client.nextText()).toBe('mine');
    });

    test('[TRK-48] messages, pings and the goodbye come in the order they were sent in', async () => {
      const { client, reported } = await open();
      for (let index = 0; index < 100; index += 1) reported.link.send([Buffer.from(String(index))]);
      reported.link.ping();
      reported.link.close(1001, 'bye');
      const opcodes: number[] = [];
      while (opcodes.at(-1) !== OPCODE.close) opcodes.push((await client.next()).opcode);
      expect(opcodes).toEqual([...Array.from({ length: 100 }, () => OPCODE.text), OPCODE.ping, OPCODE.close]);
      client.socket.destroy();
    });

    test('[TRK-44] what a client does not read is counted, and no more so once it reads', async () => {
      const { client, reported } = await open();
      client.socket.pause();
      const piece = Buffer.alloc(16 * KIB, 'x');
      let sentCount = 0;
      for (; reported.link.queuedBytes <= 256 * KIB; sentCount += 1) {
        reported.link.send([piece]);
        if (sentCount % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
      }
      client.socket.resume();
      await eventually(() => reported.link.queuedBytes === 0);
      for (let count = 0; count < sentCount; count += 1) expect((await client.next()).payload).toHaveLength(16 * KIB);
    });

    test('[TRK-44] a client that does not read can be cut off', async () => {
      const { client, reported } = await open();
      client.socket.pause();
      while (reported.link.queuedBytes <= 256 * KIB) {
        reported.link.send([Buffer.alloc(256 * KIB)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      reported.link.terminate();
      await eventually(() => reported.isClosed);
      expect(reported.link.queuedBytes).toBe(0);
      client.socket.resume();
      await client.ended;
    });
  });

  describe(`${name}: ends`, () => {
    /** Nothing of a link that is gone throws, and nothing more is heard of it. */
    function expectInert({ link, messages }: Reported): void {
      const count = messages.length;
      link.send([Buffer.from('late')]);
      link.ping();
      link.close(1000, 'late');
      link.terminate();
      expect(link.queuedBytes).toBe(0);
      expect(messages).toHaveLength(count);
    }

    test('[TRK-48] a client says goodbye, and its socket is ended from here', async () => {
      const { client, reported } = await open();
      client.send(closeFrame(4000, 'enough'));
      const goodbye = await client.next();
      expect(closeCodeOf(goodbye)).toBe(4000);
      await client.ended;
      client.socket.end();
      await eventually(() => reported.isClosed);
      expect(reported.broke).toEqual([]);
      expectInert(reported);
    });

    test('[TRK-53] the tracker says goodbye, and ends the socket when the client has said it too', async () => {
      const { client, reported } = await open();
      reported.link.close(1001, `the tracker ${'€'.repeat(50)}`);
      const { opcode, payload } = await client.next();
      expect(opcode).toBe(OPCODE.close);
      expect(payload.readUInt16BE()).toBe(1001);
      // Cut to what a control frame may hold, between two characters.
      expect(payload.subarray(2).toString()).toBe(`the tracker ${'€'.repeat(37)}`);
      client.send(closeFrame(1001));
      await client.ended;
      client.socket.end();
      await eventually(() => reported.isClosed);
      expectInert(reported);
    });

    test.each(['says goodbye', 'was wrong'])(
      '[TRK-48] a client that %s and then keeps its socket is ended without',
      async (how) => {
        const { client, reported } = await open({ closeTimeoutMs: CLOSE_TIMEOUT_MS });
        client.send(how === 'was wrong' ? frame(3) : closeFrame(1000));
        await once(client.socket.resume(), 'end');
        await eventually(() => reported.link.queuedBytes === 0);
        // Only a socket that is gone, not one that was half closed, resets who goes on sending.
        while (!client.socket.destroyed) {
          client.socket.write('x');
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(reported.isClosed || reported.broke.length > 0).toBe(true);
      },
    );

    test('[TRK-48] a client that never answers the goodbye is ended', async () => {
      const { client, reported } = await open({ closeTimeoutMs: CLOSE_TIMEOUT_MS });
      reported.link.close(1001, '');
      await client.ended;
      await eventually(() => reported.isClosed);
      expect(reported.broke).toEqual([]);
    });

    test('[TRK-17] a client that only shuts its side is gone', async () => {
      const { client, reported } = await open();
      client.send(text('a'));
      client.socket.end();
      await client.ended;
      await eventually(() => reported.isClosed);
      expect(reported.messages).toEqual(['a']);
      expectInert(reported);
    });

    test('[TRK-17] [TRK-1] a client that resets its connection is gone, in the middle of a message to it too', async () => {
      const { client, reported } = await open();
      reported.link.send([Buffer.alloc(1_000_000)]);
      client.socket.resetAndDestroy();
      while (!reported.isClosed) {
        reported.link.send([Buffer.alloc(1_000)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expectInert(reported);
    });

    test('[TRK-42] a link that is terminated is gone at once, from within its own message too', async () => {
      const { client, reported } = await open();
      reported.onMessage = () => reported.link.terminate();
      client.send(text('one'), text('two'));
      await client.ended;
      await eventually(() => reported.isClosed);
      expect(reported.messages).toEqual(['one']);
    });

    test('[TRK-53] a transport that closes waits for goodbyes, and no longer than it was told', async () => {
      const { driver, client, reported } = await open();
      const polite = await RawClient.open(driver.port);
      for (const { link } of driver.reported) link.close(1001, '');
      await polite.next();
      polite.send(closeFrame(1001));
      polite.socket.end();
      await driver.transport.close(CLOSE_TIMEOUT_MS);
      await client.ended;
      await eventually(() => reported.isClosed);
      expect(driver.reported.map(({ broke }) => broke)).toEqual([[], []]);
    });
  });

  describe(`${name}: TLS`, () => {
    test('[TRK-52] sockets of an HTTPS server are taken as well', async () => {
      const driver = await start({}, true);
      driver.isEcho = true;
      const client = await RawClient.open(driver.port, TLS_CLIENT);
      const long = 'x'.repeat(60_000);
      client.send(text('short'), text(long), frame(OPCODE.ping, 'p'));
      expect(await client.nextText()).toBe('short');
      expect(await client.nextText()).toBe(long);
      expect(await client.nextText()).toBe('p');
      client.send(closeFrame(1000));
      expect(closeCodeOf(await client.next())).toBe(1000);
      await client.ended;
      client.socket.destroy();
    });
  });
}
