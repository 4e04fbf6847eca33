// The machine of one link: who is there, what they have, what we asked of them. It decides nothing about
// what to ask or whether to serve; it keeps the protocol and hands over what is sound.

import type { ByteRange } from '../base/byte-range';
import { rangeLength } from '../base/byte-range';
import { RateEstimate } from '../base/rate-estimate';
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
import type { Offer } from './offer';
import { offerOf } from './offer';
import type { OpenRequest, PeerAbout, PeerSessionIdentity, UploadRequest } from './peer-link-facts';

/** A link that is not ready by then is given up: ICE, DTLS and the handshake together. */
const READY_TIMEOUT_MS: Milliseconds = 20_000;
/** A request that brings no byte for so long is taken back. */
export const REQUEST_STALL_MS: Milliseconds = 3_000;
/** A request taken back after so long without a byte was in vain, which says something about the peer. */
const IN_VAIN_MS: Milliseconds = 1_000;
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
/** Requests in a row that stalled, were refused or in vain before the peer is closed as useless. */
const MAX_FAILURES_IN_A_ROW = 5;
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

/** What the machine tells its surroundings. */
export interface PeerSessionHost {
  send(linkId: number, frame: Uint8Array): void;
  onReady(session: PeerSession, now: Milliseconds): void;
  onHave(session: PeerSession, entry: HaveEntry, key: SegmentKey, now: Milliseconds): void;
  onData(session: PeerSession, request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void;
  /** A request ended before all its bytes came: rejected, stalled, or the link closed. */
  onRequestFailed(session: PeerSession, request: OpenRequest, reason: RejectReason | 'stalled' | 'closed'): void;
  onUploadRequest(session: PeerSession, request: UploadRequest, now: Milliseconds): void;
  onUploadCancelled(session: PeerSession, requestId: number, now: Milliseconds): void;
  /** It was busy, and is to be asked again. */
  onFree(session: PeerSession): void;
  /** It speaks of other peers. Returns what is wrong with that, or undefined. */
  onIntroduction(session: PeerSession, message: IntroductionMessage, now: Milliseconds): string | undefined;
  /** Bytes of a cancelled request that were already on their way. */
  onLateData(byteCount: Bytes): void;
  /** The peer broke the protocol or is of no use; the surroundings close the link. */
  onUnwanted(session: PeerSession, reason: string, violationBytes: Bytes | undefined): void;
}

export class PeerSession {
  #state: State = 'connecting';
  #peerId: string | undefined;
  #readyBy: Milliseconds = Infinity;
  #failuresInARow = 0;
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
  readonly #rate = new RateEstimate();
  #busySince: Milliseconds | undefined;
  #about: PeerAbout | undefined;

  constructor(
    readonly identity: PeerSessionIdentity,
    private readonly self: { readonly infoHash: string; readonly peerId: string },
    private readonly host: PeerSessionHost,
  ) {}

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
    return this.#rate.bitsPerSecond;
  }

  /** Whether it said a moment ago that it does not upload. */
  refusesUploads(now: Milliseconds): boolean {
    return now < this.#refusesUntil;
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
    if (message === undefined) return;
    const violation = message instanceof ProtocolViolation ? message.why : this.#take(message, now);
    if (violation !== undefined) this.host.onUnwanted(this, violation, frame.length);
  }

  wake(now: Milliseconds): void {
    if (this.#state !== 'ready' && now >= this.#readyBy)
      return this.host.onUnwanted(this, 'not ready in time', undefined);
    if (now < this.wakeAt) return;
    if (this.#state === 'ready' && now >= this.#silenceEndsAt) {
      if (this.#pingedAt !== undefined) return this.host.onUnwanted(this, 'silent', undefined);
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
    const request = { requestId, key, range, position: range.start, lastByteAt: now };
    this.#requests.set(requestId, request);
    this.#busySince ??= now;
    const needed = Math.round(Math.max(0, Math.min(MAX_NEEDED_IN_MS, neededInMs)));
    this.#send({ type: 'request', requestId, id, range, neededInMs: needed });
    return request;
  }

  /**
   * Takes a request back; what is on its way is counted as late data. No failure is reported. `isFault`: silence until
   * now speaks against the peer.
   */
  cancel(requestId: number, now: Milliseconds, isFault = true): void {
    const request = this.#requests.get(requestId);
    if (!request) return;
    const isInVain = isFault && request === this.#oldestRequest && now - this.#silentSince(request) >= IN_VAIN_MS;
    this.#end(request, now);
    this.#cancelled.set(requestId, request);
    const [oldest] = this.#cancelled.keys();
    if (this.#cancelled.size > MAX_REMEMBERED_CANCELS && oldest !== undefined) this.#cancelled.delete(oldest);
    this.#send({ type: 'cancel', requestId });
    // [PEER-7] Else a silent peer that is always given up just before its requests count as stalled would stay.
    if (isInVain) this.#noteFailure();
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
  #take(message: PeerMessage, now: Milliseconds): string | undefined {
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
    for (const entry of entries) {
      const key = segmentKeyOf(entry.id);
      if (entry.state === 'gone') this.#has.delete(key);
      else this.#has.set(key, offerOf(entry));
      if (this.#has.size > MAX_SEGMENTS_PER_PEER) return 'more segments than allowed';
      this.host.onHave(this, entry, key, now);
    }
    return undefined;
  }

  #takeData(message: Extract<PeerMessage, { type: 'data' }>, now: Milliseconds): string | undefined {
    const { requestId, offset, payload } = message;
    const request = this.#requests.get(requestId) ?? this.#cancelled.get(requestId);
    if (!request) return 'data that was not asked for';
    const end = offset + payload.length;
    if (offset !== request.position || end > request.range.end) return 'data outside of the request';
    request.position = end;
    this.#dataAt = now;
    const isDone = end === request.range.end;
    // [PEER-5] What was on its way when the cancel left is no fault, and no more than was asked for.
    if (this.#cancelled.has(requestId)) {
      if (isDone) this.#cancelled.delete(requestId);
      const waiting = this.#oldestRequest;
      if (waiting) waiting.lastByteAt = now;
      this.host.onLateData(payload.length);
      return undefined;
    }
    request.lastByteAt = now;
    this.#failuresInARow = 0;
    if (isDone) {
      this.#rate.add(rangeLength(request.range), now - (this.#busySince ?? now));
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
      this.#noteFailure();
    }
    return undefined;
  }

  #noteFailure(): void {
    this.#failuresInARow += 1;
    if (this.#failuresInARow >= MAX_FAILURES_IN_A_ROW)
      this.host.onUnwanted(this, `failed ${this.#failuresInARow} requests`, undefined);
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
    this.#busySince = next ? now : undefined;
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
