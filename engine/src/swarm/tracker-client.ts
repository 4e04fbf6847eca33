// The announce machine: membership in one swarm at one tracker. It joins, renews, comes back after a loss
// within seconds, and says goodbye. It knows nothing of links: offers are handed to it, and handed out by it.

import { Backoff } from '../base/backoff';
import type { TransitionTable } from '../base/transition-table';
import { nextState } from '../base/transition-table';
import type { Milliseconds } from '../base/units';
import { ProtocolViolation } from '../protocol/byte-codec';
import type { TrackerAnswer, TrackerMessage, TrackerOffer } from '../protocol/tracker-messages';
import { decodeTrackerMessage, encodeAnnounce, encodeAnswer } from '../protocol/tracker-messages';
import { isTokenRefusal } from '../protocol/tracker-token';

/** After a loss the first try comes within this time; later ones double it. */
const FIRST_RETRY_MS: Milliseconds = 2_000;
/** but no longer than this: one that is back is found within this time, */
const MAX_RETRY_MS: Milliseconds = 10_000;
/** unless it was away for longer than this. From then on it is tried within */
const LONG_ABSENCE_MS: Milliseconds = 120_000;
/** this time first, */
const FIRST_LATE_RETRY_MS: Milliseconds = 20_000;
/** and this often at least. */
const MAX_LATE_RETRY_MS: Milliseconds = 60_000;
/** A tracker that refuses is asked again on the same socket within this time, */
const FIRST_REFUSED_RETRY_MS: Milliseconds = 10_000;
/** later this often at least, where it says no time itself. */
const MAX_REFUSED_RETRY_MS: Milliseconds = 60_000;
/** Where it says one, up to this share longer: it says the same to everybody. */
const REFUSED_RETRY_SPREAD = 0.25;
/** A connection that lasted this long was healthy: the next loss starts with the first delay again. */
const HEALTHY_CONNECTION_MS: Milliseconds = 10_000;
/** Connecting and the answer to the first announce together may take this long, and so may the answer to a renewal. */
const ANSWER_TIMEOUT_MS: Milliseconds = 15_000;
/** The first announce waits so long for offers that are being described, and then goes without them. */
const FIRST_OFFERS_WAIT_MS: Milliseconds = 1_000;
/** The same for the first token: no longer than the page's function may take. */
const FIRST_TOKEN_WAIT_MS: Milliseconds = 10_000;
/** A renewal waits so long for an offer that is to go along. */
const RENEWAL_OFFER_WAIT_MS: Milliseconds = 5_000;
/** Used until the tracker names its interval. */
const DEFAULT_INTERVAL_MS: Milliseconds = 120_000;

type State = 'idle' | 'connecting' | 'joining' | 'joined' | 'refused' | 'waiting' | 'left';
type Event = 'start' | 'open' | 'answered' | 'refused' | 'lost' | 'retry' | 'leave';

/** [ANN-1] */
export const TRACKER_CLIENT_TRANSITIONS: TransitionTable<State, Event> = {
  idle: { start: 'connecting', leave: 'left' },
  connecting: { open: 'joining', lost: 'waiting', leave: 'left' },
  joining: { answered: 'joined', refused: 'refused', lost: 'waiting', leave: 'left' },
  joined: { answered: 'joined', refused: 'refused', lost: 'waiting', leave: 'left' },
  // The socket stays: the tracker takes back its word on it, or the announce is repeated.
  refused: { answered: 'joined', retry: 'joining', lost: 'waiting', leave: 'left' },
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
  /** What this tracker is shown; undefined: nothing. */
  token(): string | undefined;
  /** Whether a first token is on its way. */
  isAwaitingToken(): boolean;
  /** Whether offers are being described that the first announce can carry. */
  isPreparingOffers(): boolean;
  /** Whether an offer is being described that a renewal can carry; it may be begun now. */
  isPreparingRenewal(now: Milliseconds): boolean;
  /** The tracker answered; `isFirst` on this connection. */
  onAnnounced(swarmSize: number | undefined, isFirst: boolean, now: Milliseconds): void;
  onRelayed(message: Extract<TrackerMessage, { type: 'offer' | 'answer' }>, now: Milliseconds): void;
  /** `isAnnounced`: the tracker said itself that it goes, and for how long. */
  onLost(reason: string, retryInMs: Milliseconds, isAnnounced: boolean): void;
  onRefused(reason: string): void;
  /** The tracker does not count this viewer any more. `refusedToken`: because of what it was shown. */
  onTurnedAway(refusedToken: { readonly shown: string | undefined } | undefined, now: Milliseconds): void;
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
  /** When the present absence of the tracker began; undefined: there is none. */
  #lostAt: Milliseconds | undefined;
  /** What it was shown last, and whether that is why it refused. */
  #shownToken: string | undefined;
  #isTokenRefused = false;
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
  readonly #lateBackoff = new Backoff({ firstMs: FIRST_LATE_RETRY_MS, maxMs: MAX_LATE_RETRY_MS });
  readonly #refusedBackoff = new Backoff({ firstMs: FIRST_REFUSED_RETRY_MS, maxMs: MAX_REFUSED_RETRY_MS });

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
    this.#announceWhenReady(now);
  }

  /** [ANN-16] [ANN-17] Another token is there, or it is known that there is none. */
  handleToken(now: Milliseconds): void {
    if (this.#announceBy !== Infinity) this.#announceWhenReady(now);
    else if (this.#state === 'refused' && this.#isTokenRefused && this.host.token() !== this.#shownToken)
      this.#rejoin(now);
  }

  handleMessage(text: string, now: Milliseconds): void {
    const message = decodeTrackerMessage(text, this.infoHash);
    if (message === undefined || this.#state === 'left') return;
    if (message instanceof ProtocolViolation) return this.host.onRefused(message.why);
    switch (message.type) {
      case 'failure':
        this.host.onRefused(message.reason);
        return this.#handleRefusal(message.reason, message.retryInMs, now);
      case 'offer':
      case 'answer':
        return this.host.onRelayed(message, now);
      case 'announced': {
        const isFirst = this.#state !== 'joined';
        if (!this.#move('answered')) return;
        this.#intervalMs = message.intervalMs ?? this.#intervalMs;
        this.#wakeAt = now + this.#intervalMs;
        this.#isRenewalPutOff = false;
        this.#answerBy = Infinity;
        this.#refusedBackoff.reset();
        this.host.onAnnounced(message.swarmSize, isFirst, now);
      }
    }
  }

  /** [ANN-2] [ANN-20] The socket is gone or never opened: come back within seconds, or when the tracker asks for it. */
  handleClose(reason: string, now: Milliseconds, retryAfterMs?: Milliseconds): void {
    const wasHealthy = this.#state === 'joined' && now - this.#connectedAt >= HEALTHY_CONNECTION_MS;
    if (!this.#move('lost')) return;
    this.#forgetFirst();
    if (wasHealthy) this.#forgetAbsence();
    const retryInMs = retryAfterMs ?? this.#nextRetryMs(now);
    this.#wakeAt = now + retryInMs;
    this.host.onLost(reason, retryInMs, retryAfterMs !== undefined);
  }

  /** [ANN-13] Announces with `offers`, each for one peer: the first announce of a connection or one more. */
  sendOffers(offers: readonly TrackerOffer[]): void {
    if (this.#state === 'connecting') this.#heldOffers = offers;
    else if (this.#announceBy !== Infinity && this.host.isAwaitingToken()) this.#heldOffers = offers;
    else if (this.#announceBy !== Infinity) this.#announceFirst(offers);
    else if (this.#state === 'joining' || this.#state === 'joined') this.#announce(offers);
  }

  /** Answers an offer that the tracker brought, unless it is gone meanwhile. */
  sendAnswer(answer: Omit<TrackerAnswer, 'infoHash' | 'peerId'>): void {
    if (this.#state !== 'joining' && this.#state !== 'joined') return;
    this.host.send(encodeAnswer({ infoHash: this.infoHash, peerId: this.peerId, ...answer }));
  }

  wake(now: Milliseconds): void {
    if (now >= this.#announceBy) this.#announceFirst(this.#heldOffers);
    // [ANN-10] A socket that died while the machine slept says nothing of it.
    if (now >= this.#answerBy) return this.#giveUp(now);
    if (now < this.#wakeAt) return;
    this.#wakeAt = Infinity;
    if (this.#state === 'waiting' && this.#move('retry')) this.#connect(now);
    else if (this.#state === 'refused') this.#rejoin(now);
    else if (this.#state === 'joined') {
      this.#renew(now);
    } else if (this.#state === 'connecting' || this.#state === 'joining') {
      this.#giveUp(now);
    }
  }

  /** [ANN-3] Says goodbye, so that the tracker sends nobody here any more, and closes. */
  leave(): void {
    const wasOpen = ['joining', 'joined', 'refused'].includes(this.#state);
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

  /** [ANN-19] Not in the swarm, or not any more. What refuses no renewal and no join is a word and no more. */
  #handleRefusal(reason: string, retryInMs: Milliseconds | undefined, now: Milliseconds): void {
    const isToken = isTokenRefusal(reason);
    if (this.#state === 'joined' && this.#answerBy === Infinity && !isToken) return;
    if (!this.#move('refused')) return;
    this.#forgetFirst();
    this.#isTokenRefused = isToken;
    const chance = this.host.chance();
    const waitMs = retryInMs && retryInMs * (1 + chance * REFUSED_RETRY_SPREAD);
    this.#wakeAt = now + (waitMs ?? this.#refusedBackoff.next(chance));
    this.host.onTurnedAway(isToken ? { shown: this.#shownToken } : undefined, now);
  }

  /** Asks again on the same socket. */
  #rejoin(now: Milliseconds): void {
    if (!this.#move('retry')) return;
    this.#wakeAt = now + ANSWER_TIMEOUT_MS;
    this.#announceFirst([]);
  }

  #nextRetryMs(now: Milliseconds): Milliseconds {
    this.#lostAt ??= now;
    const isLong = now - this.#lostAt >= LONG_ABSENCE_MS;
    return (isLong ? this.#lateBackoff : this.#backoff).next(this.host.chance());
  }

  #forgetAbsence(): void {
    this.#lostAt = undefined;
    this.#backoff.reset();
    this.#lateBackoff.reset();
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

  #announceWhenReady(now: Milliseconds): void {
    const { host } = this;
    if (host.isAwaitingToken()) {
      this.#announceBy = now + FIRST_TOKEN_WAIT_MS;
      this.#wakeAt = this.#announceBy + ANSWER_TIMEOUT_MS;
    } else if (this.#heldOffers.length === 0 && host.isPreparingOffers()) this.#announceBy = now + FIRST_OFFERS_WAIT_MS;
    else this.#announceFirst(this.#heldOffers);
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
    this.#shownToken = this.host.token();
    const token = this.#shownToken;
    this.host.send(encodeAnnounce({ infoHash, peerId, event, token, offers, uploadedBytes, downloadedBytes }));
  }

  #move(event: Event): boolean {
    const next = nextState(TRACKER_CLIENT_TRANSITIONS, this.#state, event);
    if (next) this.#state = next;
    return next !== undefined;
  }
}
