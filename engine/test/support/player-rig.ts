// A player that does only what the test says, in front of the engine over doubles.

import type { ByteRange } from '../../src/base/byte-range';
import type { P2PError } from '../../src/base/p2p-error';
import type { DeliveredSegment, PlayerRequest } from '../../src/player/player-connection';
import type { Cancel } from '../../src/ports/clock';
import type { Viewer, World } from './simulated-world';

/** What became of one request. */
export interface Asked {
  readonly cancel: Cancel | undefined;
  readonly progress: [number, number | undefined][];
  readonly delivered: DeliveredSegment[];
  readonly errors: P2PError[];
}

/** Opens the source and hands its manifest over. */
export function openSource(viewer: Viewer, world: World): void {
  viewer.connection?.openSource(world.content.url);
  viewer.connection?.addManifest({ url: world.content.url, text: world.content.playlistAt(world.clock.now()) });
}

export function ask(viewer: Viewer, url: string, byteRange?: ByteRange, more?: Partial<PlayerRequest>): Asked {
  const asked: Omit<Asked, 'cancel'> = { progress: [], delivered: [], errors: [] };
  const cancel = viewer.connection?.request(
    { url, byteRange, ...more },
    {
      onProgress: (loaded, total) => asked.progress.push([loaded, total]),
      onSuccess: (segment) => asked.delivered.push(segment),
      onError: (error) => asked.errors.push(error),
    },
  );
  viewer.world.noteTurn();
  return { ...asked, cancel };
}

/** Tells the engine how much the player has. */
export function report(viewer: Viewer, bufferAheadSeconds: number): void {
  viewer.connection?.reportPlayback({ playheadSeconds: 0, bufferAheadSeconds, rate: 1, isPaused: false });
}
