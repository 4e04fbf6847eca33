import type { Bytes } from '../base/units';

/** What a session has moved since it began. One object over all sources. */
export class Counters {
  httpBytes: Bytes = 0;
  p2pBytes: Bytes = 0;
  uploadedBytes: Bytes = 0;
  wastedBytes: Bytes = 0;
  rejectedBytes: Bytes = 0;
  httpSegmentCount = 0;
  p2pSegmentCount = 0;

  get downloadedBytes(): Bytes {
    return this.httpBytes + this.p2pBytes;
  }

  get offloadRatio(): number {
    return this.downloadedBytes > 0 ? this.p2pBytes / this.downloadedBytes : 0;
  }
}
