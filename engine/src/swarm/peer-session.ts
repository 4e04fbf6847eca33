// The machine of one link: who is there, what they have, what we asked of them. It decides nothing about
// what to ask or whether to serve; it keeps the protocol and hands over what is sound.

import type { ByteRange } from '../base/byte-range';
import { TRANSFER_SIZES } from '../base/transfer-sizes';
import type { TransferSizes } from '../base/transfer-sizes';
import type { TransitionTable } from '../base/transition-table';
import { nextState } from '../base/transition-table';
import type { Bytes, Milliseconds } from '../base/units';
import type { SegmentId, SegmentKey } from '../media/segment';
import { segmentKeyOf } from '../media/segment';
import { ProtocolViolation } from '../protocol/byte-codec';
import type { IntroductionMessage } from '../protocol/introduction-messages';
import { MAX_SEGMENTS_PER_PEER } from '../protocol/limits';
import type { HaveEntry, PeerMessage, RejectReason } from '../protocol/peer-messages';
import { decodePeerMessage, encodePeerMessage, PROTOCOL_VERSION } from '../protocol/peer-messages';
import { MessageQuota } from './message-quota';
import type { Offer } from './offer';
import type { OfferBook } from './offer-book';
import { PeerOffers } from './offer-book';
import type { OpenRequest, PeerAbout, PeerSessionIdentity } from './peer-link-facts';
import type { PeerFault } from './peer-score';
import { PeerScore, REQUEST_STALL_MS } from './peer-score';
import type { PeerSessionHost } from './peer-session-host';
import { RequestBook } from './request-book';

/** A link that is not ready by then is given up: ICE, DTLS and the handshake together. */
const READY_TIMEOUT_MS: Milliseconds = 20_000;
/** A peer that has said nothing for so long is asked whether it is still there: browsers notice a lost one late. */
export const SILENCE_MS: Milliseconds = 10_000;
/** The answer may take so long, because it waits behind data on a slow uplink. */
export const ANSWER_MS: Milliseconds = 10_000;
/** A peer that said it does not upload is not asked for so long. */
const REFUSAL_MS: Milliseconds = 30_000;
/** A peer that serves others is asked again when it calls, or after so long. */
export const BUSY_MS: Milliseconds = 1_000;
/** A peer from which a request was taken back because it was silent is not asked for so long. */
const REST_MS: Milliseconds = 1_000;
/** Nobody plans further ahead; a longer time is said as this. */
const MAX_NEEDED_IN_MS: Milliseconds = 60_000;

type State = 'connecting' | 'handshaking' | 'ready' | 'closed';
type Event = 'open' | 'greeted' | 'close';

/** [PEER-1] */
export const PEER_SESSION_TRANSITIONS: TransitionTable<State, Event> = {
  connecting: { open: 'handshaking', close: 'closed' },
  handshaking: { greeted: 'ready', close: 'closed' },
  ready: { close: 'closed' },
  closed: {},
};

export class PeerSession {
  #state: State = 'connecting';
  #peerId: string | undefined;
  #readyBy: Milliseconds = Infinity;
  #refusesUntil: Milliseconds = 0;
  #busyUntil: Milliseconds = 0;
  #heardAt: Milliseconds = 0;
  #pingedAt: Milliseconds | undefined;
  readonly linkId: number;
  readonly #has: PeerOffers;
  readonly #requests: RequestBook;
  readonly #quota: MessageQuota;
  #about: PeerAbout | undefined;
  /** What it has earned; whoever knows it from before says so. */
  score = new PeerScore();

  constructor(
    readonly identity: PeerSessionIdentity,
    private readonly self: { readonly infoHash: string; readonly peerId: string; readonly sizes?: TransferSizes },
    private readonly host: PeerSessionHost<PeerSession>,
    private readonly offers: OfferBook,
  ) {
    this.linkId = identity.linkId;
    this.#has = new PeerOffers(offers, identity.linkId);
    const { dataFrameBytes } = self.sizes ?? TRANSFER_SIZES;
    this.#requests = new RequestBook(dataFrameBytes);
    this.#quota = new MessageQuota(dataFrameBytes);
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** The other side's id: from signalling while connecting, proven equal by the handshake. */
  get peerId(): string | undefined {
    return this.#peerId;
  }

  /** How fast this peer delivers; undefined before it ever has. */
  get bitsPerSecond(): number | undefined {
    return this.#requests.bitsPerSecond;
  }

  /** Whether it is not to be asked: it said a moment ago that it does not upload, or failed too often. */
  refusesUploads(now: Milliseconds): boolean {
    return now < this.#refusesUntil || this.score.isResting(now);
  }

  /** Until when it is left alone, because it said that it serves others. */
  get busyUntil(): Milliseconds {
    return this.#busyUntil;
  }

  /** What it says that it is ready to give; undefined before it has. */
  get about(): PeerAbout | undefined {
    return this.#about;
  }

  get openRequestCount(): number {
    return this.#requests.openCount;
  }

  get openRequests(): ReadonlyMap<number, OpenRequest> {
    return this.#requests.open;
  }

  /** What it offers of one segment. */
  offerOf(key: SegmentKey): Offer | undefined {
    return this.offers.get(key)?.get(this.linkId);
  }

  get availability(): Pick<PeerOffers, 'get' | 'has' | 'size'> {
    return this.#has;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    if (this.#state === 'closed') return Infinity;
    return Math.min(this.#state === 'ready' ? this.#silenceEndsAt : this.#readyBy, this.#requests.stallsAt);
  }

  /** Signalling told who is at the other end; the time to connect counts from here. */
  expect(peerId: string, now: Milliseconds): void {
    this.#peerId = peerId;
    this.#readyBy = now + READY_TIMEOUT_MS;
    this.host.onWakeSooner(this.#readyBy);
  }

  handleOpen(): void {
    if (!this.#move('open')) return;
    this.#send({
      type: 'handshake',
      version: PROTOCOL_VERSION,
      infoHash: this.self.infoHash,
      peerId: this.self.peerId,
    });
  }

  handleFrame(frame: Uint8Array, now: Milliseconds): void {
    if (this.#state === 'closed') return;
    this.#heardAt = now;
    this.#pingedAt = undefined;
    const message = decodePeerMessage(frame);
    const violation = message instanceof ProtocolViolation ? message.why : this.#take(message, now);
    if (violation !== undefined) this.host.onUnwanted(this, violation, frame.length, now);
  }

  wake(now: Milliseconds): void {
    if (this.#state !== 'ready' && now >= this.#readyBy)
      return this.host.onUnwanted(this, 'not ready in time', undefined, now);
    if (now < this.wakeAt) return;
    if (this.#state === 'ready' && now >= this.#silenceEndsAt) {
      if (this.#pingedAt !== undefined) return this.host.onUnwanted(this, 'silent', undefined, now);
      this.#pingedAt = now;
      this.#send({ type: 'ping' });
    }
    for (const request of this.#requests.stalled(now)) {
      // A failure may close the session, which ends the others.
      if (!this.#requests.open.has(request.requestId)) return;
      this.cancel(request.requestId, now);
      this.host.onRequestFailed(this, request, 'stalled');
    }
  }

  /** Asks for bytes that the peer said it has. */
  request(key: SegmentKey, id: SegmentId, range: ByteRange, neededInMs: Milliseconds, now: Milliseconds): OpenRequest {
    const request = this.#requests.add(key, range, now);
    this.host.onWakeSooner(now + REQUEST_STALL_MS);
    const needed = Math.round(Math.max(0, Math.min(MAX_NEEDED_IN_MS, neededInMs)));
    this.#send({ type: 'request', requestId: request.requestId, id, range, neededInMs: needed });
    return request;
  }

  /**
   * Takes a request back; what is on its way is counted as late data. No failure is reported. `isHandedOver`: another
   * peer is asked instead.
   */
  cancel(requestId: number, now: Milliseconds, isHandedOver = false): void {
    const request = this.#requests.open.get(requestId);
    if (!request) return;
    const fault = this.#requests.cancel(request, isHandedOver, now);
    this.#send({ type: 'cancel', requestId });
    // [PEER-7] Else a silent peer that is always given up just before its requests count as stalled would stay.
    if (fault) this.blame(fault, now);
  }

  /** Something speaks against the peer; it is closed when too much does. */
  blame(fault: PeerFault, now: Milliseconds): void {
    this.score.noteFault(fault, now);
    const verdict = this.score.verdict(now);
    if (verdict !== undefined && !this.isClosed) this.host.onUnwanted(this, verdict, undefined, now);
  }

  /** It was silent where others are free. */
  leaveAlone(now: Milliseconds): void {
    this.#busyUntil = Math.max(this.#busyUntil, now + REST_MS);
  }

  /** Sends a message that was put into bytes for several peers. They share the bytes: nobody writes to them. */
  sendEncoded(frame: Uint8Array): void {
    if (this.#state !== 'closed') this.host.send(this.identity.linkId, frame);
  }

  /** [UP-12] Tells one that was turned away that there is room now. */
  sendFree(): void {
    this.#send({ type: 'free' });
  }

  sendAbout(uploadKbps: number, isSettled: boolean): void {
    this.#send({ type: 'about', uploadKbps, isSettled });
  }

  sendIntroduction(message: IntroductionMessage): void {
    this.#send(message);
  }

  sendData(requestId: number, offset: Bytes, payload: Uint8Array): void {
    this.#send({ type: 'data', requestId, offset, payload });
  }

  reject(requestId: number, reason: RejectReason): void {
    this.#send({ type: 'reject', requestId, reason });
  }

  /** The link is gone; open requests fail. */
  close(): void {
    if (!this.#move('close')) return;
    const open = this.#requests.close();
    this.#has.clear();
    for (const request of open) this.host.onRequestFailed(this, request, 'closed');
  }

  /** Returns what is wrong with `message` here and now, or undefined. */
  #take(message: PeerMessage | undefined, now: Milliseconds): string | undefined {
    if (!this.#quota.take(message, now)) return 'message flood';
    if (message === undefined) return undefined;
    if (message.type === 'handshake') return this.#takeHandshake(message, now);
    if (this.#state !== 'ready') return `${message.type} before the handshake`;
    switch (message.type) {
      case 'have':
        return this.#takeHave(message.entries, now);
      case 'request':
        return void this.host.onUploadRequest(this, message, now);
      case 'cancel':
        return void this.host.onUploadCancelled(this, message.requestId, now);
      case 'data':
        return this.#takeData(message, now);
      case 'reject':
        return this.#takeReject(message.requestId, message.reason, now);
      case 'ping':
        return void this.#send({ type: 'pong' });
      case 'pong':
        return undefined;
      case 'free':
        this.#busyUntil = Math.min(this.#busyUntil, now);
        return void this.host.onFree(this);
      case 'about':
        this.#about = message;
        return undefined;
      case 'peers':
      case 'relay':
      case 'relayed':
        return this.host.onIntroduction(this, message, now);
    }
  }

  #takeHandshake(message: Extract<PeerMessage, { type: 'handshake' }>, now: Milliseconds): string | undefined {
    if (this.#state !== 'handshaking') return 'handshake out of turn';
    if (message.version !== PROTOCOL_VERSION) return `protocol version ${message.version}`;
    if (message.infoHash !== this.self.infoHash) return 'handshake of another swarm';
    if (message.peerId !== this.#peerId) return 'handshake of another peer';
    this.#move('greeted');
    this.host.onWakeSooner(this.#silenceEndsAt);
    this.host.onReady(this, now);
    return undefined;
  }

  #takeHave(entries: readonly HaveEntry[], now: Milliseconds): string | undefined {
    const answers: HaveEntry[] = [];
    for (const entry of entries) {
      const key = segmentKeyOf(entry.id);
      const hasLess = this.#has.take(key, entry);
      if (this.#has.size > MAX_SEGMENTS_PER_PEER) return 'more segments than allowed';
      const answer = this.host.onHave(this, entry, key, hasLess, now);
      if (answer) answers.push(answer);
    }
    if (answers.length > 0) this.#send({ type: 'have', entries: answers });
    return undefined;
  }

  #takeData(message: Extract<PeerMessage, { type: 'data' }>, now: Milliseconds): string | undefined {
    const { requestId, offset, payload } = message;
    const taken = this.#requests.takeData(requestId, offset, payload.length, now);
    if (typeof taken === 'string') return taken;
    if (taken.isLate) {
      this.host.onLateData(payload.length);
      return undefined;
    }
    if (taken.isProgress) this.score.noteProgress();
    if (taken.isDone) this.score.noteBlock(now);
    this.host.onData(this, taken.request, offset, payload, now);
    return undefined;
  }

  #takeReject(requestId: number, reason: RejectReason, now: Milliseconds): string | undefined {
    const request = this.#requests.open.get(requestId);
    if (!request) return this.#requests.forgetCancelled(requestId) ? undefined : 'reject of nothing';
    this.#requests.end(request, now);
    // What a peer refuses as absent it no longer has, whatever it said before.
    if (reason === 'absent') this.#has.delete(request.key);
    if (reason === 'upload-off') {
      this.#refusesUntil = now + REFUSAL_MS;
      this.host.onRequestFailed(this, request, reason);
    } else if (reason === 'busy') {
      this.#busyUntil = now + BUSY_MS;
      this.host.onRequestFailed(this, request, reason);
    } else {
      this.host.onRequestFailed(this, request, reason);
      this.blame('absent', now);
    }
    return undefined;
  }

  /** [PEER-12] When a peer that says nothing is asked, and, once asked, when it counts as gone. */
  get #silenceEndsAt(): Milliseconds {
    return this.#pingedAt === undefined ? this.#heardAt + SILENCE_MS : this.#pingedAt + ANSWER_MS;
  }

  #send(message: PeerMessage): void {
    if (this.#state !== 'closed') this.host.send(this.identity.linkId, encodePeerMessage(message));
  }

  #move(event: Event): boolean {
    const next = nextState(PEER_SESSION_TRANSITIONS, this.#state, event);
    if (next) this.#state = next;
    return next !== undefined;
  }
}
