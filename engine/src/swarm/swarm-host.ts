// What a swarm is made of, and what it tells and asks its surroundings.

import type { ByteRange } from '../base/byte-range';
import type { TransferSizes } from '../base/transfer-sizes';
import type { Bytes, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import type { Random } from '../ports/random';
import type { TokenProvider } from '../ports/token-source';
import type { HaveEntry, RejectReason } from '../protocol/peer-messages';
import type { PeerSession } from './peer-session';
import type { OpenRequest, PeerAbout } from './peer-link-facts';
import type { SwarmEffect } from './swarm-effects';
import type { ReportSwarmEvent } from './swarm-events';
import type { BytesAtHand } from './upload-desk';

/** What this viewer says of itself. */
export type OwnAbout = Omit<PeerAbout, 'type'>;

export interface SwarmConfig {
  readonly infoHash: string;
  readonly peerId: string;
  readonly trackers: readonly string[];
  /** @defaultValue TRANSFER_SIZES */
  readonly sizes?: TransferSizes;
}

/** What the swarm tells and asks its surroundings. */
export interface SwarmHost {
  readonly random: Random;
  effect(effect: SwarmEffect): void;
  report: ReportSwarmEvent;
  maxPeers(): number;
  /** What the page has set for trackers. */
  token(): string | TokenProvider | undefined;
  totals(): { readonly uploadedBytes: Bytes; readonly downloadedBytes: Bytes };
  /** All that this viewer can give, for a peer that has just come. */
  ownHaves(): readonly HaveEntry[];
  haveOf(key: SegmentKey): HaveEntry | undefined;
  ownAbout(): OwnAbout;
  bytesAtHand(key: SegmentKey, range: ByteRange): BytesAtHand;
  readBytes(readId: number, key: SegmentKey, range: ByteRange): void;
  onPeersChanged(): void;
  onHave(session: PeerSession, entry: HaveEntry, key: SegmentKey, now: Milliseconds): void;
  onData(session: PeerSession, request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void;
  onRequestFailed(session: PeerSession, request: OpenRequest, reason: RejectReason | 'stalled' | 'closed'): void;
  onLateData(byteCount: Bytes): void;
  onUploaded(byteCount: Bytes): void;
  onViolation(byteCount: Bytes): void;
}
