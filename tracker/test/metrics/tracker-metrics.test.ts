import { createTracker } from '../../src/index';
import { METRIC_PREFIX, METRICS } from '../../src/metrics/metric-table';
import { mergeMetrics, TrackerMetrics } from '../../src/metrics/tracker-metrics';
import { announce } from '../support/messages';
import { TestSocket } from '../support/test-socket';

describe('TrackerMetrics', () => {
  test('[TRK-240] tells what the tracker counts, each time anew', async () => {
    const tracker = createTracker();
    try {
      const { url } = await tracker.listen({ host: '127.0.0.1', port: 0 });
      const metrics = new TrackerMetrics(() => tracker.stats(), { withProcess: false });
      const client = await TestSocket.open(url);
      await client.ask(announce('a'));
      await client.ask({});
      for (let count = 0; count < 2; count += 1) {
        const lines = (await metrics.text()).split('\n');
        for (const line of [
          'p2p_tracker_connections 1',
          'p2p_tracker_peers 1',
          'p2p_tracker_swarms 1',
          'p2p_tracker_messages_in_total{type="announce"} 1',
          'p2p_tracker_messages_out_total{type="response"} 1',
          'p2p_tracker_rejects_total{reason="bad-action"} 1',
          'p2p_tracker_offers_dropped_total 0',
        ])
          expect(lines).toContain(line);
      }
    } finally {
      await tracker.close();
    }
  });

  test('[TRK-240] nothing in it names a swarm, a peer or an address', async () => {
    const tracker = createTracker();
    try {
      const { url } = await tracker.listen({ host: '127.0.0.1', port: 0 });
      const client = await TestSocket.open(url);
      const message = announce('a');
      await client.ask(announce('a'));
      const text = await new TrackerMetrics(() => tracker.stats()).text();
      for (const secret of [message.info_hash, message.peer_id, '127.0.0.1']) expect(text).not.toContain(secret);
      expect(text).toContain('process_resident_memory_bytes');
      expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    } finally {
      await tracker.close();
    }
  });

  test('[TRK-241] those of several workers are added up', async () => {
    const stats = () => createStats(3);
    const reports = [new TrackerMetrics(stats), new TrackerMetrics(() => createStats(4))].map((one) => one.report());
    const text = await mergeMetrics(JSON.parse(JSON.stringify(await Promise.all(reports))) as never);
    expect(text).toContain('p2p_tracker_connections 7\n');
    expect(text).toContain('p2p_tracker_messages_in_total{type="announce"} 0\n');
  });

  test('[TRK-240] names follow the custom of Prometheus', () => {
    for (const { name, type, help } of METRICS) {
      expect(METRIC_PREFIX + name).toMatch(/^[a-z][a-z0-9_]*[a-z0-9]$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/\.$/);
    }
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
  });
});

function createStats(connections: number) {
  const tracker = createTracker();
  const stats = { ...tracker.stats(), connections };
  void tracker.close();
  return stats;
}
