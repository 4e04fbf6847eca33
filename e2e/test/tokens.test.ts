// A tracker for those only whom the publisher's backend lets in, and a backend as a site would write it.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mintToken } from '../../tracker/src/token';
import { setStage, until, type Stage, type Viewer } from '../support/stage';

const KEY = { id: 'e2e', secret: 'a secret of at least thirty-two bytes' };
const LIFETIME_SECONDS = 5;
const SOURCE = '/vod-ts/master.m3u8';
/** The shortest that the engine keeps to. */
const INTERVAL_SECONDS = 10;

let stage: Stage;
let backend: Server;
let tokenUrl: string;
let mintedCount = 0;

beforeAll(async () => {
  stage = await setStage();
  const origin = new URL(stage.url).origin;
  backend = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://backend');
    const [swarmId, peerId] = [searchParams.get('swarm') ?? '', searchParams.get('peer') ?? ''];
    mintedCount += 1;
    response.setHeader('access-control-allow-origin', origin);
    response.end(mintToken({ swarmId, peerId, origin, expiresInSeconds: LIFETIME_SECONDS }, KEY));
  });
  await new Promise<void>((resolve) => void backend.listen(0, '127.0.0.1', resolve));
  tokenUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/token`;
});
afterEach(() => stage.reset());
afterAll(async () => {
  backend.close();
  backend.closeAllConnections();
  await stage.close();
});

/** How often the viewer lost its tracker since this was called. */
async function countLosses(viewer: Viewer): Promise<() => Promise<number>> {
  await viewer.page.evaluate(() => {
    const losses: string[] = [];
    Object.assign(window, { losses });
    [...window.P2PMediaLoader.sessions][0]!.on('trackerClosed', ({ reason }) => losses.push(reason));
  });
  return () => viewer.page.evaluate(() => (window as unknown as { losses: string[] }).losses.length);
}

test('[ANN-17] [TRK-184] viewers with tokens of 5 s share and stay; one without is given nothing and plays', async () => {
  const { tracker, url } = await stage.startTracker(0, {
    intervalSeconds: INTERVAL_SECONDS,
    tokens: { keys: [KEY], clockSkewSeconds: 0 },
  });
  const options = { trackers: [url] };
  const first = await stage.open({ source: SOURCE, options, tokenUrl });
  const losses = [await countLosses(first)];
  await first.playsTo(1);
  const second = await stage.open({ source: SOURCE, options, tokenUrl });
  losses.push(await countLosses(second));
  await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);

  const without = await stage.open({ source: SOURCE, options });
  await without.playsTo(3);

  // Two renewals of each, at least 10 s apart, and all of their first tokens are long over.
  const announcedBefore = tracker.stats().messagesIn.announce;
  await until('renewals', async () => tracker.stats().messagesIn.announce >= announcedBefore + 6);
  expect(mintedCount).toBeGreaterThan(6);
  expect(await Promise.all(losses.map((count) => count()))).toEqual([0, 0]);
  for (const viewer of [first, second]) {
    expect(await viewer.stats()).toMatchObject({ trackerCount: 1, peerCount: 1 });
    expect(await viewer.errors()).toEqual([]);
  }
  expect(await without.stats()).toMatchObject({ trackerCount: 0, p2pBytes: 0, connectionCount: 0 });
  expect(tracker.stats()).toMatchObject({ peers: 2, connections: 3 });
  expect(tracker.stats().rejects['token-required']).toBeGreaterThan(0);
  expect(tracker.stats().rejects['token-invalid']).toBe(0);
});
