import type { Milliseconds } from '../../../engine/src/base/units';
import type { Access } from '../network/access';
import type { NetworkHost } from '../network/network';
import type { SegmentSource } from '../policies/segment-source';
import type { Visit } from '../viewers/audience';
import type { Player } from '../viewers/player';

/** One member of the audience, as far as the run has come. */
export interface Viewer {
  readonly access: Access;
  readonly visit: Visit;
  host?: NetworkHost;
  player?: Player;
  source?: SegmentSource;
  leftAt: Milliseconds | undefined;
}
