import type { ByteRange } from '../base/byte-range';

/**
 * Holds complete segments. What is in it is known to the core, which also decides what goes:
 * the store itself never evicts. Answers come by callback, at once or later, exactly once.
 */
export interface SegmentStore {
  /** Keeps `bytes` (the store's own from now on) under `key`, replacing what was there. `done(false)`: could not. */
  put(key: string, bytes: Uint8Array, done: (isStored: boolean) => void): void;
  /** A copy of `range` of the segment; undefined when it is not there or shorter than `range.end`. */
  read(key: string, range: ByteRange, done: (bytes: Uint8Array | undefined) => void): void;
  /** Forgets one segment; unknown keys are ignored. */
  remove(key: string): void;
  /** Forgets all. */
  clear(): void;
}
