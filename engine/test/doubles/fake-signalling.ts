// A WebTorrent tracker in memory, for one or all tracker URLs: announces are answered with counts and interval, offers
// go to other peers drawn by lot, answers to the peer they name. It trusts its clients: no limits, no checks.

import type { Milliseconds, Seconds } from '../../src/base/units';
import type { Clock } from '../../src/ports/clock';
import type { Random } from '../../src/ports/random';
import type { Signalling, SignallingListener, SignallingSocket } from '../../src/ports/signalling';

/** How the tracker behaves. */
export interface FakeTrackerOptions {
  /** One way. */
  readonly latency: Milliseconds;
  /** Until the next announce, as said to clients. */
  readonly interval: Seconds;
}

/** A message from a client, as far as a tracker looks at it. */
export interface TrackerRequest {
  readonly action: string;
  readonly info_hash: string;
  readonly peer_id: string;
  readonly event?: string;
  readonly left?: number;
  readonly numwant?: number;
  readonly offers?: readonly { readonly offer: unknown; readonly offer_id: string }[];
  readonly answer?: unknown;
  readonly offer_id?: string;
  readonly to_peer_id?: string;
  readonly token?: string;
}

interface SwarmPeer {
  readonly peerId: string;
  readonly socket: FakeSocket;
  isComplete: boolean;
}

const DEFAULTS: FakeTrackerOptions = { latency: 10, interval: 120 };

/** The tracker, and the way to it. */
export class FakeTracker implements Signalling {
  /** Every message that came in, oldest first. */
  readonly requests: TrackerRequest[] = [];
  readonly options: FakeTrackerOptions;
  /** When set, announces are answered with this `failure reason`. */
  failureReason: string | undefined;
  /** When set, announces are refused, and their peers leave, for which this gives a reason. */
  judge: ((request: TrackerRequest) => string | undefined) | undefined;
  #isUp = true;
  readonly #swarms = new Map<string, Map<string, SwarmPeer>>();
  readonly #sockets = new Set<FakeSocket>();

  constructor(
    readonly clock: Clock,
    readonly random: Random,
    options: Partial<FakeTrackerOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  connect(_url: string, listener: SignallingListener): SignallingSocket {
    return new FakeSocket(this, listener);
  }

  /** Breaks every connection, forgets every swarm and refuses connections until {@link FakeTracker.restart}. */
  kill(): void {
    this.#isUp = false;
    this.#swarms.clear();
    for (const socket of [...this.#sockets]) socket.drop('the tracker went away');
  }

  /** Closes every connection with the wish to be left alone for a while, each for another. */
  drain(retryAfterMs: () => Milliseconds): void {
    this.#isUp = false;
    this.#swarms.clear();
    for (const socket of [...this.#sockets]) socket.drop('the tracker restarts', retryAfterMs());
  }

  /** Takes connections again. */
  restart(): void {
    this.#isUp = true;
  }

  /** Sends `text` as it is to every connected client. */
  broadcast(text: string): void {
    for (const socket of this.#sockets) socket.deliver(text);
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** The ids of those in a swarm. */
  peerIds(infoHash: string): readonly string[] {
    return [...(this.#swarms.get(infoHash)?.keys() ?? [])];
  }

  /** @internal */
  admit(socket: FakeSocket): boolean {
    if (this.#isUp) this.#sockets.add(socket);
    return this.#isUp;
  }

  /** @internal */
  release(socket: FakeSocket): void {
    this.#sockets.delete(socket);
    for (const swarm of this.#swarms.values()) {
      for (const peer of [...swarm.values()]) if (peer.socket === socket) swarm.delete(peer.peerId);
    }
  }

  /** @internal */
  receive(socket: FakeSocket, text: string): void {
    if (!this.#sockets.has(socket)) return;
    const request = JSON.parse(text) as TrackerRequest;
    this.requests.push(request);
    if (request.action !== 'announce') return;
    if (request.answer !== undefined) this.#relayAnswer(request);
    else this.#announce(socket, request);
  }

  #announce(socket: FakeSocket, request: TrackerRequest): void {
    const { info_hash, peer_id, event, left, offers = [] } = request;
    const refusal = this.failureReason ?? (event === 'stopped' ? undefined : this.judge?.(request));
    if (refusal !== undefined) {
      this.#swarms.get(info_hash)?.delete(peer_id);
      return socket.deliver(JSON.stringify({ action: 'announce', info_hash, 'failure reason': refusal }));
    }
    const swarm = this.#swarms.get(info_hash) ?? new Map<string, SwarmPeer>();
    this.#swarms.set(info_hash, swarm);
    if (event === 'stopped') swarm.delete(peer_id);
    else swarm.set(peer_id, { peerId: peer_id, socket, isComplete: left === 0 || event === 'completed' });

    const complete = [...swarm.values()].filter((peer) => peer.isComplete).length;
    const counts = { complete, incomplete: swarm.size - complete };
    socket.deliver(JSON.stringify({ action: 'announce', interval: this.options.interval, info_hash, ...counts }));
    if (event === 'stopped') return;

    const others = this.#drawOthers(swarm, peer_id, Math.min(offers.length, request.numwant ?? offers.length));
    others.forEach((other, index) => {
      other.socket.deliver(JSON.stringify({ action: 'announce', info_hash, peer_id, ...offers[index] }));
    });
  }

  #relayAnswer({ info_hash, peer_id, to_peer_id = '', offer_id, answer }: TrackerRequest): void {
    const target = this.#swarms.get(info_hash)?.get(to_peer_id);
    target?.socket.deliver(JSON.stringify({ action: 'announce', info_hash, peer_id, offer_id, answer }));
  }

  #drawOthers(swarm: ReadonlyMap<string, SwarmPeer>, peerId: string, count: number): readonly SwarmPeer[] {
    const candidates = [...swarm.values()].filter((peer) => peer.peerId !== peerId);
    const drawn: SwarmPeer[] = [];
    while (drawn.length < count && candidates.length > 0) {
      const index = Math.floor(this.random.next() * candidates.length);
      drawn.push(...candidates.splice(index, 1));
    }
    return drawn;
  }
}

/** A client's socket; messages arrive `latency` later and in order. */
class FakeSocket implements SignallingSocket {
  #state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(
    readonly tracker: FakeTracker,
    readonly listener: SignallingListener,
  ) {
    this.#later(2 * tracker.options.latency, () => {
      if (!tracker.admit(this)) return this.#lose('the tracker is not reachable');
      this.#state = 'open';
      listener.onOpen();
    });
  }

  send(text: string): void {
    if (this.#state !== 'open') return;
    // Not dropped when the client closes before it arrives: close() sends what was queued.
    this.#arrive(() => this.tracker.receive(this, text));
  }

  close(): void {
    if (this.#state === 'open') this.#arrive(() => this.tracker.release(this));
    this.#state = 'closed';
  }

  /** @internal The tracker says something. */
  deliver(text: string): void {
    this.#later(this.tracker.options.latency, () => this.listener.onMessage(text));
  }

  /** @internal The connection broke on the tracker's side. */
  drop(reason: string, retryAfterMs?: Milliseconds): void {
    this.tracker.release(this);
    this.#later(this.tracker.options.latency, () => this.#lose(reason, retryAfterMs));
  }

  #lose(reason: string, retryAfterMs?: Milliseconds): void {
    this.#state = 'closed';
    this.listener.onClose(reason, retryAfterMs);
  }

  #arrive(task: () => void): void {
    this.tracker.clock.schedule(this.tracker.options.latency, task);
  }

  #later(delay: Milliseconds, task: () => void): void {
    this.tracker.clock.schedule(delay, () => {
      if (this.#state !== 'closed') task();
    });
  }
}
