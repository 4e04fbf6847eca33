// How many messages a peer may send that cost this viewer work and bring it nothing.

import type { Bytes, Milliseconds } from '../base/units';
import { msToSeconds } from '../base/units';
import { rangeLength } from '../base/byte-range';
import { MAX_MESSAGES_AT_ONCE, MAX_MESSAGES_PER_SECOND } from '../protocol/limits';
import type { PeerMessage } from '../protocol/peer-messages';

/** So many announced segments are as much work as one message more. */
const HAVE_ENTRIES_PER_MESSAGE = 64;
/** Data in pieces smaller than this part of a frame is work rather than data. */
const SMALL_PIECE_PART = 1 / 16;

export class MessageQuota {
  #left = MAX_MESSAGES_AT_ONCE;
  #at: Milliseconds = 0;

  /** `frameBytes`: payload of an ordinary data message. */
  constructor(private readonly frameBytes: Bytes) {}

  /** [PEER-16] Takes one message off; false: there were too many. `undefined`: of a type that is not known. */
  take(message: PeerMessage | undefined, now: Milliseconds): boolean {
    const elapsed = Math.max(0, now - this.#at);
    this.#at = Math.max(now, this.#at);
    this.#left = Math.min(MAX_MESSAGES_AT_ONCE, this.#left + msToSeconds(elapsed) * MAX_MESSAGES_PER_SECOND);
    this.#left -= this.#costOf(message);
    return this.#left >= 0;
  }

  #costOf(message: PeerMessage | undefined): number {
    switch (message?.type) {
      case 'data':
        return message.payload.length < this.frameBytes * SMALL_PIECE_PART ? 1 : 0;
      // Larger ones are limited by what is uploaded.
      case 'request':
        return rangeLength(message.range) < this.frameBytes ? 1 : 0;
      case 'have':
        return 1 + message.entries.length / HAVE_ENTRIES_PER_MESSAGE;
      // These have limits of their own.
      case 'reject':
      case 'relay':
      case 'relayed':
        return 0;
      default:
        return 1;
    }
  }
}
