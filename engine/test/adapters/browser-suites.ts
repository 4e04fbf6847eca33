// What runs inside the page: every contract with the adapter that a browser gets. Jest imports the same list for the
// names of its tests, the page for their bodies.

import { createBrowserPorts } from '../../src/adapters/browser/browser-ports';
import { clockContract } from '../contracts/clock-contract';
import { realWaiting, type ContractCase } from '../contracts/contract';
import { httpContract } from '../contracts/http-contract';
import { networkConditionsContract } from '../contracts/network-conditions-contract';
import { pageLifecycleContract } from '../contracts/page-lifecycle-contract';
import { peerLinksContract } from '../contracts/peer-links-contract';
import { randomContract } from '../contracts/random-contract';
import { segmentStoreContract } from '../contracts/segment-store-contract';
import { signallingContract } from '../contracts/signalling-contract';
import { fetchHttpCases } from './fetch-http-cases';
import { webSocketCases } from './web-socket-cases';

/** Where the local servers are; the page itself comes from `originUrl`. */
export interface PageAddresses {
  readonly originUrl: string;
  readonly otherOriginUrl: string;
  readonly trackerUrl: string;
  readonly unreachableUrl: string;
}

/** A contract and how to run one of its clauses here. */
export interface PageSuite {
  readonly title: string;
  readonly clauseNames: readonly string[];
  run(clauseIndex: number, addresses: PageAddresses): Promise<void>;
}

function suite<World>(
  title: string,
  cases: readonly ContractCase<World>[],
  setUp: (addresses: PageAddresses) => World | Promise<World>,
): PageSuite {
  return {
    title,
    clauseNames: cases.map(({ name }) => name),
    run: async (clauseIndex, addresses) => cases[clauseIndex]?.run(await setUp(addresses)),
  };
}

const ports = createBrowserPorts({ iceServers: [] });

const httpWorld = ({ originUrl, otherOriginUrl, unreachableUrl }: PageAddresses) => ({
  http: ports.http,
  originUrl,
  otherOriginUrl,
  unreachableUrl: unreachableUrl.replace('ws:', 'http:'),
  url: (resource: string) => originUrl + resource,
  openResponses: () => ask<number>('open'),
  ...realWaiting,
});

const signallingWorld = async ({ trackerUrl, unreachableUrl }: PageAddresses) => {
  await order('reset');
  const tracker = {
    url: trackerUrl,
    unreachableUrl,
    say: (text: string) => order('say', text),
    sayBinary: () => order('sayBinary'),
    sayLong: (length: number) => order('sayLong', String(length)),
    drop: () => order('drop'),
    drain: () => order('drain'),
    received: () => ask<readonly string[]>('received'),
    connectionCount: () => ask<number>('connectionCount'),
  };
  return { signalling: ports.signalling, tracker, ...realWaiting };
};

/** Asks the local servers for something that only they can know or do. */
async function ask<Answer>(control: string, text = ''): Promise<Answer> {
  const response = await fetch(`/control/${control}?${encodeURIComponent(text)}`, { cache: 'no-store' });
  return (await response.json()) as Answer;
}

async function order(control: string, text?: string): Promise<void> {
  await ask(control, text);
}

/** Everything that is proved in a page. */
export const pageSuites: readonly PageSuite[] = [
  suite('SystemClock', clockContract, () => ({ clock: ports.clock, ...realWaiting })),
  suite('CryptoRandom', randomContract, () => ({ random: ports.random })),
  suite('MemoryStore', segmentStoreContract, () => ({
    store: createBrowserPorts({ iceServers: [] }).store,
    ...realWaiting,
  })),
  suite('WindowLifecycle', pageLifecycleContract, () => ({
    lifecycle: ports.lifecycle,
    leave: () => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })),
    return: () => {
      // What every first load fires; it is no return.
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    },
    show: (isShown) => {
      Object.defineProperty(document, 'visibilityState', { value: isShown ? 'visible' : 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    },
  })),
  suite('NavigatorConditions', networkConditionsContract, () => {
    // Desktop browsers have the API without the type of the line.
    const connection = new EventTarget();
    Object.defineProperty(navigator, 'connection', { value: connection, configurable: true });
    return {
      conditions: ports.conditions,
      change: ({ isCellular, savesData }) => {
        Object.assign(connection, { type: isCellular ? 'cellular' : 'wifi', saveData: savesData });
        connection.dispatchEvent(new Event('change'));
      },
      ...realWaiting,
    };
  }),
  suite('FetchHttp', httpContract, httpWorld),
  suite('FetchHttp at odd origins', fetchHttpCases, httpWorld),
  suite('WebSocketSignalling', signallingContract, signallingWorld),
  suite('WebSocketSignalling beyond the contract', webSocketCases, signallingWorld),
  suite('SimplePeerLinks', peerLinksContract, () => ({ alice: ports.peers, bob: ports.peers, ...realWaiting })),
];
