import type { Milliseconds } from '../../../engine/src/base/units';
import { secondsToMs } from '../../../engine/src/base/units';
import type { Traffic } from '../policies/segment-source';
import { noTraffic } from '../policies/segment-source';
import type { EventQueue } from '../time/event-queue';
import type { SimulationConfig } from './config';
import type { Viewer } from './viewer';
import { mean } from './statistics';

/** After the last of the first arrivals it takes so long until starting up is over. */
const SETTLING_MS: Milliseconds = 60_000;
/** A run too short for that is measured from here on. */
const LATEST_PART = 0.5;
const SAMPLE_MS: Milliseconds = 10_000;

/** What happened once starting up was over. */
export class SteadyMeter {
  /** When starting up counts as over. */
  readonly steadyFrom: Milliseconds;
  readonly traffic: Traffic = noTraffic();
  readonly #peerCounts: number[] = [];
  readonly #viewerCounts: number[] = [];
  #before: Traffic = noTraffic();

  constructor(
    private readonly queue: EventQueue,
    private readonly viewers: readonly Viewer[],
    { arrivalSeconds, durationSeconds }: SimulationConfig,
  ) {
    this.steadyFrom = Math.min(secondsToMs(arrivalSeconds) + SETTLING_MS, secondsToMs(durationSeconds) * LATEST_PART);
    queue.schedule(this.steadyFrom, () => {
      this.#before = this.total();
      this.#sample();
    });
  }

  /** Connections of a viewer, mean over viewers and time. */
  get meanPeerCount(): number {
    return mean(this.#peerCounts);
  }

  /** Viewers present, mean over time. */
  get meanViewerCount(): number {
    return mean(this.#viewerCounts);
  }

  /** All viewers together, so far. */
  total(): Traffic {
    const sum = noTraffic();
    for (const { source } of this.viewers) if (source) addTo(sum, source.traffic, 1);
    return sum;
  }

  finish(): void {
    addTo(this.traffic, this.total(), 1);
    addTo(this.traffic, this.#before, -1);
  }

  #sample(): void {
    const present = this.viewers.flatMap(({ source, leftAt }) => (source && leftAt === undefined ? [source] : []));
    this.#viewerCounts.push(present.length);
    this.#peerCounts.push(mean(present.map(({ peerCount }) => peerCount)));
    this.queue.schedule(this.queue.now + SAMPLE_MS, () => this.#sample());
  }
}

function addTo(sum: Traffic, more: Readonly<Traffic>, sign: 1 | -1): void {
  sum.httpBytes += sign * more.httpBytes;
  sum.p2pBytes += sign * more.p2pBytes;
  sum.uploadedBytes += sign * more.uploadedBytes;
  sum.wastedBytes += sign * more.wastedBytes;
}
