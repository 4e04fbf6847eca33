// What the tracker does when it has much to do: longer intervals first, then no relaying, then no newcomers. Works on a
// number from outside, so that a test can be the load.

import { checkNames, checkNumber, checkWhole } from '../option-checks';

/** In order of need. In `no-relay` announces are answered but their offers go nowhere; in `no-joins` nobody gets in. */
export type OverloadLevel = 'normal' | 'no-relay' | 'no-joins';

/** What an operator may change. */
export interface OverloadOptions {
  /**
   * Longest interval, in seconds, that load or the size of a swarm brings about, from `intervalSeconds` to 86400.
   * @defaultValue 2.5 times `intervalSeconds`, 300
   */
  readonly maxIntervalSeconds?: number;
  /** Load from which offers are not relayed, 0.2 to 1. @defaultValue 0.85 */
  readonly relayLimit?: number;
  /** Load from which newcomers are refused, from `relayLimit` to 1. @defaultValue 0.95 */
  readonly joinLimit?: number;
}

export const DEFAULT_MAX_INTERVAL_FACTOR = 2.5;
const DEFAULT_RELAY_LIMIT = 0.85;
const DEFAULT_JOIN_LIMIT = 0.95;

/** Below this load the interval is the shortest; it grows evenly up to the load at which offers are not relayed. */
const CALM_LOAD = 0.5;
/** Up to this size of a swarm the interval is the shortest, */
const SMALL_SWARM = 1_000;
/** and from this size on the longest: the larger it is, the more its viewers introduce each other. */
const HUGE_SWARM = 100_000;
/** A level is left when the load is so much below the limit that led into it, */
const HYSTERESIS = 0.15;
/** and has been so for this long, in milliseconds. */
const CALM_MS = 10_000;

const LEVELS: readonly OverloadLevel[] = ['normal', 'no-relay', 'no-joins'];

export class LoadGovernor {
  readonly maxIntervalSeconds: number;
  readonly #intervalSeconds: number;
  /** The load that leads into each level. */
  readonly #limits: readonly number[];
  #load = 0;
  #levelIndex = 0;
  /** Since when the load has been low enough for the level below. */
  #calmSince: number | undefined;

  /** @throws RangeError naming the option that is out of its range */
  constructor(intervalSeconds: number, options: OverloadOptions = {}) {
    checkNames('overload', options, { maxIntervalSeconds: 0, relayLimit: 0, joinLimit: 0 });
    const { relayLimit = DEFAULT_RELAY_LIMIT, joinLimit = Math.max(DEFAULT_JOIN_LIMIT, relayLimit) } = options;
    const longest = Math.min(86_400, Math.round(intervalSeconds * DEFAULT_MAX_INTERVAL_FACTOR));
    this.maxIntervalSeconds = options.maxIntervalSeconds ?? longest;
    checkWhole('overload.maxIntervalSeconds', this.maxIntervalSeconds, intervalSeconds, 86_400);
    checkNumber('overload.relayLimit', relayLimit, 0.2, 1);
    checkNumber('overload.joinLimit', joinLimit, relayLimit, 1);
    this.#intervalSeconds = intervalSeconds;
    this.#limits = [0, relayLimit, joinLimit];
  }

  get level(): OverloadLevel {
    return LEVELS[this.#levelIndex] ?? 'normal';
  }

  /** The load that was noted last. */
  get load(): number {
    return this.#load;
  }

  /**
   * Takes the load of the last while. Up goes at once, down one level at a time and not before it was calm for a while:
   * a tracker that comes out of overload too early is back in it with the crowd it let in.
   * @param load - in [0, 1]; what is no number counts as none
   */
  note(load: number, now: number): void {
    this.#load = load >= 0 ? Math.min(1, load) : 0;
    const risenTo = this.#limits.filter((limit) => this.#load >= limit).length - 1;
    if (risenTo > this.#levelIndex) {
      this.#levelIndex = risenTo;
      this.#calmSince = undefined;
      return;
    }
    const limit = this.#limits[this.#levelIndex] ?? 0;
    if (this.#levelIndex === 0 || this.#load > limit - HYSTERESIS) {
      this.#calmSince = undefined;
      return;
    }
    this.#calmSince ??= now;
    if (now - this.#calmSince < CALM_MS) return;
    this.#levelIndex -= 1;
    this.#calmSince = undefined;
  }

  /** Seconds until the next announce of a peer in a swarm of this size; jitter comes on top. */
  intervalSeconds(swarmSize: number): number {
    const relayLimit = this.#limits[1] ?? 1;
    const byLoad = (this.#load - CALM_LOAD) / Math.max(relayLimit - CALM_LOAD, 0.01);
    const bySize = Math.log(swarmSize / SMALL_SWARM) / Math.log(HUGE_SWARM / SMALL_SWARM);
    const stretch = this.#levelIndex > 0 ? 1 : Math.min(1, Math.max(0, byLoad, bySize));
    return this.#intervalSeconds + stretch * (this.maxIntervalSeconds - this.#intervalSeconds);
  }
}
