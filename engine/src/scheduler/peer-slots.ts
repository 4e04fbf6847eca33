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
  readonly peer: PeerView;
  readonly linkId: number;
  readonly busyUntil: Milliseconds;
  openCount: number;
  /** Looked up when it is needed. */
  rate: BitsPerSecond | undefined;
}

/** A supplier that has nothing to do. */
interface IdleSupplier {
  readonly rate: BitsPerSecond;
  readonly blocks: BlockMap | undefined;
}

/** A supplier that may be asked, and its slot. */
interface FreeSupplier {
  readonly slot: Slot;
  readonly blocks: BlockMap | undefined;
}

export class PeerSlots {
  /** Of the peers that were looked at, each at the place of its peer. */
  readonly #slots: (Slot | undefined)[];
  /** Place of the next peer, where it is most likely the next that is looked for: suppliers come in the same order. */
  #nextPlace = 0;

  constructor(
    private readonly peers: readonly PeerView[],
    private readonly now: Milliseconds,
    private readonly selfId: string,
  ) {
    this.#slots = new Array<Slot | undefined>(peers.length);
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
    const free: FreeSupplier[] = [];
    for (const { linkId, blocks: offered } of suppliers) {
      const slot = this.#freeSlot(linkId);
      if (slot && slot.openCount < mostOpen) free.push({ slot, blocks: offered });
    }
    if (free.length === 0) return [];
    const actions: AskPeer[] = [];
    for (const block of this.#rarestFirst(key, blocks, suppliers)) {
      const index = soonest(block, free);
      const slot = free[index]?.slot;
      if (!slot) continue;
      slot.openCount += 1;
      actions.push({ type: 'askPeer', linkId: slot.linkId, key, block });
      if (slot.openCount < mostOpen) continue;
      free.splice(index, 1);
      if (free.length === 0) break;
    }
    return actions;
  }

  /** When a supplier that serves others is to be asked again; Infinity where none does. */
  nextFreeAt(suppliers: readonly SupplierView[]): Milliseconds {
    let at = Infinity;
    for (const { linkId } of suppliers) {
      const busyUntil = this.#slotOf(linkId)?.busyUntil ?? 0;
      if (busyUntil > this.now) at = Math.min(at, busyUntil);
    }
    return at;
  }

  /** Those of the suppliers that have nothing to do, the fastest first. */
  idleAmong(suppliers: readonly SupplierView[]): IdleSupplier[] {
    const idle: IdleSupplier[] = [];
    for (const { linkId, blocks } of suppliers) {
      const slot = this.#freeSlot(linkId);
      if (slot?.openCount === 0) idle.push({ rate: rateOf(slot), blocks });
    }
    return idle.sort((a, b) => b.rate - a.rate);
  }

  rateOf(linkId: number): BitsPerSecond {
    const slot = this.#slotOf(linkId);
    return slot ? rateOf(slot) : 0;
  }

  /** That of a peer that may be asked now. */
  #freeSlot(linkId: number): Slot | undefined {
    const slot = this.#slotOf(linkId);
    return slot && slot.busyUntil <= this.now ? slot : undefined;
  }

  #slotOf(linkId: number): Slot | undefined {
    const place = this.#placeOf(linkId);
    const known = this.#slots[place];
    if (known) return known;
    const peer = this.peers[place];
    if (!peer) return undefined;
    const { busyUntil, openRequestCount: openCount } = peer;
    const slot: Slot = { peer, linkId, busyUntil, openCount, rate: undefined };
    this.#slots[place] = slot;
    return slot;
  }

  /** -1: none of the peers. */
  #placeOf(linkId: number): number {
    const { length } = this.peers;
    for (let offset = 0; offset < length; offset += 1) {
      const place = (this.#nextPlace + offset) % length;
      if (this.peers[place]?.linkId !== linkId) continue;
      this.#nextPlace = place + 1;
      return place;
    }
    return -1;
  }

  #rarestFirst(key: SegmentKey, blocks: readonly number[], suppliers: readonly SupplierView[]): readonly number[] {
    if (blocks.length < 2) return blocks;
    const seed = hashOf(this.selfId) ^ hashOf(key);
    // Those that have all count for each block alike.
    const partial: BlockMap[] = [];
    for (const supplier of suppliers) if (supplier.blocks) partial.push(supplier.blocks);
    const ranked = blocks.map((block) => {
      let count = 0;
      for (const map of partial) if (map.has(block)) count += 1;
      return { block, count, lot: Math.imul(seed ^ (block + 1), LOT_FACTOR) >>> 0 };
    });
    return ranked.sort((a, b) => a.count - b.count || a.lot - b.lot).map(({ block }) => block);
  }
}

/** The place of the supplier that will be through with one more block first; -1: none has it. */
function soonest(block: number, suppliers: readonly FreeSupplier[]): number {
  let best = -1;
  let bestTime = Infinity;
  for (let index = 0; index < suppliers.length; index += 1) {
    const { slot, blocks } = suppliers[index]!;
    if (!(blocks?.has(block) ?? true)) continue;
    const time = (slot.openCount + 1) / rateOf(slot);
    if (time < bestTime) [best, bestTime] = [index, time];
  }
  return best;
}

/** The rate of the fastest of `idle`, as {@link PeerSlots.idleAmong} gives them, that has `block`; 0: none has it. */
export function fastestWith(block: number, idle: readonly IdleSupplier[]): BitsPerSecond {
  for (const { rate, blocks } of idle) if (blocks?.has(block) ?? true) return rate;
  return 0;
}

function rateOf(slot: Slot): BitsPerSecond {
  return (slot.rate ??= slot.peer.bitsPerSecond);
}

/** Odd, without a pattern (2^32 ÷ golden ratio): numbers one apart land far apart. */
const LOT_FACTOR = 0x9e3779b1;
