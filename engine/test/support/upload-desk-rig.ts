// An upload desk with a host that writes everything down, links that are flushed by hand, and a store that answers when
// it is told to.

import type { ByteRange } from '../../src/base/byte-range';
import { rangeLength } from '../../src/base/byte-range';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import type { PeerSession } from '../../src/swarm/peer-session';
import { UploadBudget, type UploadLimits } from '../../src/swarm/upload-budget';
import { UploadDesk } from '../../src/swarm/upload-desk';

export const SEGMENT_BYTES = 1_000_000;
export const ALL: ByteRange = { start: 0, end: SEGMENT_BYTES };
export const BLOCK: ByteRange = { start: 0, end: TRANSFER_SIZES.blockBytes };
/** What the header of a data message takes here. */
const HEADER_BYTES = 8;

export interface SentFrame {
  readonly linkId: number;
  readonly requestId: number;
  readonly offset: number;
  readonly length: number;
}

interface Question {
  readonly key?: string;
  readonly range?: ByteRange;
  readonly neededInMs?: number;
  readonly now?: number;
}

/**
 * `a` and `b` are stored, and read when the test says so; of `partial` there are the bytes themselves. The uplink is
 * measured only where `isMetered`: else nothing but the limits counts. Link 1 is open.
 */
export function startDesk(limits: Partial<UploadLimits> = {}, isMetered = false) {
  const sizes = isMetered ? TRANSFER_SIZES : { ...TRANSFER_SIZES, uplinkSampleBytes: Infinity };
  const budget = new UploadBudget({ isEnabled: true, maxBitrate: Infinity, maxRatio: Infinity, ...limits }, sizes);
  const reads: { readonly readId: number; readonly range: ByteRange }[] = [];
  const rejects: string[] = [];
  const served: string[] = [];
  const floods: number[] = [];
  const called: number[] = [];
  const frames: SentFrame[] = [];
  const unflushed = new Map<number, number>();
  const stored = new Set(['a', 'b']);
  const partial = new Set(['partial']);
  const totals = { uploadedBytes: 0, downloadedBytes: 1_000_000 };
  const desk = new UploadDesk(
    budget,
    {
      bytesAtHand: (key, range) => {
        if (range.end > SEGMENT_BYTES) return 'absent';
        if (partial.has(key)) return new Uint8Array(rangeLength(range));
        return stored.has(key) ? 'stored' : 'absent';
      },
      read: (readId, _, range) => reads.push({ readId, range }),
      totals: () => totals,
      onSent: (_, byteCount) => (totals.uploadedBytes += byteCount),
      onServed: ({ identity }, byteCount) => served.push(`${identity.linkId}: ${byteCount}`),
      onFlood: ({ identity }) => floods.push(identity.linkId),
    },
    sizes,
  );
  const join = (...linkIds: number[]): void => {
    for (const linkId of linkIds) {
      unflushed.set(linkId, 0);
      const session = {
        identity: { linkId },
        sendData: (requestId: number, offset: number, { length }: Uint8Array) => {
          frames.push({ linkId, requestId, offset, length });
          unflushed.set(linkId, (unflushed.get(linkId) ?? 0) + length + HEADER_BYTES);
          desk.noteSent(linkId, length + HEADER_BYTES);
        },
        sendFree: () => called.push(linkId),
        reject: (requestId: number, reason: string) => rejects.push(`${linkId}/${requestId} ${reason}`),
      };
      desk.open(session as unknown as PeerSession);
    }
  };
  const ask = (
    linkId: number,
    requestId: number,
    { key = 'partial', range = BLOCK, neededInMs = 5_000, now = 0 }: Question = {},
  ): void => desk.handleRequest(linkId, requestId, key, range, neededInMs, now);
  /** All that was given to the link has left it, or `part` of it. */
  const flush = (linkId: number, now = 0, part = 1): void => {
    const byteCount = Math.floor((unflushed.get(linkId) ?? 0) * part);
    unflushed.set(linkId, (unflushed.get(linkId) ?? 0) - byteCount);
    desk.handleFlushed(linkId, byteCount, now);
  };
  /** The store answers all that it was asked. */
  const answer = (now = 0): void => {
    for (const { readId, range } of reads.splice(0)) desk.handleRead(readId, new Uint8Array(rangeLength(range)), now);
  };
  /** Links take whatever they are given, and the store answers at once. */
  const drain = (from: number, until: number): void => {
    for (let now = from; now <= until; now += 10) {
      desk.wake(now);
      answer(now);
      for (const linkId of unflushed.keys()) flush(linkId, now);
    }
  };
  const bytesTo = (linkId: number): number =>
    frames.filter((frame) => frame.linkId === linkId).reduce((sum, { length }) => sum + length, 0);
  join(1);
  return {
    ...{ desk, budget, totals, stored, partial, reads, rejects, served, floods, called, frames, unflushed },
    ...{ join, ask, flush, answer, drain, bytesTo },
  };
}
