// Viewers, origin, tracker and network on one virtual clock. The engine that ships, over doubles.

import { MemoryStore } from '../../src/adapters/shared/memory-store';
import type { Milliseconds } from '../../src/base/units';
import { DASH_FORMAT } from '../../src/media/dash/dash-model';
import { HLS_FORMAT } from '../../src/media/hls-model';
import type { ManifestFormat } from '../../src/media/media-model';
import { connectPlayerOver } from '../../src/player/connect-player';
import type { PlayerConnection } from '../../src/player/player-connection';
import type { SegmentStore } from '../../src/ports/segment-store';
import type { P2POptions } from '../../src/session/options';
import { FakeHttp, type FakeResponse } from '../doubles/fake-http';
import { FakePeerNetwork, type FakeLinks, type FakeLinksOptions } from '../doubles/fake-links';
import { FakeTracker, type FakeTrackerOptions } from '../doubles/fake-signalling';
import { FakeTokens } from '../doubles/fake-tokens';
import { ManualConditions } from '../doubles/manual-conditions';
import { ManualLifecycle } from '../doubles/manual-lifecycle';
import { RecordingLogger } from '../doubles/recording-logger';
import { SeededRandom } from '../doubles/seeded-random';
import { VirtualClock } from '../doubles/virtual-clock';
import { Content, type ContentOptions } from './content';
import { SimulatedPlayer, type SimulatedPlayerOptions } from './simulated-player';

export const TRACKER_URL = 'wss://tracker.example';

export interface WorldOptions {
  readonly seed: number;
  readonly content: Partial<ContentOptions>;
  readonly tracker: Partial<FakeTrackerOptions>;
}

export interface ViewerOptions {
  readonly p2p: P2POptions;
  readonly links: Partial<FakeLinksOptions>;
  readonly http: Partial<FakeResponse>;
  readonly player: Partial<SimulatedPlayerOptions>;
  readonly store: SegmentStore;
  /** A player without the plugin. */
  readonly isControl: boolean;
  /** What the viewer's build can read. */
  readonly formats: readonly ManifestFormat[];
}

/** 8 Mb/s for a stream of 0.8 Mb/s. */
const DEFAULT_HTTP: Partial<FakeResponse> = { ttfb: 60, rate: 8_000_000 };
const DEFAULT_LINKS: Partial<FakeLinksOptions> = { latency: 30, uplink: 8_000_000 };

/** One viewer with all that it touches. */
export class Viewer {
  readonly http: FakeHttp;
  readonly links: FakeLinks;
  readonly lifecycle = new ManualLifecycle();
  readonly conditions = new ManualConditions();
  readonly logger = new RecordingLogger();
  readonly connection: PlayerConnection | undefined;
  readonly events: { readonly name: string; readonly payload: unknown }[] = [];
  #player: SimulatedPlayer | undefined;

  constructor(
    readonly world: World,
    readonly options: Partial<ViewerOptions>,
  ) {
    const { clock, tracker, random, network } = world;
    this.http = new FakeHttp(clock, { ...DEFAULT_HTTP, ...options.http });
    this.links = network.addViewer({ ...DEFAULT_LINKS, ...options.links });
    const own = random.fork();
    if (options.isControl) return;
    this.connection = connectPlayerOver(
      () => ({
        clock,
        random: own,
        http: this.http,
        peers: this.links,
        signalling: tracker,
        tokens: new FakeTokens(clock),
        store: options.store ?? new MemoryStore(),
        lifecycle: this.lifecycle,
        conditions: this.conditions,
        logger: this.logger,
      }),
      { trackers: [TRACKER_URL], ...options.p2p },
      options.formats ?? [HLS_FORMAT, DASH_FORMAT],
    );
    for (const name of ['peerConnected', 'peerClosed', 'chunkRejected', 'trackerConnected', 'trackerClosed'] as const) {
      this.connection.handle.on(name, (payload) => this.events.push({ name, payload }));
    }
  }

  get player(): SimulatedPlayer {
    if (!this.#player) throw new Error('does not play yet');
    return this.#player;
  }

  get stats() {
    if (!this.connection) throw new Error('a control viewer has no stats');
    return this.connection.handle.stats();
  }

  eventCount(name: string): number {
    return this.events.filter((event) => event.name === name).length;
  }

  play(): this {
    const { clock } = this.world;
    const onTurnDue = () => this.world.noteTurn();
    this.#player = new SimulatedPlayer(
      { clock, http: this.http, onTurnDue },
      this.world.content,
      this.connection,
      this.options.player,
    );
    return this;
  }

  /** The page is closed properly. */
  destroy(): void {
    this.#player?.stop();
    this.connection?.handle.destroy();
  }

  /** The machine is switched off: nobody is told anything. */
  vanish(): void {
    this.links.vanish();
    this.destroy();
  }
}

export class World {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network = new FakePeerNetwork(this.clock);
  readonly tracker: FakeTracker;
  readonly content: Content;
  readonly viewers: Viewer[] = [];
  #isTurnDue = false;
  #trouble: Partial<FakeResponse> = {};

  constructor(options: Partial<WorldOptions> = {}) {
    this.random = new SeededRandom(options.seed ?? 1);
    this.tracker = new FakeTracker(this.clock, this.random.fork(), options.tracker);
    this.content = new Content(options.content);
    this.#publish(0);
  }

  /** A viewer that plays from now on. */
  addViewer(options: Partial<ViewerOptions> = {}): Viewer {
    return this.addIdleViewer(options).play();
  }

  /** A viewer whose player does nothing by itself. */
  addIdleViewer(options: Partial<ViewerOptions> = {}): Viewer {
    const viewer = new Viewer(this, options);
    this.viewers.push(viewer);
    this.#serve(viewer, 0, this.content.endAt(this.clock.now()));
    return viewer;
  }

  /** From now on the origin answers like this, for one viewer or for all. */
  setOrigin(trouble: Partial<FakeResponse>, viewers: readonly Viewer[] = this.viewers): void {
    if (viewers === this.viewers) this.#trouble = trouble;
    for (const viewer of viewers) this.#serve(viewer, 0, this.content.endAt(this.clock.now()), trouble);
  }

  /** Something waits for a microtask. */
  noteTurn(): void {
    this.#isTurnDue = true;
  }

  /** Lets `ms` pass for everybody. */
  async run(ms: Milliseconds): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      this.clock.runWhile(() => !this.#isTurnDue, end);
      if (!this.#isTurnDue) break;
      this.#isTurnDue = false;
      await Promise.resolve();
    }
    this.clock.runUntil(end);
  }

  /** Everybody leaves; then nothing may be left of the engine anywhere. */
  async expectNothingLeft(): Promise<void> {
    for (const viewer of this.viewers) viewer.destroy();
    this.#cancelPublishing();
    // What is on the wire arrives, and nothing more begins.
    await this.run(60_000);
    expect({
      tasks: this.clock.pendingCount,
      sockets: this.tracker.connectionCount,
      links: this.viewers.reduce((sum, { links }) => sum + links.links.size, 0),
      fetches: this.viewers.reduce((sum, { http }) => sum + http.activeCount, 0),
      listeners: this.viewers.reduce(
        (sum, { lifecycle, conditions }) => sum + lifecycle.listenerCount + conditions.listenerCount,
        0,
      ),
    }).toEqual({ tasks: 0, sockets: 0, links: 0, fetches: 0, listeners: 0 });
  }

  /** Every viewer got what the origin has, once, and nobody stalled. */
  expectSmoothPlayback(viewers: readonly Viewer[] = this.viewers): void {
    expect(viewers.map(({ player }) => ({ stalls: player.stallCount, problems: player.problems }))).toEqual(
      viewers.map(() => ({ stalls: 0, problems: [] })),
    );
  }

  #cancelPublishing = (): void => undefined;

  #publish(from: number): void {
    const end = this.content.endAt(this.clock.now());
    for (const viewer of this.viewers) this.#serve(viewer, from, end);
    const { isLive, segmentSeconds, segmentCount } = this.content.options;
    if (!isLive || end >= segmentCount) return;
    this.#cancelPublishing = this.clock.schedule(segmentSeconds * 1000, () => this.#publish(end));
  }

  #serve({ http }: Viewer, from: number, to: number, trouble = this.#trouble): void {
    for (let index = from; index < to; index += 1) {
      http.serve(this.content.segmentUrl(index), this.content.bytesOf(index), trouble);
    }
  }
}
