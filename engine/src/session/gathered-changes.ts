import type { Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';

/** Changes in what can be given are gathered for so long before peers are told, */
const GATHER_MS: Milliseconds = 50;
/** and so long passes between two times: a segment that is coming is not announced block by block. */
const PAUSE_MS: Milliseconds = 200;

/** [HAVE-1] Segments of which peers are to hear soon. */
export class GatheredChanges {
  readonly #keys = new Set<SegmentKey>();
  #dueAt: Milliseconds = Infinity;
  #takenAt: Milliseconds = -Infinity;

  /** When `take` has something to give. */
  get dueAt(): Milliseconds {
    return this.#dueAt;
  }

  /** `take` is to be called at the same moment. */
  note(key: SegmentKey): void {
    this.#keys.add(key);
  }

  /** All that changed, when it is time to tell it. */
  take(now: Milliseconds): readonly SegmentKey[] {
    if (this.#keys.size === 0) return NOTHING;
    if (this.#dueAt === Infinity) this.#dueAt = Math.max(now + GATHER_MS, this.#takenAt + PAUSE_MS);
    if (now < this.#dueAt) return NOTHING;
    this.#dueAt = Infinity;
    this.#takenAt = now;
    const keys = [...this.#keys];
    this.#keys.clear();
    return keys;
  }
}

const NOTHING: readonly SegmentKey[] = [];
