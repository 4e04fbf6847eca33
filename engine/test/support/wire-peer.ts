// A peer that is no engine: it speaks the wire protocol, or something like it, as the test tells it to.

import { singleRendition } from '../../src/media/rendition';
import type { Bytes, Milliseconds } from '../../src/base/units';
import type { PeerLink, SessionDescription } from '../../src/ports/peer-link';
import type { HaveEntry, PeerMessage, WireSegmentId } from '../../src/protocol/peer-messages';
import { decodePeerMessage, encodePeerMessage, PROTOCOL_VERSION } from '../../src/protocol/peer-messages';
import { ProtocolViolation } from '../../src/protocol/byte-codec';
import { encodeAnnounce, encodeAnswer } from '../../src/protocol/tracker-messages';
import { binaryStringOf } from '../../src/protocol/binary-string';
import { infoHashOf } from '../../src/swarm/swarm-ids';
import type { FakeLinks } from '../doubles/fake-links';
import type { World } from './simulated-world';

/** The name on the wire of segment `index` of a source that is one media playlist. */
export const wireIdOf = (index: number): WireSegmentId => ({
  rendition: singleRendition().id,
  discontinuity: 0,
  sequence: index,
});

/** An announcement of segment `index`, whole. */
export const completeEntry = (index: number, size: Bytes): HaveEntry => ({
  id: wireIdOf(index),
  state: 'complete',
  totalBytes: size,
});

export interface WirePeerScript {
  /** The handshake came. */
  readonly onReady?: (line: WireLine) => void;
  readonly onMessage?: (line: WireLine, message: PeerMessage) => void;
}

/** One link of a {@link WirePeer}. */
export class WireLine {
  readonly received: PeerMessage[] = [];
  isClosed = false;
  openedAt: Milliseconds = Infinity;
  closedAt: Milliseconds = Infinity;
  /** When the first request came. */
  askedAt: Milliseconds = Infinity;
  link: PeerLink | undefined;

  send(message: PeerMessage): void {
    this.link?.send(encodePeerMessage(message));
  }

  sendRaw(frame: Uint8Array): void {
    this.link?.send(frame);
  }

  receivedOf<Type extends PeerMessage['type']>(type: Type): Extract<PeerMessage, { type: Type }>[] {
    return this.received.filter((message): message is Extract<PeerMessage, { type: Type }> => message.type === type);
  }
}

/** Takes up every offer that the tracker brings, and offers itself once. */
export class WirePeer {
  readonly lines: WireLine[] = [];
  readonly peerId: string;
  readonly links: FakeLinks;
  readonly #offers = new Map<string, WireLine>();
  readonly #infoHash: string;

  constructor(
    readonly world: World,
    readonly script: WirePeerScript,
    readonly handshake: Partial<Extract<PeerMessage, { type: 'handshake' }>> = {},
  ) {
    this.#infoHash = infoHashOf(world.content.url);
    this.peerId = `-XX0001-${binaryStringOf(world.random.bytes(12).map((byte) => 97 + (byte % 26)))}`;
    this.links = world.network.addViewer({ latency: 20 });
    const socket = world.tracker.connect('', {
      onOpen: () => socket.send(this.#announce('started')),
      onMessage: (text) => {
        const message = JSON.parse(text) as Record<string, string> & {
          offer?: SessionDescription;
          answer?: SessionDescription;
        };
        const { offer, answer, offer_id: offerId = '', peer_id: toPeerId = '' } = message;
        if (offer) {
          this.#connect((line) => this.links.answer(offer, this.#listen(line, sendAnswer)));
        }
        if (answer) this.#offers.get(offerId)?.link?.accept(answer);
        function sendAnswer(description: SessionDescription): void {
          socket.send(
            encodeAnswer({
              infoHash: infoHashOf(world.content.url),
              peerId: ownId,
              toPeerId,
              offerId,
              answer: description,
            }),
          );
        }
      },
      onClose: () => undefined,
    });
    const ownId = this.peerId;
    this.leave = () => {
      socket.close();
      for (const line of this.lines) {
        line.link?.close();
        line.isClosed = true;
      }
    };
    this.offer = () => {
      const offerId = binaryStringOf(world.random.bytes(20));
      const line = this.#connect((made) =>
        this.links.offer(
          this.#listen(made, (description) => socket.send(this.#announce(undefined, offerId, description))),
        ),
      );
      this.#offers.set(offerId, line);
    };
  }

  /** Looks for one viewer more. */
  readonly offer: () => void;
  readonly leave: () => void;

  get line(): WireLine {
    const line = this.lines.at(-1);
    if (!line) throw new Error('no link was made');
    return line;
  }

  #connect(make: (line: WireLine) => PeerLink): WireLine {
    const line = new WireLine();
    this.lines.push(line);
    line.link = make(line);
    return line;
  }

  #listen(line: WireLine, onDescription: (description: SessionDescription) => void) {
    return {
      onDescription,
      onOpen: () => {
        line.openedAt = this.world.clock.now();
        const handshake = {
          version: PROTOCOL_VERSION,
          infoHash: this.#infoHash,
          peerId: this.peerId,
          ...this.handshake,
        };
        line.send({ ...handshake, type: 'handshake' });
      },
      onMessage: (frame: Uint8Array) => {
        const message = decodePeerMessage(frame);
        if (!message || message instanceof ProtocolViolation) throw new Error('the engine sent nonsense');
        line.received.push(message);
        if (message.type === 'request') line.askedAt = Math.min(line.askedAt, this.world.clock.now());
        if (message.type === 'handshake') this.script.onReady?.(line);
        // Whatever else it does wrong, it is there.
        if (message.type === 'ping') line.send({ type: 'pong' });
        this.script.onMessage?.(line, message);
      },
      onFlushed: () => undefined,
      onClose: () => {
        line.isClosed = true;
        line.closedAt = this.world.clock.now();
      },
    };
  }

  #announce(event?: 'started', offerId?: string, offer?: SessionDescription): string {
    const offers = offerId !== undefined && offer ? [{ offerId, offer }] : [];
    const { peerId } = this;
    return encodeAnnounce({ infoHash: this.#infoHash, peerId, event, offers, uploadedBytes: 0, downloadedBytes: 0 });
  }
}
