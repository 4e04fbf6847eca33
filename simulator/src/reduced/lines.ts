// The audience as columns of numbers: a million viewers as objects would not fit.

import { msToSeconds } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { drawAccess } from '../network/access';
import { NAT_TYPES } from '../network/nat';
import type { SimulationConfig } from '../run/config';
import { audienceOf, drawSkewSeconds } from '../run/simulation';
import { drawVisit } from '../viewers/audience';

/** What a viewer is and when it is there; one place in each column per viewer. */
export interface Lines {
  readonly count: number;
  /** Bits per second; 0: gives nothing. */
  readonly upBitrate: Float32Array;
  readonly downBitrate: Float32Array;
  /** What the viewer adds to a round trip. */
  readonly rttSeconds: Float32Array;
  /** What the line alone adds, as on the way to the CDN. */
  readonly lineRttSeconds: Float32Array;
  /** Places in {@link NAT_TYPES}. */
  readonly nat: Uint8Array;
  readonly skewSeconds: Float32Array;
  readonly arrivesAt: Float32Array;
  readonly leavesAt: Float32Array;
}

export function drawLines(config: SimulationConfig, random: Random): Lines {
  const count = config.viewers;
  const floats = () => new Float32Array(count);
  const lines = {
    count,
    upBitrate: floats(),
    downBitrate: floats(),
    rttSeconds: floats(),
    lineRttSeconds: floats(),
    nat: new Uint8Array(count),
    skewSeconds: floats(),
    arrivesAt: floats(),
    leavesAt: floats(),
  };
  const audience = audienceOf(config);
  for (let viewer = 0; viewer < count; viewer += 1) {
    const access = drawAccess(random, config.access, config.noUploadShare, config.nat);
    const visit = drawVisit(random, audience, viewer / count);
    lines.upBitrate[viewer] = access.uploads ? access.upBitrate : 0;
    lines.downBitrate[viewer] = access.downBitrate;
    lines.rttSeconds[viewer] = msToSeconds(access.lineRttMs + access.regionMs);
    lines.lineRttSeconds[viewer] = msToSeconds(access.lineRttMs);
    lines.nat[viewer] = NAT_TYPES.indexOf(access.nat);
    lines.skewSeconds[viewer] = drawSkewSeconds(random);
    lines.arrivesAt[viewer] = msToSeconds(visit.arrivesAt);
    lines.leavesAt[viewer] = msToSeconds(visit.leavesAt);
  }
  return lines;
}
