import type { BitsPerSecond, Bytes } from './units';
import { kibibytes, mebibytes } from './units';

/**
 * In which portions segments travel between peers. One value in the product; a simulation that lets one byte stand for
 * many makes them smaller in the same proportion, and everything else stays as it ships.
 */
export interface TransferSizes {
  /** Payload of the data frames that are sent: small enough to cancel quickly on a 1 Mb/s uplink. At most 64 KiB − 1 KiB. */
  readonly dataFrameBytes: Bytes;
  /** How much is asked of a peer at once: several peers can share a segment of ordinary size. At most 1 MiB. */
  readonly blockBytes: Bytes;
  /** Bytes handed to a link that have not left it yet: enough to keep it busy, few enough to stop quickly. */
  readonly linkHighWaterBytes: Bytes;
  /** What may be uploaded before anything was downloaded, so that a newcomer's first segments can be passed on. */
  readonly freeUploadBytes: Bytes;
  /** The ceiling on the upload rate holds over any span longer than it takes to send this. */
  readonly uploadBurstBytes: Bytes;
  /** Fewer bytes in a row say nothing about the uplink: buffers on the way take them at once. */
  readonly uplinkSampleBytes: Bytes;
  /** What one connection carries, about: a viewer that gives so many times as much counts that many times in the lots. */
  readonly servedPeerBitrate: BitsPerSecond;
  /** What a viewer says that it gives before its uplink has been measured. */
  readonly assumedUploadBitrate: BitsPerSecond;
  /** Size of a segment while nobody has said it and none of its rendition has come. */
  readonly assumedSegmentBytes: Bytes;
  /** Rate of the origin before anything was measured. */
  readonly assumedHttpBitrate: BitsPerSecond;
}

/** The sizes that ship. */
export const TRANSFER_SIZES: TransferSizes = {
  dataFrameBytes: kibibytes(16),
  blockBytes: kibibytes(128),
  linkHighWaterBytes: kibibytes(128),
  freeUploadBytes: mebibytes(1),
  uploadBurstBytes: kibibytes(256),
  uplinkSampleBytes: kibibytes(192),
  servedPeerBitrate: 10_000_000,
  assumedUploadBitrate: 5_000_000,
  assumedSegmentBytes: kibibytes(512),
  assumedHttpBitrate: 4_000_000,
};

/** `sizes` where one byte stands for `scale` true ones. */
export function scaleSizes(sizes: TransferSizes, scale: number): TransferSizes {
  const scaled = Object.entries(sizes).map(([name, size]: [string, number]) => [name, Math.round(size / scale)]);
  return Object.fromEntries(scaled) as TransferSizes;
}
