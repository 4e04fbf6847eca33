// One tracker in a process of its own, on a free port of 127.0.0.1.

import type { AddressInfo } from 'node:net';
import { createTracker } from '../../tracker/src/index';
import { SCENARIOS, tell, type Subject } from './run';

const HOST = '127.0.0.1';
const MANY = 1_000_000;

export async function serve(subject: Subject): Promise<void> {
  tell({ type: 'listening', port: subject === 'bittorrent-tracker' ? await serveTheirs() : await serveOurs(subject) });
}

async function serveOurs(subject: Subject): Promise<number> {
  const tracker = createTracker({
    transport: subject === 'ours-on-ws' ? 'ws' : 'built-in',
    // Each of its viewers announces as often as a hundred; what is measured is the work, not how it is refused.
    rates: { messageBurst: MANY, messagesPerSecond: MANY, announceBurst: MANY },
    overload: { relayLimit: 1, joinLimit: 1 },
    onError: (error) => tell({ type: 'broken', reason: `an error inside the tracker: ${String(error)}` }),
  });
  return (await tracker.listen({ host: HOST, port: 0 })).port;
}

async function serveTheirs(): Promise<number> {
  const { default: Server } = await import('bittorrent-tracker/server');
  // By default it forgets all but 1,000 viewers of a swarm: cheap, but then those are not served.
  const peersCacheLength = 2 * SCENARIOS['one-swarm'].connections;
  const server = new Server({ udp: false, http: false, ws: true, stats: false, peersCacheLength });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return (server.http.address() as AddressInfo).port;
}
