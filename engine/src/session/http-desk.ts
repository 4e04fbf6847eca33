// Fetches from the origin: one per segment at a time, with time-outs and one more try, resumed where it broke off.

import type { ByteRange } from '../base/byte-range';
import { RateEstimate } from '../base/rate-estimate';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { bitrateOf } from '../base/units';
import type { SegmentKey } from '../media/segment';
import type { HttpFailure, HttpHead } from '../ports/http-fetcher';
import type { EmitEffect } from './session-effects';

/** An origin may think for so long before its first byte: longer than any healthy cache miss. */
const FIRST_BYTE_TIMEOUT_MS: Milliseconds = 20_000;
/** Between two pieces of a body. */
const STALL_TIMEOUT_MS: Milliseconds = 10_000;
/** Fetches of one segment before the player's own loader is left to try. */
const MAX_ATTEMPTS = 3;
/** Waited after the n-th failure, n times. */
const RETRY_DELAY_MS: Milliseconds = 500;
/** Assumed before anything was measured. */
const INITIAL_FIRST_BYTE_MS: Milliseconds = 300;
/** A fetch that runs for so long says more of the line than any before. */
const TELLING_MS: Milliseconds = 2_000;
/** After such a pause the line may be another one, */
const OLD_MS: Milliseconds = 10_000;
/** and what was measured before counts as a transfer of so long. */
const OLD_WEIGHT_MS: Milliseconds = 300;
/** Weight of the newest first-byte time in the average. */
const FIRST_BYTE_WEIGHT = 0.3;
/** Statuses below 500 say that asking again will not help, but for these two. */
const RETRIABLE_CLIENT_STATUSES: readonly number[] = [408, 429];

interface Fetch {
  readonly fetchId: number;
  readonly key: SegmentKey;
  /** First byte of the segment in the resource. */
  readonly base: Bytes;
  /** Whether the segment is a part of the resource. */
  readonly isPart: boolean;
  /** Whether a range was asked for. */
  readonly isRange: boolean;
  readonly startedAt: Milliseconds;
  /** Where in the segment the next piece goes; may be below 0 when the origin ignored the range. */
  position: Bytes;
  /** Where what was asked for ends. */
  readonly to: Bytes;
  /** Where the body ends, when the origin says it. */
  end: Bytes;
  lastByteAt: Milliseconds;
  headAt: Milliseconds;
  receivedBytes: Bytes;
  hasHead: boolean;
  /** A range was asked for, and the whole resource comes. */
  isWhole: boolean;
}

interface Trouble {
  attempts: number;
  notBefore: Milliseconds;
  isSpent: boolean;
}

/** What is asked of the origin, as the player would have asked. */
export interface HttpTarget {
  readonly key: SegmentKey;
  readonly url: string;
  readonly byteRange: ByteRange | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly withCredentials: boolean;
}

/** What becomes of a body: used, asked for again from the segment's start, or left to the player's own loader. */
export type BodyVerdict = 'use' | 'restart' | 'refuse';

export interface HttpDeskHost {
  /** Rate of the origin before anything was measured. */
  readonly assumedBitrate: BitsPerSecond;
  emit: EmitEffect;
  /** A body begins at `start` of the segment; `totalBytes` is the segment's size, when the origin says it. */
  onBody(key: SegmentKey, start: Bytes, totalBytes: Bytes | undefined): BodyVerdict;
  onBytes(key: SegmentKey, offset: Bytes, bytes: Uint8Array, now: Milliseconds): void;
  /** The body ended at `end` of the segment. False: bytes are missing. */
  onBodyEnd(key: SegmentKey, end: Bytes, now: Milliseconds): boolean;
}

export class HttpDesk {
  readonly #fetches = new Map<number, Fetch>();
  readonly #troubles = new Map<SegmentKey, Trouble>();
  readonly #rate = new RateEstimate();
  #firstByteMs: Milliseconds = INITIAL_FIRST_BYTE_MS;
  #measuredFirstByteMs: Milliseconds | undefined;
  #lastByteAt: Milliseconds = -Infinity;
  #nextFetchId = 1;
  #hasChanged = false;

  constructor(private readonly host: HttpDeskHost) {}

  /** Whether a fetch ended in vain since the last call: what to do next must be planned anew. */
  takeChange(): boolean {
    const hasChanged = this.#hasChanged;
    this.#hasChanged = false;
    return hasChanged;
  }

  get bitsPerSecond(): BitsPerSecond {
    return this.#rate.bitsPerSecond ?? this.host.assumedBitrate;
  }

  /** Undefined: nothing was measured yet. */
  get measuredBitrate(): BitsPerSecond | undefined {
    return this.#rate.bitsPerSecond;
  }

  /** As `firstByteMs`, without what is assumed before anything was measured. */
  get measuredFirstByteMs(): Milliseconds {
    return this.#measuredFirstByteMs ?? 0;
  }

  /** When the last byte came. */
  get lastByteAt(): Milliseconds {
    return this.#lastByteAt;
  }

  /** [DL-13] What was measured is above what the line seems to be by now. */
  doubt(bitsPerSecond: BitsPerSecond): void {
    this.#rate.limit(Math.max(1, bitsPerSecond));
  }

  get firstByteMs(): Milliseconds {
    return this.#firstByteMs;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    let at = Infinity;
    for (const fetch of this.#fetches.values()) at = Math.min(at, timeoutOf(fetch));
    return at;
  }

  statusOf(key: SegmentKey): 'idle' | 'running' | 'spent' {
    if (this.#find(key)) return 'running';
    return this.#troubles.get(key)?.isSpent ? 'spent' : 'idle';
  }

  /** The next byte of the segment that the running fetch will bring; 0 when none runs. */
  positionOf(key: SegmentKey): Bytes {
    return Math.max(0, this.#find(key)?.position ?? 0);
  }

  /** After a failure: when the next try may start. */
  notBefore(key: SegmentKey): Milliseconds {
    return this.#troubles.get(key)?.notBefore ?? 0;
  }

  /** [HTTP-1] Asks for a range of the segment; Infinity: to its end. */
  start(target: HttpTarget, { start: from, end: to }: ByteRange, now: Milliseconds): void {
    const { key, url, byteRange, headers, withCredentials } = target;
    const base = byteRange?.start ?? 0;
    const fetchId = this.#nextFetchId++;
    const isPart = byteRange !== undefined;
    const end = Math.min(byteRange?.end ?? Infinity, base + to);
    const range = byteRange || from > 0 || to < Infinity ? { start: base + from, end } : undefined;
    this.#fetches.set(fetchId, {
      fetchId,
      key,
      base,
      isPart,
      isRange: range !== undefined,
      startedAt: now,
      position: from,
      to,
      end: Infinity,
      lastByteAt: now,
      headAt: now,
      receivedBytes: 0,
      hasHead: false,
      isWhole: false,
    });
    this.host.emit({ type: 'fetchHttp', fetchId, request: { url, range, headers, withCredentials } });
  }

  handleHead(fetchId: number, head: HttpHead, now: Milliseconds): void {
    const fetch = this.#fetches.get(fetchId);
    if (!fetch) return;
    const firstByteMs = now - fetch.startedAt;
    // [HTTP-8] Longer than any fetch is given: the machine slept.
    if (firstByteMs >= 0 && firstByteMs < FIRST_BYTE_TIMEOUT_MS) this.#noteFirstByte(firstByteMs);
    fetch.hasHead = true;
    fetch.headAt = fetch.lastByteAt = now;
    fetch.position = head.bodyStart - fetch.base;
    if (head.bodyBytes !== undefined) fetch.end = fetch.position + head.bodyBytes;
    fetch.isWhole = head.status === 200 && fetch.isRange;
    // A gap in the middle says nothing about the size, nor does a whole resource about a part of it.
    if (isGap(fetch)) return;
    const saysTotal = head.bodyBytes !== undefined && !(fetch.isWhole && fetch.isPart);
    const verdict = this.host.onBody(fetch.key, fetch.position, saysTotal ? fetch.end : undefined);
    if (verdict === 'use') return;
    this.cancel(fetch.key);
    this.#hasChanged = true;
    if (verdict === 'refuse')
      this.#noteFailure(fetch.key, { reason: 'range-mismatch', message: 'a size that cannot be' }, now, true);
  }

  #noteFirstByte(firstByteMs: Milliseconds): void {
    this.#measuredFirstByteMs ??= firstByteMs;
    this.#measuredFirstByteMs += FIRST_BYTE_WEIGHT * (firstByteMs - this.#measuredFirstByteMs);
    this.#firstByteMs += FIRST_BYTE_WEIGHT * (firstByteMs - this.#firstByteMs);
  }

  handleChunk(fetchId: number, bytes: Uint8Array, now: Milliseconds): void {
    const fetch = this.#fetches.get(fetchId);
    if (!fetch) return;
    // [HTTP-9] Old days count little as soon as there is news.
    if (now - this.#lastByteAt >= OLD_MS) this.#rate.weaken(OLD_WEIGHT_MS);
    if (now - fetch.lastByteAt < STALL_TIMEOUT_MS) this.#rate.add(bytes.length, now - fetch.lastByteAt);
    fetch.lastByteAt = now;
    this.#lastByteAt = now;
    fetch.receivedBytes += bytes.length;
    const bodyMs = now - fetch.headAt;
    if (bodyMs >= TELLING_MS) this.#rate.limit(bitrateOf(fetch.receivedBytes, bodyMs));
    const skipped = Math.min(bytes.length, Math.max(0, -fetch.position));
    const offset = fetch.position + skipped;
    fetch.position += bytes.length;
    if (skipped < bytes.length) this.host.onBytes(fetch.key, offset, bytes.subarray(skipped), now);
  }

  handleEnd(fetchId: number, now: Milliseconds): void {
    const fetch = this.#fetches.get(fetchId);
    if (!fetch) return;
    this.#fetches.delete(fetchId);
    // When a gap is filled, there may be others.
    if (isGap(fetch) && fetch.position >= fetch.to) this.#hasChanged = true;
    const isWell = isGap(fetch) ? fetch.position >= fetch.to : this.host.onBodyEnd(fetch.key, fetch.position, now);
    if (isWell) this.#troubles.delete(fetch.key);
    else this.#noteFailure(fetch.key, { reason: 'network', message: 'the body ended early' }, now);
  }

  handleError(fetchId: number, failure: HttpFailure, now: Milliseconds): void {
    const fetch = this.#fetches.get(fetchId);
    if (!fetch) return;
    this.#fetches.delete(fetchId);
    this.#noteFailure(fetch.key, failure, now);
  }

  /** [SCH-1] What follows is here already: stops the fetch, unless the origin sends everything whatever is asked. */
  stopAtMeeting(key: SegmentKey): void {
    if (this.#find(key)?.isWhole) return;
    this.cancel(key);
    this.#hasChanged = true;
  }

  /** Stops the fetch of a segment, if there is one. */
  cancel(key: SegmentKey): void {
    const fetch = this.#find(key);
    if (!fetch) return;
    this.#fetches.delete(fetch.fetchId);
    // [HTTP-5] One whose body is all here ends by itself: aborted, it would not get into the browser's cache.
    if (fetch.position < fetch.end) this.host.emit({ type: 'cancelHttp', fetchId: fetch.fetchId });
  }

  /** The segment is no longer wanted, or complete. */
  forget(key: SegmentKey): void {
    this.cancel(key);
    this.#troubles.delete(key);
  }

  wake(now: Milliseconds): void {
    for (const fetch of [...this.#fetches.values()]) {
      if (now < timeoutOf(fetch)) continue;
      this.cancel(fetch.key);
      this.#noteFailure(fetch.key, { reason: 'network', message: 'no bytes in time' }, now);
    }
  }

  #find(key: SegmentKey): Fetch | undefined {
    for (const fetch of this.#fetches.values()) if (fetch.key === key) return fetch;
    return undefined;
  }

  /** [HTTP-2] Tries again after a pause, unless the answer will not change. */
  #noteFailure(key: SegmentKey, failure: HttpFailure, now: Milliseconds, isHopeless = false): void {
    const trouble = this.#troubles.get(key) ?? { attempts: 0, notBefore: 0, isSpent: false };
    this.#troubles.set(key, trouble);
    trouble.attempts += 1;
    this.#hasChanged = true;
    trouble.notBefore = now + RETRY_DELAY_MS * trouble.attempts;
    const { status = 0 } = failure;
    const isRefused = status >= 400 && status < 500 && !RETRIABLE_CLIENT_STATUSES.includes(status);
    trouble.isSpent = isHopeless || isRefused || trouble.attempts >= MAX_ATTEMPTS;
    const { reason, message } = failure;
    this.host.emit({ type: 'log', level: 'warn', message: 'HTTP failed', context: { key, reason, status, message } });
  }
}

/** Whether only the bytes up to some that are there already come. */
function isGap(fetch: Fetch): boolean {
  return fetch.to < Infinity && !fetch.isWhole;
}

function timeoutOf(fetch: Fetch): Milliseconds {
  return fetch.lastByteAt + (fetch.hasHead ? STALL_TIMEOUT_MS : FIRST_BYTE_TIMEOUT_MS);
}
