// What is known of one link and its peer, for those who deal with it.

import type { ByteRange } from '../base/byte-range';
import type { Bytes, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import type { PeerMessage } from '../protocol/peer-messages';

/** Who the link leads to, as far as signalling says. */
export interface PeerSessionIdentity {
  readonly linkId: number;
  /** Which of the two made the offer. */
  readonly isInitiator: boolean;
  /** Names the link at both ends. */
  readonly offerId: string;
}

/** One request of ours that is under way. */
export interface OpenRequest {
  readonly requestId: number;
  readonly key: SegmentKey;
  readonly range: ByteRange;
  /** Next byte expected. */
  position: Bytes;
  /** When it last brought a whole frame, or its turn came. Single bytes do not count. */
  lastByteAt: Milliseconds;
  /** How far it had come then. */
  countedTo: Bytes;
}

/** What a peer asks of us. */
export type UploadRequest = Extract<PeerMessage, { type: 'request' }>;
/** What a peer says of itself. */
export type PeerAbout = Extract<PeerMessage, { type: 'about' }>;
