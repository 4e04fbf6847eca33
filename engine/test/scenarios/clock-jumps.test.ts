// The machine sleeps, or the page is frozen: an hour passes between two events, and all timers are late at once.

import { World, type Viewer } from '../support/simulated-world';

const HOUR_MS = 3_600_000;
/** What a viewer may say to the tracker and ask of the origin in the first second after waking. */
const MAX_BURST = 12;

interface Nap {
  /** From the viewer's start. */
  readonly afterMs: number;
  readonly isLive: boolean;
  /** All other viewers are gone when it ends, without a word. */
  readonly areOthersGone: boolean;
}

const messageCountOf = (world: World, viewer: Viewer): number =>
  world.tracker.requests.length + viewer.http.requests.length;

/** A viewer among three others falls asleep and wakes. */
async function nap({ afterMs, isLive, areOthersGone }: Nap) {
  const content = { isLive, segmentCount: isLive ? 2_000 : 60, segmentBytes: 150_000 };
  const world = new World({ seed: 81, content });
  const others: Viewer[] = [];
  for (let count = 0; count < 3; count += 1) {
    others.push(world.addViewer());
    await world.run(2_000);
  }
  const viewer = world.addViewer();
  await world.run(afterMs);
  if (areOthersGone) {
    for (const other of others) {
      other.player.stop();
      other.vanish();
    }
  }
  const before = messageCountOf(world, viewer);
  world.clock.sleep(HOUR_MS);
  if (isLive)
    for (const { player } of [viewer, ...(areOthersGone ? [] : others)])
      player.seek(world.content.endAt(world.clock.now()) - 3);
  await world.run(1_000);
  const burst = messageCountOf(world, viewer) - before;
  const awake = areOthersGone ? [viewer] : world.viewers;
  expect(burst).toBeLessThanOrEqual(MAX_BURST * awake.length);
  const [stalls, loaded] = [viewer.player.stallCount, viewer.player.loadedCount];
  await world.run(60_000);
  for (const { player } of awake) expect(player.problems).toEqual([]);
  // The hour itself is a stall of the simulated player, which plays on in its sleep.
  expect(viewer.player.stallCount).toBeLessThanOrEqual(stalls + 1);
  expect(viewer.player.loadedCount).toBeGreaterThan(Math.min(loaded + 20, 59));
  expect(viewer.stats.trackerCount).toBe(1);
  return { world, viewer };
}

const MOMENTS: readonly (readonly [string, number])[] = [
  ['while it joins', 5],
  ['while links are made', 40],
  ['while it is introduced', 250],
  ['over HTTP', 600],
  ['in the middle of a segment from peers', 4_150],
  ['later', 20_033],
];

describe.each([
  ['on demand', false],
  ['live', true],
])('an hour of sleep, %s', (_, isLive) => {
  test.each(MOMENTS)('[PEER-12] %s: peers that are still there go on being peers', async (__, afterMs) => {
    const { world, viewer } = await nap({ afterMs, isLive, areOthersGone: false });
    expect(viewer.stats.peerCount).toBe(3);
    await world.expectNothingLeft();
  });

  test.each(MOMENTS)('[SCH-2] %s: of peers that are gone none is waited for', async (__, afterMs) => {
    const { world, viewer } = await nap({ afterMs, isLive, areOthersGone: true });
    expect(viewer.stats.peerCount).toBe(0);
    expect(viewer.links.links.size).toBeLessThanOrEqual(5);
    await world.expectNothingLeft();
  });
});
