// The one place where the reduced model asks the engine for its rules, so that it follows what ships.

import type { Bytes, Milliseconds, Seconds } from '../../../engine/src/base/units';
import { msToSeconds, secondsToMs } from '../../../engine/src/base/units';
import type { SegmentKey } from '../../../engine/src/media/segment';
import { latestHttpStart, type DemandView, type SchedulerView } from '../../../engine/src/scheduler/plan-downloads';
import { turnToFetch, type LotHolder } from '../../../engine/src/scheduler/turn-to-fetch';

/** How fast the CDN is for a viewer. */
export interface HttpSpeed {
  readonly firstByteSeconds: Seconds;
  readonly bitrate: number;
}

const DEADLINE_MS: Milliseconds = 1_000_000;

/** So long before a segment must be there the engine turns to HTTP for what is left of it. */
export function httpReserveSeconds(remainingBytes: Bytes, { firstByteSeconds, bitrate }: HttpSpeed): Seconds {
  // The rule looks at no more than this of what the scheduler knows.
  const demand = { deadline: DEADLINE_MS, remainingBytes, gapCount: 1 } as DemandView;
  const view = { isLive: true, httpBitrate: bitrate, httpFirstByteMs: secondsToMs(firstByteSeconds) } as SchedulerView;
  return msToSeconds(DEADLINE_MS - latestHttpStart(demand, view));
}

/** What a viewer's turn depends on; times in seconds. */
export interface TurnQuestion {
  readonly selfId: string;
  readonly selfWeight: number;
  readonly neighbours: readonly LotHolder[];
  readonly segment: number;
  readonly swarmSize: number;
  readonly from: Seconds;
  readonly until: Seconds;
}

/** When a viewer is to fetch a segment from the origin, unless a neighbour has it by then. */
export function turnSeconds({ segment, from, until, ...view }: TurnQuestion): Seconds {
  const key = segmentKey(segment);
  return msToSeconds(turnToFetch({ ...view, heardOf: [], key, from: secondsToMs(from), until: secondsToMs(until) }));
}

/** Lots need nothing but different keys. */
const segmentKey = (segment: number): SegmentKey => `segment ${segment}`;
