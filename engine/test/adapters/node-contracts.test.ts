// The shared adapters keep the contracts in Node too: real timers, a real origin, a real tracker socket.

import { WebSocket } from 'ws';

import { createBrowserPorts } from '../../src/adapters/browser/browser-ports';
import { CryptoRandom } from '../../src/adapters/shared/crypto-random';
import { FetchHttp } from '../../src/adapters/shared/fetch-http';
import { MemoryStore } from '../../src/adapters/shared/memory-store';
import { SystemClock } from '../../src/adapters/shared/system-clock';
import { WebSocketSignalling, type TextWebSocket } from '../../src/adapters/shared/web-socket-signalling';
import { clockContract } from '../contracts/clock-contract';
import { realWaiting } from '../contracts/contract';
import { describeContract } from '../contracts/describe-contract';
import { httpContract } from '../contracts/http-contract';
import { randomContract } from '../contracts/random-contract';
import { segmentStoreContract } from '../contracts/segment-store-contract';
import { signallingContract } from '../contracts/signalling-contract';
import { fetchHttpCases } from './fetch-http-cases';
import { startLocalServers, type LocalServers } from './local-servers';
import { webSocketCases } from './web-socket-cases';

let servers: LocalServers;
const ports = {
  clock: new SystemClock(),
  random: new CryptoRandom(),
  http: new FetchHttp(),
  signalling: new WebSocketSignalling((url) => new WebSocket(url) as unknown as TextWebSocket),
};

beforeAll(async () => {
  servers = await startLocalServers();
});

afterAll(() => servers.close());

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
describeContract('Node: MemoryStore', segmentStoreContract, () => ({ store: new MemoryStore(), ...realWaiting }));
describeContract('Node: FetchHttp', httpContract, httpWorld);
describeContract('Node: FetchHttp at odd origins', fetchHttpCases, httpWorld);
describeContract('Node: WebSocketSignalling', signallingContract, signallingWorld);
describeContract('Node: WebSocketSignalling beyond the contract', webSocketCases, signallingWorld);
describe('createBrowserPorts', () => {
  // Server-side rendering imports and may even set up the engine; only playing needs a page.
  test('touches nothing of the page until used', () => {
    const { peers, lifecycle, conditions } = createBrowserPorts({ iceServers: [{ urls: ['stun:localhost'] }] });
    expect(peers.isSupported).toBe(false);
    expect(() => lifecycle.subscribe({ onLeave: () => undefined, onReturn: () => undefined })()).not.toThrow();
    expect(() => conditions.subscribe(() => undefined)()).not.toThrow();
    expect([lifecycle.isHidden, conditions.isCellular, conditions.savesData]).toEqual([false, false, false]);
  });
});
