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
import { MAX_SEGMENTS_PER_PEER } from '../protocol/limits';
import type { HaveEntry, PeerMessage, RejectReason } from '../protocol/peer-messages';
import { decodePeerMessage, encodePeerMessage, PROTOCOL_VERSION } from '../protocol/peer-messages';

/** A link that is not ready by then is given up: ICE, DTLS and the handshake together. */
const READY_TIMEOUT_MS: Milliseconds = 20_000;
/** A request that brings no byte for so long is taken back. */
export const REQUEST_STALL_MS: Milliseconds = 3_000;
/** A peer that said it does not upload is not asked for so long. */
const REFUSAL_MS: Milliseconds = 30_000;
/** Requests in a row that stalled or were refused before the peer is closed as useless. */
const MAX_FAILURES_IN_A_ROW = 5;
/** Cancelled requests whose late data is still expected. Stops a peer that sends for ever what was cancelled. */
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

/** Who the link leads to, as far as signalling says. */
export interface PeerSessionIdentity {
  readonly linkId: number;
  /** Which of the two made the offer. */
  readonly isInitiator: boolean;
  /** Names the link at both ends. */
  readonly offerId: string;
}

/** One request of ours that is under way. */
export interface OpenRequest {
  readonly requestId: number;
  readonly key: SegmentKey;
  readonly range: ByteRange;
  /** Next byte expected. */
  position: Bytes;
  lastByteAt: Milliseconds;
}

/** What the machine tells its surroundings. */
export interface PeerSessionHost {
  send(linkId: number, frame: Uint8Array): void;
  onReady(session: PeerSession, now: Milliseconds): void;
  onHave(session: PeerSession, key: SegmentKey): void;
  onData(session: PeerSession, request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void;
  /** A request ended before all its bytes came: rejected, stalled, or the link closed. */
  onRequestFailed(session: PeerSession, request: OpenRequest, reason: RejectReason | 'stalled' | 'closed'): void;
  onUploadRequest(session: PeerSession, requestId: number, id: SegmentId, range: ByteRange, now: Milliseconds): void;
  onUploadCancelled(session: PeerSession, requestId: number): void;
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
  #nextRequestId = 1;
  readonly #has = new Map<SegmentKey, HaveEntry>();
  readonly #requests = new Map<number, OpenRequest>();
  readonly #cancelled = new Set<number>();
  readonly #rate = new RateEstimate();
  #busySince: Milliseconds | undefined;

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

  get openRequests(): readonly OpenRequest[] {
    return [...this.#requests.values()];
  }

  get availability(): ReadonlyMap<SegmentKey, HaveEntry> {
    return this.#has;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    if (this.#state === 'closed') return Infinity;
    const stalls = [...this.#requests.values()].map((request) => request.lastByteAt + REQUEST_STALL_MS);
    return Math.min(this.#state === 'ready' ? Infinity : this.#readyBy, ...stalls);
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
    const message = decodePeerMessage(frame);
    if (message === undefined) return;
    const violation = message instanceof ProtocolViolation ? message.why : this.#take(message, now);
    if (violation !== undefined) this.host.onUnwanted(this, violation, frame.length);
  }

  wake(now: Milliseconds): void {
    if (this.#state !== 'ready' && now >= this.#readyBy)
      return this.host.onUnwanted(this, 'not ready in time', undefined);
    for (const request of this.openRequests) {
      if (now < request.lastByteAt + REQUEST_STALL_MS) continue;
      this.cancel(request.requestId, now);
      this.#fail(request, 'stalled');
    }
  }

  /** Asks for bytes that the peer said it has. */
  request(key: SegmentKey, id: SegmentId, range: ByteRange, now: Milliseconds): void {
    const requestId = this.#nextRequestId++;
    this.#requests.set(requestId, { requestId, key, range, position: range.start, lastByteAt: now });
    this.#busySince ??= now;
    this.#send({ type: 'request', requestId, id, range });
  }

  /** Takes a request back; what is on its way is counted as late data. No failure is reported. */
  cancel(requestId: number, now: Milliseconds): void {
    if (!this.#requests.delete(requestId)) return;
    this.#noteIdle(now);
    this.#cancelled.add(requestId);
    const [oldest] = this.#cancelled;
    if (this.#cancelled.size > MAX_REMEMBERED_CANCELS && oldest !== undefined) this.#cancelled.delete(oldest);
    this.#send({ type: 'cancel', requestId });
  }

  sendHave(entries: readonly HaveEntry[]): void {
    this.#send({ type: 'have', entries });
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
    const open = this.openRequests;
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
        return this.#takeHave(message.entries);
      case 'request':
        return void this.host.onUploadRequest(this, message.requestId, message.id, message.range, now);
      case 'cancel':
        return void this.host.onUploadCancelled(this, message.requestId);
      case 'data':
        return this.#takeData(message, now);
      case 'reject':
        return this.#takeReject(message.requestId, message.reason, now);
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

  #takeHave(entries: readonly HaveEntry[]): string | undefined {
    for (const entry of entries) {
      const key = segmentKeyOf(entry.id);
      if (entry.state === 'gone') this.#has.delete(key);
      else this.#has.set(key, entry);
      if (this.#has.size > MAX_SEGMENTS_PER_PEER) return 'more segments than allowed';
      this.host.onHave(this, key);
    }
    return undefined;
  }

  #takeData(message: Extract<PeerMessage, { type: 'data' }>, now: Milliseconds): string | undefined {
    const request = this.#requests.get(message.requestId);
    if (!request) {
      if (!this.#cancelled.has(message.requestId)) return 'data that was not asked for';
      this.host.onLateData(message.payload.length);
      return undefined;
    }
    const end = message.offset + message.payload.length;
    if (message.offset !== request.position || end > request.range.end) return 'data outside of the request';
    request.position = end;
    request.lastByteAt = now;
    this.#failuresInARow = 0;
    const isDone = end === request.range.end;
    if (isDone) {
      this.#requests.delete(request.requestId);
      this.#rate.add(rangeLength(request.range), now - (this.#busySince ?? now));
      this.#busySince = this.#requests.size > 0 ? now : undefined;
    }
    this.host.onData(this, request, message.offset, message.payload, now);
    return undefined;
  }

  #takeReject(requestId: number, reason: RejectReason, now: Milliseconds): string | undefined {
    const request = this.#requests.get(requestId);
    if (!request) return this.#cancelled.delete(requestId) ? undefined : 'reject of nothing';
    this.#requests.delete(requestId);
    this.#noteIdle(now);
    // What a peer refuses as absent it no longer has, whatever it said before.
    if (reason === 'absent') this.#has.delete(request.key);
    if (reason === 'upload-off') {
      this.#refusesUntil = now + REFUSAL_MS;
      this.host.onRequestFailed(this, request, reason);
    } else this.#fail(request, reason);
    return undefined;
  }

  #fail(request: OpenRequest, reason: RejectReason | 'stalled'): void {
    this.#failuresInARow += 1;
    this.host.onRequestFailed(this, request, reason);
    if (this.#failuresInARow >= MAX_FAILURES_IN_A_ROW)
      this.host.onUnwanted(this, `failed ${this.#failuresInARow} requests`, undefined);
  }

  #noteIdle(now: Milliseconds): void {
    this.#busySince = this.#requests.size > 0 ? now : undefined;
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
