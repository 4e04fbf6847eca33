// The metrics of one tracker, and the sum of those of several workers, in the text format of Prometheus.

import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry, type MetricObject } from 'prom-client';
import type { TrackerStats } from '../tracker-stats';
import { METRIC_PREFIX, METRICS, type MetricRow, type MetricValue } from './metric-table';

/** What a worker sends of its metrics. */
export type MetricsReport = MetricObject[];

/** Reads what a tracker counts whenever somebody asks; costs nothing in between. */
export class TrackerMetrics {
  readonly #registry = new Registry();

  /**
   * @param stats - what the tracker counts, at the moment
   * @param withProcess - also tells of the process: CPU, memory, event-loop delay, garbage collection. Once per process
   */
  constructor(stats: () => TrackerStats, { withProcess = true }: { withProcess?: boolean } = {}) {
    for (const row of METRICS) this.#add(row, stats);
    if (withProcess) collectDefaultMetrics({ register: this.#registry });
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** To be summed elsewhere. Plain JSON. */
  report(): Promise<MetricsReport> {
    return this.#registry.getMetricsAsJSON();
  }

  #add({ name, help, type, label, read }: MetricRow, stats: () => TrackerStats): void {
    const configuration = {
      name: METRIC_PREFIX + name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
    };
    if (type === 'gauge') {
      const metric: Gauge = new Gauge({
        ...configuration,
        collect: () => forEachValue(read(stats()), label, (labels, value) => metric.set(labels, value)),
      });
      return;
    }
    const metric: Counter = new Counter({
      ...configuration,
      // The tracker keeps the count; what the library adds up begins anew each time.
      collect: () => {
        metric.reset();
        forEachValue(read(stats()), label, (labels, value) => metric.inc(labels, value));
      },
    });
  }
}

/** The sum over workers: gauges and counters are added up, times and delays averaged, as each metric says. */
export function mergeMetrics(reports: readonly MetricsReport[]): Promise<string> {
  return AggregatorRegistry.aggregate([...reports]).metrics();
}

function forEachValue(
  value: MetricValue | undefined,
  label: string | undefined,
  set: (labels: Record<string, string>, value: number) => void,
): void {
  if (value === undefined) return;
  if (typeof value === 'number') return set({}, value);
  for (const [key, number] of Object.entries(value)) set({ [label ?? 'type']: key }, number);
}
