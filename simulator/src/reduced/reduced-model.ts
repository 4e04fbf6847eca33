// A model of a live audience that is too large for the engine to run in each viewer: not what viewers say to each other,
// only how each segment spreads. What it cannot know is calibrated against the full simulation (calibrate.ts).

import type { Seconds } from '../../../engine/src/base/units';
import { kibibytes, msToSeconds } from '../../../engine/src/base/units';
import { SeededRandom } from '../chance/seeded-random';
import { NAT_TYPES } from '../network/nat';
import type { SimulationConfig } from '../run/config';
import { CDN } from '../run/simulation';
import { httpReserveSeconds, turnSeconds } from './engine-rules';
import { drawLines, type Lines } from './lines';
import { drawPeerGraph } from './peer-graph';
import { SegmentSpread, type SpreadAudience, type SpreadOutcome } from './segment-spread';

/** What the model does not follow from rules, and is calibrated. */
export interface ReducedParameters {
  /** Neighbours of a viewer, on average. */
  readonly meanDegree: number;
  /** See SpreadRules. */
  readonly hopSeconds: Seconds;
  /** Part of its uplink that a viewer really gives. */
  readonly uploadEfficiency: number;
  /** Segments that a newcomer fetches over HTTP until it takes part. */
  readonly startupSegments: number;
  /** Whether a segment is asked for as soon as it is out; else when the one before it is there, as players do. */
  readonly asksAhead: boolean;
}

export interface ReducedConfig {
  readonly simulation: SimulationConfig;
  readonly parameters: ReducedParameters;
  /** So many segments, evenly over the run, stand for all. */
  readonly sampleCount: number;
}

export interface ReducedReport {
  readonly viewers: number;
  readonly parameters: ReducedParameters;
  /** Starting up included. */
  readonly offloadRatio: number;
  readonly steadyOffloadRatio: number;
  /** HTTP bytes of a segment ÷ its size, after starting up. */
  readonly steadyCopiesPerSegment: number;
  /** Viewers that fetch a segment before they have any of it, of those present, after starting up. */
  readonly steadyOwnerShare: number;
  /** The most that any scheduler could have: viewers that nobody can reach, and uplinks all told. After starting up. */
  readonly steadyBound: number;
}

const BITS_PER_BYTE = 8;
const BLOCKED = NAT_TYPES.indexOf('udp-blocked');
/** Playlists are read again after this part of a segment's duration, at least and at most. */
const REFRESH = { soonest: 0.5, latest: 1 };
/** What SCTP in browsers has under way at most. */
const WINDOW_BYTES = kibibytes(256);
/** A newcomer takes part in spreading after so long: found, connected, and caught up. */
const SETTLING_SECONDS: Seconds = 10;
/** So many segments before a sampled one are played, too: who got the one before late asks late. */
const SEGMENTS_BEFORE = 2;
const ENOUGH_VIEWERS = 600;
const MAX_AUDIENCES = 12;
const SEED_STEP = 7_919;
/** Of a very large audience few segments say enough: no more than so many viewers times segments, if that is so many. */
const ENOUGH_SAMPLED = 2_000_000;
const LEAST_SAMPLES = 4;
/** Starting up is over so long after the first arrivals, as in the full simulation. */
const STEADY_AFTER_SECONDS: Seconds = 60;

/** Scenarios that the model knows: live, one rendition, an even CDN. */
export const isReducible = ({ isLive, bitrates, hasBrownout }: SimulationConfig): boolean =>
  isLive && bitrates.length === 1 && !hasBrownout;

/** One sampled segment, for those who look at it closely. */
export interface SampledSegment {
  readonly outAt: Seconds;
  readonly audience: SpreadAudience;
  readonly outcome: SpreadOutcome;
}

export function runReduced(
  config: ReducedConfig,
  onSegment: (segment: SampledSegment) => void = () => undefined,
): ReducedReport {
  const { simulation, parameters, sampleCount } = config;
  if (!isReducible(simulation))
    throw new Error('the reduced model knows live streams of one rendition, without a brownout');
  const { durationSeconds, segmentSeconds, arrivalSeconds } = simulation;
  const steadyFrom = Math.min(arrivalSeconds + STEADY_AFTER_SECONDS, durationSeconds / 2);
  const outCount = Math.floor(durationSeconds / segmentSeconds) - 1;
  const enough = Math.max(LEAST_SAMPLES, Math.ceil(ENOUGH_SAMPLED / simulation.viewers));
  const samples = Math.min(sampleCount, outCount, enough);
  const [total, steady] = [new Sum(), new Sum()];
  // One small audience says little: several of them are looked at.
  const audiences = Math.min(MAX_AUDIENCES, Math.ceil(ENOUGH_VIEWERS / simulation.viewers));
  for (let place = 0; place < audiences; place += 1) {
    const random = new SeededRandom(simulation.seed + place * SEED_STEP);
    const lines = drawLines(simulation, random);
    for (let sample = 0; sample < samples; sample += 1) {
      const outAt = Math.round(((sample + 0.5) / samples) * outCount + 0.5) * segmentSeconds;
      const audience = gather(lines, config, outAt, random);
      if (audience.graph.count === 0) continue;
      const outcome = spreadAfterOthers(audience, config, outAt, random);
      onSegment({ outAt, audience, outcome });
      for (const sum of outAt > steadyFrom ? [total, steady] : [total]) sum.add(audience, outcome, outCount / samples);
    }
    // What newcomers begin with; hardly anybody comes after starting up, but in a crowd.
    addNewcomers(total, lines, config, 0);
    addNewcomers(steady, lines, config, steadyFrom);
  }
  return {
    viewers: simulation.viewers,
    parameters,
    offloadRatio: total.offload,
    steadyOffloadRatio: steady.offload,
    steadyCopiesPerSegment: steady.copies,
    steadyOwnerShare: steady.ownerShare,
    steadyBound: steady.bound,
  };
}

class Sum {
  http = 0;
  all = 0;
  #segments = 0;
  #samples = 0;
  #owners = 0;
  #present = 0;
  #possible = 0;

  get offload(): number {
    return this.all > 0 ? 1 - this.http / this.all : 0;
  }

  get copies(): number {
    return this.#samples > 0 ? this.#segments / this.#samples : 0;
  }

  get ownerShare(): number {
    return this.#present > 0 ? this.#owners / this.#present : 0;
  }

  get bound(): number {
    return this.#present > 0 ? this.#possible / this.#present : 0;
  }

  /** A segment that stands for `weight` of them. */
  add(audience: SpreadAudience, { httpSegments, owners }: SpreadOutcome, weight: number): void {
    const { count } = audience.graph;
    this.http += httpSegments * weight;
    this.all += count * weight;
    this.#segments += httpSegments;
    this.#samples += 1;
    this.#owners += owners;
    this.#present += count;
    this.#possible += boundOf(audience) * count;
  }
}

/** The fluid limit, of those whom anybody can reach: one copy must come from the origin, the rest fits into all uplinks. */
export function boundOf({ graph, budget }: SpreadAudience): number {
  let [reachable, capacity] = [0, 0];
  for (let viewer = 0; viewer < graph.count; viewer += 1) {
    if (graph.degree(viewer) === 0) continue;
    reachable += 1;
    capacity += budget[viewer]!;
  }
  return Math.min(Math.max(0, reachable - 1), capacity) / Math.max(1, graph.count);
}

/** Who takes part in the segment that comes out at `outAt`, and what each can do. */
function gather(lines: Lines, { simulation, parameters }: ReducedConfig, outAt: Seconds, random: SeededRandom) {
  const { segmentSeconds, delayCount, bitrates, maxPeers } = simulation;
  const segmentBits = (bitrates[0] ?? 1) * segmentSeconds;
  const present: number[] = [];
  for (let viewer = 0; viewer < lines.count; viewer += 1) {
    const isIn = lines.arrivesAt[viewer]! + SETTLING_SECONDS <= outAt;
    if (isIn && lines.leavesAt[viewer]! > outAt + segmentSeconds) present.push(viewer);
  }
  const floats = (valueOf: (viewer: number) => number) => Float32Array.from(present, valueOf);
  const nats = Uint8Array.from(present, (viewer) => lines.nat[viewer]!);
  const upRate = floats((viewer) => (lines.upBitrate[viewer]! * parameters.uploadEfficiency) / segmentBits);
  const cdnBitrate = (viewer: number) => Math.min(CDN.bitrate, lines.downBitrate[viewer]!);
  return {
    graph: drawPeerGraph(random, nats, maxPeers, parameters.meanDegree),
    upRate,
    // In the time of one segment the line carries one: what it gives of this one is what it does not owe to others.
    budget: upRate.map((rate) => rate * segmentSeconds),
    downRate: floats((viewer) => lines.downBitrate[viewer]! / segmentBits),
    httpRate: floats((viewer) => cdnBitrate(viewer) / segmentBits),
    httpFirstByte: floats((viewer) => msToSeconds(CDN.hitMs) + lines.lineRttSeconds[viewer]!),
    rtt: floats((viewer) => lines.rttSeconds[viewer]!),
    wantsAt: floats(() => residualRefresh(random) * segmentSeconds),
    // The newest segment is played when the playhead, so far behind the live edge, comes to its start.
    deadline: floats((viewer) => (delayCount - 1) * segmentSeconds + lines.skewSeconds[viewer]!),
  };
}

/** From a moment to the next refresh, in segment durations: long spaces are met more often. */
function residualRefresh(random: SeededRandom): number {
  const { soonest, latest } = REFRESH;
  const space = Math.sqrt(soonest ** 2 + random.next() * (latest ** 2 - soonest ** 2));
  return random.next() * space;
}

/** The sampled segment, asked for by players that have had those before it. */
function spreadAfterOthers(
  audience: SpreadAudience,
  config: ReducedConfig,
  outAt: Seconds,
  random: SeededRandom,
): SpreadOutcome {
  const { segmentSeconds } = config.simulation;
  let outcome = spread(audience, config, outAt);
  if (config.parameters.asksAhead) return outcome;
  for (let earlier = 0; earlier < SEGMENTS_BEFORE; earlier += 1) {
    const { doneAt } = outcome;
    const wantsAt = audience.wantsAt.map((_, viewer) =>
      Math.max(residualRefresh(random) * segmentSeconds, doneAt[viewer]! - segmentSeconds),
    );
    outcome = spread({ ...audience, wantsAt }, config, outAt + (earlier + 1) * segmentSeconds);
  }
  return outcome;
}

function spread(audience: SpreadAudience, { simulation, parameters }: ReducedConfig, outAt: Seconds): SpreadOutcome {
  const { segmentSeconds, bitrates } = simulation;
  const { graph, httpFirstByte, httpRate } = audience;
  const segmentBytes = ((bitrates[0] ?? 1) * segmentSeconds) / BITS_PER_BYTE;
  // The engine's rule is linear in the time that HTTP takes; asked once for its two numbers, not for each viewer.
  const reserve = httpReserveSeconds(0, { firstByteSeconds: 0, bitrate: 1 });
  const factor = httpReserveSeconds(0, { firstByteSeconds: 1, bitrate: 1 }) - reserve;
  // Weights decide who fetches, not how many do: all count the same here.
  const lotHolders = Array.from({ length: graph.count }, (_, viewer) => ({ peerId: `viewer ${viewer}`, weight: 1 }));
  const segment = Math.round(outAt / segmentSeconds);
  const knowsAll = (viewer: number) => graph.degree(viewer) + 1 >= graph.count;
  /** Of a swarm that is larger than what a viewer knows, the rule looks only at how many it knows. */
  const strangers = Array.from({ length: simulation.maxPeers + 1 }, (_, count) => lotHolders.slice(0, count));
  return new SegmentSpread(audience, {
    hopSeconds: parameters.hopSeconds,
    windowPart: WINDOW_BYTES / segmentBytes,
    reserveSeconds: (viewer, rest) => reserve + factor * (httpFirstByte[viewer]! + rest / httpRate[viewer]!),
    turnSeconds: (viewer, from, until) => {
      const neighbours = knowsAll(viewer)
        ? Array.from(graph.neighboursOf(viewer), (neighbour) => lotHolders[neighbour]!)
        : strangers[graph.degree(viewer)]!;
      const { peerId: selfId, weight: selfWeight } = lotHolders[viewer]!;
      return turnSeconds({ selfId, selfWeight, neighbours, segment, swarmSize: graph.count, from, until });
    },
  }).run();
}

/** A newcomer begins behind the live edge and catches up with what is out: the calibrated part of that over HTTP. */
function addNewcomers(sum: Sum, lines: Lines, { simulation, parameters }: ReducedConfig, from: Seconds): void {
  const { durationSeconds, segmentSeconds, delayCount } = simulation;
  for (let viewer = 0; viewer < lines.count; viewer += 1) {
    const arrivesAt = lines.arrivesAt[viewer]!;
    if (arrivesAt < from || arrivesAt >= durationSeconds) continue;
    const until = Math.min(arrivesAt + SETTLING_SECONDS, lines.leavesAt[viewer]!, durationSeconds);
    const segments = delayCount + lines.skewSeconds[viewer]! / segmentSeconds + (until - arrivesAt) / segmentSeconds;
    sum.all += segments;
    sum.http += lines.nat[viewer] === BLOCKED ? segments : Math.min(segments, parameters.startupSegments);
  }
}
