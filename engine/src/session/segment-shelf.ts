// Which complete segments are kept for other viewers, and which go when memory runs out. The bytes themselves
// lie in the store behind its port.

import type { ByteRange } from '../base/byte-range';
import type { Bytes } from '../base/units';
import type { SegmentId, SegmentKey } from '../media/segment';
import { MAX_SEGMENTS_PER_PEER } from '../protocol/limits';
import type { HaveEntry } from '../protocol/peer-messages';
import type { EmitEffect } from './session-effects';

/** Peers close a viewer that says it has more than they keep in mind; the rest is room for what is on its way. */
export const MAX_SHELVED_SEGMENTS = MAX_SEGMENTS_PER_PEER - 512;

interface Shelved {
  readonly id: SegmentId;
  readonly byteCount: Bytes;
}

export class SegmentShelf {
  // Insertion order is age: a Map keeps it.
  readonly #segments = new Map<SegmentKey, Shelved>();
  #byteCount: Bytes = 0;

  constructor(
    private limitBytes: Bytes,
    private readonly emit: EmitEffect,
    private readonly onRemoved: (key: SegmentKey) => void,
  ) {}

  get(key: SegmentKey): Shelved | undefined {
    return this.#segments.get(key);
  }

  /** Whether all of `range` is here. */
  has(key: SegmentKey, range: ByteRange): boolean {
    const shelved = this.#segments.get(key);
    return shelved !== undefined && range.end <= shelved.byteCount;
  }

  /** [STO-1] Keeps a segment, for which the oldest go. One larger than the limit is not kept. */
  put(key: SegmentKey, id: SegmentId, bytes: Uint8Array): void {
    if (bytes.length > this.limitBytes || this.#segments.has(key)) return;
    this.#segments.set(key, { id, byteCount: bytes.length });
    this.#byteCount += bytes.length;
    this.emit({ type: 'putSegment', key, bytes });
    this.#shrink();
  }

  /** The store could not keep it. */
  forget(key: SegmentKey): void {
    const shelved = this.#segments.get(key);
    if (!shelved) return;
    this.#segments.delete(key);
    this.#byteCount -= shelved.byteCount;
    this.onRemoved(key);
  }

  /** Drops one that no longer is what its key says. */
  remove(key: SegmentKey): void {
    if (!this.#segments.has(key)) return;
    this.emit({ type: 'removeSegment', key });
    this.forget(key);
  }

  setLimit(limitBytes: Bytes): void {
    this.limitBytes = limitBytes;
    this.#shrink();
  }

  /** What peers are told of the shelf. */
  haves(): HaveEntry[] {
    return [...this.#segments.values()].map(({ id, byteCount }) => completeHave(id, byteCount));
  }

  clear(): void {
    this.#segments.clear();
    this.#byteCount = 0;
    this.emit({ type: 'clearStore' });
  }

  #shrink(): void {
    for (const key of this.#segments.keys()) {
      if (this.#byteCount <= this.limitBytes && this.#segments.size <= MAX_SHELVED_SEGMENTS) return;
      this.remove(key);
    }
  }
}

/** The announcement of a segment that is all here. */
export function completeHave(id: SegmentId, byteCount: Bytes): HaveEntry {
  return { id, state: 'complete', totalBytes: byteCount };
}
