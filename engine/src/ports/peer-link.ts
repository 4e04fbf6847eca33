import type { Bytes } from '../base/units';

/** One half of the non-trickle WebRTC handshake (RFC 8829): everything a side says, candidates included. */
export interface SessionDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** Never called synchronously from `offer`, `answer`, `send` or `close`; nothing after `onClose`. */
export interface PeerLinkListener {
  /** The own description is ready, to be carried to the other side. At most once. */
  onDescription(description: SessionDescription): void;
  /** The data channel is open. At most once. */
  onOpen(): void;
  /** One message as the other side sent it; the listener may keep `frame`. */
  onMessage(frame: Uint8Array): void;
  /** `byteCount` of what `send` was given has left for the network: as much may be sent again. */
  onFlushed(byteCount: Bytes): void;
  /** The link is gone, by the other side, the network, or a failure to connect. Not called after the own `close`. */
  onClose(reason: string): void;
}

/** A reliable, ordered message channel to one peer. */
export interface PeerLink {
  /** Gives the other side's answer to a link that offered. An unusable one closes the link. */
  accept(answer: SessionDescription): void;
  /** Queues one message. Every byte is reported by `onFlushed` once it has left, unless the link closes before. */
  send(frame: Uint8Array): void;
  /** Frees everything. Idempotent. */
  close(): void;
}

/** Makes links. */
export interface PeerLinks {
  /** False where the platform has no WebRTC: then neither method is called. */
  readonly isSupported: boolean;
  /** Starts a link; its `onDescription` gives the offer. */
  offer(listener: PeerLinkListener): PeerLink;
  /** Takes up an offer; its `onDescription` gives the answer. */
  answer(offer: SessionDescription, listener: PeerLinkListener): PeerLink;
}
