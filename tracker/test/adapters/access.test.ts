// Who gets in and who does not, over real sockets.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { infoHashOf } from '../../src/access/info-hash';
import { createTracker, type Authorize, type Tracker, type TrackerOptions } from '../../src/index';
import { mintToken } from '../../src/token';
import { eventually } from '../support/eventually';
import { announce, id, offers } from '../support/messages';
import { TestSocket } from '../support/test-socket';

const KEY = { id: 'k', secret: 'a secret of at least thirty-two bytes' };
const SWARM = 'stream';
const inSwarm = (peer: string, more = {}) => announce(peer, { info_hash: infoHashOf(SWARM), ...more });

const trackers: Tracker[] = [];

async function start(options: TrackerOptions = {}) {
  const tracker = createTracker(options);
  trackers.push(tracker);
  const { url, port } = await tracker.listen({ host: '127.0.0.1', port: 0 });
  return { tracker, url, port };
}
afterEach(() => Promise.all(trackers.splice(0).map((tracker) => tracker.close())));

/** What an upgrade is answered that is not taken. */
async function refused(port: number, headers: Record<string, string> = {}) {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const sent = request({ host: '127.0.0.1', port, headers: { ...upgrade, ...key, ...headers } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}

describe('connections', () => {
  test('[TRK-190] a page of another origin is answered 403, with the reason', async () => {
    const { tracker, url, port } = await start({ origins: { allow: ['https://*.example.org'] } });
    const page = await TestSocket.open(url, { origin: 'https://www.example.org' });
    expect(await page.ask(announce('a'))).toMatchObject({ incomplete: 1 });
    const text = 'this tracker does not serve pages of this origin\n';
    expect(await refused(port, { origin: 'https://evil.example' })).toEqual({ status: 403, text });
    expect(tracker.stats()).toMatchObject({ connections: 1, access: { originsRefused: 1 } });
  });

  test('[TRK-207] one too many is answered 503, of one address 429', async () => {
    const { tracker, url, port } = await start({
      limits: { maxConnections: 2 },
      rates: { maxConnectionsPerAddress: 1 },
    });
    const first = await TestSocket.open(url);
    expect(await refused(port)).toEqual({ status: 429, text: 'this address has as many connections as it may have\n' });
    first.socket.close();
    await eventually(() => tracker.stats().connections === 0);
    await TestSocket.open(url);
    const small = await start({ limits: { maxConnections: 1 } });
    await TestSocket.open(small.url);
    expect(await refused(small.port)).toMatchObject({ status: 503 });
    expect(small.tracker.stats().connectionsRefused['tracker-full']).toBe(1);
  });

  test('[TRK-203] a flood is cut off and counted', async () => {
    const { tracker, url } = await start({ rates: { messageBurst: 1, messagesPerSecond: 1, floodFactor: 5 } });
    const client = await TestSocket.open(url);
    for (let index = 0; index < 50; index += 1) client.send({});
    await client.closed;
    expect(tracker.stats()).toMatchObject({ floods: 1, cutConnections: { flood: 1 }, connections: 0 });
  });
});

describe('tokens over sockets', () => {
  const tokens = { keys: [KEY] };
  const token = mintToken({ swarmId: SWARM, expiresInSeconds: 60 }, KEY);

  test('[TRK-184] in the announce, or in the URL for clients that cannot', async () => {
    const { url } = await start({ tokens });
    const [member, stock] = await Promise.all([TestSocket.open(url), TestSocket.open(`${url}/?a=b&token=${token}`)]);
    expect(await member.ask(inSwarm('a', { token }))).toMatchObject({ incomplete: 1 });
    expect(await stock.ask(inSwarm('b'))).toMatchObject({ incomplete: 2 });
    // What the announce says counts.
    expect(await stock.ask(inSwarm('b', { token: 'wrong' }))).toMatchObject({ 'failure reason': 'token not valid' });
  });

  test('[TRK-184] without one, with that of another swarm, or one that has ended, it says so', async () => {
    const { tracker, url } = await start({ tokens });
    const client = await TestSocket.open(url);
    const expired = mintToken({ swarmId: SWARM, expiresInSeconds: 1 }, KEY, Date.now() - 60_000);
    const bound = mintToken(
      { swarmId: SWARM, expiresInSeconds: 60, peerId: id('x'), origin: 'https://a.example' },
      KEY,
    );
    const says = async (message: unknown, failure: string) =>
      expect(await client.ask(message)).toMatchObject({ 'failure reason': failure });
    await says(inSwarm('a', { offers: offers(2) }), 'token required');
    await says(inSwarm('b', { token: expired }), 'token expired');
    await says(inSwarm('c', { token: 'x' }), 'token not valid');
    await says(announce('d', { token }), 'token is for another swarm');
    await says(inSwarm('e', { token: bound }), 'token is for another peer');
    await says(inSwarm('x', { token: bound }), 'token is for another site');
    expect(tracker.stats().peers).toBe(0);
    expect(tracker.stats().rejects).toMatchObject({ 'token-required': 1, 'token-expired': 1, 'token-invalid': 4 });
  });

  test('[TRK-184] where it is not required, none will do, but a wrong one will not', async () => {
    const { url } = await start({ tokens: { ...tokens, isRequired: false } });
    const client = await TestSocket.open(url);
    expect(await client.ask(inSwarm('a'))).toMatchObject({ incomplete: 1 });
    expect(await client.ask(inSwarm('a', { token: 'wrong' }))).toMatchObject({ 'failure reason': 'token not valid' });
  });

  test('[TRK-55] tokens without a key, or with one that cannot be, are refused', () => {
    expect(() => createTracker({ tokens: { keys: [] } })).toThrow('keys must hold at least one key');
    expect(() => createTracker({ tokens: { keys: [{ id: 'a', secret: 'hunter2' }] } })).toThrow('keys[0].secret');
    expect(() => createTracker({ tokens: { keys: [KEY], clockSkewSeconds: -1 } })).toThrow('tokens.clockSkewSeconds');
    expect(() => createTracker({ authorize: true as unknown as Authorize })).toThrow('authorize');
  });
});

describe('lists and checks over sockets', () => {
  test('[TRK-191] [TRK-192] a swarm that is denied from now on loses its peers with their next announce', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lists-'));
    const denyFile = path.join(folder, 'deny');
    writeFileSync(denyFile, '# nothing yet\n');
    const { tracker, url } = await start({ infoHashes: { denyFile } });
    const client = await TestSocket.open(url);
    expect(await client.ask(inSwarm('a'))).toMatchObject({ incomplete: 1 });
    writeFileSync(denyFile, `${SWARM}\n`);
    tracker.reload();
    expect(tracker.stats().peers).toBe(1);
    expect(await client.ask(inSwarm('a'))).toMatchObject({
      action: 'announce',
      'failure reason': 'this swarm is not served here',
    });
    expect(tracker.stats()).toMatchObject({ peers: 0, connections: 1 });
    expect(await client.ask(announce('a'))).toMatchObject({ incomplete: 1 });
    rmSync(folder, { recursive: true });
    expect(() => tracker.reload()).toThrow(denyFile);
  });

  test('[TRK-193] [TRK-196] the hook decides while the rest goes on', async () => {
    const waiting: ((answer: boolean | string) => void)[] = [];
    const authorize: Authorize = ({ peerId }) =>
      peerId === id('slow')
        ? new Promise((resolve) => waiting.push(resolve))
        : peerId !== id('bad') || 'only for subscribers';
    const { tracker, url } = await start({ authorize });
    const [client, other] = await Promise.all([TestSocket.open(url), TestSocket.open(url)]);
    client.send(announce('slow', { offers: offers(1) }));
    await eventually(() => waiting.length === 1);
    expect(await client.ask(announce('quick'))).toMatchObject({ incomplete: 1 });
    expect(await other.ask(announce('bad'))).toMatchObject({ 'failure reason': 'only for subscribers' });
    waiting[0]?.(true);
    expect(await client.next()).toMatchObject({ incomplete: 2 });
    // The offer that it had brought goes to the other peer.
    expect(await client.next()).toMatchObject({ peer_id: id('slow') });
    expect(tracker.stats()).toMatchObject({ announcesHeld: 3, access: { asked: 3, failed: 0 } });
  });
});

test('[TRK-214] statistics tell the load and what is done about it', async () => {
  const { tracker } = await start();
  expect(tracker.stats()).toMatchObject({ load: expect.any(Number) as number, overload: 'normal' });
});
