// What the download desk tells and asks its surroundings.

import type { TransferSizes } from '../base/transfer-sizes';
import type { Milliseconds } from '../base/units';
import type { Segment, SegmentKey } from '../media/segment';
import type { PeerSession } from '../swarm/peer-session';
import type { Counters } from './counters';
import type { AheadSegment } from './look-ahead';
import type { EmitEffect } from './session-effects';

export interface DownloadDeskHost {
  emit: EmitEffect;
  readonly peerId: string;
  readonly counters: Counters;
  readonly sizes: TransferSizes;
  peers(): readonly PeerSession[];
  /** When the player runs dry. */
  deadline(now: Milliseconds): Milliseconds;
  /** What the player will likely ask for; nothing while it is not to be fetched ahead. */
  wantedAhead(now: Milliseconds): readonly AheadSegment[];
  isLive(): boolean;
  /** See `ownerWeight`. */
  selfWeight(): number;
  /** Viewers in the swarm, this one included; undefined while no tracker has said it. */
  swarmSize(): number | undefined;
  /** Viewers that peers are connected to, and this one is not. */
  heardOf(): readonly string[];
  searchUntil(): Milliseconds;
  startingUntil(): Milliseconds;
  /** What peers know of this segment is out of date. */
  onAvailabilityChanged(key: SegmentKey): void;
  onComplete(segment: Segment, bytes: Uint8Array): void;
}
