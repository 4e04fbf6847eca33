// One run: puts the world together, lets the viewers come and go, and gives what was seen.

import type { Seconds } from '../../../engine/src/base/units';
import { secondsToMs } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { uniform } from '../chance/draws';
import { SeededRandom } from '../chance/seeded-random';
import { drawAccess } from '../network/access';
import { Network, type NetworkHost } from '../network/network';
import { LinkDirectory } from '../network/peer-links';
import { SimulatedTracker } from '../network/tracker';
import { Cdn, type CdnConfig } from '../origin/cdn';
import { Media, type MediaSegment } from '../origin/media';
import { createSource } from '../policies/create-source';
import { EventQueue } from '../time/event-queue';
import { drawVisit, type AudienceConfig } from '../viewers/audience';
import { Player } from '../viewers/player';
import type { SimulationConfig } from './config';
import { HttpCauses } from './http-causes';
import { SteadyMeter } from './steady-meter';
import type { Viewer } from './viewer';

export const CDN: CdnConfig = { hitMs: 30, missMs: 150, bitrate: 40_000_000, errorShare: 0.001 };
const BROWNOUT = { seconds: 30, factor: 4 };
/** A weak signal for a tenth of the run, for each viewer at another time: between the lowest two of the renditions. */
const DROP = { bitrate: 2_600_000, part: 0.1, fromPart: 0.3, toPart: 0.6 };
const SKEW_SECONDS = { least: 0.3, most: 1.5 };
/** Of those that leave, how many do so without a word. */
const ABRUPT_SHARE = 0.5;
/** Where in the run trouble begins: when most are in, and with time to see what becomes of it. */
const TROUBLE_PART = 0.6;

export class Simulation {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly tracker: SimulatedTracker;
  readonly links = new LinkDirectory();
  readonly media: Media;
  readonly cdn: Cdn;
  readonly viewers: readonly Viewer[];
  readonly meter: SteadyMeter;
  readonly causes: HttpCauses;
  /** Hears of each segment that a player gets. */
  onLoaded: (viewer: Viewer, segment: MediaSegment) => void = () => undefined;

  constructor(readonly config: SimulationConfig) {
    const root = new SeededRandom(config.seed);
    const { segmentSeconds, windowCount, durationSeconds, isLive, bitrates } = config;
    const segmentCount = Math.ceil(durationSeconds / segmentSeconds) + (isLive ? windowCount + 1 : 1);
    this.network = new Network(this.queue, root.fork(), config.scale);
    this.tracker = new SimulatedTracker(this.queue, root.fork(), config.trackerInterval);
    this.media = new Media({ isLive, segmentSeconds, windowCount, bitrates, segmentCount }, config.scale);
    this.cdn = new Cdn(this.network, this.media, root.fork(), this.#cdnConfig());
    this.causes = new HttpCauses(this.cdn);
    const audience = audienceOf(config);
    this.viewers = Array.from({ length: config.viewers }, (_, index) => this.#invite(root.fork(), audience, index));
    this.meter = new SteadyMeter(this.queue, this.viewers, config);
  }

  get presentViewers(): Viewer[] {
    return this.viewers.filter(({ source, leftAt }) => source !== undefined && leftAt === undefined);
  }

  /** Plays to the end. */
  run(): void {
    const endsAt = secondsToMs(this.config.durationSeconds);
    this.queue.runUntil(endsAt);
    this.meter.finish();
    for (const { player } of this.viewers) player?.stop();
  }

  #invite(random: SeededRandom, audience: AudienceConfig, index: number): Viewer {
    const { access: mix, noUploadShare, nat, viewers } = this.config;
    const access = drawAccess(random, mix, noUploadShare, nat);
    const visit = drawVisit(random, audience, index / viewers);
    const viewer: Viewer = { access, visit, leftAt: undefined };
    this.queue.schedule(visit.arrivesAt, () => this.#arrive(viewer, random));
    if (visit.leavesAt < secondsToMs(this.config.durationSeconds))
      this.queue.schedule(visit.leavesAt, () => this.#leave(viewer));
    return viewer;
  }

  #arrive(viewer: Viewer, random: SeededRandom): void {
    const { config, media, cdn, tracker, links } = this;
    const { delayCount, bufferGoalSeconds, isAdaptive, startSpreadSeconds, segmentSeconds, isLive } = config;
    const host = this.network.addHost(viewer.access);
    const delaySeconds = isLive ? delayCount * segmentSeconds : Infinity;
    const http = this.causes.watch(viewer, cdn.fetcherOf(host));
    const world = { media, cdn, http, tracker, links, host, random: random.fork(), delaySeconds };
    const source = createSource(config, world);
    viewer.host = host;
    if (config.hasDrops) this.#letDrop(host, random.fork());
    viewer.source = source;
    viewer.player = new Player(this.queue, media, source, random, {
      onLoaded: (segment) => this.onLoaded(viewer, segment),
      delayCount,
      bufferGoalSeconds,
      isAdaptive,
      startSeconds: uniform(random, 0, startSpreadSeconds),
      skewSeconds: drawSkewSeconds(random),
    });
  }

  /** The viewer's downlink is slow for a while. */
  #letDrop({ downlink }: NetworkHost, random: Random): void {
    const usual = downlink.bytesPerMs;
    const durationMs = secondsToMs(this.config.durationSeconds);
    const dropsAt = durationMs * uniform(random, DROP.fromPart, DROP.toPart);
    if (dropsAt < this.queue.now) return;
    this.queue.schedule(dropsAt, () => (downlink.bytesPerMs = this.network.bytesPerMs(DROP.bitrate)));
    this.queue.schedule(dropsAt + durationMs * DROP.part, () => (downlink.bytesPerMs = usual));
  }

  #leave(viewer: Viewer): void {
    viewer.leftAt = this.queue.now;
    viewer.player?.stop();
    viewer.source?.leave(viewer.visit.isAbrupt);
  }

  #cdnConfig(): CdnConfig {
    const { hasBrownout, durationSeconds } = this.config;
    const startMs = secondsToMs(durationSeconds * TROUBLE_PART);
    const brownout = { startMs, endMs: startMs + secondsToMs(BROWNOUT.seconds), factor: BROWNOUT.factor };
    return hasBrownout ? { ...CDN, brownout } : CDN;
  }
}

/** Who comes when, in a run of `config`. */
export function audienceOf(config: SimulationConfig): AudienceConfig {
  const { viewers, durationSeconds, arrivalSeconds, crowdPerMinute, churn, exitShare } = config;
  const exit = exitShare > 0 ? { atSeconds: durationSeconds * TROUBLE_PART, share: exitShare } : undefined;
  return { viewers, durationSeconds, arrivalSeconds, crowdPerMinute, churn, abruptShare: ABRUPT_SHARE, exit };
}

/** How much farther behind the live edge a viewer is than it means to be. */
export function drawSkewSeconds(random: Random): Seconds {
  return uniform(random, SKEW_SECONDS.least, SKEW_SECONDS.most);
}
