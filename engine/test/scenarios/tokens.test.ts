// A tracker that wants tokens, and one that goes and says when it is back.

import type { TrackerRequest } from '../doubles/fake-signalling';
import { World } from '../support/simulated-world';

const FILM_MS = 150_000;

/** Tokens that last for so long, in the form in which the tracker's own tell it; the world's clock counts. */
function issuer(world: World, lifetimeSeconds: number) {
  let issuedCount = 0;
  return {
    mint: () => {
      issuedCount += 1;
      const seconds = world.clock.now() / 1000;
      return `1.key.${Math.floor(seconds)}.${Math.ceil(seconds + lifetimeSeconds)}.${issuedCount}`;
    },
    judge: ({ token }: TrackerRequest) => {
      if (token === undefined) return 'token required';
      const expires = Number(token.split('.')[3]);
      return world.clock.now() / 1000 >= expires ? 'token expired' : undefined;
    },
    get issuedCount() {
      return issuedCount;
    },
  };
}

describe('trackers that want tokens', () => {
  test('[ANN-17] viewers whose tokens last 5 s share for minutes, over the socket that they began with', async () => {
    const world = new World({ seed: 41 });
    const { mint, judge } = issuer(world, 5);
    world.tracker.judge = judge;
    const viewers = [world.addViewer({ p2p: { token: mint } }), world.addViewer({ p2p: { token: mint } })];
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    for (const viewer of viewers) {
      expect(viewer.stats).toMatchObject({ trackerCount: 1, peerCount: 1 });
      expect([viewer.eventCount('trackerConnected'), viewer.eventCount('trackerClosed')]).toEqual([1, 0]);
    }
    expect(Math.max(...viewers.map(({ stats }) => stats.p2pBytes))).toBeGreaterThan(0);
    await world.expectNothingLeft();
  });

  test('[ANN-17] one whose tokens do not tell when they end is let in again as soon as it is refused', async () => {
    const world = new World({ seed: 42, tracker: { interval: 20 } });
    let valid = 'opaque 1';
    world.tracker.judge = ({ token }) => (token === valid ? undefined : 'token not valid');
    const viewer = world.addViewer({ p2p: { token: () => valid } });
    await world.run(5_000);
    valid = 'opaque 2';
    await world.run(30_000);
    expect(viewer.stats.trackerCount).toBe(1);
    expect([viewer.eventCount('trackerConnected'), viewer.eventCount('trackerClosed')]).toEqual([2, 0]);
    await world.run(FILM_MS);
    await world.expectNothingLeft();
  });

  test('[ANN-18] without a token, or with a function that fails, a viewer plays from the origin', async () => {
    const world = new World({ seed: 43 });
    const { mint, judge } = issuer(world, 600);
    world.tracker.judge = judge;
    world.addViewer({ p2p: { token: mint } });
    const fails = (): never => {
      throw new Error('no session');
    };
    const [without, failing] = [world.addViewer(), world.addViewer({ p2p: { token: fails } })];
    const errors: string[] = [];
    failing.connection?.handle.on('error', ({ reason }) => errors.push(reason));
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    for (const { stats } of [without, failing]) expect(stats).toMatchObject({ p2pBytes: 0, trackerCount: 0 });
    expect(new Set(errors)).toEqual(new Set(['token-failed', 'tracker-refused']));
    await world.expectNothingLeft();
  });

  test('[ANN-16] a token that the page sets later lets its viewer in', async () => {
    const world = new World({ seed: 44 });
    world.tracker.judge = ({ token }) => (token === 'right' ? undefined : 'token not valid');
    const viewer = world.addViewer({ p2p: { token: 'wrong' } });
    await world.run(5_000);
    expect(viewer.stats.trackerCount).toBe(0);
    viewer.connection?.handle.setOptions({ token: 'right' });
    await world.run(1_000);
    expect(viewer.stats.trackerCount).toBe(1);
    await world.run(FILM_MS);
    await world.expectNothingLeft();
  });
});

// The offers that went out with the refused announce reached nobody: to wait for their answers would be in vain.
test('[ANN-19] who is let in with its second token is connected as fast as with its first', async () => {
  const world = new World({ seed: 47 });
  world.tracker.judge = ({ token }) => (token === 'right' ? undefined : 'token not valid');
  const first = world.addViewer({ p2p: { token: 'right' } });
  await world.run(10_000);
  const given = ['wrong', 'right'];
  const second = world.addViewer({ p2p: { token: () => given.shift() ?? '' } });
  await world.run(2_500);
  expect([first, second].map(({ stats }) => stats.peerCount)).toEqual([1, 1]);
  await world.run(FILM_MS);
  await world.expectNothingLeft();
});

describe('trackers that say when they are back', () => {
  test('[ANN-20] viewers come back when they were asked to, and not as errors of the tracker', async () => {
    const world = new World({ seed: 45 });
    const viewers = [world.addViewer(), world.addViewer()];
    const errors: string[] = [];
    for (const viewer of viewers) viewer.connection?.handle.on('error', ({ reason }) => errors.push(reason));
    await world.run(10_000);
    let retryAfterMs = 2_000;
    world.tracker.drain(() => (retryAfterMs += 3_000));
    world.tracker.restart();
    await world.run(4_000);
    expect(viewers.map(({ stats }) => stats.trackerCount)).toEqual([0, 0]);
    await world.run(2_000);
    expect(viewers.map(({ stats }) => stats.trackerCount).sort()).toEqual([0, 1]);
    await world.run(3_000);
    expect(viewers.map(({ stats }) => [stats.trackerCount, stats.peerCount])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(errors).toEqual([]);
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });

  test('[ANN-6] a tracker that was away for 30 s is found within 10 s by everybody', async () => {
    const world = new World({ seed: 46 });
    const viewers = [world.addViewer(), world.addViewer(), world.addViewer()];
    await world.run(15_000);
    world.tracker.kill();
    await world.run(30_000);
    world.tracker.restart();
    await world.run(10_100);
    expect(viewers.map(({ stats }) => stats.trackerCount)).toEqual([1, 1, 1]);
    await world.run(FILM_MS);
    world.expectSmoothPlayback();
    await world.expectNothingLeft();
  });
});
