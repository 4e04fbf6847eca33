// What the scheduler sees of a peer, and of this viewer as a peer of others.

import type { TransferSizes } from '../base/transfer-sizes';
import type { BitsPerSecond, Milliseconds } from '../base/units';
import type { PeerView } from '../scheduler/peer-slots';
import { ownerWeight, UNKNOWN_WEIGHT } from '../scheduler/turn-to-fetch';
import type { PeerSession } from '../swarm/peer-session';
import type { OwnAbout } from '../swarm/swarm-host';

export const BITS_PER_KILOBIT = 1000;
/** A peer is taken to serve so many at a time, before it is known better. */
const LIKELY_SHARES = 2;

/** A peer, for the scheduler. */
export function peerViewOf(session: PeerSession, sizes: TransferSizes, now: Milliseconds): PeerView {
  return {
    linkId: session.identity.linkId,
    peerId: session.peerId ?? '',
    openRequestCount: session.openRequests.size,
    busyUntil: session.busyUntil,
    // [SCORE-2] Who has failed is asked last.
    bitsPerSecond: likelyBitrate(session, sizes) * session.score.trust(now),
    weight: session.about ? weightOf(session.about, sizes) : UNKNOWN_WEIGHT,
  };
}

/** How fit a viewer that says this of itself is to fetch for others. */
export function weightOf({ uploadKbps, isSettled }: OwnAbout, { servedPeerBitrate }: TransferSizes): number {
  return ownerWeight((uploadKbps * BITS_PER_KILOBIT) / servedPeerBitrate, isSettled);
}

/** As it delivered so far, but no faster than it can go on; it serves others too. */
function likelyBitrate({ about, bitsPerSecond = Infinity }: PeerSession, sizes: TransferSizes): BitsPerSecond {
  const lasting = about ? about.uploadKbps * BITS_PER_KILOBIT : sizes.assumedUploadBitrate;
  return Math.max(BITS_PER_KILOBIT, Math.min(bitsPerSecond, lasting / LIKELY_SHARES));
}
