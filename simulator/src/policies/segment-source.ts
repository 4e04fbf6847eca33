// What stands between a player and the world: the shipping engine, a rival, or plain HTTP.

import type { BitsPerSecond, Bytes, Seconds } from '../../../engine/src/base/units';
import type { HttpFetcher } from '../../../engine/src/ports/http-fetcher';
import type { Random } from '../../../engine/src/ports/random';
import type { NetworkHost } from '../network/network';
import type { LinkDirectory } from '../network/peer-links';
import type { SimulatedTracker } from '../network/tracker';
import type { Cdn } from '../origin/cdn';
import type { Media, MediaSegment, PlaylistSnapshot } from '../origin/media';

/** What one viewer has moved, in simulated bytes of media. */
export interface Traffic {
  httpBytes: Bytes;
  p2pBytes: Bytes;
  uploadedBytes: Bytes;
  wastedBytes: Bytes;
}

export const noTraffic = (): Traffic => ({ httpBytes: 0, p2pBytes: 0, uploadedBytes: 0, wastedBytes: 0 });

/** A segment for the player. */
export interface LoadedSegment {
  /** True rate at which the bytes came, for the player's estimate; undefined: it was there already. */
  readonly bitsPerSecond: BitsPerSecond | undefined;
}

/** Called once per request that is not aborted. Undefined: it failed. */
export type OnLoaded = (loaded: LoadedSegment | undefined) => void;

export interface PlaybackState {
  readonly playheadSeconds: Seconds;
  readonly bufferAheadSeconds: Seconds;
}

/** One viewer's loader. */
export interface SegmentSource {
  readonly traffic: Readonly<Traffic>;
  /** Peers that segments can be exchanged with now. */
  readonly peerCount: number;
  /** Whether a peer that it is connected to says that it has some of the segment. */
  isNear(segment: MediaSegment): boolean;
  addPlaylist(rung: number, playlist: PlaylistSnapshot): void;
  /** The player asks for one segment at a time. */
  request(segment: MediaSegment, onLoaded: OnLoaded): void;
  /** The player wants what it asked for no more. */
  abort(): void;
  reportPlayback(state: PlaybackState): void;
  /** The viewer goes; `isAbrupt`: without a word to anybody. */
  leave(isAbrupt: boolean): void;
}

/** What one viewer's loader is made of. */
export interface SourceWorld {
  readonly media: Media;
  readonly cdn: Cdn;
  /** This viewer's way to the CDN. */
  readonly http: HttpFetcher;
  readonly tracker: SimulatedTracker;
  readonly host: NetworkHost;
  readonly links: LinkDirectory;
  readonly random: Random;
  /** Playable seconds between player and live edge, as the player means to keep them; Infinity for a recording. */
  readonly delaySeconds: Seconds;
}
