// Random viewers in a random world: whatever happens, nobody gets wrong bytes, and nothing is left behind.
// A failure prints its seed; such seeds stay here as cases of their own.

import { SeededRandom } from '../doubles/seeded-random';
import { World, type Viewer, type ViewerOptions } from '../support/simulated-world';

const STEPS = 60;
const SETTLE_MS = 200_000;
/** FUZZ_FROM=5000 FUZZ_COUNT=500 tries others. */
const { FUZZ_FROM = '1000', FUZZ_COUNT = '16' } = process.env;
const SEEDS = Array.from({ length: Number(FUZZ_COUNT) }, (_, index) => Number(FUZZ_FROM) + index);

/** How often each thing happened over all runs: shows that the fuzz did something. */
const tally: Record<string, number> = {};

class Fuzz {
  readonly chance: SeededRandom;
  readonly world: World;
  readonly active: Viewer[] = [];

  constructor(readonly seed: number) {
    this.chance = new SeededRandom(seed);
    const isLive = this.below(2) === 0;
    this.world = new World({
      seed,
      content: {
        isLive,
        segmentCount: isLive ? 90 : 40,
        segmentBytes: 20_000 + this.below(300_000),
        windowCount: 8,
      },
    });
  }

  below(limit: number): number {
    return Math.floor(this.chance.next() * limit);
  }

  pick<Value>(values: readonly Value[]): Value | undefined {
    return values[this.below(values.length)];
  }

  options(): Partial<ViewerOptions> {
    return {
      links: { uplink: 200_000 * 2 ** this.below(7), latency: 5 + this.below(150) },
      http: {
        rate: 2_000_000 + this.below(20_000_000),
        ttfb: 20 + this.below(200),
        hidesLength: this.below(3) === 0,
        ignoresRange: this.below(5) === 0,
      },
      player: { bufferGoalSeconds: 8 + this.below(30), liveDelayCount: 3 + this.below(4) },
      p2p: {
        maxPeers: this.below(6),
        memoryLimitBytes: this.below(4) === 0 ? 300_000 : 64_000_000,
        upload: {
          enabled: this.below(5) > 0,
          maxBitrate: this.below(3) === 0 ? 100_000 + this.below(3_000_000) : Infinity,
          maxRatio: this.below(3),
        },
      },
    };
  }

  readonly events: Record<string, () => void> = {
    join: () => void (this.active.length < 6 && this.active.push(this.world.addViewer(this.options()))),
    leave: () => this.active.splice(this.below(this.active.length), 1)[0]?.destroy(),
    vanish: () => this.active.splice(this.below(this.active.length), 1)[0]?.vanish(),
    breakLinks: () => this.pick(this.active)?.links.killAll(),
    trackerDies: () => this.world.tracker.kill(),
    trackerReturns: () => this.world.tracker.restart(),
    pageLeaves: () => this.pick(this.active)?.lifecycle.leave(),
    pageReturns: () => this.pick(this.active)?.lifecycle.return(),
    p2pOff: () => this.pick(this.active)?.connection?.handle.setOptions({ enabled: false }),
    p2pOn: () => this.pick(this.active)?.connection?.handle.setOptions({ enabled: true }),
    newOptions: () => this.pick(this.active)?.connection?.handle.setOptions(this.options().p2p ?? {}),
    pause: () => this.pick(this.active)?.player.setPaused(true),
    play: () => this.pick(this.active)?.player.setPaused(false),
    seek: () => {
      const { content, clock } = this.world;
      const [start, end] = [content.startAt(clock.now()), content.endAt(clock.now())];
      this.pick(this.active)?.player.seek(start + this.below(end - start));
    },
    originBreaks: () => this.world.setOrigin({ breaksAfter: this.below(100_000) }),
    originFails: () => this.world.setOrigin({ status: this.pick([500, 503, 429]) ?? 500 }),
    originStalls: () => this.world.setOrigin({ stallsAfter: this.below(50_000) }),
    originHeals: () => this.world.setOrigin({}),
  };

  async run(): Promise<void> {
    this.events['join']?.();
    for (let step = 0; step < STEPS; step += 1) {
      const name = this.pick(['join', 'originHeals', 'trackerReturns', ...Object.keys(this.events)]) ?? 'join';
      tally[name] = (tally[name] ?? 0) + 1;
      this.events[name]?.();
      await this.world.run(this.below(3_000));
      this.check();
    }
    await this.heal();
    this.check();
    await this.world.expectNothingLeft();
  }

  /** With a sound origin everybody who still watches gets to the end. */
  async heal(): Promise<void> {
    this.world.setOrigin({});
    this.world.tracker.restart();
    for (const { player } of this.active) player.setPaused(false);
    const loadedBefore = this.active.map(({ player }) => player.loadedCount);
    await this.world.run(SETTLE_MS);
    const { segmentCount, segmentSeconds } = this.world.content.options;
    this.active.forEach(({ player }, index) => {
      const isMoving = player.loadedCount > (loadedBefore[index] ?? 0) || player.deliveries.has(segmentCount - 1);
      expect(isMoving || player.bufferAheadSeconds > segmentSeconds).toBe(true);
    });
  }

  check(): void {
    for (const viewer of this.world.viewers) {
      expect(viewer.player.problems).toEqual([]);
      const { stats } = viewer;
      const counts = [stats.httpBytes, stats.p2pBytes, stats.uploadedBytes, stats.wastedBytes, stats.rejectedBytes];
      expect(counts.every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
      expect(stats.wastedBytes).toBeLessThanOrEqual(stats.httpBytes + stats.p2pBytes);
      expect(stats.rejectedBytes).toBe(0);
      expect(stats.offloadRatio).toBeGreaterThanOrEqual(0);
      expect(stats.offloadRatio).toBeLessThanOrEqual(1);
      expect(viewer.eventCount('peerClosed') <= viewer.eventCount('peerConnected')).toBe(true);
      expect(stats.peerCount).toBe(viewer.eventCount('peerConnected') - viewer.eventCount('peerClosed'));
    }
    const [uploaded, received] = (['uploadedBytes', 'p2pBytes'] as const).map((name) =>
      this.world.viewers.reduce((sum, { stats }) => sum + stats[name], 0),
    );
    expect(received).toBeLessThanOrEqual(uploaded ?? 0);
  }
}

describe('fuzz', () => {
  test.each(SEEDS)('seed %i: right bytes, once, to the end, and nothing left', async (seed) => {
    const run = new Fuzz(seed).run().catch((cause: unknown) => {
      throw new Error(`fuzz failed with seed ${seed}: ${String(cause)}`, { cause });
    });
    await expect(run).resolves.toBeUndefined();
  });

  test('all events happened', () => {
    expect(Object.keys(tally).sort()).toEqual(Object.keys(new Fuzz(1).events).sort());
  });
});
