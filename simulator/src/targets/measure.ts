// Runs what the targets need, each audience once, and holds what came out against them.

import { calibrate, type Calibration } from '../reduced/calibrate';
import { comparisonOf, type ComparisonReport } from '../run/comparison';
import { configOf, type Policy, type SimulationConfig } from '../run/config';
import type { PerformAll } from '../run/job';
import { runSeeds, summarize, type SeedsReport, type Summary } from '../run/seeds-report';
import { TARGETS, type Target, type TargetRuns } from './targets';

export interface MeasureOptions {
  readonly targets: readonly Target[];
  readonly seedCount: number;
  readonly changes: Partial<SimulationConfig>;
  /** Larger audiences are cut to this: shows that all works, and proves nothing. */
  readonly maxViewers?: number;
  readonly reduced: {
    readonly maxViewers?: number;
    readonly sampleCount: number;
    /** Besides the runs of the targets themselves. */
    readonly calibration: readonly SeedsReport[];
  };
}

export interface TargetResult {
  readonly id: string;
  readonly name: string;
  readonly kind: Target['kind'];
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: Target['unit'];
  /** Of the audience that was looked at. */
  readonly viewers: number;
  readonly seeds: number;
  readonly measured?: Summary;
  /** Absent: not measured. */
  readonly isReached?: boolean;
}

export interface TargetsReport {
  readonly isFullSize: boolean;
  readonly results: readonly TargetResult[];
  readonly calibration?: Calibration;
  readonly comparisons: readonly ComparisonReport[];
}

/** The targets of these kinds, or with these ids. */
export function pickTargets(kinds: readonly Target['kind'][], ids: readonly string[]): Target[] {
  const unknown = ids.filter((id) => !TARGETS.some((target) => target.id === id));
  if (unknown.length > 0)
    throw new Error(`no target ${unknown.join(', ')}: there are ${TARGETS.map(({ id }) => id).join(', ')}`);
  return TARGETS.filter(({ kind, id }) => (ids.length > 0 ? ids.includes(id) : kinds.includes(kind)));
}

export async function measureTargets(options: MeasureOptions, performAll: PerformAll): Promise<TargetsReport> {
  const audiences = audiencesOf(options);
  const inputs = audiences.flatMap(({ configs }) => configs);
  const reports = await runSeeds(inputs, options.seedCount, performAll);
  const comparisons = new Map<string, ComparisonReport>();
  let place = 0;
  for (const { key, configs } of audiences)
    comparisons.set(key, comparisonOf(reports.slice(place, (place += configs.length))));
  const isReduced = options.targets.some(({ kind }) => kind === 'reduced');
  const calibration = isReduced ? calibrationOf(options, reports) : undefined;
  const results: TargetResult[] = [];
  for (const target of options.targets) {
    const viewers = viewersOf(target, options);
    const measured =
      target.kind === 'reduced'
        ? await reducedOffload(target, calibration, options, performAll)
        : target.read(comparisons.get(keyOf(target.runs, viewers))!);
    results.push(resultOf(target, viewers, options.seedCount, measured));
  }
  const isFullSize = options.maxViewers === undefined && options.reduced.maxViewers === undefined;
  return { isFullSize, results, comparisons: [...comparisons.values()], ...(calibration && { calibration }) };
}

function resultOf(target: Target, viewers: number, seeds: number, measured: Summary | undefined): TargetResult {
  const { id, name, kind, atLeast, atMost, unit } = target;
  const result = { id, name, kind, unit, viewers, seeds, ...(atLeast !== undefined && { atLeast }) };
  const wanted = { ...result, ...(atMost !== undefined && { atMost }) };
  if (!measured) return wanted;
  const isReached = measured.median >= (atLeast ?? -Infinity) && measured.median <= (atMost ?? Infinity);
  return { ...wanted, measured, isReached };
}

interface Audience {
  readonly key: string;
  readonly configs: readonly SimulationConfig[];
}

/** Targets that look at the same audience share its runs. */
function audiencesOf({ targets, changes, ...options }: MeasureOptions): Audience[] {
  const policies = new Map<string, { readonly runs: TargetRuns; readonly viewers: number; all: readonly Policy[] }>();
  for (const target of targets) {
    if (target.kind === 'reduced') continue;
    const viewers = viewersOf(target, { targets, changes, ...options });
    const key = keyOf(target.runs, viewers);
    const before = policies.get(key)?.all ?? [];
    policies.set(key, { runs: target.runs, viewers, all: [...new Set([...before, ...target.runs.policies])] });
  }
  return [...policies].map(([key, { runs, viewers, all }]) => ({
    key,
    configs: all.map((policy) => configOf(runs.scenario, policy, { ...runs.changes, ...changes, viewers })),
  }));
}

function viewersOf({ kind, runs }: Target, { maxViewers = Infinity, reduced }: MeasureOptions): number {
  return Math.min(runs.viewers, kind === 'reduced' ? (reduced.maxViewers ?? Infinity) : maxViewers);
}

const keyOf = ({ scenario, changes = {} }: TargetRuns, viewers: number): string =>
  JSON.stringify([scenario, viewers, changes]);

function calibrationOf({ reduced }: MeasureOptions, reports: readonly SeedsReport[]): Calibration | undefined {
  const own = reports.filter(({ inputs }) => inputs.scenario === 'live' && inputs.policy === 'ours');
  const full = [...reduced.calibration, ...own];
  return full.length > 0 ? calibrate(full) : undefined;
}

async function reducedOffload(
  target: Target,
  calibration: Calibration | undefined,
  options: MeasureOptions,
  performAll: PerformAll,
): Promise<Summary | undefined> {
  if (!calibration) return undefined;
  const { scenario, changes } = target.runs;
  const viewers = viewersOf(target, options);
  const simulation = configOf(scenario, 'ours', { ...changes, ...options.changes, viewers });
  const { parameters } = calibration;
  const { sampleCount } = options.reduced;
  const reports = await performAll<'reduced'>([{ kind: 'reduced', config: { simulation, parameters, sampleCount } }]);
  return summarize(reports.map(({ offloadRatio }) => offloadRatio));
}
