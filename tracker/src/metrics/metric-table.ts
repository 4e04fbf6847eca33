// What the tracker tells Prometheus: one row per metric, read from what it counts anyway. The names are part of what
// operators build on (dashboards, alerts): a change is a breaking change.

import type { TrackerStats } from '../tracker-stats';

/** One number, or one per value of the row's label. */
export type MetricValue = number | Readonly<Record<string, number>>;

export interface MetricRow {
  /** Without the prefix `p2p_tracker_`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /** Name of the label, for rows that have several values. */
  readonly label?: string;
  /** Undefined: this tracker has no such thing, a bus for example, and the row is left out. */
  readonly read: (stats: TrackerStats) => MetricValue | undefined;
}

export const METRIC_PREFIX = 'p2p_tracker_';

export const METRICS: readonly MetricRow[] = [
  gauge('connections', 'Open WebSockets.', (stats) => stats.connections),
  gauge('peers', 'Peers in swarms: a viewer in two swarms is two.', (stats) => stats.peers),
  gauge(
    'swarms',
    'Swarms with at least one peer here; summed over workers, which may share a swarm.',
    (stats) => stats.swarms,
  ),
  counter('messages_in_total', 'Messages from clients, by what they were.', 'type', (stats) => ({
    ...stats.messagesIn,
  })),
  counter('messages_out_total', 'Messages to clients, by kind.', 'type', (stats) => ({ ...stats.messagesOut })),
  counter('rejects_total', 'Messages not done as asked, by reason.', 'reason', (stats) => stats.rejects),
  counter(
    'connections_cut_total',
    'Sockets ended by the tracker, by reason.',
    'reason',
    (stats) => stats.cutConnections,
  ),
  counter(
    'offers_dropped_total',
    'Offers not sent, because too much was waiting for their receiver.',
    undefined,
    (stats) => stats.offersDropped,
  ),
  counter(
    'silent_peers_dropped_total',
    'Peers dropped because they stopped announcing.',
    undefined,
    (stats) => stats.silentPeersDropped,
  ),
  counter(
    'internal_errors_total',
    'Errors that should not be possible; each cost one message.',
    undefined,
    (stats) => stats.internalErrors,
  ),
];

function gauge(name: string, help: string, read: MetricRow['read']): MetricRow {
  return { name, help, type: 'gauge', read };
}

function counter(name: string, help: string, label: string | undefined, read: MetricRow['read']): MetricRow {
  return { name, help, type: 'counter', ...(label !== undefined && { label }), read };
}
