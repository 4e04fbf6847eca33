// What the scheduler sees, with everything that a test does not speak of as usual: segments of four blocks that can
// wait, and peers of 2 Mb/s.

import { BlockMap } from '../../src/base/block-map';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import type { PeerView, SupplierView } from '../../src/scheduler/peer-slots';
import type { AskedView, DemandView, DownloadAction, SchedulerView } from '../../src/scheduler/plan-downloads';
import { planDownloads } from '../../src/scheduler/plan-downloads';

export const NOW = 100_000;
export const { blockBytes: BLOCK_BYTES } = TRANSFER_SIZES;
export const SEGMENT_BYTES = 500_000;
/** The first missing byte to the end. */
export const ALL = { start: 0, end: Infinity };

/** A segment that nobody has, and that can wait. */
export const demandOf = (more: Partial<DemandView> = {}): DemandView => ({
  key: 'a',
  deadline: NOW + 30_000,
  firstGap: ALL,
  gapCount: 1,
  unasked: [],
  remainingBytes: SEGMENT_BYTES,
  http: 'idle',
  httpPosition: 0,
  httpNotBefore: 0,
  suppliers: [],
  asked: [],
  isDisputed: false,
  wantedAt: NOW,
  isAhead: false,
  hasUrl: true,
  ...more,
});

/** Who has these blocks, or all. */
export function supplierOf(linkId: number, blocks?: readonly number[]): SupplierView {
  if (!blocks) return { linkId, blocks: undefined };
  const map = new BlockMap();
  for (const block of blocks) map.add(block);
  return { linkId, blocks: map };
}

/** One peer (link 1) has all of it. */
export const offered = (more: Partial<DemandView> = {}): DemandView =>
  demandOf({ unasked: [0, 1, 2, 3], suppliers: [supplierOf(1)], ...more });

export const peerOf = (linkId: number, more: Partial<PeerView> = {}): PeerView => ({
  linkId,
  peerId: 'peer',
  busyUntil: 0,
  openRequestCount: 0,
  bitsPerSecond: 2_000_000,
  weight: 1,
  ...more,
});

/** A whole block that was asked of a peer, which brought a byte just now. */
export const askedOf = (linkId: number, block: number, more: Partial<AskedView> = {}): AskedView => ({
  linkId,
  requestId: 7,
  block,
  lastByteAt: NOW,
  remainingBytes: BLOCK_BYTES,
  ...more,
});

export const viewOf = (demands: readonly DemandView[], more: Partial<SchedulerView> = {}): SchedulerView => ({
  now: NOW,
  demands,
  peers: [peerOf(1)],
  selfId: 'self',
  selfWeight: 1,
  swarmSize: 2,
  isLive: false,
  heardOf: [],
  searchUntil: 0,
  startingUntil: 0,
  blockBytes: BLOCK_BYTES,
  httpBitrate: 4_000_000,
  httpFirstByteMs: 300,
  ...more,
});

export const plan = (demand: DemandView, more: Partial<SchedulerView> = {}): DownloadAction[] =>
  planDownloads(viewOf([demand], more));
export const typesOf = (actions: readonly DownloadAction[]): string[] => actions.map(({ type }) => type);
