// One viewer, honest peers, and a peer that does harm. It costs a detour, never a stall; it is closed, the others stay.

import { LIARS, type Liar, type LiarScene } from '../support/liars';
import { World, type Viewer } from '../support/simulated-world';
import { WirePeer, type WirePeerScript } from '../support/wire-peer';

const SEGMENT_BYTES = 300_000;
const SEGMENT_COUNT = 40;
/** On demand the others give so much ahead that a liar is asked seldom: it takes a longer film to find it out. */
const FILM_SEGMENT_COUNT = 70;
/**
 * What the liar does may cost so many ranges more than one per segment: five failures close it, two may be under way,
 * and one ahead.
 */
const DETOURS = 8;
/** Who is asked no more often than this has lost its turn: that is as good as closed. */
const FEW_REQUESTS = 3;

interface Case {
  readonly isLive: boolean;
  readonly seed: number;
  readonly script: (scene: LiarScene) => WirePeerScript;
  readonly honestCount: number;
}

/** To the end of the film, and not beyond it: who needs nothing finds out no liars. */
async function watchBeside({ isLive, seed, script, honestCount }: Case) {
  const segmentCount = isLive ? SEGMENT_COUNT : FILM_SEGMENT_COUNT;
  const content = { isLive, segmentCount, segmentBytes: SEGMENT_BYTES };
  const world = new World({ seed, content });
  for (let count = 0; count < honestCount; count += 1) {
    world.addViewer();
    await world.run(3_000);
  }
  const liar = new WirePeer(world, script({ world, segmentCount, segmentBytes: SEGMENT_BYTES }));
  await world.run(500);
  liar.offer();
  await world.run(500);
  const viewer = world.addViewer();
  await world.run(isLive ? 70_000 : 120_000);
  return { world, liar, viewer };
}

/** Everybody got everything from the engine, once, right and without a stall. */
function expectUnharmed(world: World): void {
  world.expectSmoothPlayback();
  for (const { player, http } of world.viewers) {
    const { size } = player.deliveries;
    expect(size).toBeGreaterThanOrEqual(SEGMENT_COUNT - 10);
    expect(player.ownLoadCount).toBe(0);
    expect(http.requests.length).toBeLessThanOrEqual(size + DETOURS);
  }
}

const closedOf = (viewer: Viewer): { peerId: string; reason: string }[] =>
  viewer.events
    .filter(({ name }) => name === 'peerClosed')
    .map(({ payload }) => payload as { peerId: string; reason: string });

function expectClosed(world: World, liar: WirePeer, { closedWithinMs, since }: Liar): void {
  const met = liar.lines.filter(({ openedAt }) => openedAt < Infinity);
  expect(met.length).toBeGreaterThan(0);
  for (const line of met) {
    const from = since === 'link' ? line.openedAt : line.askedAt;
    const isHarmless = since !== 'link' && line.receivedOf('request').length <= FEW_REQUESTS;
    if (closedWithinMs < Infinity && !isHarmless) expect(line.closedAt - from).toBeLessThanOrEqual(closedWithinMs);
  }
  for (const viewer of world.viewers)
    expect(closedOf(viewer).filter(({ peerId }) => peerId !== liar.peerId)).toEqual([]);
}

describe.each([
  ['among honest peers, on demand', { isLive: false, honestCount: 2 }],
  ['alone, live', { isLive: true, honestCount: 0 }],
])('[SCORE-6] a peer that lies costs a detour, never a stall, and is closed: %s', (_, scene) => {
  test.each(Object.entries(LIARS))('one that %s', async (name, liarKind) => {
    const seed = 300 + Object.keys(LIARS).indexOf(name);
    const { world, liar } = await watchBeside({ ...scene, seed, script: liarKind.script });
    expectUnharmed(world);
    expectClosed(world, liar, liarKind);
    liar.leave();
    await world.expectNothingLeft();
  });
});
