// The runs behind the plots of docs/, and the plots of those runs.

import { calibrate, type Calibration } from '../reduced/calibrate';
import { isReducible, type ReducedReport } from '../reduced/reduced-model';
import { configOf, type Policy, type SimulationConfig } from '../run/config';
import type { PerformAll } from '../run/job';
import { runSeeds, type SeedsReport } from '../run/seeds-report';
import type { SpreadTrace } from '../run/spread-watch';
import { lineChart, type Point, type Series } from './line-chart';

export interface FigureOptions {
  readonly sizes: readonly number[];
  readonly reducedSizes: readonly number[];
  readonly delays: readonly number[];
  /** Of the figures against latency and of one segment's spread. */
  readonly viewers: number;
  readonly seedCount: number;
  readonly sampleCount: number;
  readonly changes: Partial<SimulationConfig>;
  /** Larger full runs that were made before. */
  readonly given: readonly SeedsReport[];
}

/** A figure's numbers and all that they depend on; no time of day, so that the same run writes the same file. */
export interface FigureData {
  readonly bySize: readonly FigurePoint[];
  readonly byDelay: readonly FigurePoint[];
  readonly reduced: readonly ReducedReport[];
  readonly calibration: Calibration;
  readonly spread: SpreadTrace;
  readonly inputs: SimulationConfig;
  readonly seedCount: number;
}

export interface FigurePoint {
  readonly policy: Policy;
  readonly viewers: number;
  readonly latencySeconds: number;
  readonly offload: number;
  readonly least: number;
  readonly most: number;
}

const COMPARED: readonly Policy[] = ['ours', 'neighbour-election', 'random-timer'];

export async function measureFigures(options: FigureOptions, performAll: PerformAll): Promise<FigureData> {
  const { sizes, delays, viewers, seedCount, changes, given, reducedSizes, sampleCount } = options;
  const live = (policy: Policy, more: Partial<SimulationConfig>) => configOf('live', policy, { ...changes, ...more });
  const bySize = await runSeeds(
    COMPARED.flatMap((policy) => sizes.map((count) => live(policy, { viewers: count }))),
    seedCount,
    performAll,
  );
  // A live player can be no farther behind than the playlist reaches.
  const byDelay = await runSeeds(
    COMPARED.flatMap((policy) =>
      delays.map((delayCount) => live(policy, { viewers, delayCount, windowCount: Math.ceil(delayCount) + 1 })),
    ),
    seedCount,
    performAll,
  );
  const full = [...bySize, ...given].filter(({ inputs }) => inputs.policy === 'ours' && isReducible(inputs));
  const calibration = calibrate(full);
  const reduced = await performAll<'reduced'>(
    reducedSizes.map((count) => ({
      kind: 'reduced',
      config: { simulation: live('ours', { viewers: count }), parameters: calibration.parameters, sampleCount },
    })),
  );
  const inputs = live('ours', { viewers });
  const [spread] = await performAll<'spread'>([{ kind: 'spread', config: inputs }]);
  return {
    bySize: [...bySize, ...given.filter(({ inputs: { scenario } }) => scenario === 'live')].map(pointOf),
    byDelay: byDelay.map(pointOf),
    reduced,
    calibration,
    spread: spread!,
    inputs,
    seedCount,
  };
}

function pointOf({ inputs, summary: { offloadRatio } }: SeedsReport): FigurePoint {
  const { policy, viewers, delayCount, segmentSeconds } = inputs;
  const { median: offload, least, most } = offloadRatio;
  return { policy, viewers, latencySeconds: delayCount * segmentSeconds, offload, least, most };
}

/** File name → SVG. */
export function plotFigures(data: FigureData): Readonly<Record<string, string>> {
  return {
    'offload-viewers.svg': plotBySize(data),
    'offload-latency.svg': plotByDelay(data),
    'segment-spread.svg': plotSpread(data),
  };
}

const LOOKS: Readonly<Record<Policy, Series['look']>> = {
  ours: 'main',
  'neighbour-election': 'other',
  'random-timer': 'third',
  none: 'bound',
};

function policySeries(points: readonly FigurePoint[], xOf: (point: FigurePoint) => number): Series[] {
  return COMPARED.map((policy) => ({
    name: policy,
    look: LOOKS[policy],
    points: points
      .filter((point) => point.policy === policy)
      .map((point): Point => ({ x: xOf(point), y: point.offload, least: point.least, most: point.most }))
      .sort((a, b) => a.x - b.x),
  }));
}

function plotBySize({ bySize, reduced, inputs, seedCount }: FigureData): string {
  const counts = [...bySize, ...reduced].map(({ viewers }) => viewers);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const bound = curve(least, most, (viewers) => 1 - 1 / viewers);
  return lineChart({
    title: 'Offload against viewers',
    subtitle: `live, ${inputs.segmentSeconds} s segments, ${inputs.durationSeconds} s, starting up included; median and range of ${seedCount} seeds`,
    x: { name: 'viewers', least, most, isLogarithmic: true, unit: 'count' },
    y: { name: 'P2P ÷ all bytes', least: 0, most: 1, unit: 'percent' },
    series: [
      ...policySeries(bySize, ({ viewers }) => viewers),
      {
        name: 'reduced model',
        look: 'model',
        points: reduced.map(({ viewers, offloadRatio }) => ({ x: viewers, y: offloadRatio })),
      },
      { name: '1 − 1 ÷ N', look: 'bound', points: bound },
    ],
  });
}

function plotByDelay({ byDelay, inputs, seedCount }: FigureData): string {
  const latencies = byDelay.map(({ latencySeconds }) => latencySeconds);
  return lineChart({
    title: 'Offload against latency',
    subtitle: `live, ${inputs.viewers} viewers, ${inputs.segmentSeconds} s segments; median and range of ${seedCount} seeds`,
    x: {
      name: 'playhead behind the live edge',
      least: Math.min(...latencies),
      most: Math.max(...latencies),
      unit: 'seconds',
    },
    y: { name: 'P2P ÷ all bytes', least: 0, most: 1, unit: 'percent' },
    series: policySeries(byDelay, ({ latencySeconds }) => latencySeconds),
  });
}

/** What counts as fetched by oneself, and what as brought by peers alone. */
const OWNER_PART = 0.99;

function plotSpread({ spread: { arrivals, viewers }, inputs }: FigureData): string {
  const sorted = [...arrivals].sort((a, b) => a.seconds - b.seconds);
  const all = Math.max(viewers, sorted.length, 1);
  const shareAt = (place: number): number => (place + 1) / all;
  const points = sorted.map(({ seconds }, place) => ({ x: seconds, y: shareAt(place) }));
  const owners = sorted.flatMap(({ seconds, httpPart }, place) =>
    httpPart >= OWNER_PART ? [{ x: seconds, y: shareAt(place) }] : [],
  );
  const partly = sorted.flatMap(({ seconds, httpPart }, place) =>
    httpPart > 0 && httpPart < OWNER_PART ? [{ x: seconds, y: shareAt(place) }] : [],
  );
  // It stays as it is until the next one has it.
  const steps = points.flatMap(({ x, y }, place) => [
    { x, y: place === 0 ? 0 : points[place - 1]!.y },
    { x, y },
  ]);
  const most = Math.ceil(Math.max(1, ...points.map(({ x }) => x)));
  return lineChart({
    title: 'One segment spreads through the swarm',
    subtitle: `live, ${inputs.viewers} viewers; from the moment it is in the playlist, ${inputs.segmentSeconds} s segments`,
    x: { name: 'since the segment came out', least: 0, most, unit: 'seconds' },
    y: { name: 'viewers that have it', least: 0, most: 1, unit: 'percent' },
    series: [
      { name: 'have all of it', look: 'main', points: steps },
      { name: 'fetched over HTTP', look: 'other', points: owners, isScatter: true },
      { name: 'finished over HTTP', look: 'third', points: partly, isScatter: true },
    ],
  });
}

/** Evenly on a logarithmic axis. */
function curve(least: number, most: number, valueAt: (x: number) => number): Point[] {
  const steps = 40;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const x = least * (most / least) ** (step / steps);
    return { x, y: valueAt(x) };
  });
}
