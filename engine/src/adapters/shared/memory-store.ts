import type { ByteRange } from '../../base/byte-range';
import type { SegmentStore } from '../../ports/segment-store';

/**
 * Segments in memory. It answers at once.
 *
 * @internal
 */
export class MemoryStore implements SegmentStore {
  readonly #segments = new Map<string, Uint8Array>();

  put(key: string, bytes: Uint8Array, done: (isStored: boolean) => void): void {
    this.#segments.set(key, bytes);
    done(true);
  }

  read(key: string, range: ByteRange, done: (bytes: Uint8Array | undefined) => void): void {
    const segment = this.#segments.get(key);
    done(segment && range.end <= segment.length ? segment.slice(range.start, range.end) : undefined);
  }

  remove(key: string): void {
    this.#segments.delete(key);
  }

  clear(): void {
    this.#segments.clear();
  }
}
