// How rival policies meet: five offers with each announce, every offer that comes in is taken up, up to a limit.

import type { Milliseconds } from '../../../engine/src/base/units';
import { secondsToMs } from '../../../engine/src/base/units';
import type { PeerLink, PeerLinkListener, SessionDescription } from '../../../engine/src/ports/peer-link';
import type { SignallingSocket } from '../../../engine/src/ports/signalling';
import { SimulatedLinks } from '../network/peer-links';
import { Timer } from '../time/timer';
import type { SourceWorld } from './segment-source';

const OFFERS_PER_ANNOUNCE = 5;
const OFFER_LIFETIME_MS: Milliseconds = 50_000;
/** Longer than gathering takes. */
const GATHER_MS: Milliseconds = 600;
const PEER_ID_LENGTH = 20;
const INFO_HASH = 'rival-swarm---------';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A neighbour. */
export interface MeshPeer {
  readonly peerId: string;
  send(frame: Uint8Array): void;
}

export interface MeshListener {
  onPeer(peer: MeshPeer): void;
  onFrame(peer: MeshPeer, frame: Uint8Array): void;
  onFlushed(peer: MeshPeer): void;
  onGone(peer: MeshPeer): void;
}

interface Connection extends MeshPeer {
  readonly link: PeerLink;
  isOpen: boolean;
}

interface TrackerText {
  readonly interval?: number;
  readonly peer_id?: string;
  readonly offer_id?: string;
  readonly offer?: SessionDescription;
  readonly answer?: SessionDescription;
}

export class AgentMesh {
  readonly peerId: string;
  readonly #links: SimulatedLinks;
  readonly #socket: SignallingSocket;
  readonly #offers = new Map<string, { readonly link: PeerLink; description?: SessionDescription }>();
  /** By peer id, connecting ones included. */
  readonly #connections = new Map<string, Connection>();
  readonly #announceTimer: Timer;
  #isLeft = false;
  #nextOffer = 1;

  constructor(
    private readonly world: SourceWorld,
    /** Infinity: every peer there is. */
    private readonly maxPeers: number,
    private readonly listener: MeshListener,
  ) {
    const { host, random, tracker, cdn } = world;
    const letters = [...random.bytes(PEER_ID_LENGTH)].map((byte) => LETTERS.charAt(byte % LETTERS.length));
    this.peerId = letters.join('');
    this.#links = new SimulatedLinks(host, world.links);
    this.#announceTimer = new Timer(cdn.network.queue, () => this.#prepareOffers());
    this.#socket = tracker.signalling().connect('wss://tracker.example', {
      onOpen: () => this.#prepareOffers(),
      onMessage: (text) => this.#handleText(JSON.parse(text) as TrackerText),
      onClose: () => undefined,
    });
  }

  /** Neighbours now. */
  get peers(): readonly MeshPeer[] {
    return [...this.#connections.values()].filter(({ isOpen }) => isOpen);
  }

  get peerCount(): number {
    return this.#links.openCount;
  }

  leave(isAbrupt: boolean): void {
    this.#isLeft = true;
    this.#announceTimer.clear();
    if (isAbrupt) this.#links.vanish();
    else this.#socket.send(JSON.stringify({ ...this.#own(), event: 'stopped' }));
    for (const { link } of this.#connections.values()) link.close();
    for (const { link } of this.#offers.values()) link.close();
    this.#socket.close();
  }

  #own() {
    return { action: 'announce', info_hash: INFO_HASH, peer_id: this.peerId };
  }

  /** Makes offers, then announces with them once candidates have been gathered. */
  #prepareOffers(): void {
    if (this.#isLeft) return;
    const { queue } = this.world.cdn.network;
    const count = Math.min(OFFERS_PER_ANNOUNCE, Math.max(0, this.maxPeers - this.#connections.size));
    const names = Array.from({ length: count }, () => this.#offer());
    queue.schedule(queue.now + GATHER_MS, () => {
      if (this.#isLeft) return;
      const offers = names.flatMap((offer_id) => {
        const offer = this.#offers.get(offer_id)?.description;
        return offer ? [{ offer_id, offer }] : [];
      });
      this.#socket.send(JSON.stringify({ ...this.#own(), numwant: offers.length, offers }));
    });
    queue.schedule(queue.now + OFFER_LIFETIME_MS, () => names.forEach((name) => this.#dropOffer(name)));
  }

  #offer(): string {
    const name = `${this.peerId}${String(this.#nextOffer++)}`;
    const connect = this.#connector();
    const link = this.#links.offer(
      connect.listener((description) => {
        const offer = this.#offers.get(name);
        if (offer) offer.description = description;
      }),
    );
    connect.link = link;
    this.#offers.set(name, { link });
    return name;
  }

  #dropOffer(name: string): void {
    this.#offers.get(name)?.link.close();
    this.#offers.delete(name);
  }

  #handleText({ interval, peer_id = '', offer_id = '', offer, answer }: TrackerText): void {
    const { queue } = this.world.cdn.network;
    if (this.#isLeft) return;
    if (offer) this.#takeOffer(peer_id, offer_id, offer);
    else if (answer) this.#takeAnswer(peer_id, offer_id, answer);
    else if (interval !== undefined) this.#announceTimer.set(queue.now + secondsToMs(interval));
  }

  #takeOffer(peerId: string, offerId: string, offer: SessionDescription): void {
    if (this.#connections.has(peerId) || this.#connections.size >= this.maxPeers) return;
    const connect = this.#connector();
    const link = this.#links.answer(
      offer,
      connect.listener((answer) =>
        this.#socket.send(JSON.stringify({ ...this.#own(), to_peer_id: peerId, offer_id: offerId, answer })),
      ),
    );
    connect.link = link;
    connect.connection = this.#note(peerId, link);
  }

  #takeAnswer(peerId: string, offerId: string, answer: SessionDescription): void {
    const link = this.#offers.get(offerId)?.link;
    this.#offers.delete(offerId);
    if (!link) return;
    if (this.#connections.has(peerId) || this.#connections.size >= this.maxPeers) return link.close();
    const connection = this.#note(peerId, link);
    for (const pending of this.#connectors) if (pending.link === link) pending.connection = connection;
    link.accept(answer);
  }

  #note(peerId: string, link: PeerLink): Connection {
    const connection = { peerId, link, isOpen: false, send: (frame: Uint8Array) => link.send(frame) };
    this.#connections.set(peerId, connection);
    return connection;
  }

  readonly #connectors = new Set<Connector>();

  #connector(): Connector {
    const connector = new Connector(
      (connection) => this.#handleGone(connection),
      this.listener,
      () => this.#connectors.delete(connector),
    );
    this.#connectors.add(connector);
    return connector;
  }

  #handleGone(connection: Connection): void {
    if (this.#connections.get(connection.peerId) !== connection) return;
    this.#connections.delete(connection.peerId);
    if (connection.isOpen) this.listener.onGone(connection);
  }
}

/** Ties what a link says to the neighbour that it leads to, who is known later than the link. */
class Connector {
  link: PeerLink | undefined;
  connection: Connection | undefined;

  constructor(
    private readonly onGone: (connection: Connection) => void,
    private readonly mesh: MeshListener,
    private readonly onSettled: () => void,
  ) {}

  listener(onDescription: (description: SessionDescription) => void): PeerLinkListener {
    return {
      onDescription,
      onOpen: () => {
        this.onSettled();
        const { connection } = this;
        if (!connection) return;
        connection.isOpen = true;
        this.mesh.onPeer(connection);
      },
      onMessage: (frame) => this.connection && this.mesh.onFrame(this.connection, frame),
      onFlushed: () => this.connection && this.mesh.onFlushed(this.connection),
      onClose: () => {
        this.onSettled();
        if (this.connection) this.onGone(this.connection);
      },
    };
  }
}
