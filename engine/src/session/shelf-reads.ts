// Requests of the player for what is kept: each is a read of the store, which may answer at once or later, or never.

import { P2PError } from '../base/p2p-error';
import type { BitsPerSecond } from '../base/units';
import type { SegmentKey } from '../media/segment';
import type { EmitEffect } from './session-effects';

export class ShelfReads {
  /** Read id → request id. */
  readonly #reads = new Map<number, number>();
  /** Below 0: those above are reads for peers. */
  #nextReadId = -1;

  constructor(private readonly emit: EmitEffect) {}

  /** [STO-4] Reads all of a segment for a request. */
  begin(requestId: number, key: SegmentKey, byteCount: number): void {
    const readId = this.#nextReadId--;
    this.#reads.set(readId, requestId);
    this.emit({ type: 'readSegment', readId, key, range: { start: 0, end: byteCount } });
  }

  /** The player lost interest. */
  abort(requestId: number): void {
    for (const [readId, reader] of this.#reads) if (reader === requestId) this.#reads.delete(readId);
  }

  /** The store has answered; false: that read was not for the player. */
  finish(readId: number, bytes: Uint8Array | undefined, bitsPerSecond: BitsPerSecond): boolean {
    const requestId = this.#reads.get(readId);
    if (requestId === undefined) return false;
    this.#reads.delete(readId);
    if (!bytes) this.emit({ type: 'fail', requestId, error: P2PError.segmentLost() });
    else this.emit({ type: 'deliver', delivery: { requestId, bytes, httpBytes: 0, p2pBytes: 0, bitsPerSecond } });
    return true;
  }

  /** [PLAY-4] No answer of the store is waited for any more: those who wait are told. */
  close(): void {
    for (const requestId of this.#reads.values()) this.emit({ type: 'fail', requestId, error: P2PError.destroyed() });
    this.#reads.clear();
  }
}
