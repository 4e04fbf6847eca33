// Viewers by the hundred: sockets that speak the protocol and stop where WebRTC would begin. An offer that was
// answered counts as a link between two viewers.

import { WebSocket } from 'ws';
import type { Message } from './core-driver';
import { Mesh } from './mesh';
import { announce, answer, id, offer } from './messages';

/** Milliseconds until a viewer whose socket has closed tries the next tracker. */
const RECONNECT_MS = 200;

export interface Link {
  readonly offerer: string;
  readonly answerer: string;
}

class CrowdViewer {
  /** Viewers it has a link to, by name. */
  readonly met = new Set<string>();
  /** Peers of the swarm as the last response had it. */
  peersSeen = 0;
  /** Index of the tracker it is connected to, or last was. */
  tracker: number;
  #socket: WebSocket | undefined;
  #offerCount = 0;
  #isEnded = false;
  #reconnecting: NodeJS.Timeout | undefined;

  constructor(
    private readonly crowd: Crowd,
    readonly name: string,
    tracker: number,
  ) {
    this.tracker = tracker;
    this.#connect();
  }

  get isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  announce(): void {
    const offers = Array.from({ length: this.crowd.offersPerAnnounce }, () =>
      offer(`${this.name}/${(this.#offerCount += 1)}`),
    );
    this.#send({ ...announce(this.name, { offers }), info_hash: this.crowd.infoHash });
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#reconnecting);
    this.#socket?.terminate();
  }

  #connect(): void {
    const { urls } = this.crowd;
    const socket = new WebSocket(urls[this.tracker % urls.length]!);
    this.#socket = socket;
    socket.on('open', () => this.announce());
    socket.on('message', (data) => this.#take(JSON.parse((data as Buffer).toString()) as Message));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#isEnded) return;
      this.tracker = (this.tracker + 1) % urls.length;
      this.#reconnecting = setTimeout(() => this.#connect(), RECONNECT_MS);
    });
  }

  #take(message: Message): void {
    const { peer_id: peerId } = message;
    const peer = typeof peerId === 'string' ? peerId.replaceAll('.', '') : '';
    if ('complete' in message) {
      this.peersSeen = Number(message['complete']) + Number(message['incomplete']);
    } else if ('offer' in message) {
      const reply = answer(this.name, peer, '', { offer_id: message['offer_id'], info_hash: this.crowd.infoHash });
      this.#send(reply);
    } else if ('answer' in message) {
      this.met.add(peer);
      this.crowd.linked({ offerer: this.name, answerer: peer });
    } else {
      throw new Error(`the tracker says ${JSON.stringify(message)}`);
    }
  }

  #send(message: unknown): void {
    if (this.isConnected) this.#socket?.send(JSON.stringify(message));
  }
}

export class Crowd {
  readonly viewers: CrowdViewer[] = [];
  readonly infoHash: string;
  readonly offersPerAnnounce: number;
  #links: Link[] = [];
  #announcing: NodeJS.Timeout | undefined;
  #next = 0;

  /** @param urls - of the trackers; viewers begin at one after the other in turn, or all at `only` */
  constructor(
    readonly urls: readonly string[],
    swarm: string,
    viewerCount: number,
    { offersPerAnnounce = 5, only }: { offersPerAnnounce?: number; only?: number } = {},
  ) {
    this.infoHash = id(swarm);
    this.offersPerAnnounce = offersPerAnnounce;
    for (let index = 0; index < viewerCount; index += 1) {
      this.viewers.push(new CrowdViewer(this, `${swarm}-${index}`, only ?? index % urls.length));
    }
  }

  get linkCount(): number {
    return this.#links.length;
  }

  /** How many separate groups the links of these viewers make. */
  get groupCount(): number {
    const mesh = new Mesh(this.viewers.map(({ name }) => name));
    for (const { offerer, answerer } of this.#links) mesh.link(offerer, answerer);
    return mesh.groupCount;
  }

  get areAllConnected(): boolean {
    return this.viewers.every(({ isConnected }) => isConnected);
  }

  linked(link: Link): void {
    this.#links.push(link);
  }

  forgetLinks(): void {
    this.#links = [];
    for (const { met } of this.viewers) met.clear();
  }

  /** Whether every viewer was told this number of peers by its last announce. */
  countsAre(peers: number): boolean {
    return this.viewers.every(({ peersSeen }) => peersSeen === peers);
  }

  /** Lets the viewers announce one after the other, so many a second. */
  keepAnnouncing(perSecond: number): void {
    const everyMs = 20;
    this.#announcing = setInterval(() => {
      for (let count = 0; count < (perSecond * everyMs) / 1000; count += 1) {
        this.viewers[(this.#next += 1) % this.viewers.length]?.announce();
      }
    }, everyMs);
  }

  end(): void {
    clearInterval(this.#announcing);
    for (const viewer of this.viewers) viewer.end();
  }
}
