import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { ClientAddresses, type ProxyOptions } from '../../src/adapters/client-address';
import { ENTRANCE_LIMITS, openListener, type Listener } from '../../src/adapters/http-listener';
import type { LogContext } from '../../src/adapters/logger';
import { TlsReloader } from '../../src/adapters/tls-files';
import { createTracker, type Tracker, type TrackerOptions } from '../../src/index';
import { watchAddresses } from '../support/addresses-of-clients';
import { eventually } from '../support/eventually';
import { announce } from '../support/messages';
import { proxyHeader } from '../support/proxy-header-bytes';
import { selfSigned } from '../support/self-signed';
import { TestSocket } from '../support/test-socket';

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: tracker',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');
const HEADER = proxyHeader({ family: 0x11, source: '192.0.2.7', extensions: 50 });
const BEHIND_PROXY: ProxyOptions = { trusted: ['127.0.0.0/8'], protocol: 'v2' };

const undo: (() => unknown)[] = [];
const log: { message: string; context: LogContext }[] = [];
const logger = { log: (_level: string, message: string, context: LogContext = {}) => log.push({ message, context }) };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracker-'));
  log.length = 0;
});

afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function create(options: TrackerOptions = {}): Tracker {
  const tracker = createTracker({ logger, ...options });
  undo.push(() => tracker.close());
  return tracker;
}

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  undo.push(() => socket.destroy());
  return socket.on('error', () => undefined);
}

function writeTls(name: string) {
  const files = { certFile: path.join(folder, 'cert.pem'), keyFile: path.join(folder, 'key.pem') };
  const { cert, key } = selfSigned(name);
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  return files;
}

async function nameOnCertificate(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

async function status(options: { port?: number; socketPath?: string; path: string }): Promise<number | undefined> {
  const [response] = (await once(request({ host: '127.0.0.1', ...options }).end(), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('Unix sockets', () => {
  test('[TRK-154] viewers meet over one; it has its permissions, and goes with the tracker', async () => {
    const tracker = create();
    const socketPath = path.join(folder, 'a.sock');
    const { url, port } = await tracker.listen({ path: socketPath, mode: 0o620 });
    expect([url, port]).toEqual([`ws+unix:${socketPath}`, 0]);
    expect(statSync(socketPath).mode & 0o777).toBe(0o620);
    const client = await TestSocket.open(`${url}:/any`);
    expect(await client.ask(announce('a'))).toMatchObject({ incomplete: 1 });
    expect(await status({ socketPath, path: '/ready' })).toBe(200);
    await tracker.close();
    expect(() => statSync(socketPath)).toThrow('ENOENT');
  });

  test('[TRK-154] the file of a dead process is replaced, that of a live one is not', async () => {
    const socketPath = path.join(folder, 'a.sock');
    // Closing removes the file; under another name it stays, as after kill -9.
    const dead = createServer().listen(socketPath);
    await once(dead, 'listening');
    renameSync(socketPath, `${socketPath}.dead`);
    await new Promise((resolve) => dead.close(resolve));
    renameSync(`${socketPath}.dead`, socketPath);
    const first = create();
    const { url } = await first.listen({ path: socketPath });
    await expect(create().listen({ path: socketPath })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await (await TestSocket.open(`${url}:/`)).ask(announce('a'))).toHaveProperty('interval');
  });

  test('[TRK-154] a file that is no socket is left alone', async () => {
    const file = path.join(folder, 'precious');
    writeFileSync(file, 'data');
    await expect(create().listen({ path: file })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(statSync(file).size).toBe(4);
  });

  test('[TRK-150] [TRK-153] who comes over one is believed about its client', async () => {
    const addresses = watchAddresses();
    const socketPath = path.join(folder, 'a.sock');
    const { url } = await create().listen({ path: socketPath });
    await TestSocket.open(`${url}:/`, { headers: { 'x-forwarded-for': '1.1.1.1, 192.0.2.9' } });
    await TestSocket.open(`${url}:/`);
    expect(addresses).toEqual(['192.0.2.9', undefined]);
  });
});

describe('TLS', () => {
  test('[TRK-155] viewers meet over wss:, and a new certificate comes without a restart', async () => {
    const tracker = create();
    const { url, port } = await tracker.listen({ host: '127.0.0.1', port: 0, tls: writeTls('first') });
    expect(url).toBe(`wss://127.0.0.1:${port}`);
    const client = await TestSocket.open(url, { rejectUnauthorized: false });
    expect(await client.ask(announce('a'))).toMatchObject({ incomplete: 1 });
    writeTls('second');
    expect(await nameOnCertificate(port)).toBe('first');
    expect(tracker.reloadTls()).toBe(true);
    expect(await nameOnCertificate(port)).toBe('second');
    expect(await client.ask(announce('a'))).toMatchObject({ incomplete: 1 });
  });

  test('[TRK-155] files that are no good change nothing, and are said', async () => {
    const tracker = create();
    const files = writeTls('first');
    const { port } = await tracker.listen({ host: '127.0.0.1', port: 0, tls: files });
    writeFileSync(files.certFile, selfSigned('other').cert);
    expect(tracker.reloadTls()).toBe(false);
    expect(tracker.reloadTls({ ...files, certFile: '/nowhere.pem' })).toBe(false);
    expect(await nameOnCertificate(port)).toBe('first');
    expect(log.map(({ message }) => message)).toEqual(
      Array(2).fill('TLS files cannot be used; the old certificate stays'),
    );
    await expect(create().listen({ port: 0, tls: files })).rejects.toThrow('are no certificate and its key');
  });

  test('[TRK-155] a change of the files is noticed, that of a link to them too', async () => {
    const files = writeTls('first');
    const link = path.join(folder, 'link.pem');
    symlinkSync(files.certFile, link);
    const used: string[] = [];
    const server = { setSecureContext: ({ cert }: SecureContextOptions) => used.push(String(cert)) };
    const reloader = new TlsReloader(server, { certFile: link, keyFile: files.keyFile }, logger, 5);
    undo.push(() => reloader.close());
    const isUsed = () => used.at(-1) === readFileSync(link, 'utf8');
    writeTls('second');
    await eventually(isUsed);
    // As certbot does it: new files, then a link that takes the place of the old one.
    const { cert, key } = selfSigned('third');
    writeFileSync(path.join(folder, 'third.pem'), cert);
    writeFileSync(files.keyFile, key);
    symlinkSync(path.join(folder, 'third.pem'), `${link}.new`);
    renameSync(`${link}.new`, link);
    await eventually(isUsed);
    expect(used.at(-1)).toBe(cert);
  });
});

describe('PROXY protocol', () => {
  async function start(options: ProxyOptions = BEHIND_PROXY, tls?: { certFile: string; keyFile: string }) {
    const addresses = watchAddresses();
    const tracker = create({ proxy: options });
    const { port } = await tracker.listen({ host: '127.0.0.1', port: 0, ...(tls && { tls }) });
    return { addresses, port, tracker };
  }

  test('[TRK-151] the header says who the client is, in however many pieces it comes', async () => {
    const { addresses, port } = await start();
    const whole = Buffer.concat([HEADER, Buffer.from(UPGRADE)]);
    for (const cut of [whole.length, HEADER.length, 1, 15, 16, HEADER.length - 1, HEADER.length + 1]) {
      const socket = dial(port).setNoDelay(true);
      socket.write(whole.subarray(0, cut));
      // The next piece comes in a packet of its own only if this one was read.
      await new Promise((resolve) => setTimeout(resolve, 5));
      socket.write(whole.subarray(cut));
      expect(String(await once(socket, 'data'))).toContain('101 Switching Protocols');
    }
    expect(addresses).toEqual(Array(7).fill('192.0.2.7'));
  });

  test('[TRK-151] one byte at a time', async () => {
    const { addresses, port } = await start();
    const socket = dial(port).setNoDelay(true);
    const answered = once(socket, 'data');
    for (const byte of Buffer.concat([HEADER, Buffer.from(UPGRADE)])) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(String(await answered)).toContain('101');
    expect(addresses).toEqual(['192.0.2.7']);
  });

  test.each(['whole', 'in pieces'])('[TRK-151] under TLS, %s', async (how) => {
    const { addresses, port } = await start(BEHIND_PROXY, writeTls('tracker'));
    // A proxy that passes TLS through, and sends its header in one packet with what the client said, or not.
    const proxy = createServer((client) => {
      const upstream = dial(port);
      client
        .on('error', () => undefined)
        .once('data', (hello: Buffer) => {
          if (how === 'whole') upstream.write(Buffer.concat([HEADER, hello]));
          else {
            upstream.write(HEADER);
            upstream.write(hello);
          }
          client.pipe(upstream).pipe(client);
        });
    }).listen(0, '127.0.0.1');
    undo.push(() => proxy.close());
    await once(proxy, 'listening');
    const url = `wss://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const client = await TestSocket.open(url, { rejectUnauthorized: false });
    expect(await client.ask(announce('a'))).toMatchObject({ incomplete: 1 });
    expect(addresses).toEqual(['192.0.2.7']);
    client.socket.terminate();
  });

  test('[TRK-151] a health check of the proxy is answered', async () => {
    const { port } = await start();
    const socket = dial(port);
    socket.write(
      Buffer.concat([proxyHeader({ command: 0x20, family: 0 }), Buffer.from('GET /ready HTTP/1.0\r\n\r\n')]),
    );
    expect(String(await once(socket, 'data'))).toContain('200 OK');
  });

  test.each([
    ['no header', UPGRADE, 'not a PROXY header'],
    [
      'version 1',
      `PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n${UPGRADE}`,
      'PROXY protocol version 1 is not supported; set version 2 in the proxy',
    ],
  ])(
    '[TRK-151] [TRK-152] %s of a trusted proxy ends the connection, and the log says why',
    async (_name, bytes, reason) => {
      const { addresses, port } = await start();
      const socket = dial(port);
      socket.write(bytes);
      await once(socket, 'close');
      expect(addresses).toEqual([]);
      expect(log).toEqual([{ message: 'a connection of a trusted proxy was refused', context: { reason } }]);
    },
  );

  test('[TRK-151] from others no header is taken, and none is needed', async () => {
    const { addresses, port } = await start({ trusted: ['192.0.2.0/24'], protocol: 'v2' });
    const liar = dial(port);
    liar.write(Buffer.concat([HEADER, Buffer.from(UPGRADE)]));
    expect(String(await once(liar, 'data'))).toContain('400 Bad Request');
    await TestSocket.open(`ws://127.0.0.1:${port}`, { headers: { 'x-forwarded-for': '192.0.2.7' } });
    expect(addresses).toEqual(['127.0.0.1']);
  });

  test('[TRK-157] a listener for the status takes no header and no WebSocket', async () => {
    const { port: viewers, tracker } = await start();
    const { url, port } = await tracker.listen({ host: '127.0.0.1', port: 0, serves: 'status' });
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await status({ port, path: '/stats.json' })).toBe(200);
    await expect(TestSocket.open(`ws://127.0.0.1:${port}`)).rejects.toThrow('404');
    expect(viewers).not.toBe(port);
  });
});

describe('listeners', () => {
  test('[TRK-157] a tracker has one swarm on all its addresses', async () => {
    const tracker = create();
    const first = await tracker.listen({ host: '127.0.0.1', port: 0 });
    const second = await tracker.listen({ path: path.join(folder, 'a.sock'), serves: 'viewers' });
    await (await TestSocket.open(first.url)).ask(announce('a'));
    expect(await (await TestSocket.open(`${second.url}:/`)).ask(announce('b'))).toMatchObject({ incomplete: 2 });
    const socketPath = path.join(folder, 'a.sock');
    expect(await status({ socketPath, path: '/stats.json' })).toBe(404);
    expect(await status({ socketPath, path: '/ready' })).toBe(200);
  });

  test('[TRK-150] [TRK-153] attached to a server, it reads X-Forwarded-For of trusted proxies', async () => {
    const addresses = watchAddresses();
    const server = createHttpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tracker = create({ proxy: { trusted: ['127.0.0.1'] } });
    tracker.attach(server);
    undo.push(() => server.close());
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = await TestSocket.open(url, { headers: { 'x-forwarded-for': '192.0.2.7' } });
    await client.ask(announce('a'));
    expect(addresses).toEqual(['192.0.2.7']);
    expect(JSON.stringify([tracker.stats(), log])).not.toContain('192.0.2.7');
    await tracker.close();
  });

  test('[TRK-160] attached to a server, a tracker that drains answers newcomers with 503 and serves the others', async () => {
    const server = createHttpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(() => server.close());
    const tracker = create();
    tracker.attach(server);
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clients = [await TestSocket.open(url), await TestSocket.open(url)] as const;
    const drained = tracker.drain({ readyGraceSeconds: 0, seconds: 3600 });
    await expect(TestSocket.open(url)).rejects.toThrow('503');
    await expect(tracker.listen({ host: '127.0.0.1', port: 0 })).rejects.toThrow('closed');
    // Of two the first goes at once, the other after half of the time.
    const stays = await Promise.race([
      clients[0].closed.then(() => clients[1]),
      clients[1].closed.then(() => clients[0]),
    ]);
    expect(await stays.ask(announce('a'))).toHaveProperty('interval');
    await tracker.close();
    await drained;
    expect(await stays.closed).toBe(1001);
  });

  test('[TRK-55] times of a drain out of range are refused', async () => {
    await expect(create().drain({ seconds: 3601 })).rejects.toThrow('seconds must be a whole number from 0 to 3600');
    await expect(create().drain({ readyGraceSeconds: -1 })).rejects.toThrow('readyGraceSeconds');
  });

  test('[TRK-156] a header of more than 16 KiB is refused', async () => {
    const { port } = await create().listen({ host: '127.0.0.1', port: 0 });
    const socket = dial(port);
    socket.write(UPGRADE.replace('Host', `X-Long: ${'x'.repeat(17_000)}\r\nHost`));
    expect(String(await once(socket, 'data'))).toContain('431');
  });

  test('[TRK-55] proxies that are none are refused', () => {
    expect(() => createTracker({ proxy: { trusted: ['proxy'] } })).toThrow('proxy.trusted must hold addresses');
  });

  describe('with short limits', () => {
    async function open(
      limits: Partial<typeof ENTRANCE_LIMITS>,
      tls?: { certFile: string; keyFile: string },
    ): Promise<Listener> {
      const listener = await openListener(
        { host: '127.0.0.1', port: 0, ...(tls && { tls }) },
        {
          requests: (_request, response) => response.end(),
          upgrade: (_request, socket) => {
            socket
              .on('end', () => socket.destroy())
              .resume()
              .write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
          },
          addresses: new ClientAddresses({ trusted: ['127.0.0.2'] }),
          hasProxyHeader: true,
          logger,
          limits: { ...ENTRANCE_LIMITS, ...limits },
        },
      );
      undo.push(() => listener.close());
      return listener;
    }

    test('[TRK-156] who is slow with a request, with TLS or with a PROXY header is ended', async () => {
      const plain = await open({ handshakeTimeoutMs: 50 });
      const secure = await open({ handshakeTimeoutMs: 50 }, writeTls('tracker'));
      const proxied = await open({ proxyHeaderTimeoutMs: 50 });
      const silent = [
        dial(plain.port),
        dial(secure.port),
        connect({ port: proxied.port, host: '127.0.0.1', localAddress: '127.0.0.2' }),
      ];
      const slow = dial(plain.port);
      slow.write('GET / HTTP/1.1\r\nHost: a\r\n');
      await Promise.all([...silent, slow].map((socket) => once(socket.resume(), 'close')));
      expect(log.map(({ context }) => context['reason'])).toEqual(['no header in time']);
    });

    test('[TRK-156] of too many that say nothing the oldest goes; WebSockets do not count', async () => {
      const { port } = await open({ maxPendingSockets: 3 });
      const viewer = dial(port);
      viewer.write(UPGRADE);
      await once(viewer, 'data');
      const silent: Socket[] = [];
      for (let index = 0; index < 4; index += 1) {
        const socket = dial(port).resume();
        await once(socket, 'connect');
        silent.push(socket);
      }
      await once(silent[0]!, 'close');
      const late = dial(port);
      late.write(UPGRADE);
      expect(String(await once(late, 'data'))).toContain('101');
      expect(viewer.destroyed).toBe(false);
    });

    test('[TRK-156] TLS sockets count until they are WebSockets', async () => {
      const { port } = await open({ maxPendingSockets: 2 }, writeTls('tracker'));
      const viewers = [];
      for (let index = 0; index < 4; index += 1) {
        const viewer = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
        undo.push(() => viewer.destroy());
        viewer.write(UPGRADE);
        await once(viewer, 'data');
        viewers.push(viewer);
      }
      expect(viewers.map((viewer) => viewer.destroyed)).toEqual([false, false, false, false]);
      expect(log).toEqual([]);
    });
  });
});
