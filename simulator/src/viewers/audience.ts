// Who comes when and stays how long.

import type { Milliseconds, Seconds } from '../../../engine/src/base/units';
import { secondsToMs } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { lognormal, uniform } from '../chance/draws';

/** How long viewers stay. `event`: most to the end; `browsing`: as they like; `none`: all to the end. */
export type Churn = 'none' | 'event' | 'browsing';

export interface AudienceConfig {
  readonly viewers: number;
  readonly durationSeconds: Seconds;
  /** All come within this time, but for a flash crowd. */
  readonly arrivalSeconds: Seconds;
  /** After the first arrivals so large a part of all comes each minute; the first ones are what is left. 0: no crowd. */
  readonly crowdPerMinute: number;
  readonly churn: Churn;
  /** Of those that leave, how many do so without a word. */
  readonly abruptShare: number;
  /** So large a part leaves within a minute from then on; absent: nobody. */
  readonly exit?: { readonly atSeconds: Seconds; readonly share: number };
}

export interface Visit {
  readonly arrivesAt: Milliseconds;
  /** Infinity: stays to the end of the run. */
  readonly leavesAt: Milliseconds;
  readonly isAbrupt: boolean;
}

/** Time on one stream: fits of a live stream's log (Veloso and others, IMC 2002). */
const SESSION = { mu: 5.236, sigma: 1.544 };
/** Of the audience of an event, how many stay to the end. */
const STEADY_SHARE = 0.7;
const MIN_STAY_SECONDS: Seconds = 5;
const MINUTE: Seconds = 60;

export function drawVisit(random: Random, config: AudienceConfig, place: number): Visit {
  const arrival = arrivalSeconds(random, config, place);
  const stay = staySeconds(random, config.churn);
  const flees = config.exit !== undefined && random.next() < config.exit.share;
  const exitAt = flees && config.exit ? config.exit.atSeconds + uniform(random, 0, MINUTE) : Infinity;
  const leave = Math.min(arrival + stay, Math.max(exitAt, arrival + MIN_STAY_SECONDS));
  const isAbrupt = random.next() < config.abruptShare;
  return { arrivesAt: secondsToMs(arrival), leavesAt: secondsToMs(leave), isAbrupt };
}

/** `place` in [0, 1): where in the order of arrivals. */
function arrivalSeconds(random: Random, config: AudienceConfig, place: number): Seconds {
  const { arrivalSeconds: first, crowdPerMinute, durationSeconds } = config;
  const crowdMinutes = crowdPerMinute > 0 ? Math.max(0, durationSeconds - first) / MINUTE : 0;
  const crowdShare = Math.min(0.9, crowdPerMinute * crowdMinutes);
  if (place < 1 - crowdShare) return uniform(random, 0, first);
  const minutes = (place - (1 - crowdShare)) / crowdPerMinute;
  return first + minutes * MINUTE;
}

function staySeconds(random: Random, churn: Churn): Seconds {
  const staysOn = random.next() < STEADY_SHARE;
  const drawn = Math.max(MIN_STAY_SECONDS, lognormal(random, SESSION.mu, SESSION.sigma));
  if (churn === 'none' || (churn === 'event' && staysOn)) return Infinity;
  return drawn;
}
