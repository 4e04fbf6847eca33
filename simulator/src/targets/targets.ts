// What the engine is to reach, in one list. Each target says which runs it looks at and what it reads off them.

import type { Policy, Scenario, SimulationConfig } from '../run/config';
import type { ComparisonReport, Difference } from '../run/comparison';
import type { Summary } from '../run/seeds-report';

/** What is run for a target: an audience, under one or more policies. */
export interface TargetRuns {
  readonly scenario: Scenario;
  readonly viewers: number;
  readonly policies: readonly Policy[];
  readonly changes?: Partial<SimulationConfig>;
}

/** Which runs belong where: `large` ones take hours, `reduced` ones come from the reduced model. */
export type TargetKind = 'usual' | 'large' | 'reduced';

export interface Target {
  readonly id: string;
  readonly name: string;
  readonly kind: TargetKind;
  readonly runs: TargetRuns;
  /** Median over the seeds is to be at least or at most this. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: 'share' | 'ratio' | 'perHour';
  /** Undefined: cannot be read off these runs. */
  readonly read: (comparison: ComparisonReport) => Summary | undefined;
}

/** Never worse than plain HTTP: start-up within so much of it, as a part of it. */
const STARTUP_TOLERANCE = 0.02;
/** Stalled time of all time, above that of plain HTTP: players that stall by chance in one run and not in the other. */
const STALL_TOLERANCE = 0.0005;
/** The same, counted: a stall in twenty hours of watching. */
const STALL_COUNT_TOLERANCE = 0.05;

/** Mean quality, and how often it changes: so much from that of plain HTTP, as a part of it. */
const QUALITY_TOLERANCE = 0.05;

const ONLY_OURS: readonly Policy[] = ['ours'];
const BESIDE_PLAIN: readonly Policy[] = ['ours', 'none'];
const BESIDE_ALL: readonly Policy[] = ['ours', 'none', 'neighbour-election'];

const ours = ({ policies }: ComparisonReport) => policies.find(({ inputs }) => inputs.policy === 'ours');
const offload = (comparison: ComparisonReport) => ours(comparison)?.summary.offloadRatio;
const difference =
  (read: (difference: Difference) => Summary | undefined) =>
  ({ differences }: ComparisonReport) => {
    const own = differences.find(({ policy }) => policy === 'ours');
    return own && read(own);
  };

/** Of all pairs 78 % connect, and everybody reaches somebody: who does not has all from the CDN, whatever the engine does. */
const REACHABLE: Partial<SimulationConfig> = { nat: 'reachable' };

const offloadTarget = (
  kind: TargetKind,
  viewers: number,
  atLeast: number,
  policies: readonly Policy[],
  changes = REACHABLE,
): Target => ({
  id: `live-${viewers}`,
  name: `live, ${viewers} viewers: offload`,
  kind,
  runs: { scenario: 'live', viewers, policies, changes },
  atLeast,
  unit: 'share',
  read: offload,
});

const LIVE_1000: TargetRuns = { scenario: 'live', viewers: 1_000, policies: BESIDE_ALL, changes: REACHABLE };

const calm = (scenario: 'flash' | 'exit', name: string): Target[] => [
  {
    id: `${scenario}-stalls`,
    name: `${name}: stalls per viewer hour above plain HTTP`,
    kind: 'usual',
    runs: { scenario, viewers: 1_000, policies: BESIDE_PLAIN, changes: REACHABLE },
    atMost: STALL_COUNT_TOLERANCE,
    unit: 'perHour',
    read: difference(({ toNone }) => toNone?.stallsPerViewerHour),
  },
];

/** Players that adapt do with the engine what they do without it. */
const honestRate = (scenario: 'mixed' | 'drops', name: string): Target[] => {
  const runs: TargetRuns = { scenario, viewers: 1_000, policies: BESIDE_PLAIN };
  const prefix = scenario === 'mixed' ? '' : `${scenario}-`;
  return [
    {
      id: `${prefix}quality`,
      name: `${name}: mean bitrate above plain HTTP`,
      kind: 'usual',
      runs,
      atLeast: -QUALITY_TOLERANCE,
      unit: 'share',
      read: difference(({ toNone }) => toNone?.meanBitrate),
    },
    {
      id: `${prefix}switches`,
      name: `${name}: quality switches above plain HTTP`,
      kind: 'usual',
      runs,
      atMost: QUALITY_TOLERANCE,
      unit: 'share',
      read: difference(({ toNone }) => toNone?.switches),
    },
  ];
};

export const TARGETS: readonly Target[] = [
  // Ten all the time: the one copy that must be fetched bounds it at 90 %, and higher where some have left.
  offloadTarget('usual', 10, 0.85, ONLY_OURS, { ...REACHABLE, churn: 'none' }),
  offloadTarget('usual', 100, 0.92, ONLY_OURS),
  offloadTarget('usual', 1_000, 0.93, BESIDE_ALL),
  offloadTarget('large', 10_000, 0.95, ONLY_OURS),
  offloadTarget('reduced', 1_000_000, 0.97, ONLY_OURS),
  {
    ...offloadTarget('usual', 1_000, 0.9, BESIDE_PLAIN, { nat: 'blocked' }),
    id: 'live-1000-blocked',
    name: 'live, 1000 viewers of whom 5 % reach nobody: offload, at most 95 %',
  },
  {
    id: 'stalled-time',
    name: 'live, 1000 viewers: stalled time above plain HTTP',
    kind: 'usual',
    runs: LIVE_1000,
    atMost: STALL_TOLERANCE,
    unit: 'share',
    read: difference(({ toNone }) => toNone?.stallRatio),
  },
  {
    id: 'startup-median',
    name: 'live, 1000 viewers: start-up median above plain HTTP',
    kind: 'usual',
    runs: LIVE_1000,
    atMost: STARTUP_TOLERANCE,
    unit: 'share',
    read: difference(({ toNone }) => toNone?.startupP50),
  },
  {
    id: 'startup-slow',
    name: 'live, 1000 viewers: start-up 95th percentile above plain HTTP',
    kind: 'usual',
    runs: LIVE_1000,
    atMost: STARTUP_TOLERANCE,
    unit: 'share',
    read: difference(({ toNone }) => toNone?.startupP95),
  },
  {
    id: 'http-bytes',
    name: 'live, 1000 viewers: HTTP bytes ÷ those of neighbour-election',
    kind: 'usual',
    runs: LIVE_1000,
    atMost: 0.5,
    unit: 'ratio',
    read: difference(({ httpBytesRatio }) => httpBytesRatio),
  },
  {
    id: 'no-upload',
    name: '1000 viewers, 30 % give nothing: offload',
    kind: 'usual',
    runs: { scenario: 'no-upload', viewers: 1_000, policies: ONLY_OURS, changes: REACHABLE },
    atLeast: 0.85,
    unit: 'share',
    read: offload,
  },
  {
    id: 'vod',
    name: 'recording, 1000 viewers: offload',
    kind: 'usual',
    runs: { scenario: 'vod', viewers: 1_000, policies: ONLY_OURS, changes: REACHABLE },
    atLeast: 0.97,
    unit: 'share',
    read: offload,
  },
  ...honestRate('mixed', 'players adapt'),
  ...honestRate('drops', 'lines that drop and come back'),
  ...calm('flash', 'flash crowd'),
  ...calm('exit', '90 % leave'),
];
