// The CDN: a fetch waits for the first byte, then the body comes in pieces at the CDN's rate, through the viewer's
// downlink like everything else. A few fetches fail; for a while all may be slow.

import type { Bytes, Milliseconds } from '../../../engine/src/base/units';
import { kibibytes } from '../../../engine/src/base/units';
import type { Cancel } from '../../../engine/src/ports/clock';
import type { HttpFetcher, HttpListener, HttpRequest } from '../../../engine/src/ports/http-fetcher';
import type { Random } from '../../../engine/src/ports/random';
import { DeliveryLine } from '../network/delivery-line';
import type { Network, NetworkHost } from '../network/network';
import type { Media, MediaSegment } from './media';

export interface CdnConfig {
  readonly hitMs: Milliseconds;
  readonly missMs: Milliseconds;
  /** Per request, true bits per second. */
  readonly bitrate: number;
  /** Share of requests that are answered 503. */
  readonly errorShare: number;
  /** Slower by `factor` in this span; absent: never. */
  readonly brownout?: { readonly startMs: Milliseconds; readonly endMs: Milliseconds; readonly factor: number };
}

/** A body comes in pieces of so many true bytes. */
const PIECE_BYTES = kibibytes(64);
/** TCP keeps at most so many pieces under way. */
const MAX_PIECES_UNDER_WAY = 8;
const SERVER_ERROR = 503;

/** What the CDN sent of each segment. */
export interface SegmentTally {
  bytes: Bytes;
  requests: number;
}

export class Cdn {
  readonly tallies = new Map<MediaSegment, SegmentTally>();
  sentBytes: Bytes = 0;
  requestCount = 0;
  readonly pieceBytes: Bytes;
  /** Every body is a part of this: nobody looks at the bytes, only at how many there are. */
  readonly #zeros: Uint8Array;

  constructor(
    readonly network: Network,
    private readonly media: Media,
    private readonly random: Random,
    readonly config: CdnConfig,
  ) {
    this.pieceBytes = Math.max(1, Math.round(PIECE_BYTES / network.scale));
    this.#zeros = new Uint8Array(this.pieceBytes);
  }

  /** What a URL asks for. */
  findSegment(url: string): MediaSegment | undefined {
    return this.media.find(url);
  }

  /** One viewer's way to the CDN. */
  fetcherOf(host: NetworkHost): HttpFetcher {
    return {
      fetch: (request, listener) => {
        const fetch = new Fetch(this, host, listener);
        this.#start(fetch, request);
        return fetch.cancel;
      },
    };
  }

  /** @internal How much slower than usual. */
  slowness(): number {
    const { brownout } = this.config;
    const { now } = this.network.queue;
    return brownout && now >= brownout.startMs && now < brownout.endMs ? brownout.factor : 1;
  }

  /** @internal A piece left for a viewer. */
  noteSent(segment: MediaSegment, byteCount: Bytes): Uint8Array {
    const tally = this.tallies.get(segment);
    if (tally) tally.bytes += byteCount;
    this.sentBytes += byteCount;
    return byteCount === this.pieceBytes ? this.#zeros : this.#zeros.subarray(0, byteCount);
  }

  #start(fetch: Fetch, { url, range }: HttpRequest): void {
    this.requestCount += 1;
    const segment = this.media.find(url);
    const { hitMs, missMs, errorShare } = this.config;
    const isHit = segment !== undefined && this.tallies.has(segment);
    const waitMs = (isHit ? hitMs : missMs) * this.slowness() + fetch.host.access.lineRttMs;
    const isRefused = !segment || this.random.next() < errorShare;
    if (isRefused) return fetch.refuse(segment ? SERVER_ERROR : 404, waitMs);
    const tally = this.tallies.get(segment) ?? { bytes: 0, requests: 0 };
    this.tallies.set(segment, tally);
    tally.requests += 1;
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? Infinity, segment.byteCount);
    if (start >= end) return fetch.refuse(416, waitMs);
    fetch.start(segment, start, end, waitMs, range !== undefined);
  }
}

class Fetch {
  readonly #line: DeliveryLine<Uint8Array>;
  readonly #sendNext: () => void;
  #segment: MediaSegment | undefined;
  #unsent: Bytes = 0;
  #isOver = false;
  #isSending = false;

  readonly cancel: Cancel = () => {
    this.#isOver = true;
    this.#line.clear();
  };

  constructor(
    private readonly cdn: Cdn,
    readonly host: NetworkHost,
    private readonly listener: HttpListener,
  ) {
    this.#line = new DeliveryLine(cdn.network.queue, (piece) => this.#arrive(piece));
    this.#sendNext = () => this.#send();
  }

  refuse(status: number, waitMs: Milliseconds): void {
    this.#after(waitMs, () => {
      if (!this.#isOver) this.listener.onError({ reason: 'status', status, message: `HTTP status ${status}` });
    });
  }

  start(segment: MediaSegment, start: Bytes, end: Bytes, waitMs: Milliseconds, isRange: boolean): void {
    this.#segment = segment;
    this.#unsent = end - start;
    this.#after(waitMs, () => {
      if (this.#isOver) return;
      this.listener.onHead({ status: isRange ? 206 : 200, bodyStart: start, bodyBytes: end - start });
      this.#pace();
    });
  }

  /** The next piece leaves after the time that the CDN's rate takes for it. */
  #pace(): void {
    if (this.#isOver || this.#isSending || this.#unsent === 0 || this.#line.length >= MAX_PIECES_UNDER_WAY) return;
    this.#isSending = true;
    const byteCount = Math.min(this.#unsent, this.cdn.pieceBytes);
    const rate = this.cdn.network.bytesPerMs(this.cdn.config.bitrate) / this.cdn.slowness();
    this.#after(Math.max(byteCount / rate, this.host.downlink.waitMs(this.cdn.network.queue.now)), this.#sendNext);
  }

  #send(): void {
    this.#isSending = false;
    if (this.#isOver || !this.#segment) return;
    const byteCount = Math.min(this.#unsent, this.cdn.pieceBytes);
    this.#unsent -= byteCount;
    const piece = this.cdn.noteSent(this.#segment, byteCount);
    const { queue } = this.cdn.network;
    this.#line.add(piece, this.host.downlink.reserve(byteCount, queue.now));
    this.#pace();
  }

  #arrive(piece: Uint8Array): void {
    if (this.#isOver) return;
    const isLast = this.#unsent === 0 && this.#line.length === 0;
    this.listener.onChunk(piece);
    if (this.#isOver) return;
    if (!isLast) return this.#pace();
    this.#isOver = true;
    this.listener.onEnd();
  }

  #after(delay: Milliseconds, task: () => void): void {
    const { queue } = this.cdn.network;
    queue.schedule(queue.now + delay, task);
  }
}
