// Everything that a run depends on, as plain data: the same config gives the same result.

import type { BitsPerSecond, Bytes, Seconds } from '../../../engine/src/base/units';
import { kibibytes } from '../../../engine/src/base/units';
import type { AccessMix } from '../network/access';
import type { NatMix } from '../network/nat';
import type { Churn } from '../viewers/audience';

export const SCENARIOS = ['live', 'vod', 'flash', 'exit', 'mixed', 'no-upload', 'brownout', 'drops'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export const POLICIES = ['ours', 'random-timer', 'neighbour-election', 'none'] as const;
export type Policy = (typeof POLICIES)[number];

export interface SimulationConfig {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly viewers: number;
  readonly seed: number;
  readonly durationSeconds: Seconds;
  readonly isLive: boolean;
  readonly segmentSeconds: Seconds;
  readonly windowCount: number;
  /** Lowest first, in true bits per second. */
  readonly bitrates: readonly BitsPerSecond[];
  /** Segments between playhead and live edge. */
  readonly delayCount: number;
  readonly bufferGoalSeconds: Seconds;
  /** Of a recording: viewers begin anywhere up to here. */
  readonly startSpreadSeconds: Seconds;
  readonly access: AccessMix;
  readonly nat: NatMix;
  readonly noUploadShare: number;
  readonly arrivalSeconds: Seconds;
  readonly crowdPerMinute: number;
  readonly churn: Churn;
  readonly exitShare: number;
  readonly hasBrownout: boolean;
  /** Whether each viewer's downlink is slow for a while, and comes back. */
  readonly hasDrops: boolean;
  readonly isAdaptive: boolean;
  /** Seconds until the next announce, as the tracker says. */
  readonly trackerInterval: Seconds;
  /** Connections per viewer that a policy with a limit keeps. */
  readonly maxPeers: number;
  /** True bytes per simulated byte of media. */
  readonly scale: number;
  /** True bytes of media in one message between peers. */
  readonly frameBytes: Bytes;
}

const MEGABIT = 1_000_000;
/** As the engine's own default. */
const DEFAULT_MAX_PEERS = 24;

const BASE: SimulationConfig = {
  scenario: 'live',
  policy: 'ours',
  viewers: 100,
  seed: 1,
  durationSeconds: 600,
  isLive: true,
  segmentSeconds: 4,
  windowCount: 4,
  bitrates: [4 * MEGABIT],
  delayCount: 3,
  bufferGoalSeconds: 30,
  startSpreadSeconds: 0,
  access: 'broadband',
  nat: 'blocked',
  noUploadShare: 0,
  arrivalSeconds: 60,
  crowdPerMinute: 0,
  churn: 'event',
  exitShare: 0,
  hasBrownout: false,
  hasDrops: false,
  isAdaptive: false,
  trackerInterval: 120,
  maxPeers: DEFAULT_MAX_PEERS,
  scale: 64,
  frameBytes: kibibytes(16),
};

const RENDITIONS = { bitrates: [1.5 * MEGABIT, 3 * MEGABIT, 5 * MEGABIT], isAdaptive: true };

const BY_SCENARIO: Readonly<Record<Scenario, Partial<SimulationConfig>>> = {
  live: {},
  vod: { isLive: false, churn: 'browsing' },
  flash: { crowdPerMinute: 0.1 },
  exit: { exitShare: 0.9, churn: 'none' },
  mixed: RENDITIONS,
  'no-upload': { noUploadShare: 0.3 },
  brownout: { hasBrownout: true },
  drops: { ...RENDITIONS, hasDrops: true },
};

/** A policy that keeps more or fewer connections than the engine does. */
const BY_POLICY: Readonly<Partial<Record<Policy, Partial<SimulationConfig>>>> = {
  'neighbour-election': { maxPeers: 50 },
};

/** The config of a scenario under a policy; what `changes` leaves undefined stays as the scenario has it. */
export function configOf(scenario: Scenario, policy: Policy, changes: Partial<SimulationConfig>): SimulationConfig {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...BASE, ...BY_SCENARIO[scenario], ...BY_POLICY[policy], ...Object.fromEntries(given), scenario, policy };
}
