import { EVERYONE } from '../../core/cluster/node-id';
import { framedBytes } from './envelope';

/** Bytes gathered for one receiver after which the next message starts a new envelope. */
const MAX_BATCH_BYTES = 64 * 1024;

/** Messages that travel together. */
export interface Batch {
  readonly to: string;
  readonly messages: Buffer[];
  bytes: number;
}

/**
 * Messages on their way, gathered per receiver. Each receiver gets them in the order in which they were sent,
 * those for everyone included.
 */
export class Outbox {
  #batches: Batch[] = [];
  /** The batches that may still grow: the last ones to a node each, or the last one to everyone. */
  readonly #open = new Map<string, Batch>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  add(to: string, message: Buffer): void {
    const bytes = framedBytes(message);
    this.#bytes += bytes;
    const open = this.#open.get(to);
    if (open && open.bytes + bytes <= MAX_BATCH_BYTES) {
      open.messages.push(message);
      open.bytes += bytes;
      return;
    }
    // One for everyone must neither overtake nor be overtaken.
    if (to === EVERYONE || this.#open.has(EVERYONE)) this.#open.clear();
    const batch: Batch = { to, messages: [message], bytes };
    this.#batches.push(batch);
    this.#open.set(to, batch);
  }

  /** Empties it. */
  take(): Batch[] {
    const batches = this.#batches;
    this.#batches = [];
    this.#open.clear();
    this.#bytes = 0;
    return batches;
  }
}
