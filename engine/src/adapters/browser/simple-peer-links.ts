// WebRTC in a page, through simple-peer.

import SimplePeer from 'simple-peer';

import type { PeerLink, PeerLinkListener, PeerLinks, SessionDescription } from '../../ports/peer-link';
import { GATHERING_TIMEOUT_MS, urlsOf, type IceServerConfig } from '../shared/ice-servers';

/**
 * {@link PeerLinks} over RTCPeerConnection.
 *
 * @internal
 */
export class SimplePeerLinks implements PeerLinks {
  readonly isSupported = SimplePeer.WEBRTC_SUPPORT;
  readonly #iceServers: RTCIceServer[];

  constructor(iceServers: readonly IceServerConfig[]) {
    this.#iceServers = iceServers.map((server) => ({ ...server, urls: urlsOf(server) }));
  }

  offer(listener: PeerLinkListener): PeerLink {
    return new SimplePeerLink(this.#connect(true), listener);
  }

  answer(offer: SessionDescription, listener: PeerLinkListener): PeerLink {
    const peer = this.#connect(false);
    const link = new SimplePeerLink(peer, listener);
    peer.signal({ type: 'offer', sdp: offer.sdp });
    return link;
  }

  #connect(initiator: boolean): SimplePeer {
    return new SimplePeer({
      initiator,
      trickle: false,
      iceCompleteTimeout: GATHERING_TIMEOUT_MS,
      // One write is one message, and the stream neither joins nor splits them.
      objectMode: true,
      channelConfig: { ordered: true },
      config: { iceServers: this.#iceServers },
    });
  }
}

class SimplePeerLink implements PeerLink {
  #isClosed = false;
  #isDescribed = false;
  #closeReason = 'closed by the other side';

  constructor(
    readonly peer: SimplePeer,
    readonly listener: PeerLinkListener,
  ) {
    peer.on('signal', ({ type, sdp }) => {
      // Requests to renegotiate are signals too; a data channel never needs them.
      if (this.#isClosed || this.#isDescribed || !sdp || (type !== 'offer' && type !== 'answer')) return;
      this.#isDescribed = true;
      listener.onDescription({ type, sdp });
    });
    peer.on('connect', () => {
      if (this.#isClosed) return;
      listener.onOpen();
      // Not before: 'connect' waits for statistics, and the other side's first messages often overtake it. Until
      // somebody listens the stream keeps them.
      peer.on('data', (data) => this.#receive(data));
    });
    // Stays on after close(): an 'error' without listener would be thrown.
    peer.on('error', (error) => (this.#closeReason = error.message));
    // Follows every error and is never emitted synchronously by destroy().
    peer.on('close', () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      listener.onClose(this.#closeReason);
    });
  }

  accept(answer: SessionDescription): void {
    if (this.#isClosed) return;
    // The type is ours to say: a peer that sends an offer for an answer must not make this side negotiate anew.
    this.peer.signal({ type: 'answer', sdp: answer.sdp });
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    // simple-peer calls back when the channel's own buffer is below 64 KiB, and forgets callbacks when destroyed.
    this.peer.write(frame, (error) => {
      if (!error && !this.#isClosed) this.listener.onFlushed(frame.length);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.peer.destroy();
  }

  #receive(data: unknown): void {
    // Text is no message of ours.
    if (this.#isClosed || !(data instanceof Uint8Array)) return;
    this.listener.onMessage(data);
  }
}
