// The trackers of one swarm: the membership at each, the offers that are out there, and when to make more. Strangers
// are sought here first; once peers can introduce others, trackers are asked only for what introductions do not bring.

import { P2PError } from '../base/p2p-error';
import type { Milliseconds } from '../base/units';
import type { SessionDescription } from '../ports/peer-link';
import { binaryStringOf } from '../protocol/binary-string';
import type { TrackerMessage } from '../protocol/tracker-messages';
import { OFFER_ID_BYTES, OfferDesk, OFFERS_AT_ONCE } from './offer-desk';
import type { SwarmHost } from './swarm-host';
import { TokenDesk } from './token-desk';
import { TrackerClient } from './tracker-client';

/** Peers that are looked for at a tracker that does not say how many there are. */
const WANTED_WITHOUT_COUNT = 5;
/** Who has so many peers asks trackers for no more: what they know reaches all that can be reached. */
const ENOUGH_INTRODUCERS = 4;
/** Swarms that were parted find together by one offer with a renewal, after half of this at least. */
const BRIDGE_INTERVAL_MS: Milliseconds = 1_800_000;

/** How the viewer stands among its peers. */
export interface PeerCensus {
  readonly maxPeers: number;
  /** Peers that can exchange segments. */
  readonly readyCount: number;
  /** The same and those that are connecting. */
  readonly knownCount: number;
  /** Newcomers that are let in although all places are taken included. */
  readonly roomCount: number;
  /** Whether peers are introducing others right now. */
  readonly isIntroducing: boolean;
}

/** What became of asking the page for a token. */
export type TokenAnswer =
  | { readonly type: 'tokenGiven'; readonly askId: number; readonly token: unknown }
  | { readonly type: 'tokenFailed'; readonly askId: number; readonly why: string };

/** The part of the swarm's surroundings that trackers need. */
export type TrackerSetWorld = Pick<SwarmHost, 'random' | 'effect' | 'report' | 'totals' | 'token' | 'onPeersChanged'>;

/** The part of the swarm that trackers need. */
export interface TrackerSetHost {
  census(): PeerCensus;
  offerLink(offerId: string): number;
  dropLink(linkId: number): void;
  onOffer(
    message: Extract<TrackerMessage, { type: 'offer' }>,
    sendAnswer: (answer: SessionDescription) => void,
    now: Milliseconds,
  ): void;
  /** Somebody answered the offer of a link. */
  onAnswer(linkId: number, message: Extract<TrackerMessage, { type: 'answer' }>, now: Milliseconds): void;
}

interface Tracker {
  readonly url: string;
  readonly client: TrackerClient;
  readonly offers: OfferDesk;
  swarmSize: number | undefined;
  /** Joined anew, and nobody sought there yet. */
  isNew: boolean;
  /** From when on a renewal carries an offer although peers are enough. */
  bridgeAt: Milliseconds;
}

export class TrackerSet {
  readonly #trackers: readonly Tracker[];
  readonly #tokens: TokenDesk;

  constructor(
    private readonly config: {
      readonly infoHash: string;
      readonly peerId: string;
      readonly trackers: readonly string[];
    },
    private readonly world: TrackerSetWorld,
    private readonly host: TrackerSetHost,
  ) {
    this.#tokens = new TokenDesk({
      token: () => world.token(),
      ask: (askId, provider) => world.effect({ type: 'askToken', askId, provider }),
      chance: () => world.random.next(),
      onSettled: (now) => {
        for (const { client } of this.#trackers) client.handleToken(now);
      },
      onFailed: (why) => world.report('error', P2PError.tokenFailed(why)),
    });
    // [ANN-7] A tracker named twice is one: its messages tell by URL whom they are for.
    this.#trackers = [...new Set(config.trackers)].map((url) => this.#makeTracker(url));
  }

  get joinedCount(): number {
    return this.#trackers.filter((tracker) => tracker.client.isJoined).length;
  }

  /** The largest count that a tracker gave, but never fewer than are connected; undefined: none gave one. */
  get swarmSize(): number | undefined {
    let largest: number | undefined;
    for (const { swarmSize } of this.#trackers) {
      if (swarmSize !== undefined) largest = Math.max(largest ?? this.host.census().readyCount + 1, swarmSize);
    }
    return largest;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    let at = this.#tokens.wakeAt;
    for (const tracker of this.#trackers) {
      const { client, offers } = tracker;
      at = Math.min(at, client.wakeAt, offers.wakeAt);
      if (client.isJoined) at = Math.min(at, offers.offerAt(this.#wantedFrom(tracker)));
    }
    return at;
  }

  start(now: Milliseconds): void {
    this.#tokens.reconsider(now);
    for (const { client, offers } of this.#trackers) {
      // [ANN-13] Ready by the time the socket is, they go out with the first announce.
      const { maxPeers, knownCount } = this.host.census();
      offers.offerTo(maxPeers - knownCount, now);
      client.start(now);
    }
  }

  /** [ANN-16] The options have changed. */
  reconsider(now: Milliseconds): void {
    this.#tokens.reconsider(now);
  }

  leave(): void {
    this.#tokens.stop();
    for (const { client, offers } of this.#trackers) {
      offers.clear();
      client.leave();
    }
  }

  handleOpen(url: string, now: Milliseconds): void {
    this.#find(url)?.client.handleOpen(now);
  }

  handleMessage(url: string, text: string, now: Milliseconds): void {
    this.#find(url)?.client.handleMessage(text, now);
  }

  handleClose(url: string, reason: string, now: Milliseconds, retryAfterMs?: Milliseconds): void {
    this.#find(url)?.client.handleClose(reason, now, retryAfterMs);
  }

  handleToken(answer: TokenAnswer, now: Milliseconds): void {
    if (answer.type === 'tokenGiven') this.#tokens.handleToken(answer.askId, answer.token, now);
    else this.#tokens.handleFailure(answer.askId, answer.why, now);
  }

  /** A link's description is ready; false when the link is none of these. */
  handleDescription(linkId: number, description: SessionDescription): boolean {
    return this.#trackers.some(({ offers }) => offers.handleDescription(linkId, description));
  }

  /** A link failed before anybody answered. */
  forget(linkId: number): void {
    for (const { offers } of this.#trackers) offers.forget(linkId);
  }

  /** The last peer is gone: the next offers need not wait. */
  allowAtOnce(): void {
    for (const { offers } of this.#trackers) offers.allowAtOnce();
  }

  wake(now: Milliseconds): void {
    this.#tokens.wake(now);
    for (const { client, offers } of this.#trackers) {
      client.wake(now);
      offers.wake(now);
    }
  }

  /** [ANN-5] Looks for peers only while some are wanted. */
  seek(now: Milliseconds): void {
    for (const tracker of this.#trackers) {
      if (!tracker.client.isJoined) continue;
      const wantedCount = this.#wantedFrom(tracker);
      tracker.isNew = false;
      if (wantedCount > 0) tracker.offers.offerTo(wantedCount, now);
    }
  }

  #wantedFrom({ isNew }: Tracker): number {
    const { maxPeers, readyCount, knownCount, isIntroducing } = this.host.census();
    const size = this.swarmSize;
    const others = size === undefined ? WANTED_WITHOUT_COUNT : size - 1;
    // [ANN-12] At a tracker joined anew those it counts may be strangers, however many peers are known.
    if (isNew) return Math.min(maxPeers - knownCount, others);
    // Without any peer those that are connecting are no reason to wait: a third of all pairs never connect.
    if (readyCount === 0) return Math.min(maxPeers - knownCount, others);
    // [ANN-14] Peers introduce more at no cost to the tracker.
    if (isIntroducing || readyCount >= ENOUGH_INTRODUCERS) return 0;
    return Math.min(OFFERS_AT_ONCE, Math.min(maxPeers, others) - knownCount);
  }

  /** [ANN-15] Whether an offer is on its way that is to go out with a renewal that is due. */
  #prepareRenewal(tracker: Tracker, now: Milliseconds): boolean {
    const { readyCount, roomCount } = this.host.census();
    const others = (tracker.swarmSize ?? 0) - 1;
    if (now >= tracker.bridgeAt && others > readyCount && roomCount > 0) {
      tracker.bridgeAt = this.#nextBridgeAt(now);
      tracker.offers.offerBesides(now);
    }
    return tracker.offers.isPreparing;
  }

  #nextBridgeAt(now: Milliseconds): Milliseconds {
    return now + (BRIDGE_INTERVAL_MS / 2) * (1 + this.world.random.next());
  }

  #makeTracker(url: string): Tracker {
    const { host, world } = this;
    const offers = new OfferDesk({
      offerLink: (offerId) => host.offerLink(offerId),
      closeLink: (linkId) => host.dropLink(linkId),
      makeOfferId: () => binaryStringOf(world.random.bytes(OFFER_ID_BYTES)),
      send: (ready) => tracker.client.sendOffers(ready),
      chance: () => world.random.next(),
    });
    const client = new TrackerClient(this.config.infoHash, this.config.peerId, {
      open: () => world.effect({ type: 'openTracker', url }),
      send: (text) => world.effect({ type: 'sendTracker', url, text }),
      close: () => world.effect({ type: 'closeTracker', url }),
      chance: () => world.random.next(),
      uploadedBytes: () => world.totals().uploadedBytes,
      downloadedBytes: () => world.totals().downloadedBytes,
      token: () => this.#tokens.token,
      isAwaitingToken: () => this.#tokens.isAwaited,
      isPreparingOffers: () => offers.isPreparing,
      isPreparingRenewal: (now) => this.#prepareRenewal(tracker, now),
      onAnnounced: (swarmSize, isFirst, now) => this.#handleAnnounced(tracker, swarmSize, isFirst, now),
      onRelayed: (message, now) => this.#handleRelayed(tracker, message, now),
      onLost: (reason, retryInMs, isAnnounced) => {
        offers.clear();
        tracker.swarmSize = undefined;
        world.report('trackerClosed', { url, reason, retryInMs });
        if (!isAnnounced) world.report('error', P2PError.trackerUnreachable(url, reason));
      },
      onRefused: (reason) => world.report('error', P2PError.trackerRefused(url, reason)),
      onTurnedAway: (refusedToken, now) => {
        offers.clear();
        if (refusedToken) this.#tokens.noteRefused(refusedToken.shown, now);
      },
    });
    const tracker: Tracker = { url, client, offers, swarmSize: undefined, isNew: false, bridgeAt: Infinity };
    return tracker;
  }

  #handleAnnounced(tracker: Tracker, swarmSize: number | undefined, isFirst: boolean, now: Milliseconds): void {
    const { url, offers } = tracker;
    tracker.swarmSize = swarmSize ?? tracker.swarmSize;
    if (isFirst) {
      this.#tokens.noteAccepted();
      tracker.bridgeAt = this.#nextBridgeAt(now);
      // Those that went along were the first batch; where few others are, not all of them reached somebody.
      if (swarmSize !== undefined) offers.noteReach(swarmSize - 1);
      tracker.isNew = offers.pendingCount === 0;
      if (tracker.isNew) offers.allowAtOnce();
      this.world.report('trackerConnected', { url, swarmSize });
    }
    this.world.onPeersChanged();
    this.seek(now);
  }

  #handleRelayed(
    { client, offers }: Tracker,
    message: Extract<TrackerMessage, { type: 'offer' | 'answer' }>,
    now: Milliseconds,
  ): void {
    const { peerId, offerId } = message;
    if (peerId === this.config.peerId) return;
    if (message.type === 'offer') {
      return this.host.onOffer(message, (answer) => client.sendAnswer({ toPeerId: peerId, offerId, answer }), now);
    }
    const linkId = offers.take(offerId);
    if (linkId !== undefined) this.host.onAnswer(linkId, message, now);
  }

  #find(url: string): Tracker | undefined {
    return this.#trackers.find((tracker) => tracker.url === url);
  }
}
