// Peer links in memory. Viewers join one network; what they send waits for their uplink, then travels for the
// latency. An "sdp" here is a line with the number of the half link that wrote it.

import { timeToMove, type BitsPerSecond, type Milliseconds } from '../../src/base/units';
import type { Cancel, Clock } from '../../src/ports/clock';
import type { PeerLink, PeerLinkListener, PeerLinks, SessionDescription } from '../../src/ports/peer-link';

/** How one viewer is connected. */
export interface FakeLinksOptions {
  /** One way, from this viewer to any other. */
  readonly latency: Milliseconds;
  /** Shared by all links of this viewer. */
  readonly uplink: BitsPerSecond;
  /** Time that candidate gathering takes. */
  readonly gathering: Milliseconds;
  /** After how long a link whose other end is silent gives up: it never connected, or the viewer vanished. */
  readonly deathNotice: Milliseconds;
  readonly isSupported: boolean;
}

const DEFAULTS: FakeLinksOptions = {
  latency: 20,
  uplink: Infinity,
  gathering: 5,
  deathNotice: 15_000,
  isSupported: true,
};
const SDP_PATTERN = /^v=0 fake-link \d+$/;

/** The space in which viewers can find each other's links. */
export class FakePeerNetwork {
  #nextNumber = 0;
  readonly #links = new Map<string, FakeLink>();

  constructor(readonly clock: Clock) {}

  /** The {@link PeerLinks} of one more viewer. */
  addViewer(options: Partial<FakeLinksOptions> = {}): FakeLinks {
    return new FakeLinks(this, { ...DEFAULTS, ...options });
  }

  /** @internal Numbers a link, so that a description can name it. */
  register(link: FakeLink): string {
    const sdp = `v=0 fake-link ${this.#nextNumber++}`;
    this.#links.set(sdp, link);
    return sdp;
  }

  /** @internal The link that wrote `sdp`, while it lives. */
  find(sdp: string): FakeLink | undefined {
    return this.#links.get(sdp);
  }

  /** @internal */
  forget(sdp: string): void {
    this.#links.delete(sdp);
  }
}

/** One viewer's side of the network. */
export class FakeLinks implements PeerLinks {
  /** Links made and not yet closed. */
  readonly links = new Set<FakeLink>();
  /** Until when the uplink is taken by what was queued before. */
  uplinkFreeAt: Milliseconds = 0;

  constructor(
    readonly network: FakePeerNetwork,
    readonly options: FakeLinksOptions,
  ) {}

  get isSupported(): boolean {
    return this.options.isSupported;
  }

  offer(listener: PeerLinkListener): PeerLink {
    const link = new FakeLink(this, listener);
    link.describe('offer');
    return link;
  }

  answer(offer: SessionDescription, listener: PeerLinkListener): PeerLink {
    const link = new FakeLink(this, listener);
    if (offer.type !== 'offer' || !SDP_PATTERN.test(offer.sdp)) link.fail('unusable offer');
    else link.describe('answer', this.network.find(offer.sdp));
    return link;
  }

  /** The viewer is gone without a word: the others notice after `deathNotice`. */
  vanish(): void {
    for (const link of [...this.links]) link.vanish();
  }

  /** Both ends of all links hear that they broke. */
  killAll(reason = 'killed'): void {
    for (const link of [...this.links]) link.kill(reason);
  }
}

/** One end of a link. */
export class FakeLink implements PeerLink {
  readonly #clock: Clock;
  readonly #sdp: string;
  readonly #unsent: Uint8Array[] = [];
  #state: 'new' | 'open' | 'closed' = 'new';
  #other: FakeLink | undefined;
  #cancelConnecting: Cancel = () => undefined;

  constructor(
    readonly owner: FakeLinks,
    readonly listener: PeerLinkListener,
  ) {
    this.#clock = owner.network.clock;
    this.#sdp = owner.network.register(this);
    owner.links.add(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  accept(answer: SessionDescription): void {
    const other = this.owner.network.find(answer.sdp);
    const isUsable = answer.type === 'answer' && SDP_PATTERN.test(answer.sdp) && (!other || other.#other === this);
    if (!isUsable) return this.fail('unusable answer');
    if (this.#other || this.#state !== 'new') return;
    this.#other = other;
    this.#expectToConnect();
    if (!other) return;
    // A request and a reply, as ICE and DTLS need; the offering side knows first.
    this.#later(this.#latency + other.#latency, () => {
      this.#clock.schedule(this.#latency, () => other.#open());
      this.#open();
    });
  }

  send(frame: Uint8Array): void {
    if (this.#state === 'new') this.#unsent.push(frame.slice());
    else if (this.#state === 'open') this.#transmit(frame.slice());
  }

  close(): void {
    const wasOpen = this.isOpen;
    this.#end();
    if (wasOpen) this.#clock.schedule(this.#latency, () => this.#other?.lose('closed by the other side'));
  }

  /** Both ends hear in a moment that the link broke. */
  kill(reason: string): void {
    this.fail(reason);
    this.#other?.fail(reason);
  }

  /** This end is gone without a word. */
  vanish(): void {
    const wasOpen = this.isOpen;
    this.#end();
    if (wasOpen) this.#clock.schedule(this.owner.options.deathNotice, () => this.#other?.lose('no sign of life'));
  }

  /** @internal Gathers, then gives the description. */
  describe(type: SessionDescription['type'], other?: FakeLink): void {
    this.#other = other;
    this.#later(this.owner.options.gathering, () => {
      if (type === 'answer') this.#expectToConnect();
      this.listener.onDescription({ type, sdp: this.#sdp });
    });
  }

  /** @internal Ends this side, which hears of it in a moment. */
  fail(reason: string): void {
    this.#later(0, () => this.lose(reason));
  }

  /** @internal Ends this side, which hears of it now. */
  lose(reason: string): void {
    if (this.#state === 'closed') return;
    this.#end();
    this.listener.onClose(reason);
  }

  /** @internal A frame arrives. */
  receive(frame: Uint8Array): void {
    if (this.#state === 'open') this.listener.onMessage(frame);
  }

  #expectToConnect(): void {
    const { deathNotice } = this.owner.options;
    this.#cancelConnecting = this.#clock.schedule(deathNotice, () => this.lose('could not connect'));
  }

  #open(): void {
    if (this.#state !== 'new') return;
    this.#state = 'open';
    this.#cancelConnecting();
    for (const frame of this.#unsent.splice(0)) this.#transmit(frame);
    this.listener.onOpen();
  }

  #transmit(frame: Uint8Array): void {
    const { owner } = this;
    const startsAt = Math.max(this.#clock.now(), owner.uplinkFreeAt);
    owner.uplinkFreeAt = startsAt + timeToMove(frame.length, owner.options.uplink);
    this.#later(owner.uplinkFreeAt - this.#clock.now(), () => {
      this.#clock.schedule(this.#latency, () => this.#other?.receive(frame));
      this.listener.onFlushed(frame.length);
    });
  }

  #end(): void {
    this.#state = 'closed';
    this.#cancelConnecting();
    this.owner.links.delete(this);
    this.owner.network.forget(this.#sdp);
  }

  get #latency(): Milliseconds {
    return this.owner.options.latency;
  }

  #later(delay: Milliseconds, task: () => void): void {
    this.#clock.schedule(delay, () => {
      if (this.#state !== 'closed') task();
    });
  }
}
