// The engine's port for links, over the simulated network. A description is a line with the number of the half link
// that wrote it.

import type { Milliseconds } from '../../../engine/src/base/units';
import type { PeerLink, PeerLinkListener, PeerLinks, SessionDescription } from '../../../engine/src/ports/peer-link';
import type { Network, NetworkHost } from './network';
import { Wire } from './wire';

const SDP_PREFIX = 'v=0 simulated ';
/** A viewer that vanished is noticed after so long: ICE consent has expired and the reconnect attempts have failed. */
const DEATH_NOTICE_MS: Milliseconds = 15_000;

/** The half links that exist, by the number that their descriptions carry. */
export class LinkDirectory {
  readonly #halves = new Map<number, HalfLink>();
  #nextNumber = 1;

  /** @internal */
  add(half: HalfLink): number {
    this.#halves.set(this.#nextNumber, half);
    return this.#nextNumber++;
  }

  /** @internal The half link that wrote `sdp`, while it lives. */
  find(sdp: string): HalfLink | undefined {
    return sdp.startsWith(SDP_PREFIX) ? this.#halves.get(Number(sdp.slice(SDP_PREFIX.length))) : undefined;
  }

  /** @internal */
  remove(number: number): void {
    this.#halves.delete(number);
  }
}

/** One viewer's links. */
export class SimulatedLinks implements PeerLinks {
  readonly isSupported = true;
  readonly #halves = new Set<HalfLink>();

  constructor(
    readonly host: NetworkHost,
    readonly directory: LinkDirectory,
  ) {}

  offer(listener: PeerLinkListener): PeerLink {
    const half = new HalfLink(this, listener);
    this.#halves.add(half);
    half.describe('offer');
    return half;
  }

  answer(_offer: SessionDescription, listener: PeerLinkListener): PeerLink {
    const half = new HalfLink(this, listener);
    this.#halves.add(half);
    half.describe('answer');
    return half;
  }

  get openCount(): number {
    let count = 0;
    for (const half of this.#halves) if (half.isOpen) count += 1;
    return count;
  }

  /** The viewer is gone without a word: the others notice later. */
  vanish(): void {
    for (const half of [...this.#halves]) half.vanish();
  }

  /** @internal */
  forget(half: HalfLink): void {
    this.#halves.delete(half);
  }
}

/** One end of a link. */
export class HalfLink implements PeerLink {
  readonly #network: Network;
  readonly #number: number;
  #state: 'new' | 'open' | 'closed' = 'new';
  #other: HalfLink | undefined;
  #out: Wire | undefined;

  constructor(
    private readonly links: SimulatedLinks,
    readonly listener: PeerLinkListener,
  ) {
    this.#network = links.host.network;
    this.#number = links.directory.add(this);
  }

  get host(): NetworkHost {
    return this.links.host;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  accept(answer: SessionDescription): void {
    const other = this.links.directory.find(answer.sdp);
    if (this.#state !== 'new' || this.#other) return;
    // The other side has given up meanwhile: nobody answers.
    if (!other) return this.#later(DEATH_NOTICE_MS, () => this.lose('could not connect'));
    this.#other = other;
    other.#other = this;
    const { isPossible, afterMs } = this.#network.drawConnection(this.host, other.host);
    this.#later(afterMs, () => (isPossible ? this.#connect(other) : this.lose('could not connect')));
    if (!isPossible) other.#later(afterMs, () => other.lose('could not connect'));
  }

  send(frame: Uint8Array): void {
    this.#out?.send(frame);
  }

  close(): void {
    const [wasOpen, other] = [this.isOpen, this.#other];
    this.#end();
    if (wasOpen && other) this.#after(this.#oneWayTo(other), () => other.lose('closed by the other side'));
  }

  /** @internal This end is gone without a word. */
  vanish(): void {
    const [wasOpen, other] = [this.isOpen, this.#other];
    this.#end();
    if (wasOpen && other) this.#after(DEATH_NOTICE_MS, () => other.lose('no sign of life'));
  }

  /** @internal Gathers, then gives the description. */
  describe(type: SessionDescription['type']): void {
    this.#later(this.#network.drawGatheringMs(), () =>
      this.listener.onDescription({ type, sdp: `${SDP_PREFIX}${this.#number}` }),
    );
  }

  /** @internal Ends this side, which hears of it now. */
  lose(reason: string): void {
    if (this.#state === 'closed') return;
    this.#end();
    this.listener.onClose(reason);
  }

  #connect(other: HalfLink): void {
    if (other.#state !== 'new') return this.lose('could not connect');
    this.#out = this.#wireTo(other);
    other.#out = other.#wireTo(this);
    // Both know before either speaks: the first message of one must not overtake the news.
    this.#state = other.#state = 'open';
    for (const { host } of [this, other]) host.firstConnectedAt ??= this.#network.queue.now;
    this.listener.onOpen();
    if (other.isOpen) other.listener.onOpen();
  }

  #wireTo(other: HalfLink): Wire {
    return new Wire(this.#network, this.host.uplink, other.host.downlink, this.#oneWayTo(other), {
      onFlushed: (byteCount) => this.isOpen && this.listener.onFlushed(byteCount),
      onFrame: (frame) => other.isOpen && other.listener.onMessage(frame),
    });
  }

  #oneWayTo(other: HalfLink): Milliseconds {
    return this.#network.oneWayMs(this.host, other.host);
  }

  #end(): void {
    this.#state = 'closed';
    this.#out?.close();
    this.links.forget(this);
    this.links.directory.remove(this.#number);
  }

  #later(delay: Milliseconds, task: () => void): void {
    this.#after(delay, () => {
      if (this.#state !== 'closed') task();
    });
  }

  #after(delay: Milliseconds, task: () => void): void {
    this.#network.queue.schedule(this.#network.queue.now + delay, task);
  }
}
