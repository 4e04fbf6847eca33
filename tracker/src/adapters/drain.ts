// A tracker's orderly end: not ready, no more newcomers, then goodbye to everybody bit by bit.

import { DrainPlan, retryReason, SERVICE_RESTART } from '../core/drain-plan';
import type { ClientLink } from './client-link';

/** Milliseconds between two portions of goodbyes. */
export const DRAIN_STEP_MS = 100;

export interface DrainOptions {
  /** Seconds over which the goodbyes are spread, 0 to 3600. @defaultValue 20 */
  readonly seconds?: number;
  /** Seconds before, in which newcomers are still served: load balancers have to see `/ready` first. 0 to 600. @defaultValue 5 */
  readonly readyGraceSeconds?: number;
}

/** What a drain does its work on. */
export interface DrainTarget {
  /** Closes what it listens on. @returns whether there was something */
  stopListening(): boolean;
  /** Takes no upgrade any more. */
  refuseNewcomers(): void;
  openLinks(): ClientLink[];
  close(link: ClientLink, code: number, reason: string): void;
}

/** Milliseconds for requests that came right before the listeners closed. */
const LAST_UPGRADES_MS = 500;

export interface DrainRun extends Required<DrainOptions> {
  readonly target: DrainTarget;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly random: () => number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** Resolves when the last goodbye is said, or when it is aborted. */
export async function runDrain({ target, now, random, signal, seconds, readyGraceSeconds }: DrainRun): Promise<void> {
  if (readyGraceSeconds > 0) await sleep(readyGraceSeconds * 1000, signal);
  if (signal.aborted) return;
  // A request that was under way when the listener closed has nowhere else to go.
  if (target.stopListening()) await sleep(LAST_UPGRADES_MS, signal);
  target.refuseNewcomers();
  const plan = new DrainPlan(target.openLinks(), { startsAt: now(), durationMs: seconds * 1000, random });
  while (!plan.isDone && !signal.aborted) {
    for (const { client, retryAfterMs } of plan.takeDue(now())) {
      target.close(client, SERVICE_RESTART, retryReason(retryAfterMs));
    }
    // Those who left by themselves need no goodbye.
    if (plan.isDone || target.openLinks().length === 0) return;
    await sleep(DRAIN_STEP_MS, signal);
  }
}

/** Resolves after a time, or at once when it is aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
