import fc from 'fast-check';
import { SeededRandom } from '../src/chance/seeded-random';
import { canConnect, NAT_TYPES } from '../src/network/nat';
import { Calendar } from '../src/reduced/calendar';
import { calibrate } from '../src/reduced/calibrate';
import { httpReserveSeconds, turnSeconds } from '../src/reduced/engine-rules';
import { drawPeerGraph, PeerGraph } from '../src/reduced/peer-graph';
import { boundOf, runReduced, type ReducedParameters, type SampledSegment } from '../src/reduced/reduced-model';
import { SegmentSpread, type SpreadAudience, type SpreadRules } from '../src/reduced/segment-spread';
import { configOf, type SimulationConfig } from '../src/run/config';
import { seedsReportOf } from '../src/run/seeds-report';
import type { RunReport } from '../src/run/report';

const PARAMETERS: ReducedParameters = {
  meanDegree: 16,
  hopSeconds: 0.2,
  uploadEfficiency: 0.8,
  startupSegments: 2,
  asksAhead: true,
};
const OPEN = NAT_TYPES.indexOf('open');

const ran = (changes: Partial<SimulationConfig>, parameters: Partial<ReducedParameters> = {}) => {
  const segments: SampledSegment[] = [];
  const simulation = configOf('live', 'ours', { viewers: 400, durationSeconds: 240, ...changes });
  const config = { simulation, parameters: { ...PARAMETERS, ...parameters }, sampleCount: 4 };
  return { report: runReduced(config, (segment) => void segments.push(segment)), segments };
};

/** All alike, and as near as may be; each with its own turn. */
function idealSpread(
  graph: PeerGraph,
  upRate: number,
  rules: Partial<SpreadRules> & Pick<SpreadRules, 'turnSeconds'>,
  deadline = 30,
) {
  const all = (value: number) => new Float32Array(graph.count).fill(value);
  const audience: SpreadAudience = {
    graph,
    upRate: all(upRate),
    budget: all(Infinity),
    downRate: all(1e6),
    httpRate: all(1e6),
    httpFirstByte: all(0),
    rtt: all(0),
    wantsAt: all(0),
    deadline: all(deadline),
  };
  return new SegmentSpread(audience, {
    hopSeconds: 0.1,
    windowPart: 1e6,
    reserveSeconds: () => 1,
    ...rules,
  }).run();
}

const openNats = (count: number) => new Uint8Array(count).fill(OPEN);

describe('Calendar', () => {
  test('hands out everything by time, what is added meanwhile too, and nothing beyond its horizon', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 3_000 }), (tenths) => {
        const calendar = new Calendar(10);
        const seen: number[] = [];
        tenths.forEach((tenth, index) => calendar.add(tenth / 10, 1, index));
        calendar.run((kind, subject, detail, now) => {
          seen.push(now);
          if (kind === 1) calendar.add(now, 2, subject, detail);
        });
        expect(seen).toHaveLength(2 * tenths.filter((tenth) => tenth <= 100).length);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });
});

describe('drawPeerGraph', () => {
  test('has the wanted mean, no more neighbours than allowed, and only pairs that can connect', () => {
    const random = new SeededRandom(3);
    for (const count of [2, 20, 500, 3_000]) {
      const nats = Uint8Array.from({ length: count }, () => Math.floor(random.next() * NAT_TYPES.length));
      const graph = drawPeerGraph(random, nats, 24, 10);
      let degrees = 0;
      for (let node = 0; node < count; node += 1) {
        const neighbours = [...graph.neighboursOf(node)];
        degrees += neighbours.length;
        expect(neighbours.length).toBeLessThanOrEqual(24);
        expect(new Set([...neighbours, node]).size).toBe(neighbours.length + 1);
        for (const other of neighbours) {
          expect([...graph.neighboursOf(other)]).toContain(node);
          expect(canConnect(NAT_TYPES[nats[node]!]!, NAT_TYPES[nats[other]!]!)).toBe(true);
        }
      }
      if (count >= 500) expect(degrees / count).toBeCloseTo(10, 0);
    }
  });
});

describe('the engine asked for its rules', () => {
  test('the reserve is linear in the time that HTTP takes', () => {
    const at = (firstByteSeconds: number) => httpReserveSeconds(0, { firstByteSeconds, bitrate: 1 });
    expect(at(2) - at(1)).toBeCloseTo(at(1) - at(0));
    expect(httpReserveSeconds(1_000, { firstByteSeconds: 0, bitrate: 8_000 })).toBeCloseTo(at(1));
  });

  test('of a swarm that all know one fetches at once', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const turns = ids.map((selfId) =>
      turnSeconds({
        selfId,
        selfWeight: 1,
        neighbours: ids.filter((id) => id !== selfId).map((peerId) => ({ peerId, weight: 1 })),
        segment: 7,
        swarmSize: 5,
        from: 1,
        until: 6,
      }),
    );
    expect(turns.filter((turn) => turn === 1)).toHaveLength(1);
    expect(Math.max(...turns)).toBeLessThanOrEqual(6);
  });
});

describe('SegmentSpread', () => {
  test('one owner and fast lines: one copy comes over HTTP, and at each hop at most two more per viewer', () => {
    const count = 500;
    const graph = drawPeerGraph(new SeededRandom(1), openNats(count), 24, 20);
    const hopSeconds = 0.5;
    // So fast that what counts is the hop, so large that nobody is done before all have begun.
    const turns = { hopSeconds, turnSeconds: (viewer: number) => (viewer === 0 ? 0 : 25) };
    const { httpSegments, p2pSegments, owners, doneAt } = idealSpread(graph, 1e3, turns);
    expect({ httpSegments, p2pSegments, owners }).toEqual({ httpSegments: 1, p2pSegments: count - 1, owners: 1 });
    const sorted = [...doneAt].sort((a, b) => a - b);
    for (let hop = 0; hop < 12; hop += 1) {
      const reached = sorted.filter((at) => at < (hop + 1) * hopSeconds).length;
      expect(reached).toBeLessThanOrEqual(3 ** hop);
    }
    // Nobody waits longer than it takes to double every hop, and a little for who is left over.
    expect(sorted.at(-1)!).toBeLessThan((Math.log2(count) + 4) * hopSeconds);
  });

  test('what a viewer cannot have in time is finished over HTTP, and every segment comes from somewhere', () => {
    const graph = drawPeerGraph(new SeededRandom(2), openNats(200), 24, 12);
    const turns = { turnSeconds: (viewer: number) => (viewer < 2 ? 0 : 100) };
    const { httpSegments, p2pSegments, doneAt } = idealSpread(graph, 0.2, turns, 6);
    expect(httpSegments + p2pSegments).toBeCloseTo(200);
    expect(httpSegments).toBeGreaterThan(50);
    expect(p2pSegments).toBeGreaterThan(5);
    expect(doneAt.every((at) => Number.isFinite(at))).toBe(true);
  });
});

describe('runReduced', () => {
  test('each viewer gets each segment once, from peers or the origin, within the limits of the uplinks', () => {
    for (const noUploadShare of [0, 0.6, 0.9])
      for (const uploadEfficiency of [0.02, 0.1, 1])
        for (const { audience, outcome } of ran({ noUploadShare }, { uploadEfficiency }).segments) {
          const { count } = audience.graph;
          expect(outcome.httpSegments + outcome.p2pSegments).toBeCloseTo(count, 3);
          expect(outcome.p2pSegments / count).toBeLessThanOrEqual(boundOf(audience) + 1e-3);
        }
  });

  test('nobody gives: nothing comes from peers', () => {
    const { segments } = ran({ noUploadShare: 1 });
    for (const { outcome } of segments) expect(outcome.p2pSegments).toBe(0);
  });

  test('more uplink, more offload', () => {
    const offloads = [0.01, 0.03, 0.1, 0.5].map(
      (uploadEfficiency) => ran({}, { uploadEfficiency }).report.offloadRatio,
    );
    expect(offloads).toEqual([...offloads].sort((a, b) => a - b));
    expect(offloads.at(-1)! - offloads[0]!).toBeGreaterThan(0.3);
  });

  test('slow hops and little time let offload fall', () => {
    const fast = ran({}, { hopSeconds: 0.1 }).report.steadyOffloadRatio;
    const slow = ran({}, { hopSeconds: 2.5 }).report.steadyOffloadRatio;
    const late = ran({ delayCount: 2 }, { hopSeconds: 0.1 }).report.steadyOffloadRatio;
    expect(slow).toBeLessThan(fast - 0.1);
    expect(late).toBeLessThan(fast);
  });

  test('those whom nobody can reach limit it', () => {
    const blocked = ran({}).report;
    const reachable = ran({ nat: 'reachable' }).report;
    expect(blocked.steadyBound).toBeLessThan(0.97);
    expect(reachable.steadyBound).toBeGreaterThan(0.99);
    expect(blocked.steadyOffloadRatio).toBeLessThanOrEqual(blocked.steadyBound);
    expect(reachable.steadyOffloadRatio).toBeGreaterThan(blocked.steadyOffloadRatio);
  });

  test('the same seed gives the same figures', () => {
    expect(ran({ seed: 4 }).report).toEqual(ran({ seed: 4 }).report);
    expect(ran({ seed: 4 }).report).not.toEqual(ran({ seed: 5 }).report);
  });

  test('refuses what it does not know', () => {
    expect(() => ran({ isLive: false })).toThrow('live streams of one rendition');
  });
});

describe('calibrate', () => {
  test('finds numbers with which the model reproduces itself', () => {
    const inputs = configOf('live', 'ours', { viewers: 150, durationSeconds: 200 });
    const hidden = { meanDegree: 14, hopSeconds: 0.3, uploadEfficiency: 0.2, startupSegments: 2.5, asksAhead: true };
    const model = runReduced({ simulation: inputs, parameters: hidden, sampleCount: 6 });
    const report = { ...model, peersPerViewer: hidden.meanDegree } as unknown as RunReport;
    const { parameters, error, steadyError } = calibrate([seedsReportOf(inputs, [{ report, causes: [] }])]);
    expect(steadyError).toBeLessThan(0.01);
    expect(error).toBeLessThan(0.01);
    expect(parameters.meanDegree).toBe(14);
    expect(parameters.startupSegments).toBeGreaterThan(1.5);
    expect(parameters.startupSegments).toBeLessThan(3.5);
  });

  test('needs something to go by', () => expect(() => calibrate([])).toThrow('calibration needs results of live runs'));
});
