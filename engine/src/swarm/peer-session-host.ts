// What the machine of one link tells its surroundings.

import type { Bytes, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import type { IntroductionMessage } from '../protocol/introduction-messages';
import type { HaveEntry, RejectReason } from '../protocol/peer-messages';
import type { OpenRequest, UploadRequest } from './peer-link-facts';

/** `Session` is the machine itself: named so, its file need not be known here. */
export interface PeerSessionHost<Session> {
  send(linkId: number, frame: Uint8Array): void;
  /** `wake` wants to be called at `at` or later, which may be sooner than before. */
  onWakeSooner(at: Milliseconds): void;
  onReady(session: Session, now: Milliseconds): void;
  /**
   * Returns what the peer is to hear of the segment in turn, if anything. `hasLess`: it had more of it before, or has
   * none any more.
   */
  onHave(
    session: Session,
    entry: HaveEntry,
    key: SegmentKey,
    hasLess: boolean,
    now: Milliseconds,
  ): HaveEntry | undefined;
  onData(session: Session, request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void;
  /** A request ended before all its bytes came: rejected, stalled, or the link closed. */
  onRequestFailed(session: Session, request: OpenRequest, reason: RejectReason | 'stalled' | 'closed'): void;
  onUploadRequest(session: Session, request: UploadRequest, now: Milliseconds): void;
  onUploadCancelled(session: Session, requestId: number, now: Milliseconds): void;
  /** It was busy, and is to be asked again. */
  onFree(session: Session): void;
  /** It speaks of other peers. Returns what is wrong with that, or undefined. */
  onIntroduction(session: Session, message: IntroductionMessage, now: Milliseconds): string | undefined;
  /** Bytes of a cancelled request that were already on their way. */
  onLateData(byteCount: Bytes): void;
  /** The peer broke the protocol or is of no use; the surroundings close the link. */
  onUnwanted(session: Session, reason: string, violationBytes: Bytes | undefined, now: Milliseconds): void;
}
