// simple-peer's own file as the builds bundle it, in a world that has WebRTC and nothing of Node.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { build } from 'esbuild';

import { forDataOnly, simplePeerAlone } from '../../../scripts/simple-peer-alone';

const MAX_BUFFERED_BYTES = 64 * 1024;
const PAIR = { id: 'pair', type: 'candidate-pair', localCandidateId: 'local', remoteCandidateId: 'remote' };

class FakeChannel {
  label = '';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readyState = 'open';
  readonly sent: Uint8Array[] = [];
  onopen = (): void => undefined;
  onmessage = (_event: { data: unknown }): void => undefined;
  onbufferedamountlow = (): void => undefined;
  onclose = (): void => undefined;
  onerror = (_event: { error: Error }): void => undefined;

  send(frame: Uint8Array): void {
    this.sent.push(frame);
    this.bufferedAmount += frame.length;
  }

  close(): void {
    this.readyState = 'closed';
  }
}

class FakeConnection {
  static latest: FakeConnection;
  readonly channel = new FakeChannel();
  iceConnectionState = 'new';
  localDescription: unknown = null;
  onicecandidate = (_event: { candidate: unknown }): void => undefined;
  oniceconnectionstatechange = (): void => undefined;

  constructor() {
    FakeConnection.latest = this;
  }

  createDataChannel(label: string): FakeChannel {
    this.channel.label = label;
    return this.channel;
  }

  createOffer = async () => ({ type: 'offer', sdp: 'sdp' });
  getStats = async () => [{ type: 'transport', selectedCandidatePairId: 'pair' }, PAIR];

  async setLocalDescription(description: unknown): Promise<void> {
    this.localDescription = description;
  }

  close(): void {
    this.iceConnectionState = 'closed';
  }
}

/** What the tests use of simple-peer. */
interface Peer {
  on(event: string, listener: (value: never) => void): void;
  write(frame: Uint8Array, onFlushed: () => void): void;
  destroy(error?: Error): void;
}

let code: string;
let inputs: readonly string[];

beforeAll(async () => {
  const result = await build({
    entryPoints: ['simple-peer'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'SimplePeer',
    metafile: true,
    plugins: [simplePeerAlone()],
  });
  code = result.outputFiles[0]?.text ?? '';
  inputs = Object.keys(result.metafile.inputs);
});

/** Everything that the bundle may count on, beside the language. */
const world = () => ({
  RTCPeerConnection: FakeConnection,
  queueMicrotask,
  crypto,
  setTimeout: (task: () => void) => queueMicrotask(task),
  setInterval: () => 1,
  clearInterval: () => undefined,
  ...{ ArrayBuffer, Uint8Array, Error, Promise },
});

function initiate() {
  const SimplePeer = runInNewContext(`${code};SimplePeer.default`, world()) as new (options: object) => Peer;
  const peer = new SimplePeer({ initiator: true, trickle: false, objectMode: true });
  const heard: string[] = [];
  for (const event of ['signal', 'connect', 'close']) peer.on(event, () => heard.push(event));
  peer.on('error', (error: Error) => heard.push(`error ${error.message}`));
  const connection = FakeConnection.latest;
  return { peer, heard, connection, channel: connection.channel };
}

/** Long enough for every chain of promises here. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

async function connect() {
  const rig = initiate();
  rig.connection.iceConnectionState = 'connected';
  rig.connection.oniceconnectionstatechange();
  rig.channel.onopen();
  await settle();
  return rig;
}

const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);

test('the bundle holds simple-peer and modules of ours, no package beside it', () => {
  const packages = inputs.filter((path) => path.includes('node_modules/'));
  expect(packages).toEqual([expect.stringMatching(/node_modules\/simple-peer\/index\.js$/)]);
  expect(code).not.toMatch(/Dynamic require|process\.|setImmediate/);
});

test('knows where there is no WebRTC', () => {
  const without = { ...world(), RTCPeerConnection: undefined };
  expect(runInNewContext(`${code};SimplePeer.default.WEBRTC_SUPPORT`, without)).toBe(false);
  expect(runInNewContext(`${code};SimplePeer.default.WEBRTC_SUPPORT`, world())).toBe(true);
});

test('names its channel by 20 random bytes, and another one each time', () => {
  const labels = [initiate().channel.label, initiate().channel.label];
  for (const label of labels) expect(label).toMatch(/^[0-9a-f]{40}$/);
  expect(labels[0]).not.toBe(labels[1]);
});

test('gives its offer when all candidates are known', async () => {
  const { heard, connection } = initiate();
  await settle();
  expect(heard).toEqual([]);
  connection.onicecandidate({ candidate: null });
  expect(heard).toEqual(['signal']);
});

test('keeps messages that overtake "connect" until somebody listens', async () => {
  const { peer, heard, channel } = await connect();
  expect(heard).toEqual(['connect']);
  const received: unknown[] = [];
  channel.onmessage({ data: bytes(2, 7).buffer });
  channel.onmessage({ data: 'text' });
  peer.on('data', (data) => received.push(data));
  await settle();
  channel.onmessage({ data: bytes(1, 9).buffer });
  expect(received).toEqual([bytes(2, 7), 'text', bytes(1, 9)]);
});

test('answers a write when the channel has room again, and holds the next one back until then', async () => {
  const { peer, channel } = await connect();
  const answers: number[] = [];
  peer.write(bytes(MAX_BUFFERED_BYTES), () => answers.push(1));
  peer.write(bytes(1), () => answers.push(2));
  peer.write(bytes(10), () => answers.push(3));
  await settle();
  expect([answers, channel.sent.length]).toEqual([[1], 2]);
  channel.bufferedAmount = 0;
  channel.onbufferedamountlow();
  await settle();
  expect([answers, channel.sent.map(({ length }) => length)]).toEqual([
    [1, 2, 3],
    [MAX_BUFFERED_BYTES, 1, 10],
  ]);
});

test('sends what was written before "connect", in order', async () => {
  const rig = initiate();
  const answers: number[] = [];
  for (const length of [1, 2, 3]) rig.peer.write(bytes(length), () => answers.push(length));
  await settle();
  expect([answers, rig.channel.sent]).toEqual([[], []]);
  rig.connection.iceConnectionState = 'connected';
  rig.connection.oniceconnectionstatechange();
  rig.channel.onopen();
  await settle();
  expect([answers, rig.channel.sent.map(({ length }) => length)]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test('forgets what waits when it is destroyed, and closes later, once', async () => {
  const { peer, heard, channel } = await connect();
  const answers: number[] = [];
  peer.write(bytes(MAX_BUFFERED_BYTES + 1), () => answers.push(1));
  peer.write(bytes(1), () => answers.push(2));
  peer.destroy();
  peer.destroy();
  expect(heard).toEqual(['connect']);
  channel.bufferedAmount = 0;
  await settle();
  channel.onbufferedamountlow();
  await settle();
  expect([answers, channel.sent.length, channel.readyState]).toEqual([[], 1, 'closed']);
  expect(heard).toEqual(['connect', 'close']);
});

test('closes after an error of its channel', async () => {
  const { heard, channel } = await connect();
  channel.onerror({ error: new Error('broken') });
  await settle();
  expect(heard).toEqual(['connect', 'error broken', 'close']);
});

test('closes after an error of its connection, whose own code cannot be set', async () => {
  const { heard, connection } = initiate();
  connection.createOffer = () => Promise.reject(new DOMException('no offer', 'OperationError'));
  await settle();
  expect(heard).toEqual(['error no offer', 'close']);
});

describe('forDataOnly', () => {
  const source = readFileSync('node_modules/simple-peer/index.js', 'utf8');

  test('leaves nothing of what it cuts', () => {
    expect(forDataOnly(source)).not.toMatch(/\brequire\(|\bmodule\.exports|\bdebug\(|\berrCode\(|\._debug\(/);
  });

  test.each([
    ["const more = require('more')", 'requires more'],
    ["const { more } = require('more')", 'requires more'],
  ])('a version with %s does not build', (line, why) => {
    expect(() => forDataOnly(`${line}\n${source}`)).toThrow(why);
  });

  test('a version that lacks what is cut does not build', () => {
    expect(() => forDataOnly(source.replaceAll('addTransceiver', 'addOther'))).toThrow('addTransceiver');
  });
});
