// Several policies before the same audience: seed by seed the same viewers, lines and visits.

import { configOf, type Policy, type Scenario, type SimulationConfig } from './config';
import type { PerformAll } from './job';
import { runSeeds, summarize, type SeedsReport, type Summary } from './seeds-report';
import { ratio } from './statistics';

/** A policy beside others, median and range over the seeds of differences and ratios seed by seed. */
export interface Difference {
  readonly policy: Policy;
  /** Absent without a run of `none`. */
  readonly toNone?: {
    readonly stallRatio: Summary;
    readonly stallsPerViewerHour: Summary;
    /** Relative: 0.01 is one per cent later. */
    readonly startupP50: Summary;
    readonly startupP95: Summary;
    /** Relative: 0.01 is a mean bitrate of one per cent more. */
    readonly meanBitrate: Summary;
    /** Relative, of switches per viewer hour. */
    readonly switches: Summary;
  };
  /** HTTP bytes ÷ those of `neighbour-election`; absent without a run of it. */
  readonly httpBytesRatio?: Summary;
}

export interface ComparisonReport {
  readonly policies: readonly SeedsReport[];
  readonly differences: readonly Difference[];
}

export async function compare(
  scenario: Scenario,
  policies: readonly Policy[],
  changes: Partial<SimulationConfig>,
  seedCount: number,
  performAll: PerformAll,
): Promise<ComparisonReport> {
  const inputs = policies.map((policy) => configOf(scenario, policy, changes));
  return comparisonOf(await runSeeds(inputs, seedCount, performAll));
}

/** All `reports` are of one audience. */
export function comparisonOf(reports: readonly SeedsReport[]): ComparisonReport {
  const of = (policy: Policy) => reports.find(({ inputs }) => inputs.policy === policy);
  const [none, election] = [of('none'), of('neighbour-election')];
  const differences = reports.map((report): Difference => {
    const pairs = report.runs.map((run, index) => ({ run, plain: none?.runs[index], rival: election?.runs[index] }));
    const overPlain = (valueOf: (run: (typeof pairs)[number]['run']) => number, isRelative: boolean) =>
      summarize(
        pairs.flatMap(({ run, plain }) => {
          if (!plain) return [];
          const difference = valueOf(run) - valueOf(plain);
          return isRelative ? ratio(difference, valueOf(plain)) : difference;
        }),
      );
    return {
      policy: report.inputs.policy,
      ...(none && {
        toNone: {
          stallRatio: overPlain(({ stallRatio }) => stallRatio, false),
          stallsPerViewerHour: overPlain(({ stallsPerViewerHour }) => stallsPerViewerHour, false),
          startupP50: overPlain(({ startupSecondsP50 }) => startupSecondsP50, true),
          startupP95: overPlain(({ startupSecondsP95 }) => startupSecondsP95, true),
          meanBitrate: overPlain(({ meanBitrate }) => meanBitrate, true),
          switches: overPlain(({ switchesPerViewerHour }) => switchesPerViewerHour, true),
        },
      }),
      ...(election && {
        httpBytesRatio: summarize(pairs.map(({ run, rival }) => ratio(run.httpBytes, rival?.httpBytes ?? 0))),
      }),
    };
  });
  return { policies: reports, differences };
}
