// What is measured and what a run says of it; the processes of a run speak in these.

export const SUBJECTS = ['bittorrent-tracker', 'ours', 'ours-on-ws'] as const;

/** A tracker that is measured. */
export type Subject = (typeof SUBJECTS)[number];

export const SCENARIO_NAMES = ['swarms', 'one-swarm', 'idle', 'steady'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** What viewers do. */
export interface Scenario {
  readonly title: string;
  readonly connections: number;
  readonly swarms: number;
  /** `closed`: so many announces are always under way. `open`: so many begin per second. `idle`: viewers join and are quiet. */
  readonly load:
    | { readonly type: 'closed'; readonly underWay: number }
    | { readonly type: 'open'; readonly perSecond: number }
    | { readonly type: 'idle' };
}

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  swarms: {
    title: '5,000 viewers in 50 swarms, 256 announces under way',
    connections: 5_000,
    swarms: 50,
    load: { type: 'closed', underWay: 256 },
  },
  'one-swarm': {
    title: 'one swarm of 5,000 viewers, 256 announces under way',
    connections: 5_000,
    swarms: 1,
    load: { type: 'closed', underWay: 256 },
  },
  idle: { title: '15,000 quiet viewers', connections: 15_000, swarms: 150, load: { type: 'idle' } },
  steady: {
    title: '5,000 viewers in 50 swarms, 500 announces per second',
    connections: 5_000,
    swarms: 50,
    load: { type: 'open', perSecond: 500 },
  },
};

/** Every announce carries so many offers, and every offer is answered. */
export const OFFERS_PER_ANNOUNCE = 5;

/** What the load generator is told. */
export interface LoadOrder {
  readonly port: number;
  readonly serverPid: number;
  readonly scenario: ScenarioName;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What one run gives. CPU time is the server's, user and system. */
export interface BusyFigures {
  readonly type: 'busy';
  readonly cpuMicrosPerAnnounce: number;
  readonly announcesPerSecond: number;
  readonly offersPerSecond: number;
  readonly answersPerSecond: number;
  /** From the write of the announce to the arrival of one of its offers, in milliseconds. */
  readonly offerLatencyP50: number;
  readonly offerLatencyP99: number;
}

/** User memory of the server: growth of its resident set per viewer. The kernel's share of a socket comes on top. */
export interface IdleFigures {
  readonly type: 'idle';
  readonly cpuMicrosPerConnection: number;
  readonly kibPerConnected: number;
  readonly kibPerJoined: number;
}

export type Figures = BusyFigures | IdleFigures;

/** What processes tell their parent. */
export type Told =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'figures'; readonly figures: Figures }
  | { readonly type: 'broken'; readonly reason: string };

/** Tells the parent; in a process without one, nobody. */
export function tell(told: Told): void {
  process.send?.(told);
}
