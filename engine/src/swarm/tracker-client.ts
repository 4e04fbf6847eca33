// The announce machine: membership in one swarm at one tracker. It joins, renews, comes back after a loss
// within seconds, and says goodbye. It knows nothing of links: offers are handed to it, and handed out by it.

import { Backoff } from '../base/backoff';
import type { TransitionTable } from '../base/transition-table';
import { nextState } from '../base/transition-table';
import type { Milliseconds } from '../base/units';
import { ProtocolViolation } from '../protocol/byte-codec';
import type { TrackerAnswer, TrackerMessage, TrackerOffer } from '../protocol/tracker-messages';
import { decodeTrackerMessage, encodeAnnounce, encodeAnswer } from '../protocol/tracker-messages';

/** After a loss the first try comes within this time; later ones double it. */
const FIRST_RETRY_MS: Milliseconds = 2_000;
/** A tracker that stays away is tried this often at least. */
const MAX_RETRY_MS: Milliseconds = 60_000;
/** A connection that lasted this long was healthy: the next loss starts with the first delay again. */
const HEALTHY_CONNECTION_MS: Milliseconds = 10_000;
/** Connecting and the answer to the first announce together may take this long, and so may the answer to a renewal. */
const ANSWER_TIMEOUT_MS: Milliseconds = 15_000;
/** The first announce waits so long for offers that are being described, and then goes without them. */
const FIRST_OFFERS_WAIT_MS: Milliseconds = 1_000;
/** A renewal waits so long for an offer that is to go along. */
const RENEWAL_OFFER_WAIT_MS: Milliseconds = 5_000;
/** Used until the tracker names its interval. */
const DEFAULT_INTERVAL_MS: Milliseconds = 120_000;

type State = 'idle' | 'connecting' | 'joining' | 'joined' | 'waiting' | 'left';
type Event = 'start' | 'open' | 'answered' | 'lost' | 'retry' | 'leave';

/** [ANN-1] */
export const TRACKER_CLIENT_TRANSITIONS: TransitionTable<State, Event> = {
  idle: { start: 'connecting', leave: 'left' },
  connecting: { open: 'joining', lost: 'waiting', leave: 'left' },
  joining: { answered: 'joined', lost: 'waiting', leave: 'left' },
  joined: { answered: 'joined', lost: 'waiting', leave: 'left' },
  waiting: { retry: 'connecting', leave: 'left' },
  left: {},
};

/** What the machine asks of its surroundings. */
export interface TrackerClientHost {
  open(): void;
  send(text: string): void;
  close(): void;
  /** A number in [0, 1). */
  chance(): number;
  uploadedBytes(): number;
  downloadedBytes(): number;
  /** Whether offers are being described that the first announce can carry. */
  isPreparingOffers(): boolean;
  /** Whether an offer is being described that a renewal can carry; it may be begun now. */
  isPreparingRenewal(now: Milliseconds): boolean;
  /** The tracker answered; `isFirst` on this connection. */
  onAnnounced(swarmSize: number | undefined, isFirst: boolean, now: Milliseconds): void;
  onRelayed(message: Extract<TrackerMessage, { type: 'offer' | 'answer' }>, now: Milliseconds): void;
  onLost(reason: string, retryInMs: Milliseconds): void;
  onRefused(reason: string): void;
}

export class TrackerClient {
  #state: State = 'idle';
  #wakeAt: Milliseconds = Infinity;
  #connectedAt: Milliseconds = 0;
  /** Described before the socket was open. */
  #heldOffers: readonly TrackerOffer[] = [];
  /** While the first announce waits for offers: when it goes without. */
  #announceBy: Milliseconds = Infinity;
  #isRenewalPutOff = false;
  /** While a renewal waits for its answer: when the connection counts as lost. */
  #answerBy: Milliseconds = Infinity;
  #intervalMs: Milliseconds = DEFAULT_INTERVAL_MS;
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });

  constructor(
    private readonly infoHash: string,
    private readonly peerId: string,
    private readonly host: TrackerClientHost,
  ) {}

  /** Whether the tracker has answered on the present connection: offers can be sent. */
  get isJoined(): boolean {
    return this.#state === 'joined';
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    return Math.min(this.#wakeAt, this.#announceBy, this.#answerBy);
  }

  start(now: Milliseconds): void {
    if (this.#move('start')) this.#connect(now);
  }

  handleOpen(now: Milliseconds): void {
    if (!this.#move('open')) return;
    this.#connectedAt = now;
    if (this.host.isPreparingOffers()) this.#announceBy = now + FIRST_OFFERS_WAIT_MS;
    else this.#announceFirst(this.#heldOffers);
  }

  handleMessage(text: string, now: Milliseconds): void {
    const message = decodeTrackerMessage(text, this.infoHash);
    if (message === undefined || this.#state === 'left') return;
    if (message instanceof ProtocolViolation) return this.host.onRefused(message.why);
    switch (message.type) {
      case 'failure':
        return this.host.onRefused(message.reason);
      case 'offer':
      case 'answer':
        return this.host.onRelayed(message, now);
      case 'announced': {
        const isFirst = this.#state === 'joining';
        if (!this.#move('answered')) return;
        this.#intervalMs = message.intervalMs ?? this.#intervalMs;
        this.#wakeAt = now + this.#intervalMs;
        this.#isRenewalPutOff = false;
        this.#answerBy = Infinity;
        this.host.onAnnounced(message.swarmSize, isFirst, now);
      }
    }
  }

  /** [ANN-2] The socket is gone or never opened: come back within seconds, with jitter. */
  handleClose(reason: string, now: Milliseconds): void {
    const wasHealthy = this.#state === 'joined' && now - this.#connectedAt >= HEALTHY_CONNECTION_MS;
    if (!this.#move('lost')) return;
    this.#forgetFirst();
    if (wasHealthy) this.#backoff.reset();
    const retryInMs = this.#backoff.next(this.host.chance());
    this.#wakeAt = now + retryInMs;
    this.host.onLost(reason, retryInMs);
  }

  /** [ANN-13] Announces with `offers`, each for one peer: the first announce of a connection or one more. */
  sendOffers(offers: readonly TrackerOffer[]): void {
    if (this.#state === 'connecting') this.#heldOffers = offers;
    else if (this.#announceBy !== Infinity) this.#announceFirst(offers);
    else if (this.#state === 'joining' || this.#state === 'joined') this.#announce(offers);
  }

  /** Answers an offer that the tracker brought, unless it is gone meanwhile. */
  sendAnswer(answer: Omit<TrackerAnswer, 'infoHash' | 'peerId'>): void {
    if (this.#state !== 'joining' && this.#state !== 'joined') return;
    this.host.send(encodeAnswer({ infoHash: this.infoHash, peerId: this.peerId, ...answer }));
  }

  wake(now: Milliseconds): void {
    if (now >= this.#announceBy) this.#announceFirst([]);
    // [ANN-10] A socket that died while the machine slept says nothing of it.
    if (now >= this.#answerBy) return this.#giveUp(now);
    if (now < this.#wakeAt) return;
    this.#wakeAt = Infinity;
    if (this.#state === 'waiting' && this.#move('retry')) this.#connect(now);
    else if (this.#state === 'joined') {
      this.#renew(now);
    } else if (this.#state === 'connecting' || this.#state === 'joining') {
      this.#giveUp(now);
    }
  }

  /** [ANN-3] Says goodbye, so that the tracker sends nobody here any more, and closes. */
  leave(): void {
    const wasOpen = this.#state === 'joining' || this.#state === 'joined';
    const hadSocket = wasOpen || this.#state === 'connecting';
    if (!this.#move('leave')) return;
    this.#wakeAt = Infinity;
    // Who has not announced itself yet has nothing to take back.
    const isKnown = wasOpen && this.#announceBy === Infinity;
    this.#forgetFirst();
    if (isKnown) this.#announce([], 'stopped');
    if (hadSocket) this.host.close();
  }

  #giveUp(now: Milliseconds): void {
    this.host.close();
    this.handleClose('no answer in time', now);
  }

  /** [ANN-9] Still here; an offer that is being described goes along. */
  #renew(now: Milliseconds): void {
    if (!this.#isRenewalPutOff && this.host.isPreparingRenewal(now)) {
      this.#isRenewalPutOff = true;
      this.#wakeAt = now + RENEWAL_OFFER_WAIT_MS;
      return;
    }
    this.#isRenewalPutOff = false;
    this.#wakeAt = now + this.#intervalMs;
    this.#answerBy = now + ANSWER_TIMEOUT_MS;
    this.#announce([]);
  }

  #announceFirst(offers: readonly TrackerOffer[]): void {
    this.#forgetFirst();
    this.#announce(offers, 'started');
  }

  #forgetFirst(): void {
    this.#heldOffers = [];
    this.#announceBy = this.#answerBy = Infinity;
  }

  #connect(now: Milliseconds): void {
    this.#wakeAt = now + ANSWER_TIMEOUT_MS;
    this.host.open();
  }

  #announce(offers: readonly TrackerOffer[], event?: 'started' | 'stopped'): void {
    const { infoHash, peerId } = this;
    const [uploadedBytes, downloadedBytes] = [this.host.uploadedBytes(), this.host.downloadedBytes()];
    this.host.send(encodeAnnounce({ infoHash, peerId, event, offers, uploadedBytes, downloadedBytes }));
  }

  #move(event: Event): boolean {
    const next = nextState(TRACKER_CLIENT_TRANSITIONS, this.#state, event);
    if (next) this.#state = next;
    return next !== undefined;
  }
}
