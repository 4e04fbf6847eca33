// What one peer was asked for: the requests it still owes, those taken back whose bytes may yet come, and how fast it
// delivers.

import type { ByteRange } from '../base/byte-range';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { DeliveryMeter } from './delivery-meter';
import type { OpenRequest } from './peer-link-facts';
import type { PeerFault } from './peer-score';
import { faultOf, REQUEST_STALL_MS } from './peer-score';

/** Cancelled requests whose late data is still expected. Stops our own memory from growing with each of them. */
const MAX_REMEMBERED_CANCELS = 32;

/** What became of bytes that came. */
export interface TakenData {
  readonly request: OpenRequest;
  /** The request was taken back meanwhile. */
  readonly isLate: boolean;
  /** Enough came for a sign that the peer is at work. */
  readonly isProgress: boolean;
  readonly isDone: boolean;
}

export class RequestBook {
  readonly #open = new Map<number, OpenRequest>();
  readonly #cancelled = new Map<number, OpenRequest>();
  readonly #meter = new DeliveryMeter();
  #nextId = 1;
  // Looked at for each peer at each plan: a map's own size lies far away in memory.
  #openCount = 0;
  #oldest: OpenRequest | undefined;
  /** When bytes of any request came last. */
  #dataAt: Milliseconds = 0;

  /** `frameBytes`: what an honest peer sends at once. */
  constructor(private readonly frameBytes: Bytes) {}

  /** By number, the oldest first. */
  get open(): ReadonlyMap<number, OpenRequest> {
    return this.#open;
  }

  /** How many are open. */
  get openCount(): number {
    return this.#openCount;
  }

  /** How fast this peer delivers; undefined before it ever has. */
  get bitsPerSecond(): BitsPerSecond | undefined {
    return this.#meter.bitsPerSecond;
  }

  /** When a request will have stalled, unless bytes come before. */
  get stallsAt(): Milliseconds {
    return this.#oldest ? this.#silentSince(this.#oldest) + REQUEST_STALL_MS : Infinity;
  }

  add(key: SegmentKey, range: ByteRange, now: Milliseconds): OpenRequest {
    const requestId = this.#nextId++;
    const request = { requestId, key, range, position: range.start, lastByteAt: now, countedTo: range.start };
    this.#open.set(requestId, request);
    this.#openCount += 1;
    this.#oldest ??= request;
    this.#meter.noteAsked(now);
    return request;
  }

  /** Takes a request back; what is on its way is late data. Returns what that says of the peer; see {@link faultOf}. */
  cancel(request: OpenRequest, isHandedOver: boolean, now: Milliseconds): PeerFault | undefined {
    const { requestId } = request;
    const isItsTurn = request === this.#oldest;
    const fault = isItsTurn
      ? faultOf(now - this.#silentSince(request), this.#meter.busyMs(now), isHandedOver)
      : undefined;
    this.end(request, now);
    this.#cancelled.set(requestId, request);
    if (this.#cancelled.size > MAX_REMEMBERED_CANCELS) {
      const [oldest] = this.#cancelled.keys();
      if (oldest !== undefined) this.#cancelled.delete(oldest);
    }
    return fault;
  }

  /** Those that brought nothing for too long. */
  stalled(now: Milliseconds): OpenRequest[] {
    return [...this.#open.values()].filter((asked) => now >= this.#silentSince(asked) + REQUEST_STALL_MS);
  }

  /** Bytes came: they go on where the request is, and do not go beyond it. A text says what is wrong with them. */
  takeData(requestId: number, offset: Bytes, byteCount: Bytes, now: Milliseconds): TakenData | string {
    const open = this.#open.get(requestId);
    const request = open ?? this.#cancelled.get(requestId);
    if (!request) return 'data that was not asked for';
    const end = offset + byteCount;
    if (offset !== request.position || end > request.range.end) return 'data outside of the request';
    request.position = end;
    const isDone = end === request.range.end;
    // [PEER-6] Single bytes are no progress: they would keep a request alive for ever.
    const isProgress = isDone || end - request.countedTo >= this.frameBytes;
    if (isProgress) {
      request.countedTo = end;
      request.lastByteAt = this.#dataAt = now;
    }
    this.#meter.noteBytes(byteCount);
    if (open) {
      if (isDone) this.end(request, now);
    } else {
      // [PEER-5] What was on its way when the cancel left is no fault, and no more than was asked for.
      if (isDone) this.#cancelled.delete(requestId);
      if (this.#oldest && isProgress) this.#oldest.lastByteAt = now;
    }
    return { request, isLate: !open, isProgress, isDone };
  }

  /** A request that was taken back will bring nothing more; false: there is none of that number. */
  forgetCancelled(requestId: number): boolean {
    return this.#cancelled.delete(requestId);
  }

  /** [PEER-6] A peer serves one request after the other: those that wait have their time when it turns to them. */
  end(request: OpenRequest, now: Milliseconds): void {
    if (this.#open.delete(request.requestId)) this.#openCount -= 1;
    if (request === this.#oldest) {
      [this.#oldest] = this.#open.values();
      if (this.#oldest) this.#oldest.lastByteAt = now;
    }
    this.#meter.noteEnd(this.#oldest !== undefined, now);
  }

  /** The link is gone: what was open. */
  close(): OpenRequest[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#openCount = 0;
    this.#oldest = undefined;
    return open;
  }

  /** [PEER-6] Whatever a peer sends, it is at work: it serves first what is needed first, not what was asked first. */
  #silentSince(request: OpenRequest): Milliseconds {
    return Math.max(request.lastByteAt, this.#dataAt);
  }
}
