// Membership in one swarm: trackers bring strangers, peers introduce others, offers turn them into links, links into
// peers. It knows who is there; what to exchange with them is decided elsewhere.

import { P2PError } from '../base/p2p-error';
import type { Bytes, Milliseconds } from '../base/units';
import type { SessionDescription } from '../ports/peer-link';
import { binaryStringOf } from '../protocol/binary-string';
import type { IntroductionMessage, RelayMessage } from '../protocol/introduction-messages';
import type { HaveEntry } from '../protocol/peer-messages';
import { announceTo, tell } from './announcer';
import { Introducer } from './introducer';
import { Introductions } from './introductions';
import type { IncomingOffer } from './link-table';
import { isPreferred, LinkTable } from './link-table';
import { OFFER_ID_BYTES } from './offer-desk';
import type { OfferBook } from './offer-book';
import type { PeerSessionIdentity } from './peer-link-facts';
import { PeerScores } from './peer-scores';
import type { PeerSessionHost } from './peer-session-host';
import { PeerSession } from './peer-session';
import { PeerTurnover } from './peer-turnover';
import { createSessionHost } from './session-host';
import type { OwnAbout, SwarmConfig, SwarmHost } from './swarm-host';
import { SwarmWakes } from './swarm-wakes';
import { TrackerSet, type TokenAnswer } from './tracker-set';
import type { UploadBudget } from './upload-budget';
import { UploadDesk } from './upload-desk';

/** A peer that stayed so long was a good one. */
const LASTING_PEER_MS: Milliseconds = 10_000;

export class Swarm {
  readonly #trackers: TrackerSet;
  readonly #introducer = new Introducer(() => this.peers);
  readonly #introductions: Introductions;
  readonly #turnover = new PeerTurnover();
  readonly #scores = new PeerScores();
  readonly #links: LinkTable;
  readonly #offers: OfferBook = new Map();
  readonly #sessionHost: PeerSessionHost<PeerSession>;
  readonly #wakes: SwarmWakes;
  readonly uploads: UploadDesk;

  constructor(
    private readonly config: SwarmConfig,
    budget: UploadBudget,
    private readonly host: SwarmHost,
  ) {
    this.#links = new LinkTable(() => host.maxPeers());
    this.#trackers = new TrackerSet(config, host, {
      census: () => this.#links.census(this.#introductions.isBusy),
      offerLink: (offerId) => this.#offerLink(offerId),
      dropLink: (linkId) => this.#remove(linkId, 'offer not taken up'),
      onOffer: ({ peerId, offerId, offer }, sendAnswer, now) => {
        // Only who needs peers asks trackers for them: a newcomer is let in although all places are taken.
        if (!this.#isWelcome(peerId, this.#links.newcomerRoomCount, now)) return;
        this.#answerLink({ peerId, offerId, sdp: offer.sdp, sendAnswer }, now);
      },
      onAnswer: (linkId, { peerId, answer }, now) => this.#acceptAnswer(linkId, peerId, answer, now),
    });
    this.#introductions = new Introductions(config.peerId, {
      offerLink: (offerId) => this.#offerLink(offerId),
      closeLink: (linkId) => this.#remove(linkId, 'offer not taken up'),
      makeOfferId: () => binaryStringOf(host.random.bytes(OFFER_ID_BYTES)),
      chance: () => host.random.next(),
      isAvoided: (peerId, now) =>
        this.#links.leadsTo(peerId) || this.#turnover.wasLetGo(peerId, now) || this.#scores.isShunned(peerId, now),
      peerCount: () => this.peers.length,
    });
    this.uploads = new UploadDesk(
      budget,
      {
        bytesAtHand: (key, range) => host.bytesAtHand(key, range),
        read: (readId, key, range) => host.readBytes(readId, key, range),
        totals: () => host.totals(),
        onSent: (session, byteCount) => {
          this.#turnover.noteGiven(session.identity.linkId, byteCount);
          host.onUploaded(byteCount);
        },
        onServed: (session, bytes) => host.report('chunkUploaded', { peerId: session.peerId ?? '', bytes }),
        onFlood: (session, now) => this.#handleUnwanted(session, 'request flood', 0, now),
      },
      config.sizes,
    );
    this.#wakes = new SwarmWakes({ linksAt: () => this.#links.wakeAt, membersAt: () => this.#membersWakeAt() });
    this.#sessionHost = createSessionHost({
      host,
      uploads: this.uploads,
      turnover: this.#turnover,
      onWakeSooner: (at) => this.#wakes.noteLink(at),
      onReady: (session, now) => this.#handleReady(session, now),
      onIntroduction: (session, message, now) => this.#handleIntroduction(session, message, now),
      onUnwanted: (session, reason, violationBytes, now) => this.#handleUnwanted(session, reason, violationBytes, now),
    });
  }

  /** Peers that can exchange segments now. */
  get peers(): readonly PeerSession[] {
    return this.#links.ready;
  }

  get connectionCount(): number {
    return this.#links.size;
  }

  get joinedTrackerCount(): number {
    return this.#trackers.joinedCount;
  }

  /** Viewers in the swarm, this one included, by the largest count that a tracker gave; never fewer than are connected. */
  get swarmSize(): number | undefined {
    return this.#trackers.swarmSize;
  }

  /** See {@link Introductions.heardOf}. */
  get heardOf(): readonly string[] {
    return this.#introductions.heardOf(this.swarmSize);
  }

  /** When `wake` wants to be called; a little early at times. */
  get wakeAt(): Milliseconds {
    return Math.min(this.uploads.wakeAt, this.#wakes.at);
  }

  /** @internal The same by looking at everything, which takes long: never before `wakeAt`. */
  scanWakeAt(): Milliseconds {
    return Math.min(this.uploads.wakeAt, this.#links.wakeAt, this.#membersWakeAt());
  }

  /** The options have changed: how many peers are wanted, and what is given. */
  reconsider(now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#trackers.reconsider(now);
    this.uploads.reconsider(now);
  }

  start(now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#trackers.start(now);
  }

  /** Leaves: trackers are told, links closed. The swarm is of no use afterwards. */
  leave(): void {
    this.#wakes.noteMembers();
    this.#trackers.leave();
    for (const linkId of this.#links.ids) this.#remove(linkId, 'left');
    this.#introducer.clear();
    this.#wakes.resetLinks();
  }

  handleTrackerOpen(url: string, now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#trackers.handleOpen(url, now);
  }

  handleTrackerMessage(url: string, text: string, now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#trackers.handleMessage(url, text, now);
  }

  handleTrackerClose(url: string, reason: string, now: Milliseconds, retryAfterMs?: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#trackers.handleClose(url, reason, now, retryAfterMs);
  }

  handleToken(answer: TokenAnswer, now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#trackers.handleToken(answer, now);
  }

  handleLinkDescription(linkId: number, description: SessionDescription): void {
    const link = this.#links.get(linkId);
    if (!link) return;
    this.#wakes.noteMembers();
    if (link.sendAnswer) return link.sendAnswer(description);
    if (!this.#introductions.handleDescription(linkId, description.sdp))
      this.#trackers.handleDescription(linkId, description);
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
    this.#remove(linkId, reason);
    this.#introductions.noteClosed(link.session.peerId ?? '', now);
    // [ANN-11] The last peer is lost, as when the network changes: look for others at once. One that never lasted is no
    // reason to hurry, or it would be one again and again.
    const hasLasted = link.readyAt !== undefined && now - link.readyAt >= LASTING_PEER_MS;
    if (hasLasted && this.peers.length === 0) this.#trackers.allowAtOnce();
    this.#seekPeers(now);
  }

  /** Tells all peers what changed here. */
  announce(entries: readonly HaveEntry[]): void {
    announceTo(this.peers, entries);
  }

  /** Tells all peers what this viewer is ready to give. */
  announceAbout(about: OwnAbout): void {
    for (const session of this.peers) session.sendAbout(about.uploadKbps, about.isSettled);
  }

  wake(now: Milliseconds): void {
    const areMembersDue = this.#wakes.areMembersDue(now);
    if (areMembersDue) {
      this.#wakes.noteMembers();
      this.#trackers.wake(now);
      this.#introductions.wake(now);
    }
    this.uploads.wake(now);
    if (this.#wakes.areLinksDue(now)) {
      for (const link of [...this.#links.all]) link.session.wake(now);
      this.#wakes.resetLinks();
    }
    if (!areMembersDue && !this.#wakes.areMembersDue(now)) return;
    this.#reviewPeers(now);
    this.#seekPeers(now);
    this.#introducer.wake(now);
  }

  #membersWakeAt(): Milliseconds {
    return Math.min(
      this.#trackers.wakeAt,
      this.#introducer.wakeAt,
      this.#introductions.wakeAt,
      this.#introductions.seekAt(this.#links.demand),
      this.#turnover.wakeAt,
    );
  }

  #seekPeers(now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#introductions.seek(this.#links.demand, now);
    this.#trackers.seek(now);
  }

  /** [SWARM-7] [SWARM-8] Lets one peer go where there are too many, or a useless one keeps others out. */
  #reviewPeers(now: Milliseconds): void {
    if (now < this.#turnover.wakeAt) return;
    const size = this.swarmSize;
    const gone = this.#turnover.review(
      {
        maxPeers: this.host.maxPeers(),
        hasStrangers: size === undefined || size - 1 > this.peers.length,
        hasCandidate: () => this.#introductions.hasCandidate(now),
        isServed: ({ identity }) => this.uploads.hasOpenRequests(identity.linkId),
      },
      now,
    );
    if (gone) this.#remove(gone.identity.linkId, 'makes room');
  }

  #offerLink(offerId: string): number {
    // Whoever made the offer decides how long it lives unanswered.
    const linkId = this.#links.add((id) => ({
      session: this.#makeSession({ linkId: id, isInitiator: true, offerId }),
    }));
    this.host.effect({ type: 'offerLink', linkId });
    return linkId;
  }

  /** [SWARM-3] Whether an offer of a peer is answered, given how many there is room for. */
  #isWelcome(peerId: string, roomCount: number, now: Milliseconds): boolean {
    const isKnown = peerId === this.config.peerId || this.peers.some((session) => session.peerId === peerId);
    // [SWARM-10] Who has been let go comes back only where peers have become few.
    const isAvoided = !this.#links.demand.isPoor && this.#turnover.wasLetGo(peerId, now);
    return !isKnown && !isAvoided && !this.#scores.isShunned(peerId, now) && roomCount > 0;
  }

  #answerLink(offer: IncomingOffer, now: Milliseconds): void {
    const { peerId, offerId, sdp, sendAnswer, introducerId } = offer;
    const linkId = this.#links.add((id) => {
      const session = this.#makeSession({ linkId: id, isInitiator: false, offerId });
      session.expect(peerId, now);
      return { session, sendAnswer, introducerId };
    });
    this.host.effect({ type: 'answerLink', linkId, offer: { type: 'offer', sdp } });
  }

  #acceptAnswer(linkId: number, peerId: string, answer: SessionDescription, now: Milliseconds): void {
    this.#wakes.noteMembers();
    const link = this.#links.get(linkId);
    if (!link) return;
    const isWanted = this.#links.newcomerRoomCount > 0 && !this.#scores.isShunned(peerId, now);
    if (!isWanted) return this.#remove(linkId, 'not wanted');
    link.session.expect(peerId, now);
    this.#links.noteChange();
    this.host.effect({ type: 'acceptAnswer', linkId, answer });
  }

  #handleIntroduction(session: PeerSession, message: IntroductionMessage, now: Milliseconds): string | undefined {
    this.#wakes.noteMembers();
    const { linkId } = session.identity;
    if (message.type === 'relay') return this.#introducer.passOn(session, message, now);
    if (message.type === 'peers') {
      const violation = this.#introductions.handlePeers(linkId, message);
      this.#seekPeers(now);
      return violation;
    }
    const verdict = this.#introducer.take(session, message.type, now);
    if (verdict !== 'taken') return verdict;
    if (message.signal.kind === 'offer') this.#answerIntroduced(linkId, message, now);
    else {
      const taken = this.#introductions.takeAnswer(message);
      const link = taken && this.#links.get(taken.linkId);
      if (!taken || !link) return undefined;
      link.introducerId = taken.introducerId;
      this.#acceptAnswer(taken.linkId, message.peerId, { type: 'answer', sdp: message.signal.sdp }, now);
      this.#seekPeers(now);
    }
    return undefined;
  }

  #answerIntroduced(introducerId: number, message: RelayMessage, now: Milliseconds): void {
    const { peerId, signal } = message;
    const { offerId, sdp, peerCount } = signal;
    // [SWARM-6] Places for newcomers are not for those who only want one peer more.
    const roomCount = this.#links.isFew(peerCount) ? this.#links.newcomerRoomCount : this.#links.roomCount;
    if (!this.#isWelcome(peerId, roomCount, now) || this.#links.leadsTo(peerId)) return;
    if (!this.#introductions.mayAnswer(introducerId, message, now)) return;
    const sendAnswer = (answer: SessionDescription): void =>
      this.#introductions.answer(introducerId, peerId, offerId, answer.sdp);
    this.#answerLink({ peerId, offerId, sdp, sendAnswer, introducerId }, now);
  }

  #makeSession(identity: PeerSessionIdentity): PeerSession {
    return new PeerSession(identity, this.config, this.#sessionHost, this.#offers);
  }

  #handleReady(session: PeerSession, now: Milliseconds): void {
    this.#wakes.noteMembers();
    this.#links.noteChange();
    const twin = this.peers.find((other) => other !== session && other.peerId === session.peerId);
    if (twin) {
      const loser = isPreferred(session, twin, this.config.peerId) ? twin : session;
      this.#remove(loser.identity.linkId, 'second link to the same peer');
      if (loser === session) return;
    }
    this.uploads.open(session);
    const link = this.#links.get(session.identity.linkId);
    if (link) link.readyAt = now;
    if (link?.introducerId !== undefined) this.#introductions.noteSuccess(link.introducerId);
    session.score = this.#scores.of(session.peerId ?? '');
    this.#turnover.open(session, now);
    this.#introductions.open(session, now);
    this.host.report('peerConnected', { peerId: session.peerId ?? '' });
    const { uploadKbps, isSettled } = this.host.ownAbout();
    session.sendAbout(uploadKbps, isSettled);
    tell(session, this.host.ownHaves());
    this.#introducer.open(session);
    this.host.onPeersChanged();
  }

  #handleUnwanted(session: PeerSession, reason: string, violationBytes: Bytes | undefined, now: Milliseconds): void {
    const { peerId } = session;
    if (violationBytes !== undefined) {
      this.host.onViolation(violationBytes);
      this.host.report('chunkRejected', { peerId, reason, bytes: violationBytes });
      this.host.report('error', P2PError.peerViolation(peerId, reason));
    }
    // [SCORE-8] Only who greeted is known by name: else anybody could have another one shunned.
    if (session.isReady && peerId !== undefined)
      if (violationBytes !== undefined || session.score.isLiar(now)) this.#scores.shun(peerId, now);
      else if (session.score.verdict(now) !== undefined) this.#turnover.avoid(peerId, now);
    this.#remove(session.identity.linkId, reason);
  }

  #remove(linkId: number, reason: string): void {
    const link = this.#links.get(linkId);
    if (!link) return;
    this.#wakes.noteMembers();
    const { session } = link;
    this.#links.delete(linkId);
    this.uploads.close(linkId);
    this.#turnover.close(linkId);
    this.#trackers.forget(linkId);
    this.#introductions.close(linkId);
    this.host.effect({ type: 'closeLink', linkId });
    session.close();
    if (link.readyAt === undefined) return;
    this.#introducer.close(session);
    this.host.report('peerClosed', { peerId: session.peerId ?? '', reason });
    this.host.onPeersChanged();
  }
}
