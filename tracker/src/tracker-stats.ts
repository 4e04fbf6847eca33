import type { AccessCounters } from './access/access-control';
import type { BusStats } from './adapters/bus/cluster-member';
import type { LinkCounters } from './adapters/link-hub';
import type { ClusterTotals } from './core/cluster/cluster';
import type { Counters } from './core/counters';
import type { OverloadLevel } from './core/load/load-governor';
import type { TrackerTotals } from './core/tracker-core';

/** Totals of the moment and counts since the start; the content of `/stats.json`. */
export interface TrackerStats extends TrackerTotals, Readonly<Counters>, Readonly<LinkCounters> {
  readonly access: AccessCounters;
  /** How much the tracker has to do, in [0, 1]. */
  readonly load: number;
  readonly overload: OverloadLevel;
  /** Only of a tracker with a bus. */
  readonly bus?: BusStats;
  /** Only of a tracker with a bus. */
  readonly cluster?: ClusterTotals;
}
