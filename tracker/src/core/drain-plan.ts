// Who is sent away when, so that the rest of a site's trackers get a stream of viewers and not a wave.

/** Seconds over which a drain spreads its goodbyes. With the grace before it less than the 30 s that Kubernetes gives. */
export const DEFAULT_DRAIN_SECONDS = 20;

/** Seconds between "not ready" and the end of accepting: load balancers ask every few seconds. */
export const DEFAULT_READY_GRACE_SECONDS = 5;

/**
 * Milliseconds after which a client that was sent away is asked to come back: each its own, drawn from this range.
 * At least a second, so that a tracker that restarts has a chance to be there; at most ten, because until then the
 * viewer finds no new peers (those it has, it keeps).
 */
export const RETRY_AFTER_MS = { least: 1_000, most: 10_000 } as const;

/** WebSocket close code "service restart". */
export const SERVICE_RESTART = 1012;

/** The reason of the close, which says when to come back. */
export function retryReason(retryAfterMs: number): string {
  return `retry-after-ms=${retryAfterMs}`;
}

export interface Goodbye<Client> {
  readonly client: Client;
  readonly retryAfterMs: number;
}

export interface DrainPlanOptions {
  readonly startsAt: number;
  /** Milliseconds until the last one. */
  readonly durationMs: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Goodbyes in random order and evenly over a time. */
export class DrainPlan<Client> {
  readonly #waiting: Client[];
  readonly #total: number;

  constructor(
    clients: readonly Client[],
    private readonly options: DrainPlanOptions,
  ) {
    this.#waiting = [...clients];
    this.#total = clients.length;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes out those whose time has come. */
  takeDue(now: number): Goodbye<Client>[] {
    const { startsAt, durationMs, random } = this.options;
    const elapsedShare = durationMs > 0 ? Math.min(1, Math.max(0, (now - startsAt) / durationMs)) : 1;
    const left = this.#total - Math.ceil(this.#total * elapsedShare);
    const due: Goodbye<Client>[] = [];
    while (this.#waiting.length > left) due.push({ client: this.#takeAny(), retryAfterMs: drawRetryAfterMs(random) });
    return due;
  }

  /** Any of those that wait, each as likely; the last one takes its place. */
  #takeAny(): Client {
    const index = Math.floor(this.options.random() * this.#waiting.length);
    const client = this.#waiting[index]!;
    const last = this.#waiting.pop()!;
    if (index < this.#waiting.length) this.#waiting[index] = last;
    return client;
  }
}

function drawRetryAfterMs(random: () => number): number {
  const { least, most } = RETRY_AFTER_MS;
  return least + Math.floor(random() * (most - least + 1));
}
