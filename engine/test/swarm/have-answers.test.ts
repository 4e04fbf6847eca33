// A peer that takes back what it had hears again what is here. It must not make one message of its own into hundreds.

import { SessionRig } from '../support/session-rig';
import { wireIdOf } from '../support/wire-peer';

const COUNT = 12;

/** A viewer that has twelve segments, and a peer that has just heard of them. */
function withSegments() {
  const rig = SessionRig.playing(0);
  for (let index = 0; index < COUNT; index += 1) {
    rig.request(index);
    rig.originSends(index);
  }
  const peer = rig.connectPeer('z');
  rig.effects.length = 0;
  const takeBack = (indexes: readonly number[]): void =>
    rig.peerSays(peer, { type: 'have', entries: indexes.map((index) => ({ id: wireIdOf(index), state: 'gone' })) });
  const heard = (): number[][] => rig.saidTo(peer, 'have').map(({ entries }) => entries.map(({ id }) => id.sequence));
  return { rig, peer, takeBack, heard };
}

test('[HAVE-7] one that takes back several hears of all of them in one message', () => {
  const { rig, peer, takeBack, heard } = withSegments();
  for (const index of [1, 2, 3]) rig.peerHas(peer, index);
  takeBack([1, 2, 3, 99]);
  expect(heard()).toEqual([[1, 2, 3]]);
});

test('[HAVE-7] one that takes back what it never had hears nothing', () => {
  const { rig, peer, takeBack, heard } = withSegments();
  rig.peerHas(peer, 1, [0]);
  takeBack([2, 2, 2]);
  expect(heard()).toEqual([]);
  // Of a block that it had it was not told who else has it.
  takeBack([1, 1, 1]);
  expect(heard()).toEqual([[1]]);
});
