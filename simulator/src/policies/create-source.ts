import type { SimulationConfig } from '../run/config';
import { EngineSource } from './engine-source';
import { NeighbourElection } from './neighbour-election';
import { PlainSource } from './plain-http';
import { RandomTimer } from './random-timer';
import { SegmentAgent } from './segment-agent';
import type { SegmentSource, SourceWorld } from './segment-source';

/** One viewer's loader under the policy of the run. */
export function createSource(config: SimulationConfig, world: SourceWorld): SegmentSource {
  const { maxPeers, segmentSeconds } = config;
  const frameBytes = Math.round(config.frameBytes / config.scale);
  switch (config.policy) {
    case 'ours':
      return new EngineSource(world, { maxPeers, dataFrameBytes: config.frameBytes });
    case 'random-timer':
      return new SegmentAgent(world, frameBytes, new RandomTimer(world.random));
    case 'neighbour-election':
      return new SegmentAgent(
        world,
        frameBytes,
        new NeighbourElection(world.random, maxPeers, world.delaySeconds - segmentSeconds),
      );
    case 'none':
      return new PlainSource(world);
  }
}
