// What the plugin hands to a session.

import type { ByteRange } from '../base/byte-range';
import type { Segment } from '../media/segment';

/** A manifest text, as the plugin hands it over. */
export interface ManifestInput {
  readonly url: string;
  readonly responseUrl?: string;
  readonly text: string;
}

/** Bytes of a media resource that lists its own segments. */
export interface IndexInput {
  readonly url: string;
  readonly byteRange?: ByteRange;
  readonly bytes: Uint8Array;
}

/** A request of the player for a segment of this source. */
export interface SegmentInput {
  readonly requestId: number;
  readonly segment: Segment;
  readonly headers: Readonly<Record<string, string>>;
  readonly withCredentials: boolean;
}
