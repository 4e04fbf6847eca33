// What supervisor and workers say to each other over the channel that Node opens between them.

import type { MetricsReport } from '../metrics/tracker-metrics';
import type { TrackerStats } from '../tracker-stats';

/** What one worker counts. */
export interface WorkerReport {
  readonly stats: TrackerStats;
  readonly metrics: MetricsReport;
}

export type ToSupervisor =
  /** It serves; `lines` say where. */
  | { readonly type: 'ready'; readonly lines: readonly string[] }
  /** The answer to `report`. */
  | { readonly type: 'reported'; readonly id: number; readonly report: WorkerReport }
  /** Somebody asked this worker for the figures of all. */
  | { readonly type: 'collect'; readonly id: number };

export type ToWorker =
  | { readonly type: 'report'; readonly id: number }
  /** The answer to `collect`. */
  | { readonly type: 'collected'; readonly id: number; readonly reports: readonly WorkerReport[] }
  /** Others take over: end when your clients have gone. */
  | { readonly type: 'drain' }
  /** End at once. */
  | { readonly type: 'close' }
  /** Read the settings again. */
  | { readonly type: 'reload' };

/** Adds up numbers, and objects member by member; of anything else the first is taken. */
export function sumStats<Stats extends object>(all: readonly Stats[]): Stats {
  const [first, ...rest] = all;
  if (!first) throw new RangeError('there is nothing to add up');
  return rest.reduce((sum, stats) => addUp(sum, stats) as Stats, first);
}

function addUp(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (!isRecord(left) || !isRecord(right)) return left ?? right;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...names].map((name) => [name, addUp(left[name], right[name])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
