// The adapters that Node uses keep the contracts: real timers, a real origin, a real tracker socket, real WebRTC.

import native from 'node-datachannel';

import { createConsoleLogger } from '../../src/adapters/shared/console-logger';
import { createBrowserPorts } from '../../src/adapters/browser/browser-ports';
import { createNodePorts } from '../../src/adapters/node/node-ports';
import type { EnginePorts } from '../../src/ports';
import { clockContract } from '../contracts/clock-contract';
import { realWaiting } from '../contracts/contract';
import { describeContract } from '../contracts/describe-contract';
import { httpContract } from '../contracts/http-contract';
import { peerLinksContract } from '../contracts/peer-links-contract';
import { randomContract } from '../contracts/random-contract';
import { segmentStoreContract } from '../contracts/segment-store-contract';
import { signallingContract } from '../contracts/signalling-contract';
import { fetchHttpCases } from './fetch-http-cases';
import { startLocalServers, type LocalServers } from './local-servers';
import { webSocketCases } from './web-socket-cases';

let servers: LocalServers;
let ports: EnginePorts;

beforeAll(async () => {
  servers = await startLocalServers();
  ports = await createNodePorts({ iceServers: [] });
});

afterAll(() => {
  servers.close();
  // Joins the native threads, which outlive a test environment otherwise.
  native.cleanup();
});

const httpWorld = () => ({
  http: ports.http,
  url: (resource: string) => servers.url + resource,
  originUrl: servers.url,
  otherOriginUrl: servers.otherUrl,
  unreachableUrl: servers.tracker.unreachableUrl.replace('ws:', 'http:'),
  openResponses: () => servers.openResponses(),
  ...realWaiting,
});

const signallingWorld = () => {
  servers.tracker.reset();
  return { signalling: ports.signalling, tracker: servers.tracker, ...realWaiting };
};

describeContract('Node: SystemClock', clockContract, () => ({ clock: ports.clock, ...realWaiting }));
describeContract('Node: CryptoRandom', randomContract, () => ({ random: ports.random }));
describeContract('Node: MemoryStore', segmentStoreContract, async () => ({
  store: (await createNodePorts({ iceServers: [] })).store,
  ...realWaiting,
}));
describeContract('Node: FetchHttp', httpContract, httpWorld);
describeContract('Node: FetchHttp at odd origins', fetchHttpCases, httpWorld);
describeContract('Node: WebSocketSignalling', signallingContract, signallingWorld);
describeContract('Node: WebSocketSignalling beyond the contract', webSocketCases, signallingWorld);
describeContract('Node: NodeLinks', peerLinksContract, () => ({
  alice: ports.peers,
  bob: ports.peers,
  ...realWaiting,
}));

describe('Node: NodeLinks beyond the contract', () => {
  test('an ICE server that cannot be read closes the link later', async () => {
    const { peers } = await createNodePorts({ iceServers: [{ urls: 'http://no-stun' }] });
    const log: string[] = [];
    const note = (name: string) => () => log.push(name);
    peers.offer({
      onDescription: note('description'),
      onOpen: note('open'),
      onMessage: note('message'),
      onFlushed: note('flushed'),
      onClose: note('close'),
    });
    expect(log).toEqual([]);
    await realWaiting.settle();
    expect(log).toEqual(['close']);
  });
});

describe('createBrowserPorts', () => {
  // Server-side rendering imports and may even set up the engine; only playing needs a page.
  test('touches nothing of the page until used', () => {
    const { peers, lifecycle } = createBrowserPorts({ iceServers: [{ urls: ['stun:localhost'] }] });
    expect(peers.isSupported).toBe(false);
    expect(() => lifecycle.subscribe({ onLeave: () => undefined, onReturn: () => undefined })()).not.toThrow();
  });
});

describe('createConsoleLogger', () => {
  test('writes lines of its threshold and above', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const logger = createConsoleLogger('error');
    logger.log('warn', 'unimportant');
    logger.log('error', 'important', { why: 'test' });
    expect(warn).not.toHaveBeenCalled();
    expect(error.mock.calls).toEqual([['[p2p-media-loader] important', { why: 'test' }]]);
    jest.restoreAllMocks();
  });
});
