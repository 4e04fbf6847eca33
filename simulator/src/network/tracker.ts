// A WebTorrent tracker in memory: announces are answered with interval and counts, offers go to other peers drawn by
// lot, answers to the peer they name, goodbyes and lost sockets end a membership. The messages are real JSON.

import type { Milliseconds, Seconds } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import type { Signalling, SignallingListener, SignallingSocket } from '../../../engine/src/ports/signalling';
import { uniform, wholeBelow } from '../chance/draws';
import type { EventQueue } from '../time/event-queue';

/** Clients that came together are not to announce together for ever. */
const INTERVAL_JITTER = 0.1;
/** One way to the tracker and its work. */
const LATENCY_MS = { fastest: 10, slowest: 60 };
const MAX_OFFERS = 10;

interface Request {
  readonly action: string;
  readonly info_hash: string;
  readonly peer_id: string;
  readonly event?: string;
  readonly numwant?: number;
  readonly offers?: readonly { readonly offer: unknown; readonly offer_id: string }[];
  readonly answer?: unknown;
  readonly offer_id?: string;
  readonly to_peer_id?: string;
}

interface Member {
  readonly peerId: string;
  readonly socket: TrackerSocket;
  index: number;
}

/** Members by id and by place, so that one can be drawn by lot at once. */
class Swarm {
  readonly byId = new Map<string, Member>();
  readonly list: Member[] = [];

  add(peerId: string, socket: TrackerSocket): void {
    this.remove(peerId);
    const member = { peerId, socket, index: this.list.length };
    this.byId.set(peerId, member);
    this.list.push(member);
  }

  remove(peerId: string): void {
    const member = this.byId.get(peerId);
    const last = this.list.at(-1);
    if (!member || !last) return;
    this.byId.delete(peerId);
    this.list[member.index] = last;
    last.index = member.index;
    this.list.pop();
  }

  /** Up to `count` others, each once. */
  draw(random: Random, peerId: string, count: number): Member[] {
    const drawn = new Set<Member>();
    const wanted = Math.min(count, this.list.length - (this.byId.has(peerId) ? 1 : 0));
    while (drawn.size < wanted) {
      const member = this.list[wholeBelow(random, this.list.length)]!;
      if (member.peerId !== peerId) drawn.add(member);
    }
    return [...drawn];
  }
}

/** The tracker, which counts what it is told and what it tells. */
export class SimulatedTracker {
  messageCount = 0;
  readonly #swarms = new Map<string, Swarm>();

  constructor(
    readonly queue: EventQueue,
    private readonly random: Random,
    private readonly intervalSeconds: Seconds,
  ) {}

  /** One viewer's way to the tracker. */
  signalling(): Signalling {
    const latency = uniform(this.random, LATENCY_MS.fastest, LATENCY_MS.slowest);
    return { connect: (_url, listener) => new TrackerSocket(this, listener, latency) };
  }

  /** @internal A message came in. */
  receive(socket: TrackerSocket, text: string): void {
    this.messageCount += 1;
    const request = JSON.parse(text) as Request;
    if (request.action !== 'announce') return;
    if (request.answer !== undefined) this.#relayAnswer(request);
    else this.#announce(socket, request);
  }

  /** @internal A socket closed. */
  release(socket: TrackerSocket): void {
    for (const [infoHash, peerId] of socket.memberships) {
      const swarm = this.#swarms.get(infoHash);
      if (swarm?.byId.get(peerId)?.socket === socket) swarm.remove(peerId);
    }
  }

  #announce(socket: TrackerSocket, request: Request): void {
    const { info_hash, peer_id, event, offers = [] } = request;
    const swarm = this.#swarms.get(info_hash) ?? new Swarm();
    this.#swarms.set(info_hash, swarm);
    if (event === 'stopped') swarm.remove(peer_id);
    else if (swarm.byId.get(peer_id)?.socket !== socket) {
      swarm.add(peer_id, socket);
      socket.memberships.set(info_hash, peer_id);
    }
    const interval = this.intervalSeconds * uniform(this.random, 1 - INTERVAL_JITTER, 1 + INTERVAL_JITTER);
    const counts = { complete: 0, incomplete: swarm.list.length };
    this.#tell(socket, { action: 'announce', interval, info_hash, ...counts });
    if (event === 'stopped') return;
    const wanted = Math.min(offers.length, request.numwant ?? offers.length, MAX_OFFERS);
    swarm.draw(this.random, peer_id, wanted).forEach((other, index) => {
      this.#tell(other.socket, { action: 'announce', info_hash, peer_id, ...offers[index] });
    });
  }

  #relayAnswer({ info_hash, peer_id, to_peer_id = '', answer, offer_id }: Request): void {
    const target = this.#swarms.get(info_hash)?.byId.get(to_peer_id);
    if (target) this.#tell(target.socket, { action: 'announce', info_hash, peer_id, answer, offer_id });
  }

  #tell(socket: TrackerSocket, message: object): void {
    this.messageCount += 1;
    socket.deliver(JSON.stringify(message));
  }
}

class TrackerSocket implements SignallingSocket {
  /** Info hash → peer id. */
  readonly memberships = new Map<string, string>();
  #state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(
    private readonly tracker: SimulatedTracker,
    private readonly listener: SignallingListener,
    private readonly latencyMs: Milliseconds,
  ) {
    // TCP, TLS and the upgrade.
    this.#after(6 * latencyMs, () => {
      if (this.#state !== 'connecting') return;
      this.#state = 'open';
      listener.onOpen();
    });
  }

  send(text: string): void {
    if (this.#state === 'open') this.#after(this.latencyMs, () => this.tracker.receive(this, text));
  }

  close(): void {
    if (this.#state === 'open') this.#after(this.latencyMs, () => this.tracker.release(this));
    this.#state = 'closed';
  }

  /** @internal */
  deliver(text: string): void {
    this.#after(this.latencyMs, () => {
      if (this.#state === 'open') this.listener.onMessage(text);
    });
  }

  #after(delay: Milliseconds, task: () => void): void {
    const { queue } = this.tracker;
    queue.schedule(queue.now + delay, task);
  }
}
