// The flags of a run, checked at the door.

import { parseArgs } from 'node:util';
import { NAT_MIXES } from '../src/network/nat';
import { POLICIES, SCENARIOS, type Policy, type Scenario, type SimulationConfig } from '../src/run/config';
import { readJobs, readName, readNames, readNumber, readSwitch, type FlagValue } from './flag-values';

const MEGABIT = 1_000_000;
const BYTES_PER_KIBIBYTE = 1024;

/** What was asked for. */
export interface Flags {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly changes: Partial<SimulationConfig>;
  readonly seedCount: number;
  readonly jobCount: number;
  /** Policies to hold side by side; absent: `policy` alone. */
  readonly compared?: readonly Policy[];
  /** Whether to tell what HTTP was used for. */
  readonly isWhy: boolean;
  readonly isJson: boolean;
}

export const HELP = `Simulates an audience in virtual time.

  npm run simulate -- [flags]

  --scenario NAME     ${SCENARIOS.join(', ')}   (default live)
  --policy NAME       ${POLICIES.join(', ')}   (default ours)
  --viewers N         default 100
  --duration SECONDS  of virtual time, default 600
  --seed N            default 1; the same seed gives the same figures
  --seeds K           runs K seeds from --seed on and prints median and range, default 1
  --jobs N            processes that share the seeds, default one per core; the figures are the same
  --compare LIST      several policies before the same audience, such as ours,none,neighbour-election
  --why               also what HTTP was used for
  --json              all figures as JSON, per seed and summed up

What a scenario says otherwise:
  --segment SECONDS   duration of a segment, 4
  --window N          segments in a live playlist, 4
  --delay N           segments between playhead and live edge, 3
  --buffer SECONDS    players of a recording load until they have so much ahead, 30
  --bitrate LIST      renditions in Mb/s, lowest first, such as 1.5,3,5; 4
  --abr on|off        whether players adapt
  --access MIX        broadband (cable, fibre, DSL, mobile; NAT) or fast (500 Mb/s both ways, no NAT)
  --nat MIX           blocked (5 % reach nobody) or reachable (everybody somebody); 78 % of pairs connect in both
  --no-upload SHARE   viewers that give nothing, at least, 0 to 1
  --churn KIND        none, event (70 % stay) or browsing
  --arrival SECONDS   all, or the first of a crowd, come within this time; 60
  --peers N           connections per viewer; engine 24, neighbour-election 50, random-timer has no limit
  --announce SECONDS  interval that the tracker asks for, 120
  --start-spread S    viewers of a recording begin anywhere in its first S seconds, 0
  --scale N           true bytes of media per simulated byte, 64
  --frame KIB         media in one message between peers, 16: more is coarser and faster
  --help
`;

/** What several commands understand, and how it is read. */
export const RUN_OPTIONS = {
  viewers: { type: 'string' },
  duration: { type: 'string' },
  seed: { type: 'string' },
  segment: { type: 'string' },
  window: { type: 'string' },
  delay: { type: 'string' },
  buffer: { type: 'string' },
  bitrate: { type: 'string' },
  abr: { type: 'string' },
  access: { type: 'string' },
  nat: { type: 'string' },
  'no-upload': { type: 'string' },
  churn: { type: 'string' },
  arrival: { type: 'string' },
  peers: { type: 'string' },
  announce: { type: 'string' },
  'start-spread': { type: 'string' },
  scale: { type: 'string' },
  frame: { type: 'string' },
} as const;

const OPTIONS = {
  ...RUN_OPTIONS,
  scenario: { type: 'string' },
  policy: { type: 'string' },
  compare: { type: 'string' },
  seeds: { type: 'string' },
  jobs: { type: 'string' },
  why: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/**
 * The flags in `args`, or undefined when help is asked for.
 * @throws Error that names the flag and what is allowed.
 */
export function readFlags(args: readonly string[]): Flags | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
  if (values.help) return undefined;
  const compared = readNames('compare', values.compare, POLICIES);
  if (compared && values.policy !== undefined) throw new Error('--compare names the policies: leave --policy out');
  return {
    scenario: readName('scenario', values.scenario, SCENARIOS) ?? 'live',
    policy: readName('policy', values.policy, POLICIES) ?? 'ours',
    ...(compared && { compared }),
    seedCount: readNumber('seeds', values.seeds, 1, Infinity, true) ?? 1,
    jobCount: readJobs(values.jobs),
    isWhy: values.why ?? false,
    isJson: values.json ?? false,
    changes: readChanges(values),
  };
}

/** What is to differ from the scenario; `values` may lack any of {@link RUN_OPTIONS}. */
export function readChanges(
  values: Readonly<Partial<Record<keyof typeof RUN_OPTIONS, FlagValue>>>,
): Partial<SimulationConfig> {
  const whole = (name: keyof typeof RUN_OPTIONS, least = 1) => readNumber(name, values[name], least, Infinity, true);
  const number = (name: keyof typeof RUN_OPTIONS, least: number, most = Infinity) =>
    readNumber(name, values[name], least, most, false);
  const frame = whole('frame');
  return {
    viewers: whole('viewers'),
    durationSeconds: number('duration', 1),
    seed: whole('seed', 0),
    segmentSeconds: number('segment', 0.1),
    windowCount: whole('window'),
    delayCount: number('delay', 1),
    bufferGoalSeconds: number('buffer', 1),
    bitrates: readBitrates(values.bitrate),
    isAdaptive: readSwitch('abr', values.abr),
    access: readName('access', values.access, ['broadband', 'fast'] as const),
    nat: readName('nat', values.nat, NAT_MIXES),
    noUploadShare: number('no-upload', 0, 1),
    churn: readName('churn', values.churn, ['none', 'event', 'browsing'] as const),
    arrivalSeconds: number('arrival', 0),
    maxPeers: whole('peers'),
    trackerInterval: number('announce', 10),
    startSpreadSeconds: number('start-spread', 0),
    scale: whole('scale'),
    frameBytes: frame === undefined ? undefined : frame * BYTES_PER_KIBIBYTE,
  };
}

function readBitrates(value: FlagValue): number[] | undefined {
  if (value === undefined) return undefined;
  const bitrates = String(value)
    .split(',')
    .map((part) => (readNumber('bitrate', part, 0.01, 1000, false) ?? 0) * MEGABIT);
  if (bitrates.some((bitrate, index) => index > 0 && bitrate <= bitrates[index - 1]!))
    throw new Error(`--bitrate ${String(value)}: allowed is a list of Mb/s, lowest first`);
  return bitrates;
}
