// Serving peers: one request after the other per peer, never more on a link than it can take, within the budget.

import type { ByteRange } from '../base/byte-range';
import { TRANSFER_SIZES } from '../base/transfer-sizes';
import type { TransferSizes } from '../base/transfer-sizes';
import type { Bytes, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { MAX_EXCESS_REQUESTS_PER_PEER, MAX_OPEN_REQUESTS_PER_PEER } from '../protocol/limits';
import type { PeerSession } from './peer-session';
import type { UploadBudget } from './upload-budget';

/**
 * Peers that are served at a time. Few, so that each soon has enough to pass on: what ten peers get at once, at a tenth
 * of the rate each, spreads no further until it is late.
 */
export const MAX_SERVED_PEERS = 2;
/** A peer whose next request comes within this time after its last was served keeps its place. */
const PLACE_KEPT_MS: Milliseconds = 250;

/** Most that a data message adds to its payload: the type and two numbers. */
const DATA_HEADER_BYTES: Bytes = 17;

interface Upload {
  /** Counts up over all peers: who asked first. */
  readonly order: number;
  readonly requestId: number;
  readonly key: SegmentKey;
  readonly range: ByteRange;
  position: Bytes;
  /** Set while the bytes are being read, so that they are asked for once. */
  readId?: number;
  bytes?: Uint8Array;
}

interface Customer {
  readonly session: PeerSession;
  readonly queue: Upload[];
  unsentBytes: Bytes;
  excessRequests: number;
  /** Until when its place is kept while it has nothing queued. */
  placeUntil: Milliseconds;
}

export interface UploadDeskHost {
  /** Whether all of `range` can be read now. */
  has(key: SegmentKey, range: ByteRange): boolean;
  /** Starts reading; `handleRead` follows with the same id. */
  read(readId: number, key: SegmentKey, range: ByteRange): void;
  totals(): { readonly uploadedBytes: Bytes; readonly downloadedBytes: Bytes };
  onSent(session: PeerSession, byteCount: Bytes): void;
  onServed(session: PeerSession, byteCount: Bytes): void;
  onFlood(session: PeerSession): void;
}

export class UploadDesk {
  readonly #customers = new Map<number, Customer>();
  #nextReadId = 1;
  #nextOrder = 1;
  #wakeAt: Milliseconds = Infinity;

  constructor(
    private readonly budget: UploadBudget,
    private readonly host: UploadDeskHost,
    private readonly sizes: TransferSizes = TRANSFER_SIZES,
  ) {}

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    return this.#wakeAt;
  }

  open(session: PeerSession): void {
    this.#customers.set(session.identity.linkId, {
      session,
      queue: [],
      unsentBytes: 0,
      excessRequests: 0,
      placeUntil: -Infinity,
    });
  }

  close(linkId: number): void {
    this.#customers.delete(linkId);
  }

  /** Whether a peer waits for bytes that it asked for. */
  hasOpenRequests(linkId: number): boolean {
    return (this.#customers.get(linkId)?.queue.length ?? 0) > 0;
  }

  /** [UP-2] Takes a request, or rejects it with the reason. */
  handleRequest(linkId: number, requestId: number, key: SegmentKey, range: ByteRange, now: Milliseconds): void {
    const customer = this.#customers.get(linkId);
    if (!customer) return;
    const { session, queue } = customer;
    const { uploadedBytes, downloadedBytes } = this.host.totals();
    if (queue.length >= MAX_OPEN_REQUESTS_PER_PEER) {
      customer.excessRequests += 1;
      if (customer.excessRequests > MAX_EXCESS_REQUESTS_PER_PEER) return this.host.onFlood(session);
      return session.reject(requestId, 'busy');
    }
    if (!this.budget.isOpen(uploadedBytes, downloadedBytes)) return session.reject(requestId, 'upload-off');
    if (!this.host.has(key, range)) return session.reject(requestId, 'absent');
    if (!this.#hasPlace(customer, now)) return session.reject(requestId, 'busy');
    queue.push({ order: this.#nextOrder++, requestId, key, range, position: range.start });
    this.#serve(customer, now);
  }

  handleCancel(linkId: number, requestId: number, now: Milliseconds): void {
    const customer = this.#customers.get(linkId);
    const index = customer?.queue.findIndex((upload) => upload.requestId === requestId) ?? -1;
    if (!customer || index < 0) return;
    customer.queue.splice(index, 1);
    // The next one may have waited for bytes of this one that nobody needs any more.
    this.#serve(customer, now);
  }

  /** The limits have changed: what waits may go now, or not at all. */
  reconsider(now: Milliseconds): void {
    if (!this.budget.limits.isEnabled) {
      for (const { session, queue } of this.#customers.values()) {
        for (const { requestId } of queue.splice(0)) session.reject(requestId, 'upload-off');
      }
    }
    this.#serveInTurn(now);
  }

  /** Bytes that were read for an upload; undefined: they are gone meanwhile. */
  handleRead(readId: number, bytes: Uint8Array | undefined, now: Milliseconds): void {
    for (const customer of this.#customers.values()) {
      const upload = customer.queue.find((queued) => queued.readId === readId);
      if (!upload) continue;
      if (bytes) upload.bytes = bytes;
      else {
        customer.queue.splice(customer.queue.indexOf(upload), 1);
        customer.session.reject(upload.requestId, 'absent');
      }
      this.#serve(customer, now);
    }
  }

  /** [UP-3] Every byte given to a link counts until it has left it; frames that are no uploads count too. */
  noteSent(linkId: number, byteCount: Bytes): void {
    const customer = this.#customers.get(linkId);
    if (customer) customer.unsentBytes += byteCount;
  }

  handleFlushed(linkId: number, byteCount: Bytes, now: Milliseconds): void {
    const customer = this.#customers.get(linkId);
    if (!customer) return;
    customer.unsentBytes = Math.max(0, customer.unsentBytes - byteCount);
    this.#serve(customer, now);
  }

  wake(now: Milliseconds): void {
    if (now >= this.#wakeAt) this.#serveInTurn(now);
  }

  /** [UP-9] Whether a peer is being served, or may be from now on. */
  #hasPlace(customer: Customer, now: Milliseconds): boolean {
    const isServed = ({ queue, placeUntil }: Customer) => queue.length > 0 || now < placeUntil;
    if (isServed(customer)) return true;
    let servedCount = 0;
    for (const other of this.#customers.values()) if (isServed(other)) servedCount += 1;
    return servedCount < MAX_SERVED_PEERS;
  }

  /** [UP-4] Of several peers that wait for the budget, the one that asked first is served first. */
  #serveInTurn(now: Milliseconds): void {
    this.#wakeAt = Infinity;
    const orderOf = ({ queue }: Customer) => queue[0]?.order ?? Infinity;
    const waiting = [...this.#customers.values()].filter(({ queue }) => queue.length > 0);
    for (const customer of waiting.sort((a, b) => orderOf(a) - orderOf(b))) this.#serve(customer, now);
  }

  #serve(customer: Customer, now: Milliseconds): void {
    for (let upload = customer.queue[0]; upload; upload = customer.queue[0]) {
      if (!upload.bytes) {
        if (upload.readId === undefined) {
          upload.readId = this.#nextReadId++;
          this.host.read(upload.readId, upload.key, upload.range);
        }
        return;
      }
      if (!this.#sendFrames(customer, upload, upload.bytes, now)) return;
      customer.queue.shift();
      customer.placeUntil = now + PLACE_KEPT_MS;
      this.host.onServed(customer.session, upload.range.end - upload.range.start);
    }
  }

  /** Sends what may go now; true when all of `upload` has gone. */
  #sendFrames(customer: Customer, upload: Upload, bytes: Uint8Array, now: Milliseconds): boolean {
    while (upload.position < upload.range.end) {
      const size = Math.min(this.sizes.dataFrameBytes, upload.range.end - upload.position);
      if (customer.unsentBytes + size + DATA_HEADER_BYTES > this.sizes.linkHighWaterBytes) return false;
      // Somebody waits for the budget already: nobody overtakes.
      if (now < this.#wakeAt && this.#wakeAt !== Infinity) return false;
      if (!this.budget.take(size, now)) {
        this.#wakeAt = Math.min(this.#wakeAt, this.budget.readyAt(size, now));
        return false;
      }
      const from = upload.position - upload.range.start;
      const offset = upload.position;
      upload.position += size;
      customer.session.sendData(upload.requestId, offset, bytes.subarray(from, from + size));
      this.host.onSent(customer.session, size);
    }
    return true;
  }
}
