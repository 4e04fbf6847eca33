// Serving peers: block after block, as fast as the uplink gives, what is needed soonest first. Never more on a link than
// it can take, never a longer queue than is soon served, within the budget.

import type { ByteRange } from '../base/byte-range';
import { rangeLength } from '../base/byte-range';
import { TRANSFER_SIZES } from '../base/transfer-sizes';
import type { TransferSizes } from '../base/transfer-sizes';
import type { Bytes, Milliseconds } from '../base/units';
import { bytesIn, msToSeconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { MAX_EXCESS_REQUESTS_PER_PEER, MAX_OPEN_REQUESTS_PER_PEER } from '../protocol/limits';
import type { RejectReason } from '../protocol/peer-messages';
import type { PeerSession } from './peer-session';
import type { UploadBudget } from './upload-budget';
import { UplinkMeter } from './uplink-meter';

/** What takes longer to serve than this is left to others. */
const MAX_QUEUE_MS: Milliseconds = 600;
/** Blocks that are taken whatever the uplink, so that there is always one to send. */
const LEAST_QUEUE_BLOCKS = 2;
/** Those who were turned away are called when the queue has come down to this part of its most. */
const CALL_AT_PART = 0.5;
/** Requests in vain that are forgotten each second: who asks when it is called, or each second, never has too many. */
const FORGIVEN_PER_SECOND = 10;
/** What the budget allows goes out in portions of so long, where that is more than a frame, */
const PORTION_MS: Milliseconds = 20;
/** and at most this part of a burst: a bucket that is full runs over. */
const PORTION_OF_BURST = 0.5;
/** Most that a data message adds to its payload: the type and two numbers. */
const DATA_HEADER_BYTES: Bytes = 17;

interface Upload {
  readonly customer: Customer;
  readonly requestId: number;
  readonly key: SegmentKey;
  readonly range: ByteRange;
  readonly neededAt: Milliseconds;
  position: Bytes;
  /** Set while the bytes are being read, so that they are asked for once. */
  readId: number | undefined;
  bytes: Uint8Array | undefined;
}

interface Customer {
  readonly session: PeerSession;
  /** Its uploads in the queue. */
  uploadCount: number;
  unsentBytes: Bytes;
  /** Requests in vain, of late. */
  excessRequests: number;
  excessAt: Milliseconds;
}

/** Bytes of a segment: `stored` must be read first. */
export type BytesAtHand = Uint8Array | 'stored' | 'absent';

export interface UploadDeskHost {
  /** What there is of a range; a view that is good until the desk returns. */
  bytesAtHand(key: SegmentKey, range: ByteRange): BytesAtHand;
  /** Starts reading what is stored; `handleRead` follows with the same id. */
  read(readId: number, key: SegmentKey, range: ByteRange): void;
  totals(): { readonly uploadedBytes: Bytes; readonly downloadedBytes: Bytes };
  onSent(session: PeerSession, byteCount: Bytes): void;
  onServed(session: PeerSession, byteCount: Bytes): void;
  onFlood(session: PeerSession, now: Milliseconds): void;
}

export class UploadDesk {
  readonly #customers = new Map<number, Customer>();
  /** In the order in which they are served. */
  readonly #queue: Upload[] = [];
  /** Bytes that are queued and have not been given to a link. */
  #queuedBytes: Bytes = 0;
  /** Those who were told that this viewer is busy, and when they need what they asked for. */
  readonly #turnedAway = new Map<Customer, Milliseconds>();
  readonly #meter: UplinkMeter;
  #nextReadId = 1;
  /** When the budget allows the next frame, while somebody waits for it. */
  #wakeAt: Milliseconds = Infinity;

  constructor(
    private readonly budget: UploadBudget,
    private readonly host: UploadDeskHost,
    private readonly sizes: TransferSizes = TRANSFER_SIZES,
  ) {
    this.#meter = new UplinkMeter(sizes.uplinkSampleBytes, (bytes, elapsed) => budget.noteUplink(bytes, elapsed));
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    return this.#wakeAt;
  }

  open(session: PeerSession): void {
    this.#customers.set(session.identity.linkId, {
      session,
      uploadCount: 0,
      unsentBytes: 0,
      excessRequests: 0,
      excessAt: 0,
    });
  }

  close(linkId: number): void {
    const customer = this.#customers.get(linkId);
    if (!customer) return;
    this.#customers.delete(linkId);
    this.#turnedAway.delete(customer);
    this.#meter.noteLost(customer.unsentBytes);
    for (const upload of this.#queue.filter((queued) => queued.customer === customer)) this.#remove(upload);
  }

  /** Whether something is queued for a peer. */
  hasOpenRequests(linkId: number): boolean {
    return (this.#customers.get(linkId)?.uploadCount ?? 0) > 0;
  }

  /** [UP-2] Takes a request, or rejects it with the reason. */
  handleRequest(
    linkId: number,
    requestId: number,
    key: SegmentKey,
    range: ByteRange,
    neededInMs: Milliseconds,
    now: Milliseconds,
  ): void {
    const customer = this.#customers.get(linkId);
    if (!customer) return;
    if (customer.uploadCount >= MAX_OPEN_REQUESTS_PER_PEER) return this.#turnAway(customer, requestId, 'busy', now);
    if (!this.budget.isOn) return this.#turnAway(customer, requestId, 'upload-off', now);
    if (this.host.bytesAtHand(key, range) === 'absent') return this.#turnAway(customer, requestId, 'absent', now);
    if (!this.#hasRoom(1)) {
      this.#turnedAway.set(customer, now + neededInMs);
      return this.#turnAway(customer, requestId, 'busy', now);
    }
    this.#turnedAway.delete(customer);
    const neededAt = now + neededInMs;
    const upload = { customer, requestId, key, range, neededAt, position: range.start, readId: undefined };
    this.#enqueue({ ...upload, bytes: undefined });
    this.#serve(now);
  }

  handleCancel(linkId: number, requestId: number, now: Milliseconds): void {
    const isIt = ({ customer, requestId: id }: Upload) =>
      id === requestId && customer.session.identity.linkId === linkId;
    const upload = this.#queue.find(isIt);
    if (!upload) return;
    this.#remove(upload);
    this.#serve(now);
  }

  /** The limits have changed: what waits may go now, or not at all. */
  reconsider(now: Milliseconds): void {
    if (!this.budget.isOn) {
      for (const upload of [...this.#queue]) {
        this.#remove(upload);
        upload.customer.session.reject(upload.requestId, 'upload-off');
      }
    }
    this.#wakeAt = Infinity;
    this.#serve(now);
  }

  /** Bytes that were read for an upload; undefined: they are gone meanwhile. */
  handleRead(readId: number, bytes: Uint8Array | undefined, now: Milliseconds): void {
    const upload = this.#queue.find((queued) => queued.readId === readId);
    if (!upload) return;
    if (bytes) upload.bytes = bytes;
    else this.#refuse(upload);
    this.#serve(now);
  }

  /** [UP-3] Every byte given to a link counts until it has left it; frames that are no uploads count too. */
  noteSent(linkId: number, byteCount: Bytes): void {
    const customer = this.#customers.get(linkId);
    if (customer) customer.unsentBytes += byteCount;
  }

  handleFlushed(linkId: number, byteCount: Bytes, now: Milliseconds): void {
    const customer = this.#customers.get(linkId);
    if (!customer) return;
    const flushed = Math.min(byteCount, customer.unsentBytes);
    customer.unsentBytes -= flushed;
    this.#meter.noteFlushed(flushed, now);
    if (this.#queue.length > 0) this.#serve(now);
  }

  wake(now: Milliseconds): void {
    if (now < this.#wakeAt) return;
    this.#wakeAt = Infinity;
    this.#serve(now);
  }

  #turnAway(customer: Customer, requestId: number, reason: RejectReason, now: Milliseconds): void {
    const forgiven = msToSeconds(now - customer.excessAt) * FORGIVEN_PER_SECOND;
    customer.excessRequests = Math.max(0, customer.excessRequests - forgiven) + 1;
    customer.excessAt = now;
    if (customer.excessRequests > MAX_EXCESS_REQUESTS_PER_PEER) return this.host.onFlood(customer.session, now);
    customer.session.reject(requestId, reason);
  }

  /** [UP-9] Whether one more block would be served soon; `part`: of the longest queue. */
  #hasRoom(part: number): boolean {
    const { uploadedBytes, downloadedBytes } = this.host.totals();
    if (!this.budget.isOpen(uploadedBytes + this.#queuedBytes, downloadedBytes)) return false;
    const { assumedUploadBitrate, blockBytes } = this.sizes;
    const soon = Math.floor(bytesIn(MAX_QUEUE_MS, this.budget.bitrate ?? assumedUploadBitrate));
    return this.#queuedBytes < Math.max(soon, LEAST_QUEUE_BLOCKS * blockBytes) * part;
  }

  /** [UP-4] What is needed soonest is served first; what is being sent goes on. */
  #enqueue(upload: Upload): void {
    let index = this.#queue.length;
    for (; index > 0; index -= 1) {
      const before = this.#queue[index - 1];
      if (!before || before.neededAt <= upload.neededAt || before.position > before.range.start) break;
    }
    this.#queue.splice(index, 0, upload);
    upload.customer.uploadCount += 1;
    this.#queuedBytes += rangeLength(upload.range);
  }

  #remove(upload: Upload): void {
    const index = this.#queue.indexOf(upload);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    upload.customer.uploadCount -= 1;
    this.#queuedBytes -= upload.range.end - upload.position;
  }

  #refuse(upload: Upload): void {
    this.#remove(upload);
    upload.customer.session.reject(upload.requestId, 'absent');
  }

  /** Sends what may go now, one block after the other; a link that is full lets the next one through. */
  #serve(now: Milliseconds): void {
    for (let index = 0; index < this.#queue.length;) {
      // Somebody waits for the budget already: nobody overtakes.
      if (now < this.#wakeAt && this.#wakeAt !== Infinity) break;
      const upload = this.#queue[index];
      const bytes = upload && this.#bytesOf(upload);
      if (!upload || bytes === undefined) index += 1;
      else if (bytes === 'absent') this.#refuse(upload);
      else if (this.#sendFrames(upload, bytes, now)) {
        this.#remove(upload);
        this.host.onServed(upload.customer.session, rangeLength(upload.range));
      } else index += 1;
    }
    if (this.#turnedAway.size > 0) this.#callBack(now);
  }

  /** The bytes of the upload's range; what is stored is read first. */
  #bytesOf(upload: Upload): Uint8Array | 'absent' | undefined {
    if (upload.bytes) return upload.bytes;
    if (upload.readId !== undefined) return undefined;
    const { key, range } = upload;
    const atHand = this.host.bytesAtHand(key, range);
    if (atHand !== 'stored') return atHand;
    upload.readId = this.#nextReadId++;
    this.host.read(upload.readId, key, range);
    return undefined;
  }

  /** Sends what may go now; true when all of `upload` has gone. */
  #sendFrames(upload: Upload, bytes: Uint8Array, now: Milliseconds): boolean {
    const { customer, range } = upload;
    while (upload.position < range.end) {
      const size = Math.min(this.sizes.dataFrameBytes, range.end - upload.position);
      if (customer.unsentBytes + size + DATA_HEADER_BYTES > this.sizes.linkHighWaterBytes) return false;
      if (!this.budget.take(size, now)) {
        this.#wakeAt = Math.min(this.#wakeAt, this.budget.readyAt(Math.max(size, this.#portionBytes), now));
        return false;
      }
      const offset = upload.position;
      upload.position += size;
      this.#queuedBytes -= size;
      this.#meter.noteQueued(size, now);
      const from = offset - range.start;
      customer.session.sendData(upload.requestId, offset, bytes.subarray(from, from + size));
      this.host.onSent(customer.session, size);
    }
    return true;
  }

  /** [UP-13] What is waited for before frames go on: a timer for each would keep a page with a fast line busy. */
  get #portionBytes(): Bytes {
    const { uploadBurstBytes } = this.sizes;
    const most = Math.min(bytesIn(PORTION_MS, this.budget.bitrate ?? 0), uploadBurstBytes * PORTION_OF_BURST);
    return Math.min(most, this.#queuedBytes);
  }

  /** [UP-12] Calls one of those who were turned away, the one that needs its bytes first, when the queue has come down. */
  #callBack(now: Milliseconds): void {
    if (!this.#hasRoom(CALL_AT_PART)) return;
    let next: Customer | undefined;
    let nextAt = Infinity;
    for (const [customer, at] of this.#turnedAway) {
      if (at <= now) this.#turnedAway.delete(customer);
      else if (at < nextAt) [next, nextAt] = [customer, at];
    }
    if (!next) return;
    this.#turnedAway.delete(next);
    next.session.sendFree();
  }
}
