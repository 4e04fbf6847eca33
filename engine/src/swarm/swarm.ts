// Membership in one swarm: trackers bring strangers, offers turn them into links, links into peers.
// It knows who is there; what to exchange with them is decided elsewhere.

import type { ByteRange } from '../base/byte-range';
import { P2PError } from '../base/p2p-error';
import type { TransferSizes } from '../base/transfer-sizes';
import type { Bytes, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { segmentKeyOf } from '../media/segment';
import type { SessionDescription } from '../ports/peer-link';
import type { Random } from '../ports/random';
import { binaryStringOf } from '../protocol/binary-string';
import { MAX_HAVE_ENTRIES } from '../protocol/limits';
import type { HaveEntry, RejectReason } from '../protocol/peer-messages';
import type { TrackerMessage } from '../protocol/tracker-messages';
import { OfferDesk } from './offer-desk';
import type { OpenRequest, PeerSessionIdentity } from './peer-session';
import { PeerSession } from './peer-session';
import type { SwarmEffect } from './swarm-effects';
import type { ReportSwarmEvent } from './swarm-events';
import { TrackerClient } from './tracker-client';
import type { UploadBudget } from './upload-budget';
import { UploadDesk } from './upload-desk';

const OFFER_ID_BYTES = 20;
/** Peers that are looked for at a tracker that does not say how many there are. */
const WANTED_WITHOUT_COUNT = 5;
/** A peer that stayed so long was a good one. */
const LASTING_PEER_MS: Milliseconds = 10_000;

export interface SwarmConfig {
  readonly infoHash: string;
  readonly peerId: string;
  readonly trackers: readonly string[];
  /** @defaultValue TRANSFER_SIZES */
  readonly sizes?: TransferSizes;
}

/** What the swarm tells and asks its surroundings. */
export interface SwarmHost {
  readonly random: Random;
  effect(effect: SwarmEffect): void;
  report: ReportSwarmEvent;
  maxPeers(): number;
  totals(): { readonly uploadedBytes: Bytes; readonly downloadedBytes: Bytes };
  /** All that this viewer can give, for a peer that has just come. */
  ownHaves(): readonly HaveEntry[];
  hasBytes(key: SegmentKey, range: ByteRange): boolean;
  readBytes(readId: number, key: SegmentKey, range: ByteRange): void;
  onPeersChanged(): void;
  onHave(session: PeerSession, key: SegmentKey): void;
  onData(session: PeerSession, request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void;
  onRequestFailed(session: PeerSession, request: OpenRequest, reason: RejectReason | 'stalled' | 'closed'): void;
  onLateData(byteCount: Bytes): void;
  onUploaded(byteCount: Bytes): void;
  onViolation(byteCount: Bytes): void;
}

interface Tracker {
  readonly url: string;
  readonly client: TrackerClient;
  readonly offers: OfferDesk;
  swarmSize: number | undefined;
  /** Joined anew, and nobody sought there yet. */
  isNew: boolean;
}

interface Link {
  readonly session: PeerSession;
  /** Since when it can exchange segments; absent: the page has not heard of the peer, and is not to hear of its end. */
  readyAt?: Milliseconds;
  /** For a link that answers: whom the answer goes to, by which tracker. */
  readonly answerTo?: { readonly tracker: Tracker; readonly peerId: string; readonly offerId: string };
}

export class Swarm {
  readonly #trackers: readonly Tracker[];
  readonly #links = new Map<number, Link>();
  readonly uploads: UploadDesk;
  #ready: readonly PeerSession[] | undefined;
  #nextLinkId = 1;

  constructor(
    private readonly config: SwarmConfig,
    budget: UploadBudget,
    private readonly host: SwarmHost,
  ) {
    // A tracker named twice is one: its messages tell by URL whom they are for.
    this.#trackers = [...new Set(config.trackers)].map((url) => this.#makeTracker(url));
    this.uploads = new UploadDesk(
      budget,
      {
        has: (key, range) => host.hasBytes(key, range),
        read: (readId, key, range) => host.readBytes(readId, key, range),
        totals: () => host.totals(),
        onSent: (_session, byteCount) => host.onUploaded(byteCount),
        onServed: (session, bytes) => host.report('chunkUploaded', { peerId: session.peerId ?? '', bytes }),
        onFlood: (session) => this.#handleUnwanted(session, 'request flood', 0),
      },
      config.sizes,
    );
  }

  /** Peers that can exchange segments now. */
  get peers(): readonly PeerSession[] {
    // Asked for at every message, changed rarely.
    this.#ready ??= [...this.#links.values()].map((link) => link.session).filter((session) => session.isReady);
    return this.#ready;
  }

  get connectionCount(): number {
    return this.#links.size;
  }

  get joinedTrackerCount(): number {
    return this.#trackers.filter((tracker) => tracker.client.isJoined).length;
  }

  /** Viewers in the swarm, this one included, by the largest count that a tracker gave; never fewer than are connected. */
  get swarmSize(): number | undefined {
    let largest: number | undefined;
    for (const { swarmSize } of this.#trackers) {
      if (swarmSize !== undefined) largest = Math.max(largest ?? this.peers.length + 1, swarmSize);
    }
    return largest;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    let at = this.uploads.wakeAt;
    for (const tracker of this.#trackers) {
      const { client, offers } = tracker;
      at = Math.min(at, client.wakeAt, offers.wakeAt);
      if (client.isJoined) at = Math.min(at, offers.offerAt(this.#wantedFrom(tracker)));
    }
    for (const { session } of this.#links.values()) at = Math.min(at, session.wakeAt);
    return at;
  }

  start(now: Milliseconds): void {
    for (const tracker of this.#trackers) tracker.client.start(now);
  }

  /** Leaves: trackers are told, links closed. The swarm is of no use afterwards. */
  leave(): void {
    for (const tracker of this.#trackers) {
      tracker.offers.clear();
      tracker.client.leave();
    }
    for (const linkId of [...this.#links.keys()]) this.#remove(linkId, 'left');
  }

  handleTrackerOpen(url: string, now: Milliseconds): void {
    this.#tracker(url)?.client.handleOpen(now);
  }

  handleTrackerMessage(url: string, text: string, now: Milliseconds): void {
    this.#tracker(url)?.client.handleMessage(text, now);
  }

  handleTrackerClose(url: string, reason: string, now: Milliseconds): void {
    this.#tracker(url)?.client.handleClose(reason, now);
  }

  handleLinkDescription(linkId: number, description: SessionDescription): void {
    const link = this.#links.get(linkId);
    if (!link) return;
    if (link.answerTo) {
      const { tracker, peerId, offerId } = link.answerTo;
      tracker.client.sendAnswer({ toPeerId: peerId, offerId, answer: description });
    } else this.#trackers.some((tracker) => tracker.offers.handleDescription(linkId, description));
  }

  handleLinkOpen(linkId: number): void {
    this.#links.get(linkId)?.session.handleOpen();
  }

  handleLinkFrame(linkId: number, frame: Uint8Array, now: Milliseconds): void {
    this.#links.get(linkId)?.session.handleFrame(frame, now);
  }

  handleLinkFlushed(linkId: number, byteCount: Bytes, now: Milliseconds): void {
    this.uploads.handleFlushed(linkId, byteCount, now);
  }

  handleLinkClose(linkId: number, reason: string, now: Milliseconds): void {
    const link = this.#links.get(linkId);
    if (!link) return;
    for (const tracker of this.#trackers) tracker.offers.forget(linkId);
    this.#remove(linkId, reason);
    // [ANN-11] The last peer is lost, as when the network changes: look for others at once. One that never lasted is no
    // reason to hurry, or it would be one again and again.
    const hasLasted = link.readyAt !== undefined && now - link.readyAt >= LASTING_PEER_MS;
    if (hasLasted && this.peers.length === 0) for (const { offers } of this.#trackers) offers.allowAtOnce();
    this.#seekPeers(now);
  }

  /** Tells all peers what changed here. */
  announce(entries: readonly HaveEntry[]): void {
    for (const session of this.peers) sendInPortions(session, entries);
  }

  wake(now: Milliseconds): void {
    for (const { client, offers } of this.#trackers) {
      client.wake(now);
      offers.wake(now);
    }
    this.uploads.wake(now);
    for (const link of [...this.#links.values()]) link.session.wake(now);
    this.#seekPeers(now);
  }

  /** [ANN-5] Looks for peers only while some are wanted. */
  #seekPeers(now: Milliseconds): void {
    for (const tracker of this.#trackers) {
      if (!tracker.client.isJoined) continue;
      const wantedCount = this.#wantedFrom(tracker);
      tracker.isNew = false;
      if (wantedCount > 0) tracker.offers.offerTo(wantedCount, now);
    }
  }

  /** [ANN-12] At a tracker joined anew those it counts may be strangers, however many peers are known: all are sought. */
  #wantedFrom({ isNew }: Tracker): number {
    const others = this.swarmSize === undefined ? WANTED_WITHOUT_COUNT : this.swarmSize - 1;
    const known = this.#knownPeerCount();
    return Math.min(this.host.maxPeers() - known, isNew ? others : others - known);
  }

  #knownPeerCount(): number {
    let count = 0;
    for (const { session } of this.#links.values()) if (session.peerId !== undefined) count += 1;
    return count;
  }

  #makeTracker(url: string): Tracker {
    const offers = new OfferDesk({
      offerLink: (offerId) => this.#offerLink(offerId),
      closeLink: (linkId) => this.#remove(linkId, 'offer not taken up'),
      makeOfferId: () => binaryStringOf(this.host.random.bytes(OFFER_ID_BYTES)),
      send: (ready) => tracker.client.sendOffers(ready),
      chance: () => this.host.random.next(),
    });
    const client = new TrackerClient(this.config.infoHash, this.config.peerId, {
      open: () => this.host.effect({ type: 'openTracker', url }),
      send: (text) => this.host.effect({ type: 'sendTracker', url, text }),
      close: () => this.host.effect({ type: 'closeTracker', url }),
      chance: () => this.host.random.next(),
      uploadedBytes: () => this.host.totals().uploadedBytes,
      downloadedBytes: () => this.host.totals().downloadedBytes,
      onAnnounced: (swarmSize, isFirst, now) => {
        tracker.swarmSize = swarmSize ?? tracker.swarmSize;
        if (isFirst) {
          tracker.isNew = true;
          offers.allowAtOnce();
          this.host.report('trackerConnected', { url, swarmSize });
        }
        this.host.onPeersChanged();
        this.#seekPeers(now);
      },
      onRelayed: (message, now) => this.#handleRelayed(tracker, message, now),
      onLost: (reason, retryInMs) => {
        offers.clear();
        tracker.swarmSize = undefined;
        this.host.report('trackerClosed', { url, reason, retryInMs });
        this.host.report('error', P2PError.trackerUnreachable(url, reason));
      },
      onRefused: (reason) => this.host.report('error', P2PError.trackerRefused(url, reason)),
    });
    const tracker: Tracker = { url, client, offers, swarmSize: undefined, isNew: false };
    return tracker;
  }

  #tracker(url: string): Tracker | undefined {
    return this.#trackers.find((tracker) => tracker.url === url);
  }

  #offerLink(offerId: string): number {
    const linkId = this.#nextLinkId++;
    // The offer desk decides how long an unanswered offer lives.
    const session = this.#makeSession({ linkId, isInitiator: true, offerId });
    this.#links.set(linkId, { session });
    this.host.effect({ type: 'offerLink', linkId });
    return linkId;
  }

  #handleRelayed(
    tracker: Tracker,
    message: Extract<TrackerMessage, { type: 'offer' | 'answer' }>,
    now: Milliseconds,
  ): void {
    if (message.peerId === this.config.peerId) return;
    if (message.type === 'answer') return this.#handleAnswer(tracker, message, now);
    const isKnown = this.peers.some((session) => session.peerId === message.peerId);
    if (isKnown || this.#knownPeerCount() >= this.host.maxPeers()) return;
    const { peerId, offerId, offer } = message;
    const linkId = this.#nextLinkId++;
    const session = this.#makeSession({ linkId, isInitiator: false, offerId });
    session.expect(peerId, now);
    this.#links.set(linkId, { session, answerTo: { tracker, peerId, offerId } });
    this.host.effect({ type: 'answerLink', linkId, offer });
  }

  #handleAnswer(tracker: Tracker, message: Extract<TrackerMessage, { type: 'answer' }>, now: Milliseconds): void {
    const linkId = tracker.offers.take(message.offerId);
    const link = linkId === undefined ? undefined : this.#links.get(linkId);
    if (linkId === undefined || !link) return;
    if (this.#knownPeerCount() >= this.host.maxPeers()) return this.#remove(linkId, 'enough peers');
    link.session.expect(message.peerId, now);
    this.host.effect({ type: 'acceptAnswer', linkId, answer: message.answer });
  }

  #makeSession(identity: PeerSessionIdentity): PeerSession {
    return new PeerSession(identity, this.config, {
      send: (linkId, frame) => {
        this.uploads.noteSent(linkId, frame.length);
        this.host.effect({ type: 'sendFrame', linkId, frame });
      },
      onReady: (session, at) => this.#handleReady(session, at),
      onHave: (session, key) => this.host.onHave(session, key),
      onData: (session, request, offset, payload, at) => this.host.onData(session, request, offset, payload, at),
      onRequestFailed: (session, request, reason) => this.host.onRequestFailed(session, request, reason),
      onUploadRequest: (session, requestId, id, range, at) =>
        this.uploads.handleRequest(session.identity.linkId, requestId, segmentKeyOf(id), range, at),
      onUploadCancelled: (session, requestId, at) => this.uploads.handleCancel(session.identity.linkId, requestId, at),
      onLateData: (byteCount) => this.host.onLateData(byteCount),
      onUnwanted: (session, reason, violationBytes) => this.#handleUnwanted(session, reason, violationBytes),
    });
  }

  #handleReady(session: PeerSession, now: Milliseconds): void {
    this.#ready = undefined;
    const twin = this.peers.find((other) => other !== session && other.peerId === session.peerId);
    if (twin) {
      const loser = this.#isPreferred(session, twin) ? twin : session;
      this.#remove(loser.identity.linkId, 'second link to the same peer');
      if (loser === session) return;
    }
    this.uploads.open(session);
    const link = this.#links.get(session.identity.linkId);
    if (link) link.readyAt = now;
    this.host.report('peerConnected', { peerId: session.peerId ?? '' });
    sendInPortions(session, this.host.ownHaves());
    this.host.onPeersChanged();
  }

  /** [SWARM-1] Of two links between the same pair both sides keep the one whose name sorts first. */
  #isPreferred(session: PeerSession, other: PeerSession): boolean {
    const nameOf = ({ identity, peerId }: PeerSession) =>
      `${identity.isInitiator ? this.config.peerId : (peerId ?? '')}${identity.offerId}`;
    return nameOf(session) < nameOf(other);
  }

  #handleUnwanted(session: PeerSession, reason: string, violationBytes: Bytes | undefined): void {
    if (violationBytes !== undefined) {
      this.host.onViolation(violationBytes);
      this.host.report('chunkRejected', { peerId: session.peerId, reason, bytes: violationBytes });
      this.host.report('error', P2PError.peerViolation(session.peerId, reason));
    }
    this.#remove(session.identity.linkId, reason);
  }

  #remove(linkId: number, reason: string): void {
    const link = this.#links.get(linkId);
    if (!link) return;
    const { session } = link;
    this.#links.delete(linkId);
    this.#ready = undefined;
    this.uploads.close(linkId);
    this.host.effect({ type: 'closeLink', linkId });
    session.close();
    if (link.readyAt === undefined) return;
    this.host.report('peerClosed', { peerId: session.peerId ?? '', reason });
    this.host.onPeersChanged();
  }
}

function sendInPortions(session: PeerSession, entries: readonly HaveEntry[]): void {
  for (let start = 0; start < entries.length; start += MAX_HAVE_ENTRIES) {
    session.sendHave(entries.slice(start, start + MAX_HAVE_ENTRIES));
  }
}
