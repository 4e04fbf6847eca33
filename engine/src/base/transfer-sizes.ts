import type { Bytes } from './units';
import { kibibytes } from './units';

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
}

/** The sizes that ship. */
export const TRANSFER_SIZES: TransferSizes = {
  dataFrameBytes: kibibytes(16),
  blockBytes: kibibytes(128),
  linkHighWaterBytes: kibibytes(128),
};
