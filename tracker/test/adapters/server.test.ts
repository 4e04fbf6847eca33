import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Duplex } from 'node:stream';
import { createTracker, type Tracker, type TrackerOptions } from '../../src/index';
import type { Transport, TransportFactory, TransportHost } from '../../src/index';
import { eventually } from '../support/eventually';
import { FakeLink } from '../support/fake-link';
import { announce, answer, HASH, id, offers, SDP } from '../support/messages';
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

const trackers: Tracker[] = [];

function create(options?: TrackerOptions): Tracker {
  const tracker = createTracker(options);
  trackers.push(tracker);
  return tracker;
}

async function start(options?: TrackerOptions) {
  const tracker = create(options);
  const { url, port } = await tracker.listen({ host: '127.0.0.1', port: 0 });
  return { tracker, url, port };
}

/** A socket that speaks no WebSocket by itself: it was let in, and from then on only says what it is told. */
async function openRaw(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(UPGRADE);
  await once(socket, 'data');
  return socket;
}

async function fetchText(url: string, method = 'GET') {
  const sent = request(url.replace('ws:', 'http:'), { method }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text, headers: response.headers };
}

afterEach(async () => {
  await Promise.all(trackers.splice(0).map((tracker) => tracker.close()));
});

describe.each(['built-in', 'ws'] as const)('tracker over WebSocket, transport %s', (transport) => {
  test.each(['', '/', '/announce', '/any/path?k=v'])('[TRK-50] two viewers meet on path %j', async (path) => {
    const { url } = await start({ transport });
    const [a, b] = await Promise.all([TestSocket.open(url + path), TestSocket.open(url + path)]);
    expect(await b.ask(announce('b', { event: 'started' }))).toMatchObject({
      interval: expect.any(Number),
      incomplete: 1,
    });
    expect(await a.ask(announce('a', { event: 'started', offers: offers(2) }))).toMatchObject({ incomplete: 2 });
    const relayed = await b.next();
    expect(relayed).toMatchObject({ peer_id: id('a'), offer: { type: 'offer', sdp: SDP } });
    b.send({ ...answer('b', 'a', ''), offer_id: relayed['offer_id'] });
    expect(await a.next()).toMatchObject({ peer_id: id('b'), offer_id: relayed['offer_id'], answer: { sdp: SDP } });
  });

  test('[TRK-17] closing a socket takes its viewer out of the swarm', async () => {
    const { tracker, url } = await start({ transport });
    const [a, b] = await Promise.all([TestSocket.open(url), TestSocket.open(url)]);
    await a.ask(announce('a'));
    a.socket.terminate();
    await eventually(() => tracker.stats().connections === 1);
    expect(await b.ask(announce('b'))).toMatchObject({ incomplete: 1 });
  });

  test.each(['{', 'null', '{"action":"scrape","info_hash":5}', JSON.stringify(announce('a', { offers: [null] }))])(
    '[TRK-1] %s gets a failure on a socket that stays open',
    async (text) => {
      const { url } = await start({ transport });
      const client = await TestSocket.open(url);
      client.socket.send(text);
      expect(await client.next()).toHaveProperty('failure reason');
      expect(await client.ask(announce('a'))).toHaveProperty('interval');
    },
  );

  test('[TRK-40] a message of 64 KiB is read; one byte more ends the socket of who sent it, and no other', async () => {
    const { tracker, url } = await start({ transport });
    const [greedy, other] = await Promise.all([TestSocket.open(url), TestSocket.open(url)]);
    const sized = (length: number) => {
      const bare = JSON.stringify(announce('a', { pad: '' }));
      return JSON.stringify(announce('a', { pad: 'x'.repeat(length - bare.length) }));
    };
    greedy.socket.send(sized(65_536));
    expect(await greedy.next()).toHaveProperty('interval');
    greedy.socket.send(sized(65_537));
    expect(await greedy.closed).toBe(1009);
    expect(await other.ask(announce('b'))).toMatchObject({ incomplete: 1 });
    expect(tracker.stats().cutConnections.oversize).toBe(1);
  });

  test('[TRK-40] text that is not UTF-8 ends the socket of who sent it, and no other', async () => {
    const { tracker, url } = await start({ transport });
    const [bad, other] = await Promise.all([TestSocket.open(url), TestSocket.open(url)]);
    await bad.ask(announce('a'));
    bad.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await bad.closed).toBe(1007);
    expect(await other.ask(announce('b'))).toMatchObject({ incomplete: 1 });
    expect(tracker.stats().cutConnections['bad-utf8']).toBe(1);
  });

  test('[TRK-40] a message in 256 frames is read, one in more ends the socket', async () => {
    const { url } = await start({ transport });
    const client = await TestSocket.open(url);
    const sendInFrames = (count: number) => {
      const text = JSON.stringify(announce('a'));
      for (let index = 0; index < count - 1; index += 1) client.socket.send(text.charAt(index), { fin: false });
      client.socket.send(text.slice(count - 1), { fin: true });
    };
    sendInFrames(256);
    expect(await client.next()).toHaveProperty('interval');
    sendInFrames(257);
    expect(await client.closed).toBe(1008);
  });

  test('[TRK-40] a frame without a mask ends the socket, and its viewer leaves', async () => {
    const { tracker, port } = await start({ transport });
    const socket = await openRaw(port);
    socket.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]));
    await eventually(() => tracker.stats().connections === 0);
    expect(tracker.stats().cutConnections['bad-frame']).toBe(1);
    socket.destroy();
  });

  test('[TRK-41] binary frames are read, and answered in text', async () => {
    const { url } = await start({ transport });
    const client = await TestSocket.open(url);
    client.socket.send(Buffer.from(JSON.stringify(announce('a'))));
    const [, isBinary] = (await once(client.socket, 'message')) as [Buffer, boolean];
    expect(isBinary).toBe(false);
    client.socket.send(Buffer.from([0xff, 0xfe, 0x00]));
    await client.next();
    expect(await client.next()).toHaveProperty('failure reason');
  });

  test('[TRK-42] a socket that never answers a ping is ended; one that does stays', async () => {
    const { tracker, url, port } = await start({ transport, pingIntervalMs: 50 });
    const [lively, silent] = await Promise.all([TestSocket.open(url), openRaw(port)]);
    await lively.ask(announce('a'));
    silent.resume();
    await once(silent, 'close');
    expect(tracker.stats()).toMatchObject({ connections: 1, peers: 1, cutConnections: { 'no-pong': 1 } });
    lively.socket.terminate();
  });

  test('[TRK-44] a client that asks and never reads is cut off, while others are served', async () => {
    const rates = { messageBurst: 1_000_000, announceBurst: 1_000_000 };
    const { tracker, url, port } = await start({ transport, rates });
    const [deaf, other] = await Promise.all([openRaw(port), TestSocket.open(url)]);
    deaf.pause();
    const scrape = Buffer.from(
      JSON.stringify({ action: 'scrape', info_hash: Array.from({ length: 64 }, (_, i) => id(`h${i}`)) }),
    );
    const header = Buffer.from([0x81, 0xfe, scrape.length >> 8, scrape.length & 0xff, 0, 0, 0, 0]);
    const frames = Buffer.concat(Array.from({ length: 64 }, () => Buffer.concat([header, scrape])));
    while (tracker.stats().cutConnections['slow-reader'] === 0) {
      deaf.write(frames);
      expect(await other.ask(announce('b'))).toHaveProperty('interval');
    }
    expect(tracker.stats().connections).toBe(1);
    deaf.destroy();
  });

  test('[TRK-45] a client that offers compression does not get it', async () => {
    const { url } = await start({ transport });
    const client = await TestSocket.open(url, { perMessageDeflate: true });
    expect(client.socket.extensions).toBe('');
  });

  test('[TRK-40] a socket that is reset while it shakes hands harms nobody', async () => {
    const { tracker, url, port } = await start({ transport });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(UPGRADE);
    socket.resetAndDestroy();
    const client = await TestSocket.open(url);
    expect(await client.ask(announce('a'))).toMatchObject({ incomplete: 1 });
    await eventually(() => tracker.stats().connections === 1);
  });
});

describe('tracker over HTTP', () => {
  test('[TRK-50] it says that it lives and is ready', async () => {
    const { url } = await start();
    expect(await fetchText(`${url}/health`)).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await fetchText(`${url}/ready?x`)).toMatchObject({ status: 200, text: 'ready\n' });
    expect(await fetchText(`${url}/health`, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  test.each(['/', '/announce', '/stats', '/health/', '/__proto__', '/constructor', '//', '/%00'])(
    '[TRK-50] GET %s is 404',
    async (path) => {
      const { url } = await start();
      expect(await fetchText(url + path)).toMatchObject({ status: 404 });
    },
  );

  test('[TRK-50] POST is refused', async () => {
    const { url } = await start();
    expect(await fetchText(`${url}/stats.json`, 'POST')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  test('[TRK-51] statistics count, and name nobody', async () => {
    const { url } = await start();
    const [a, b] = await Promise.all([TestSocket.open(url), TestSocket.open(url)]);
    await b.ask(announce('b'));
    await a.ask(announce('a', { offers: offers(1) }));
    await a.ask(announce('b'));
    const { text, headers } = await fetchText(`${url}/stats.json`);
    expect(headers['content-type']).toContain('application/json');
    expect(JSON.parse(text)).toMatchObject({
      swarms: 1,
      peers: 2,
      connections: 2,
      messagesIn: { announce: 3, answer: 0, scrape: 0, invalid: 0 },
      messagesOut: { response: 2, offer: 1, failure: 1 },
      rejects: { 'peer-id-taken': 1, 'bad-json': 0 },
    });
    for (const secret of [HASH, id('a'), '127.0.0.1']) expect(text).not.toContain(secret);
  });

  test('[TRK-52] attached to a server it takes its path and leaves the rest alone', async () => {
    const server = createServer((_request, response) => response.end('page'));
    const tracker = create();
    tracker.attach(server, { path: '/tracker' });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await fetchText(`${url}/stats.json`)).toMatchObject({ status: 200, text: 'page' });
    const client = await TestSocket.open(`${url}/tracker?k=v`);
    expect(await client.ask(announce('a'))).toHaveProperty('interval');

    const stray = new WebSocket(`${url}/elsewhere`);
    const [error] = (await once(stray, 'error')) as [Error];
    expect(error.message).toContain('404');

    server.on('upgrade', (upgrade, socket) => {
      if (upgrade.url === '/elsewhere') socket.end('HTTP/1.1 418 Mine\r\n\r\n');
    });
    const [theirs] = (await once(new WebSocket(`${url}/elsewhere`), 'error')) as [Error];
    expect(theirs.message).toContain('418');

    await tracker.close();
    expect(await client.closed).toBe(1001);
    expect(await fetchText(`${url}/`)).toMatchObject({ text: 'page' });
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });

  test.each(['built-in', 'ws'] as const)(
    '[TRK-53] close() with %s ends sockets that answer and sockets that do not, the port, and may be called twice',
    async (transport) => {
      const { tracker, url, port } = await start({ transport });
      const [client, silent] = await Promise.all([TestSocket.open(url), openRaw(port)]);
      const idle = connect(port, '127.0.0.1');
      idle.on('error', () => undefined);
      await once(idle, 'connect');
      silent.resume();
      const gone = [once(silent, 'close'), once(idle.resume(), 'close')];
      await Promise.all([tracker.close(), tracker.close()]);
      expect(await client.closed).toBe(1001);
      await Promise.all(gone);
      await expect(fetchText(`${url}/health`)).rejects.toThrow('ECONNREFUSED');
      await expect(tracker.listen()).rejects.toThrow('closed');
      expect(tracker.stats()).toMatchObject({ connections: 0, peers: 0 });
    },
  );

  test('[TRK-54] without a host, IPv4 and IPv6 viewers are in the same swarm', async () => {
    const tracker = create();
    const { port } = await tracker.listen({ port: 0 });
    const four = await TestSocket.open(`ws://127.0.0.1:${port}`);
    await four.ask(announce('a'));
    // A machine without IPv6 has shown what it can by now.
    const six = await TestSocket.open(`ws://[::1]:${port}`).catch(() => TestSocket.open(`ws://127.0.0.1:${port}`));
    expect(await six.ask(announce('b'))).toMatchObject({ incomplete: 2 });
  });

  test.each<[TrackerOptions, string]>([
    [{ intervalSeconds: 0 }, 'intervalSeconds must be a whole number from 1 to 86400, not 0'],
    [{ intervalSeconds: NaN }, 'intervalSeconds'],
    [{ pingIntervalMs: 1.5 }, 'pingIntervalMs'],
    [{ limits: { maxOffers: -1 } }, 'limits.maxOffers'],
    [{ limits: { maxMessageBytes: 0 } }, 'limits.maxMessageBytes'],
    [{ limits: { typo: 1 } as object }, 'limits.typo'],
    [{ transport: 'uws' as 'ws' }, 'transport must be built-in, ws or a function, not "uws"'],
  ])('[TRK-55] %j is refused', (options, problem) => {
    expect(() => createTracker(options)).toThrow(problem);
  });

  test('[TRK-55] an address out of range is refused', async () => {
    await expect(create().listen({ port: 65_536 })).rejects.toThrow('port must be');
    expect(() => create().attach(createServer(), { path: 'tracker' })).toThrow('path must start with a slash');
  });

  test('[TRK-62] a port that is taken rejects listen()', async () => {
    const { port } = await start();
    await expect(create().listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a transport of the user', () => {
  const factoryInto = (hosts: TransportHost[], upgrade?: Transport['upgrade']): TransportFactory => {
    return (host, limits) => {
      expect(limits).toEqual({ maxMessageBytes: 65_536, maxFragments: 256, closeTimeoutMs: 5_000 });
      hosts.push(host);
      return { ...(upgrade ? { upgrade } : {}), close: async () => undefined };
    };
  };

  test('[TRK-49] its links are served like any, and closed with the tracker', async () => {
    const hosts: TransportHost[] = [];
    const tracker = create({ transport: factoryInto(hosts) });
    const links = [new FakeLink(), new FakeLink()];
    const [first, second] = links.map((link) => hosts[0]!.open(link));
    second!.message(Buffer.from(JSON.stringify(announce('b'))));
    first!.message(Buffer.from(JSON.stringify(announce('a', { offers: offers(1) }))));
    expect(links[1]!.sent.at(-1)).toContain('offer');
    expect(tracker.stats()).toMatchObject({ connections: 2, peers: 2 });
    first!.closed();
    expect(tracker.stats()).toMatchObject({ connections: 1, peers: 1 });
    await tracker.close();
    expect(links.map(({ closedWith }) => closedWith)).toEqual([undefined, 1001]);
  });

  test('[TRK-49] one that listens by itself can neither be attached nor told to listen', async () => {
    const tracker = create({ transport: factoryInto([]) });
    expect(() => tracker.attach(createServer())).toThrow('takes no upgrades');
    await expect(tracker.listen({ port: 0 })).rejects.toThrow('takes no upgrades');
  });

  test('[TRK-49] one that takes upgrades gets them', async () => {
    const upgrade = jest.fn((_request: IncomingMessage, socket: Duplex) => socket.end('HTTP/1.1 418 Mine\r\n\r\n'));
    const { url } = await start({ transport: factoryInto([], upgrade) });
    const [error] = (await once(new WebSocket(url), 'error')) as [Error];
    expect(error.message).toContain('418');
    expect(upgrade).toHaveBeenCalledTimes(1);
  });
});
