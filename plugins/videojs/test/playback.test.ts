import { playbackOf } from '../playback';
import type { VideojsPlayer } from '../vhs-types';

test('playbackOf reads the player, also one that knows nothing yet', () => {
  const player: Partial<VideojsPlayer> = {
    currentTime: () => undefined,
    playbackRate: () => undefined,
    paused: () => true,
    buffered: () => ({ length: 1, start: () => 0, end: () => 0 }),
  };
  expect(playbackOf(player as VideojsPlayer)).toEqual({
    playheadSeconds: 0,
    bufferAheadSeconds: 0,
    rate: 1,
    isPaused: true,
  });
});
