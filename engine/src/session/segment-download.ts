// One segment that is wanted: who asked for it, what has come of it, and which size of it is believed.

import { BlockMap, blockCountOf, blockRange } from '../base/block-map';
import type { ByteRange } from '../base/byte-range';
import { rangeLength } from '../base/byte-range';
import type { Bytes, Milliseconds } from '../base/units';
import type { Segment } from '../media/segment';
import type { HaveEntry } from '../protocol/peer-messages';
import type { SupplierView } from '../scheduler/peer-slots';
import { MAX_REQUESTS_PER_PEER } from '../scheduler/peer-slots';
import type { AskedView, DemandView } from '../scheduler/plan-downloads';
import type { PeerSession } from '../swarm/peer-session';
import type { OpenRequest } from '../swarm/peer-link-facts';
import { SegmentTransfer } from '../swarm/segment-transfer';
import type { HttpTarget } from './http-desk';
import type { RequestManner } from './look-ahead';
import { SizeClaims } from './size-claims';

/** A segment as the player asks for it first, or will. */
export interface WantedSegment {
  /** With the player's own URL: it may have a token. */
  readonly segment: Segment;
  /** How the origin is asked; undefined: it cannot be, before the player asks. */
  readonly manner: RequestManner | undefined;
  readonly wantedAt: Milliseconds;
  /** In which portions it is shared. */
  readonly blockBytes: Bytes;
}

export class SegmentDownload {
  segment: Segment;
  manner: RequestManner | undefined;
  /** The player's requests; none: it will likely ask, see `LookAhead`. */
  readonly requestIds = new Set<number>();
  /** When the player runs dry without it, while it has not asked for it. */
  aheadDeadline: Milliseconds = 0;
  readonly transfer: SegmentTransfer;
  /** What peers were asked for, and still owe. */
  readonly asked = new Map<OpenRequest, PeerSession>();
  /** What peers say of its size. */
  readonly claims = new SizeClaims();
  /** When bytes were first asked for, from anybody. */
  startedAt: Milliseconds | undefined;
  /** When the origin was first asked. */
  httpStartedAt: Milliseconds | undefined;
  /** The origin or the manifest said the size; else it is what peers say. */
  isSizeCertain: boolean;
  /** Peers do not agree on the size, and the origin has not said it. */
  isDisputed = false;
  /** Blocks that are all here. */
  readonly #blocks = new BlockMap();

  constructor(readonly wanted: WantedSegment) {
    const { segment, manner } = wanted;
    this.segment = segment;
    this.manner = manner;
    this.transfer = new SegmentTransfer(segment.byteRange && rangeLength(segment.byteRange));
    this.isSizeCertain = segment.byteRange !== undefined;
  }

  /** Whether the player has not asked for it yet. */
  get isAhead(): boolean {
    return this.requestIds.size === 0;
  }

  /** What to ask of the origin; undefined: only the player knows how. */
  get httpTarget(): HttpTarget | undefined {
    const { key, url, byteRange } = this.segment;
    return this.manner && { key, url, byteRange, ...this.manner };
  }

  /** [DL-7] The player asks; what came ahead is used. */
  ask(requestId: number, segment: Segment, manner: RequestManner): void {
    if (this.isAhead) [this.segment, this.manner] = [segment, manner];
    this.requestIds.add(requestId);
  }

  /** [DL-2] A size that a peer names is believed while all name one; false: somebody is wrong. */
  agreesWith(size: Bytes): boolean {
    return this.isSizeCertain || this.isDisputed || this.setTotal(size);
  }

  /** Says how long the segment is, as {@link SegmentTransfer.setTotal}. Which blocks are here depends on it. */
  setTotal(size: Bytes): boolean {
    const isNew = this.transfer.totalBytes === undefined;
    if (!this.transfer.setTotal(size)) return false;
    if (isNew) {
      this.#blocks.clear();
      this.#noteBlocks(0, size);
    }
    return true;
  }

  /** [SCORE-3] The segment is here: who was right about its size, and who was not, where that is known. */
  judgeClaims(size: Bytes, now: Milliseconds): void {
    if (this.isSizeCertain || this.claims.isProven(size)) this.claims.judge(size, this.isSizeCertain, now);
  }

  /** The announcement of what is here; undefined: no block yet. */
  get have(): HaveEntry | undefined {
    const { totalBytes } = this.transfer;
    if (this.#blocks.count === 0 || totalBytes === undefined) return undefined;
    return { id: this.segment.id, state: 'partial', totalBytes, blocks: this.#blocks.toBytes() };
  }

  /** Adds bytes; `hasNewBlock`: there is more to give to others. */
  add(offset: Bytes, bytes: Uint8Array, source: 'http' | 'p2p'): { wastedBytes: Bytes; hasNewBlock: boolean } {
    const { wastedBytes } = this.transfer.add(offset, bytes, source);
    return { wastedBytes, hasNewBlock: this.#noteBlocks(offset, offset + bytes.length) };
  }

  /** Looks which blocks between two bytes are complete; true: there are new ones. */
  #noteBlocks(start: Bytes, end: Bytes): boolean {
    const { totalBytes } = this.transfer;
    if (totalBytes === undefined) return false;
    const before = this.#blocks.count;
    const { blockBytes } = this.wanted;
    for (let index = Math.floor(start / blockBytes); index * blockBytes < Math.min(end, totalBytes); index += 1) {
      if (!this.#blocks.has(index) && this.transfer.view(blockRange(index, totalBytes, blockBytes)))
        this.#blocks.add(index);
    }
    return this.#blocks.count > before;
  }

  /** Forgets all bytes, because what came cannot be trusted. Returns how many. */
  reset(): Bytes {
    this.#blocks.clear();
    return this.transfer.reset();
  }

  /** Whether a peer has room for a request, and something that nobody was asked for. While the size is unknown maybe. */
  canAsk(peer: PeerSession): boolean {
    const { totalBytes } = this.transfer;
    if (peer.openRequestCount >= MAX_REQUESTS_PER_PEER) return false;
    if (totalBytes === undefined) return true;
    const blocks = peer.offerOf(this.segment.key)?.blocks;
    const asked = this.#askedBlocks();
    const count = blockCountOf(totalBytes, this.wanted.blockBytes);
    for (let index = 0; index < count; index += 1)
      if (!this.#blocks.has(index) && !asked.includes(index) && (blocks?.has(index) ?? true)) return true;
    return false;
  }

  /** What is to be asked for to get `block`: from its first byte that is not here. */
  missingOf(block: number): ByteRange | undefined {
    const { totalBytes } = this.transfer;
    if (totalBytes === undefined) return undefined;
    return this.transfer.missing(blockRange(block, totalBytes, this.wanted.blockBytes))[0];
  }

  /** For the scheduler; what depends on more than the download is given by the caller. */
  view(
    peers: readonly PeerSession[],
    outside: Pick<DemandView, 'deadline' | 'http' | 'httpPosition' | 'httpNotBefore'>,
    usualBytes: Bytes,
  ): DemandView {
    const { transfer } = this;
    const gaps = transfer.missing();
    const asked: AskedView[] = [];
    for (const [{ requestId, lastByteAt, range, position }, session] of this.asked) {
      const block = Math.floor(range.start / this.wanted.blockBytes);
      const remainingBytes = range.end - position;
      asked.push({ linkId: session.linkId, requestId, block, lastByteAt, remainingBytes });
    }
    return {
      key: this.segment.key,
      ...outside,
      firstGap: this.#openEnded(gaps[0] ?? { start: 0, end: Infinity }),
      gapCount: gaps.length,
      unasked: this.#unasked(),
      remainingBytes: Math.max(0, (transfer.totalBytes ?? usualBytes) - this.#reliableBytes),
      suppliers: this.#suppliersAmong(peers),
      asked,
      isDisputed: this.isDisputed,
      isAhead: this.isAhead,
      hasUrl: this.manner !== undefined,
      wantedAt: this.wanted.wantedAt,
    };
  }

  /** [SCORE-5] What need not be fetched again. The rest goes if the origin says another size: HTTP must have time for it. */
  get #reliableBytes(): Bytes {
    const { totalBytes, receivedBytes, p2pBytes } = this.transfer;
    const isReliable = this.isSizeCertain || p2pBytes === 0 || totalBytes === undefined;
    return isReliable || this.claims.isProven(totalBytes) ? receivedBytes : 0;
  }

  /**
   * The end of the segment is asked for as the end of the resource: so the origin says where that is. So is everything
   * while the size is in dispute.
   */
  #openEnded({ start, end }: ByteRange): ByteRange {
    return { start, end: this.isDisputed || end === this.transfer.totalBytes ? Infinity : end };
  }

  #unasked(): number[] {
    const { totalBytes } = this.transfer;
    if (totalBytes === undefined) return [];
    const blocks: number[] = [];
    const count = blockCountOf(totalBytes, this.wanted.blockBytes);
    const asked = this.#askedBlocks();
    for (let index = 0; index < count; index += 1) {
      if (!this.#blocks.has(index) && !asked.includes(index)) blocks.push(index);
    }
    return blocks;
  }

  #askedBlocks(): number[] {
    const blocks: number[] = [];
    for (const { range } of this.asked.keys()) blocks.push(Math.floor(range.start / this.wanted.blockBytes));
    return blocks;
  }

  /** Who has what. One that means a segment of another size, or is not believed, has nothing of this one. */
  #suppliersAmong(peers: readonly PeerSession[]): SupplierView[] {
    const { totalBytes } = this.transfer;
    const suppliers: SupplierView[] = [];
    for (const peer of peers) {
      const offer = peer.offerOf(this.segment.key);
      if (!offer || (totalBytes === undefined ? peer.score.isDoubted : offer.totalBytes !== totalBytes)) continue;
      suppliers.push(offer);
    }
    return suppliers;
  }
}
