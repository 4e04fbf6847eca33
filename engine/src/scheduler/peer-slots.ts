// Which peer is asked for which block, while one plan is made: a peer takes few requests at a time.

import type { BlockMap } from '../base/block-map';
import type { BitsPerSecond, Milliseconds } from '../base/units';
import type { SegmentKey } from '../media/segment';
import { hashOf } from './turn-to-fetch';

/** Requests open at one peer: the next is there when the first is served. */
export const MAX_REQUESTS_PER_PEER = 2;
/** The same for what the player has not asked for: there is always room for what it will ask for. */
export const MAX_REQUESTS_AHEAD = 1;

/** A peer that can exchange segments now. */
export interface PeerView {
  readonly linkId: number;
  readonly peerId: string;
  readonly openRequestCount: number;
  /** Until then it is not asked: it serves others. */
  readonly busyUntil: Milliseconds;
  /** How fast it delivers, or is likely to; above 0. */
  readonly bitsPerSecond: BitsPerSecond;
  /** How fit it is to fetch for others, see `ownerWeight`. */
  readonly weight: number;
}

/** A peer that says it has blocks of a segment. */
export interface SupplierView {
  readonly linkId: number;
  /** Those that it has; undefined: all. */
  readonly blocks: BlockMap | undefined;
}

interface AskPeer {
  readonly type: 'askPeer';
  readonly linkId: number;
  readonly key: SegmentKey;
  readonly block: number;
}

interface Slot {
  readonly rate: BitsPerSecond;
  openCount: number;
}

export class PeerSlots {
  /** Of those that may be asked now. */
  readonly #slots = new Map<number, Slot>();
  readonly #seed: number;

  constructor(
    private readonly peers: readonly PeerView[],
    private readonly now: Milliseconds,
    selfId: string,
  ) {
    this.#seed = hashOf(selfId);
    for (const { linkId, busyUntil, openRequestCount, bitsPerSecond } of peers) {
      if (busyUntil <= now) this.#slots.set(linkId, { openCount: openRequestCount, rate: bitsPerSecond });
    }
  }

  /**
   * [SCH-3] Asks for `blocks` as far as suppliers have room. [SCH-10] The block that the fewest have comes first, of
   * equals each viewer takes another: so a source gives each block away once before it gives one away twice.
   * `mostOpen`: requests at one peer, at most.
   */
  ask(
    key: SegmentKey,
    blocks: readonly number[],
    suppliers: readonly SupplierView[],
    mostOpen = MAX_REQUESTS_PER_PEER,
  ): AskPeer[] {
    const free = suppliers.filter(({ linkId }) => this.#hasRoom(linkId, mostOpen));
    if (free.length === 0) return [];
    const actions: AskPeer[] = [];
    for (const block of this.#rarestFirst(key, blocks, suppliers)) {
      const linkId = this.#soonest(block, free, mostOpen);
      if (linkId === undefined) continue;
      this.#slots.get(linkId)!.openCount += 1;
      actions.push({ type: 'askPeer', linkId, key, block });
      if (!free.some((supplier) => this.#hasRoom(supplier.linkId, mostOpen))) return actions;
    }
    return actions;
  }

  /** When a supplier that serves others is to be asked again; Infinity where none does. */
  nextFreeAt(suppliers: readonly SupplierView[]): Milliseconds {
    let at = Infinity;
    for (const { linkId, busyUntil } of this.peers) {
      if (busyUntil > this.now && suppliers.some((supplier) => supplier.linkId === linkId))
        at = Math.min(at, busyUntil);
    }
    return at;
  }

  /** The rate of the fastest supplier of `block` that has nothing to do; 0: there is none. */
  fastestIdle(block: number, suppliers: readonly SupplierView[]): BitsPerSecond {
    let best = 0;
    for (const { linkId, blocks } of suppliers) {
      const slot = this.#slots.get(linkId);
      if (slot?.openCount === 0 && (blocks?.has(block) ?? true)) best = Math.max(best, slot.rate);
    }
    return best;
  }

  rateOf(linkId: number): BitsPerSecond {
    return this.peers.find((peer) => peer.linkId === linkId)?.bitsPerSecond ?? 0;
  }

  #hasRoom(linkId: number, mostOpen: number): boolean {
    return (this.#slots.get(linkId)?.openCount ?? mostOpen) < mostOpen;
  }

  #rarestFirst(key: SegmentKey, blocks: readonly number[], suppliers: readonly SupplierView[]): readonly number[] {
    if (blocks.length < 2) return blocks;
    const seed = this.#seed ^ hashOf(key);
    const ranked = blocks.map((block) => {
      let count = 0;
      for (const supplier of suppliers) if (supplier.blocks?.has(block) ?? true) count += 1;
      return { block, count, lot: Math.imul(seed ^ (block + 1), LOT_FACTOR) >>> 0 };
    });
    return ranked.sort((a, b) => a.count - b.count || a.lot - b.lot).map(({ block }) => block);
  }

  /** The supplier that will be through with one more block first. */
  #soonest(block: number, suppliers: readonly SupplierView[], mostOpen: number): number | undefined {
    let best: number | undefined;
    let bestTime = Infinity;
    for (const { linkId, blocks } of suppliers) {
      const slot = this.#slots.get(linkId);
      if (!slot || slot.openCount >= mostOpen || !(blocks?.has(block) ?? true)) continue;
      const time = (slot.openCount + 1) / slot.rate;
      if (time < bestTime) [best, bestTime] = [linkId, time];
    }
    return best;
  }
}

/** Odd, without a pattern (2^32 ÷ golden ratio): numbers one apart land far apart. */
const LOT_FACTOR = 0x9e3779b1;
