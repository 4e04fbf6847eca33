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
import { DeliveryMeter } from './delivery-meter';
import { MessageQuota } from './message-quota';
import type { Offer } from './offer';
import { offerOf } from './offer';
import type { OpenRequest, PeerAbout, PeerSessionIdentity } from './peer-link-facts';
import type { PeerFault } from './peer-score';
import { faultOf, PeerScore, REQUEST_STALL_MS } from './peer-score';
import type { PeerSessionHost } from './peer-session-host';

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
/** Cancelled requests whose late data is still expected. Stops our own memory from growing with each of them. */
const MAX_REMEMBERED_CANCELS = 32;

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
  /** When it last sent bytes of any request. */
  #dataAt: Milliseconds = 0;
  #pingedAt: Milliseconds | undefined;
  #nextRequestId = 1;
  readonly #has = new Map<SegmentKey, Offer>();
  readonly #requests = new Map<number, OpenRequest>();
  readonly #cancelled = new Map<number, OpenRequest>();
  readonly #meter = new DeliveryMeter();
  readonly #quota: MessageQuota;
  readonly #frameBytes: Bytes;
  #about: PeerAbout | undefined;
  /** What it has earned; whoever knows it from before says so. */
  score = new PeerScore();

  constructor(
    readonly identity: PeerSessionIdentity,
    private readonly self: { readonly infoHash: string; readonly peerId: string; readonly sizes?: TransferSizes },
    private readonly host: PeerSessionHost<PeerSession>,
  ) {
    this.#frameBytes = (self.sizes ?? TRANSFER_SIZES).dataFrameBytes;
    this.#quota = new MessageQuota(this.#frameBytes);
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
    return this.#meter.bitsPerSecond;
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

  get openRequests(): ReadonlyMap<number, OpenRequest> {
    return this.#requests;
  }

  get availability(): ReadonlyMap<SegmentKey, Offer> {
    return this.#has;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    if (this.#state === 'closed') return Infinity;
    const oldest = this.#oldestRequest;
    return Math.min(
      this.#state === 'ready' ? this.#silenceEndsAt : this.#readyBy,
      oldest ? this.#silentSince(oldest) + REQUEST_STALL_MS : Infinity,
    );
  }

  /** Signalling told who is at the other end; the time to connect counts from here. */
  expect(peerId: string, now: Milliseconds): void {
    this.#peerId = peerId;
    this.#readyBy = now + READY_TIMEOUT_MS;
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
    const stalled = [...this.#requests.values()].filter((asked) => now >= this.#silentSince(asked) + REQUEST_STALL_MS);
    for (const request of stalled) {
      // A failure may close the session, which ends the others.
      if (!this.#requests.has(request.requestId)) return;
      this.cancel(request.requestId, now);
      this.host.onRequestFailed(this, request, 'stalled');
    }
  }

  /** Asks for bytes that the peer said it has. */
  request(key: SegmentKey, id: SegmentId, range: ByteRange, neededInMs: Milliseconds, now: Milliseconds): OpenRequest {
    const requestId = this.#nextRequestId++;
    const request = { requestId, key, range, position: range.start, lastByteAt: now, countedTo: range.start };
    this.#requests.set(requestId, request);
    this.#meter.noteAsked(now);
    const needed = Math.round(Math.max(0, Math.min(MAX_NEEDED_IN_MS, neededInMs)));
    this.#send({ type: 'request', requestId, id, range, neededInMs: needed });
    return request;
  }

  /**
   * Takes a request back; what is on its way is counted as late data. No failure is reported. `isHandedOver`: another
   * peer is asked instead.
   */
  cancel(requestId: number, now: Milliseconds, isHandedOver = false): void {
    const request = this.#requests.get(requestId);
    if (!request) return;
    const silentMs = now - this.#silentSince(request);
    const isItsTurn = request === this.#oldestRequest;
    const fault = isItsTurn ? faultOf(silentMs, this.#meter.busyMs(now), isHandedOver) : undefined;
    this.#end(request, now);
    this.#cancelled.set(requestId, request);
    const [oldest] = this.#cancelled.keys();
    if (this.#cancelled.size > MAX_REMEMBERED_CANCELS && oldest !== undefined) this.#cancelled.delete(oldest);
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

  sendHave(entries: readonly HaveEntry[]): void {
    this.#send({ type: 'have', entries });
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
    const open = [...this.#requests.values()];
    this.#requests.clear();
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
    this.host.onReady(this, now);
    return undefined;
  }

  #takeHave(entries: readonly HaveEntry[], now: Milliseconds): string | undefined {
    const answers: HaveEntry[] = [];
    for (const entry of entries) {
      const key = segmentKeyOf(entry.id);
      if (entry.state !== 'gone') this.#has.set(key, offerOf(entry));
      if (this.#has.size > MAX_SEGMENTS_PER_PEER) return 'more segments than allowed';
      const answer = this.host.onHave(this, entry, key, now);
      if (answer) answers.push(answer);
      if (entry.state === 'gone') this.#has.delete(key);
    }
    if (answers.length > 0) this.sendHave(answers);
    return undefined;
  }

  #takeData(message: Extract<PeerMessage, { type: 'data' }>, now: Milliseconds): string | undefined {
    const { requestId, offset, payload } = message;
    const request = this.#requests.get(requestId) ?? this.#cancelled.get(requestId);
    if (!request) return 'data that was not asked for';
    const end = offset + payload.length;
    if (offset !== request.position || end > request.range.end) return 'data outside of the request';
    request.position = end;
    const isDone = end === request.range.end;
    // [PEER-6] Single bytes are no progress: they would keep a request alive for ever.
    const isProgress = isDone || end - request.countedTo >= this.#frameBytes;
    if (isProgress) {
      request.countedTo = end;
      request.lastByteAt = this.#dataAt = now;
    }
    this.#meter.noteBytes(payload.length);
    // [PEER-5] What was on its way when the cancel left is no fault, and no more than was asked for.
    if (this.#cancelled.has(requestId)) {
      if (isDone) this.#cancelled.delete(requestId);
      const waiting = this.#oldestRequest;
      if (waiting && isProgress) waiting.lastByteAt = now;
      this.host.onLateData(payload.length);
      return undefined;
    }
    if (isProgress) this.score.noteProgress();
    if (isDone) {
      this.score.noteBlock(now);
      this.#end(request, now);
    }
    this.host.onData(this, request, offset, payload, now);
    return undefined;
  }

  #takeReject(requestId: number, reason: RejectReason, now: Milliseconds): string | undefined {
    const request = this.#requests.get(requestId);
    if (!request) return this.#cancelled.delete(requestId) ? undefined : 'reject of nothing';
    this.#end(request, now);
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

  /** [PEER-6] Whatever a peer sends, it is at work: it serves first what is needed first, not what was asked first. */
  #silentSince(request: OpenRequest): Milliseconds {
    return Math.max(request.lastByteAt, this.#dataAt);
  }

  get #oldestRequest(): OpenRequest | undefined {
    const [oldest] = this.#requests.values();
    return oldest;
  }

  /** [PEER-6] A peer serves one request after the other: those that wait have their time when it turns to them. */
  #end(request: OpenRequest, now: Milliseconds): void {
    const wasOldest = request === this.#oldestRequest;
    this.#requests.delete(request.requestId);
    const next = this.#oldestRequest;
    if (wasOldest && next) next.lastByteAt = now;
    this.#meter.noteEnd(next !== undefined, now);
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
