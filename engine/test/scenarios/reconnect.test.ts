// From Wi-Fi to cellular and back: every connection dies at once, the tracker is still there.

import { World } from '../support/simulated-world';

test('[ANN-11] viewers who lose all their peers at once find each other again within seconds, every time', async () => {
  const world = new World({ seed: 31 });
  const viewers = [world.addViewer(), world.addViewer()];
  await world.run(15_000);
  for (let times = 0; times < 3; times += 1) {
    expect(viewers.map(({ stats }) => stats.peerCount)).toEqual([1, 1]);
    for (const viewer of viewers) viewer.links.killAll('the network changed');
    await world.run(15_000);
  }
  expect(viewers.map(({ stats }) => stats.peerCount)).toEqual([1, 1]);
  await world.run(100_000);
  world.expectSmoothPlayback();
  await world.expectNothingLeft();
});
