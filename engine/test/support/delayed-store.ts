import type { ByteRange } from '../../src/base/byte-range';
import type { Milliseconds } from '../../src/base/units';
import { MemoryStore } from '../../src/adapters/shared/memory-store';
import type { Clock } from '../../src/ports/clock';
import type { SegmentStore } from '../../src/ports/segment-store';

/** A store on a slow disk, or on a full one. */
export class DelayedStore implements SegmentStore {
  readonly #memory = new MemoryStore();

  constructor(
    readonly clock: Clock,
    readonly delay: Milliseconds,
    readonly isFull = false,
  ) {}

  put(key: string, bytes: Uint8Array, done: (isStored: boolean) => void): void {
    this.clock.schedule(this.delay, () => {
      if (this.isFull) done(false);
      else this.#memory.put(key, bytes, done);
    });
  }

  read(key: string, range: ByteRange, done: (bytes: Uint8Array | undefined) => void): void {
    this.clock.schedule(this.delay, () => this.#memory.read(key, range, done));
  }

  remove(key: string): void {
    this.clock.schedule(this.delay, () => this.#memory.remove(key));
  }

  clear(): void {
    this.#memory.clear();
  }
}
