import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createTracker } from '../../src/index';
import { METRIC_PREFIX, METRICS } from '../../src/metrics/metric-table';
import { TrackerMetrics } from '../../src/metrics/tracker-metrics';

const FILE = path.resolve(__dirname, '../../../docs/tracker/grafana-dashboard.json');

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

// A panel over a metric that was renamed shows nothing, and nobody notices until the night it is needed.
test("[TRK-242] the dashboard asks for metrics that exist, and for all of the tracker's own", async () => {
  const { panels } = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;
  const tracker = createTracker();
  const text = await new TrackerMetrics(() => tracker.stats()).text();
  await tracker.close();
  const told = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const asked = new Set<string>();
  for (const { expr } of panels.flatMap(({ targets }) => targets)) {
    for (const [name] of expr.matchAll(/\b(?:p2p_tracker|process|nodejs)_\w+/g)) asked.add(name);
  }
  expect([...asked].filter((name) => !told.has(name))).toEqual([]);
  expect(METRICS.map(({ name }) => METRIC_PREFIX + name).filter((name) => !asked.has(name))).toEqual([]);
});
