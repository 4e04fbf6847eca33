// How viewers are connected to the world: classes of access, with a spread around the medians of each.

import type { BitsPerSecond, Milliseconds } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { spread, uniform, weighted } from '../chance/draws';
import { drawNat, type NatMix, type NatType } from './nat';

/** One viewer's line, in true units. */
export interface Access {
  readonly className: string;
  readonly downBitrate: BitsPerSecond;
  readonly upBitrate: BitsPerSecond;
  /** What the line adds to each round trip. */
  readonly lineRttMs: Milliseconds;
  /** Where the viewer is, as the time to the middle of the network; far regions cost more. */
  readonly regionMs: Milliseconds;
  readonly nat: NatType;
  readonly uploads: boolean;
  /** A mobile operator's network: the engine uploads nothing there, and neither do its rivals. */
  readonly isCellular: boolean;
}

interface AccessClass {
  readonly name: string;
  readonly share: number;
  readonly downMbps: number;
  readonly upMbps: number;
  readonly rttMs: number;
  readonly isCellular?: true;
}

/** Which lines the audience has. */
export type AccessMix = 'broadband' | 'fast';

const MIXES: Readonly<Record<AccessMix, { readonly sigma: number; readonly classes: readonly AccessClass[] }>> = {
  broadband: {
    sigma: 0.6,
    classes: [
      { name: 'cable', share: 0.45, downMbps: 200, upMbps: 15, rttMs: 14 },
      { name: 'fibre', share: 0.25, downMbps: 300, upMbps: 120, rttMs: 6 },
      { name: 'dsl', share: 0.1, downMbps: 40, upMbps: 6, rttMs: 20 },
      { name: 'mobile', share: 0.2, downMbps: 60, upMbps: 9, rttMs: 31, isCellular: true },
    ],
  },
  // Rented machines, as in stress tests: no translation of addresses, lines far above the stream.
  fast: {
    sigma: 0,
    classes: [{ name: 'datacentre', share: 1, downMbps: 500, upMbps: 500, rttMs: 2 }],
  },
};

const BITS_PER_MEGABIT = 1e6;
/** No line that plays the stream at all is slower. */
const MIN_DOWN_MBPS = 8;
const MIN_UP_MBPS = 0.5;
const MAX_REGION_MS = 30;

/** `noUploadShare`: at least so many viewers give nothing; the classes that never do count towards it. */
export function drawAccess(random: Random, mix: AccessMix, noUploadShare: number, nats: NatMix): Access {
  const { classes, sigma } = MIXES[mix];
  const access = weighted(random, classes, ({ share }) => share);
  const never = classes.filter(({ isCellular }) => isCellular).reduce((sum, { share }) => sum + share, 0);
  const refusal = never < 1 ? Math.max(0, (noUploadShare - never) / (1 - never)) : 1;
  const refuses = random.next() < refusal;
  return {
    className: access.name,
    downBitrate: Math.max(MIN_DOWN_MBPS, spread(random, access.downMbps, sigma)) * BITS_PER_MEGABIT,
    upBitrate: Math.max(MIN_UP_MBPS, spread(random, access.upMbps, sigma)) * BITS_PER_MEGABIT,
    lineRttMs: access.rttMs,
    regionMs: mix === 'fast' ? uniform(random, 0, 2) : uniform(random, 0, MAX_REGION_MS),
    nat: mix === 'fast' ? 'open' : drawNat(random, nats),
    uploads: !access.isCellular && !refuses,
    isCellular: access.isCellular ?? false,
  };
}

/** Round trip between two viewers. */
export function rttBetween(a: Access, b: Access): Milliseconds {
  return a.lineRttMs + b.lineRttMs + a.regionMs + b.regionMs;
}
