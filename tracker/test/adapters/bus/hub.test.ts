import { once } from 'node:events';
import { linkSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bus } from '../../../src/adapters/bus/bus';
import { createBusDriver } from '../../../src/adapters/bus/bus-url';
import { BusHub } from '../../../src/adapters/bus/hub';
import { encodeFrame, encodeSend, FrameSplitter, HELLO, PING, SEND } from '../../../src/adapters/bus/hub-frames';
import { until } from '../../support/until';

describe('BusHub', () => {
  let folder: string;
  let socketPath: string;
  let hub: BusHub;
  let buses: Bus[];
  let sockets: Socket[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'p2p-hub-'));
    socketPath = path.join(folder, 'bus.sock');
    hub = await BusHub.listen(socketPath);
    buses = [];
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(buses.map((bus) => bus.close()));
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function join(nodeId: string, received: string[]): Promise<Bus> {
    const message = (from: string, bytes: Buffer) => received.push(`${from}: ${bytes.toString()}`);
    const bus = createBusDriver(`unix://${socketPath}`)(nodeId, { message, state: () => undefined });
    buses.push(bus);
    await until('up', () => bus.isUp);
    return bus;
  }

  async function knock(): Promise<Socket> {
    const socket = connect(socketPath).on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  test('[TRK-127] only its own user may connect, and a second hub on the same path is refused', async () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    await expect(BusHub.listen(socketPath)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('[TRK-127] a socket file that a dead hub left behind is replaced', async () => {
    await hub.close();
    // Linked twice, so that closing leaves one behind, as a kill does.
    const other = createServer().listen(`${socketPath}2`);
    await once(other, 'listening');
    linkSync(`${socketPath}2`, socketPath);
    other.close();
    await once(other, 'close');
    hub = await BusHub.listen(socketPath);
    expect(await join('ann', [])).toMatchObject({ isUp: true });
  });

  test.each([
    ['no frames', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that is too long', Buffer.from([0, 16, 0, 0, HELLO])],
    ['a frame of nothing', Buffer.from([0, 0, 0, 0, 0])],
    ['no name', encodeFrame(HELLO)],
    ['a name that is none', encodeFrame(HELLO, Buffer.from('a.b'))],
    ['something before its name', encodeSend('ann', Buffer.from('x'))],
    ['an unknown frame', encodeFrame(99)],
    ['two names', Buffer.concat([encodeFrame(HELLO, Buffer.from('x')), encodeFrame(HELLO, Buffer.from('y'))])],
    [
      'a receiver cut short',
      Buffer.concat([encodeFrame(HELLO, Buffer.from('x')), encodeFrame(SEND, Buffer.from([9]))]),
    ],
  ])('[TRK-127] a client that says %s is disconnected, and nobody else is', async (_, bytes) => {
    const received: string[] = [];
    const ann = await join('ann', []);
    await join('bob', received);
    const socket = await knock();
    socket.resume().write(bytes);
    await once(socket, 'close');
    ann.send('bob', Buffer.from('hello'));
    await until('bob has it', () => received.includes('ann: hello'));
  });

  test('[TRK-127] what a client does not read is dropped above a limit, and the others get theirs', async () => {
    const received: string[] = [];
    const ann = await join('ann', []);
    await join('bob', received);
    const deaf = await knock();
    deaf.pause().write(encodeFrame(HELLO, Buffer.from('deaf')));
    const filler = Buffer.alloc(60_000);
    await until('it is too much', () => {
      for (let count = 0; count < 20; count += 1) ann.send('deaf', filler);
      return hub.droppedCount > 0;
    });
    ann.send('bob', Buffer.from('hello'));
    await until('bob has it', () => received.includes('ann: hello'));
  });
});

describe('FrameSplitter', () => {
  test('[TRK-127] frames come whole, however the stream is cut', () => {
    const frames = [encodeFrame(PING), encodeFrame(HELLO, Buffer.from('ann')), encodeSend('bob', Buffer.alloc(70))];
    const stream = Buffer.concat(frames);
    for (let size = 1; size <= stream.length; size += 1) {
      const read: Buffer[] = [];
      const splitter = new FrameSplitter((type, content) => read.push(encodeFrame(type, content)));
      for (let at = 0; at < stream.length; at += size) expect(splitter.push(stream.subarray(at, at + size))).toBe(true);
      expect(Buffer.concat(read).equals(stream)).toBe(true);
    }
  });
});
