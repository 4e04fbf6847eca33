// WebRTC in Node, through node-datachannel's own API: its RTCPeerConnection look-alike polls where this one calls back.
// Only types are imported here; the native library itself is handed in, so that nothing loads it unasked.

import type { DataChannel, PeerConnection, RtcConfig } from 'node-datachannel';

import type { Bytes } from '../../base/units';
import type { PeerLink, PeerLinkListener, PeerLinks, SessionDescription } from '../../ports/peer-link';
import { GATHERING_TIMEOUT_MS, urlsOf, type IceServerConfig } from '../shared/ice-servers';

/**
 * The part of node-datachannel that is used.
 *
 * @internal
 */
export interface NativeRtc {
  readonly PeerConnection: new (name: string, config: RtcConfig) => PeerConnection;
}

/** What may wait in the native buffer and count as sent: enough to keep the network busy until the next send. */
const LOW_WATER_BYTES: Bytes = 65_536;
const CHANNEL_LABEL = 'p2p-media-loader';

/**
 * {@link PeerLinks} over libdatachannel.
 *
 * @internal
 */
export class NodeLinks implements PeerLinks {
  readonly isSupported = true;
  readonly #native: NativeRtc;
  readonly #config: RtcConfig;

  constructor(native: NativeRtc, iceServers: readonly IceServerConfig[]) {
    this.#native = native;
    this.#config = { iceServers: iceServers.flatMap(toNativeUrls) };
  }

  offer(listener: PeerLinkListener): PeerLink {
    return this.#start(listener, (link) => link.startOffer());
  }

  answer(offer: SessionDescription, listener: PeerLinkListener): PeerLink {
    return this.#start(listener, (link) => link.startAnswer(offer.sdp));
  }

  #start(listener: PeerLinkListener, begin: (link: NodeLink) => void): PeerLink {
    let connection: PeerConnection;
    try {
      connection = new this.#native.PeerConnection(CHANNEL_LABEL, this.#config);
    } catch (error) {
      // An ICE server that cannot be read.
      return new FailedLink(reasonOf(error), listener);
    }
    const link = new NodeLink(connection, listener);
    begin(link);
    return link;
  }
}

/** A link that never had a connection. */
class FailedLink implements PeerLink {
  #isClosed = false;

  constructor(reason: string, listener: PeerLinkListener) {
    queueMicrotask(() => {
      if (!this.#isClosed) listener.onClose(reason);
      this.#isClosed = true;
    });
  }

  accept(): void {
    // Nothing to accept for.
  }

  send(): void {
    // Nowhere to send.
  }

  close(): void {
    this.#isClosed = true;
  }
}

class NodeLink implements PeerLink {
  #isClosed = false;
  #isDescribed = false;
  #isOpen = false;
  #isFlushAsked = false;
  #unflushedBytes: Bytes = 0;
  #channel: DataChannel | undefined;
  #gatheringTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #unsent: Uint8Array[] = [];

  constructor(
    readonly connection: PeerConnection,
    readonly listener: PeerLinkListener,
  ) {
    connection.onLocalDescription(() => {
      this.#gatheringTimer ??= setTimeout(() => this.#describe(), GATHERING_TIMEOUT_MS);
      if (connection.gatheringState() === 'complete') this.#describe();
    });
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') this.#describe();
    });
    connection.onStateChange((state) => {
      if (state === 'failed' || state === 'closed') this.#lose(`connection ${state}`);
    });
    connection.onDataChannel((channel) => this.#adopt(channel));
  }

  startOffer(): void {
    this.#guard(() => this.#adopt(this.connection.createDataChannel(CHANNEL_LABEL)));
  }

  startAnswer(offerSdp: string): void {
    this.#guard(() => this.connection.setRemoteDescription(offerSdp, 'offer'));
  }

  accept(answer: SessionDescription): void {
    if (!this.#isClosed) this.#guard(() => this.connection.setRemoteDescription(answer.sdp, 'answer'));
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#isOpen) this.#guard(() => this.#transmit(frame));
    else this.#unsent.push(frame);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#gatheringTimer);
    this.#unsent.length = 0;
    this.#channel?.close();
    this.connection.close();
  }

  #describe(): void {
    // Both the description and the end of gathering are told from other threads, in either order.
    const description = this.#isClosed || this.#isDescribed ? undefined : this.connection.localDescription();
    if (!description || (description.type !== 'offer' && description.type !== 'answer')) return;
    this.#isDescribed = true;
    clearTimeout(this.#gatheringTimer);
    this.listener.onDescription({ type: description.type, sdp: description.sdp });
  }

  #adopt(channel: DataChannel): void {
    // One channel is a link; a peer that opens more gets no ear for them.
    const isExtra = this.#channel !== undefined || this.#isClosed;
    // On every channel: one that is closed without this callback keeps the process alive for ever (0.33.4).
    channel.onClosed(() => {
      if (!isExtra) this.#lose('closed by the other side');
    });
    if (isExtra) return channel.close();
    this.#channel = channel;
    channel.setBufferedAmountLowThreshold(LOW_WATER_BYTES);
    channel.onBufferedAmountLow(() => this.#flush());
    channel.onError((message) => this.#lose(message));
    channel.onOpen(() => this.#open());
    // A channel that came with onDataChannel may be open already and then does not say so.
    if (channel.isOpen()) queueMicrotask(() => this.#open());
  }

  #open(): void {
    if (this.#isOpen || this.#isClosed || !this.#channel) return;
    this.#isOpen = true;
    this.listener.onOpen();
    // Only now: until somebody listens the native side keeps what came early.
    if (!this.#isClosed) this.#channel.onMessage((message) => this.#receive(message));
    for (const frame of this.#unsent.splice(0)) this.send(frame);
  }

  #receive(message: string | Buffer | ArrayBuffer): void {
    if (this.#isClosed || typeof message === 'string') return;
    // A copy: a Buffer may be a window on memory that many messages share.
    this.listener.onMessage(new Uint8Array(message instanceof ArrayBuffer ? message : Uint8Array.from(message)));
  }

  #transmit(frame: Uint8Array): void {
    const channel = this.#channel!;
    channel.sendMessageBinary(frame);
    this.#unflushedBytes += frame.length;
    // Above the mark the low-water call comes for sure; below it never does.
    if (channel.bufferedAmount() > LOW_WATER_BYTES || this.#isFlushAsked) return;
    this.#isFlushAsked = true;
    queueMicrotask(() => {
      this.#isFlushAsked = false;
      this.#flush();
    });
  }

  #flush(): void {
    const byteCount = this.#unflushedBytes;
    if (this.#isClosed || byteCount === 0) return;
    this.#unflushedBytes = 0;
    this.listener.onFlushed(byteCount);
  }

  /** The native side throws for what it cannot use; the listener hears of it later, as of any other loss. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      queueMicrotask(() => this.#lose(reasonOf(error)));
    }
  }

  #lose(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.listener.onClose(reason);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** libdatachannel takes credentials inside the URL, percent-encoded. */
function toNativeUrls(server: IceServerConfig): string[] {
  const { username, credential = '' } = server;
  if (username === undefined) return urlsOf(server);
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(credential)}@`;
  return urlsOf(server).map((url) => url.replace(/^(turns?:)/i, `$1${login}`));
}
