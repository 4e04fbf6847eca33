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

/** Those that may be asked for segments at all; the same list where all may. */
export function askableAmong(peers: readonly PeerSession[], now: Milliseconds): readonly PeerSession[] {
  return peers.some((peer) => peer.refusesUploads(now)) ? peers.filter((peer) => !peer.refusesUploads(now)) : peers;
}

/** The peers, for the scheduler. */
export class PeerViews {
  #sessions: readonly PeerSession[] = [];
  #views: readonly PeerView[] = [];
  #now: Milliseconds = 0;

  constructor(private readonly sizes: TransferSizes) {}

  /** The views stay good: they read of a session what the scheduler asks for, and it asks of few. */
  of(sessions: readonly PeerSession[], now: Milliseconds): readonly PeerView[] {
    this.#now = now;
    if (sessions !== this.#sessions) {
      this.#sessions = sessions;
      this.#views = sessions.map((session) => new SessionView(session, this.sizes, () => this.#now));
    }
    return this.#views;
  }
}

class SessionView implements PeerView {
  constructor(
    private readonly session: PeerSession,
    private readonly sizes: TransferSizes,
    private readonly now: () => Milliseconds,
  ) {}

  get linkId(): number {
    return this.session.linkId;
  }

  get peerId(): string {
    return this.session.peerId ?? '';
  }

  get openRequestCount(): number {
    return this.session.openRequestCount;
  }

  get busyUntil(): Milliseconds {
    return this.session.busyUntil;
  }

  get bitsPerSecond(): BitsPerSecond {
    // [SCORE-2] Who has failed is asked last.
    return likelyBitrate(this.session, this.sizes) * this.session.score.trust(this.now());
  }

  get weight(): number {
    const { about } = this.session;
    return about ? weightOf(about, this.sizes) : UNKNOWN_WEIGHT;
  }
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
