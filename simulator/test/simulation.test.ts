import { compare } from '../src/run/comparison';
import { configOf, POLICIES, SCENARIOS, type SimulationConfig } from '../src/run/config';
import { mergeCauses } from '../src/run/http-causes';
import { perform, performInTurn, type RunOutcome } from '../src/run/job';
import { reportOf } from '../src/run/report';
import { seedJobs, seedsReportOf, summarize, type SeedsReport } from '../src/run/seeds-report';
import { Simulation } from '../src/run/simulation';
import type { SpreadTrace } from '../src/run/spread-watch';
import { causesTableOf, comparisonTableOf, tableOf } from '../src/run/table';

const TINY: Partial<SimulationConfig> = { viewers: 20, durationSeconds: 60, arrivalSeconds: 10, frameBytes: 65_536 };

function seedsOf(
  scenario: (typeof SCENARIOS)[number],
  policy: (typeof POLICIES)[number],
  changes: Partial<SimulationConfig>,
  seedCount: number,
): SeedsReport {
  const inputs = configOf(scenario, policy, changes);
  return seedsReportOf(
    inputs,
    seedJobs(inputs, seedCount).map((job) => perform(job) as RunOutcome),
  );
}

function play(policy: (typeof POLICIES)[number], changes: Partial<SimulationConfig> = {}) {
  const simulation = new Simulation(configOf('live', policy, { ...TINY, ...changes }));
  simulation.run();
  return { simulation, report: reportOf(simulation) };
}

test.each(POLICIES)('the same seed gives the same figures, another one others: %s', (policy) => {
  const [first, again, other] = [5, 5, 6].map((seed) => seedsOf('live', policy, { ...TINY, viewers: 8, seed }, 1));
  expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  expect(JSON.stringify(other?.runs)).not.toBe(JSON.stringify(first?.runs));
});

test.each(POLICIES)('twenty viewers watch a minute of a live stream: %s', (policy) => {
  const { simulation, report } = play(policy, { churn: 'none', windowCount: 8, delayCount: 7 });
  const { media, viewers } = simulation;
  for (const { player } of viewers) {
    expect(player?.startupMs).toBeGreaterThan(0);
    expect(player?.startupMs).toBeLessThan(10_000);
  }
  expect(report.stallRatio).toBeLessThan(0.03);
  expect(report.copiesPerSegment).toBeGreaterThanOrEqual(0.5);
  expect(report.copiesPerSegment).toBeLessThanOrEqual(20);
  const played = viewers.reduce((sum, { player }) => sum + (player?.playedMs ?? 0), 0);
  expect(played).toBeLessThanOrEqual(20 * 60_000);
  expect(played).toBeGreaterThan(20 * 45_000);
  expect(media.endAt(60_000)).toBe(8 + 15);
  if (policy === 'none')
    expect(report).toMatchObject({ offloadRatio: 0, p2pBytes: 0, trackerMessagesPerViewerHour: 0 });
  else expect(report.offloadRatio).toBeGreaterThan(0.1);
});

test.each(POLICIES)('what is sent arrives, is lost with its connection, or is on its way: %s', (policy) => {
  const { simulation, report } = play(policy, { viewers: 10 });
  const { network, viewers } = simulation;
  const { sentPayload, arrivedPayload, lostPayload } = network.totals;
  const total = simulation.meter.total();
  expect(arrivedPayload + lostPayload).toBeLessThanOrEqual(sentPayload);
  expect(total.uploadedBytes).toBe(sentPayload);
  // What arrives at an engine that has closed the link itself is not counted there.
  expect(total.p2pBytes).toBeLessThanOrEqual(arrivedPayload);
  expect(total.p2pBytes).toBeGreaterThanOrEqual(0.98 * arrivedPayload);
  expect(total.httpBytes).toBeLessThanOrEqual(simulation.cdn.sentBytes);
  for (const { host, visit } of viewers.flatMap((viewer) => (viewer.host ? [{ ...viewer, host: viewer.host }] : []))) {
    const presentMs = 60_000 - visit.arrivesAt;
    expect(host.uplink.carriedBytes).toBeLessThanOrEqual(host.uplink.bytesPerMs * presentMs + network.windowBytes);
  }
  expect(report.offloadRatio).toBeLessThanOrEqual(1);
});

test.each(SCENARIOS)('scenario %s runs with every policy', (scenario) => {
  for (const policy of POLICIES) {
    const report = seedsOf(scenario, policy, { ...TINY, viewers: 6, durationSeconds: 40 }, 2);
    expect(report.runs).toHaveLength(2);
    for (const run of report.runs) {
      for (const value of Object.values(run)) expect(Number.isFinite(value)).toBe(true);
      expect(run.stallRatio).toBeLessThan(0.2);
    }
    expect(tableOf(report)).toContain(`${scenario}, ${policy}: 6 viewers`);
  }
});

test('nine tenths leave in the exit scenario', () => {
  const simulation = new Simulation(configOf('exit', 'none', { viewers: 200, durationSeconds: 200 }));
  simulation.run();
  const left = simulation.viewers.filter(({ leftAt }) => leftAt !== undefined);
  expect(left.length).toBeGreaterThan(160);
  expect(left.length).toBeLessThan(195);
});

test('in the drops scenario each downlink is slow for a tenth of the run, and as it was afterwards', () => {
  const simulation = new Simulation(configOf('drops', 'none', { viewers: 30, durationSeconds: 240, churn: 'none' }));
  const rates = new Map<object, number[]>();
  for (let at = 61_000; at < 240_000; at += 1_000) {
    simulation.queue.schedule(at, () => {
      for (const viewer of simulation.presentViewers) {
        const seen = rates.get(viewer) ?? [];
        rates.set(viewer, [...seen, viewer.host?.downlink.bytesPerMs ?? NaN]);
      }
    });
  }
  simulation.run();
  const slow = simulation.network.bytesPerMs(2_600_000);
  expect(rates.size).toBe(30);
  for (const seen of rates.values()) {
    expect(Math.abs(seen.filter((rate) => rate === slow).length - 24)).toBeLessThanOrEqual(1);
    expect(new Set(seen).size).toBe(2);
    expect(seen.at(-1)).toBe(seen[0]);
  }
});

test('players that adapt step down when their line drops, and up again, with and without peers', async () => {
  const changes = { ...TINY, durationSeconds: 240 };
  const { policies, differences } = await compare('drops', ['ours', 'none'], changes, 1, performInTurn);
  for (const { summary } of policies) {
    expect(summary.switchesPerViewerHour.median).toBeGreaterThan(30);
    expect(summary.meanBitrate.median).toBeGreaterThan(3_000_000);
    expect(summary.meanBitrate.median).toBeLessThan(4_800_000);
  }
  expect(Math.abs(differences[0]?.toNone?.meanBitrate.median ?? NaN)).toBeLessThan(0.05);
});

// Peers bring most segments as late as the buffer allows: players must not take that for a slow line.
test('players that adapt pick with peers what they pick without', async () => {
  const changes = { ...TINY, durationSeconds: 120 };
  const { policies, differences } = await compare('mixed', ['ours', 'none'], changes, 1, performInTurn);
  const { meanBitrate, switches } = differences[0]?.toNone ?? {};
  expect(policies[0]?.summary.offloadRatio.median).toBeGreaterThan(0.5);
  expect(Math.abs(meanBitrate?.median ?? NaN)).toBeLessThan(0.05);
  expect(Math.abs(switches?.median ?? NaN)).toBeLessThan(0.05);
});

test('a tenth comes each minute in the flash scenario', () => {
  const { viewers } = new Simulation(configOf('flash', 'none', { viewers: 1_000, durationSeconds: 360 }));
  const byMinute = [0, 1, 2, 3, 4, 5].map(
    (minute) => viewers.filter(({ visit }) => Math.floor(visit.arrivesAt / 60_000) === minute).length,
  );
  expect(byMinute[0]).toBe(500);
  for (const count of byMinute.slice(1)) expect(Math.abs(count - 100)).toBeLessThanOrEqual(1);
});

test.each(POLICIES)('each byte over HTTP has a cause: %s', (policy) => {
  const { simulation, report } = play(policy, { viewers: 10 });
  const causes = simulation.causes.report();
  const bytes = causes.reduce((sum, { httpBytes }) => sum + httpBytes, 0);
  expect(bytes).toBeCloseTo(report.httpBytes, -1);
  expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  if (policy === 'none') expect(causes.every(({ cause }) => cause === 'alone' || cause === 'blocked')).toBe(true);
  else expect(causes.some(({ cause }) => cause === 'owner')).toBe(true);
});

test('causes of several runs are one table', () => {
  const { simulation } = play('ours', { viewers: 5 });
  const once = simulation.causes.report();
  const twice = mergeCauses([once, once]);
  expect(twice.map(({ share }) => share)).toEqual(once.map(({ share }) => expect.closeTo(share) as number));
  expect(twice.map(({ fetches }) => fetches)).toEqual(once.map(({ fetches }) => 2 * fetches));
  expect(causesTableOf(twice).split('\n')).toHaveLength(once.length + 1);
});

test('policies side by side: nothing is above itself, and one rival is the measure', async () => {
  const changes = { ...TINY, viewers: 6, durationSeconds: 40 };
  const comparison = await compare('live', ['ours', 'none', 'neighbour-election'], changes, 2, performInTurn);
  const [ours, none, election] = comparison.differences;
  for (const figure of ['startupP50', 'meanBitrate', 'switches'] as const)
    expect(none?.toNone?.[figure]).toEqual({ median: 0, least: 0, most: 0 });
  expect(election?.httpBytesRatio).toEqual({ median: 1, least: 1, most: 1 });
  expect(ours?.httpBytesRatio?.median).toBeGreaterThan(0);
  const table = comparisonTableOf(comparison);
  for (const label of [
    'neighbour-election',
    'startup median, above none',
    'stalls per viewer hour, above none',
    'mean quality, above none',
    'quality switches, above none',
  ])
    expect(table).toContain(label);
  const alone = await compare('live', ['ours'], changes, 1, performInTurn);
  expect(alone.differences).toEqual([{ policy: 'ours' }]);
});

test('the median of an even number of seeds lies between the two in the middle', () => {
  expect(summarize([4, 1, 2, 9])).toEqual({ median: 3, least: 1, most: 9 });
  expect(summarize([3])).toEqual({ median: 3, least: 3, most: 3 });
});

test('one segment is watched on its way: everybody who has it got it after it was out', () => {
  const config = configOf('live', 'ours', { ...TINY, churn: 'none' });
  const { viewers, arrivals } = perform({ kind: 'spread', config }) as SpreadTrace;
  expect(viewers).toBe(20);
  expect(arrivals).toHaveLength(20);
  for (const { seconds, httpPart, askedOriginSeconds = 0 } of arrivals) {
    expect(seconds).toBeGreaterThan(askedOriginSeconds);
    expect(httpPart).toBeGreaterThanOrEqual(0);
  }
  expect(arrivals.some(({ httpPart }) => httpPart > 0)).toBe(true);
});
