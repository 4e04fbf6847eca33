// Which rate the player hears. Peers bring a segment as late as the buffer allows: that is slow by choice, and a player
// that took it for the line would step down. What it must know is how fast the segment would have come had it been
// urgent, as without peers.

import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import { bitrateOf, timeToMove } from '../base/units';

/** A segment that takes so many times its own duration keeps no player playing. */
const SLOW_FACTOR = 1.5;

/** Players keep a rendition while the rate is above its own by a quarter or so. */
const KEEP_FACTOR = 1.5;

/** HTTP may have become faster after so long: then peers' rates count as they are, and HTTP will show. */
const FRESH_MS: Milliseconds = 120_000;

/** How a segment came. */
export interface DeliveryFacts {
  readonly byteCount: Bytes;
  readonly durationMs: Milliseconds;
  /** Since bytes were first asked for, from anybody. */
  readonly elapsedMs: Milliseconds;
  /** Since the origin was first asked, where peers brought nothing. Undefined: they did. */
  readonly httpAloneMs: Milliseconds | undefined;
}

/** What is known of the way to the origin. */
export interface LineFacts {
  /** Measured; undefined: nothing came over HTTP yet. */
  readonly httpBitrate: BitsPerSecond | undefined;
  readonly httpFirstByteMs: Milliseconds;
  /** Since the last byte over HTTP. */
  readonly httpSilentMs: Milliseconds;
  /** The most that came in a while, from everybody. */
  readonly peakBitrate: BitsPerSecond;
}

/** [DL-9] How fast a segment came, or would have come had it been urgent. */
export function deliveryBitrate(delivery: DeliveryFacts, line: LineFacts): BitsPerSecond {
  const { byteCount, elapsedMs, httpAloneMs } = delivery;
  if (httpAloneMs !== undefined) return rateOver(byteCount, httpAloneMs);
  return Math.max(
    Math.min(rateOver(byteCount, elapsedMs), provenByPeers(delivery, line)),
    urgentBitrate(byteCount, line),
  );
}

/**
 * [DL-14] Peers have what others watch. That they are fast says that this rendition can be had; the next one may have to
 * come over HTTP, and a player that steps up to where HTTP is slow steps down again, and up, and down.
 */
function provenByPeers({ byteCount, durationMs }: DeliveryFacts, line: LineFacts): BitsPerSecond {
  if (line.httpBitrate === undefined || line.httpSilentMs > FRESH_MS) return Infinity;
  return rateOver(byteCount, durationMs) * KEEP_FACTOR;
}

/** How fast so many bytes would come at once: over HTTP as a player alone would measure it, else as the line has shown. */
export function urgentBitrate(byteCount: Bytes, line: LineFacts): BitsPerSecond {
  const { httpBitrate, httpFirstByteMs, peakBitrate } = line;
  if (httpBitrate === undefined) return peakBitrate;
  return rateOver(byteCount, httpFirstByteMs + timeToMove(byteCount, httpBitrate));
}

const rateOver = (byteCount: Bytes, elapsed: Milliseconds): BitsPerSecond => bitrateOf(byteCount, Math.max(1, elapsed));

/** Signs that the line is no longer what HTTP showed last. */
export interface DoubtFacts {
  readonly elapsedMs: Milliseconds;
  readonly durationMs: Milliseconds;
  /** What the player has left. */
  readonly bufferMs: Milliseconds;
  /** Since the last byte over HTTP. */
  readonly httpSilentMs: Milliseconds;
}

/** [DL-13] Whether a segment that came from peers was so slow, and is so late, that maybe the line itself is slow. */
export function isLineDoubtful({ elapsedMs, durationMs, bufferMs, httpSilentMs }: DoubtFacts): boolean {
  const slowMs = durationMs * SLOW_FACTOR;
  return elapsedMs > slowMs && bufferMs < slowMs && httpSilentMs >= elapsedMs;
}
