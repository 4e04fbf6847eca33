// What every plugin uses and nothing else: it hands over manifests, asks for bytes, reports the playhead, and ends.

import type { ByteRange } from '../base/byte-range';
import type { P2PError } from '../base/p2p-error';
import type { BitsPerSecond, Bytes, Seconds } from '../base/units';
import type { Cancel } from '../ports/clock';
import type { SessionHandle } from '../session/session-handle';

/** A manifest text that passed the player's request path. */
export interface ManifestText {
  /** The URL that the player asked for. */
  readonly url: string;
  /** The URL that answered, when a redirect led elsewhere. */
  readonly responseUrl?: string;
  readonly text: string;
}

/**
 * Bytes of a media resource that lists its own segments: the `sidx` box of a DASH SegmentBase, which players read
 * before the first segment.
 */
export interface IndexBytes {
  /** The URL of the resource as the manifest gives it. */
  readonly url: string;
  /** Where `bytes` begin; absent: at the beginning of the resource. */
  readonly byteRange?: ByteRange;
  /** At least the index, and as much around it as there is. Read before the call returns, not kept. */
  readonly bytes: Uint8Array;
}

/** A request that the player is about to make. */
export interface PlayerRequest {
  /** Absolute URL: what the origin is asked for. */
  readonly url: string;
  /** The URL that the manifest lists, where a page has put a token on it or another host in it since. */
  readonly listedUrl?: string;
  /** The bytes asked for by a Range header; absent: the whole resource. */
  readonly byteRange?: ByteRange;
  /** Headers that the player or page set, without Range: they go along when the engine asks the origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether cookies go along across origins. Default false. */
  readonly withCredentials?: boolean;
}

/** Where the bytes of a delivered segment came from. */
export interface SegmentOrigin {
  readonly httpBytes: Bytes;
  readonly p2pBytes: Bytes;
}

/** A whole segment for the player. */
export interface DeliveredSegment extends SegmentOrigin {
  /** The player's own copy: it may transfer it to a worker. */
  readonly bytes: ArrayBuffer;
  /** The rate at which the bytes came over the network, for the player's bandwidth estimate. */
  readonly bitsPerSecond: BitsPerSecond;
}

/** Called after `request` returned, never within it: progress…, then exactly one of the others; none after cancel. */
export interface PlayerRequestListener {
  /** How much has come. `totalBytes` is undefined until the size is known. */
  onProgress(loadedBytes: Bytes, totalBytes: Bytes | undefined): void;
  /** The whole segment is there, never empty, and as long as the range that was asked for. */
  onSuccess(segment: DeliveredSegment): void;
  /** Neither peers nor HTTP gave it: the plugin lets the player's own loader try. */
  onError(error: P2PError): void;
}

/** Where the player is. */
export interface PlaybackReport {
  /** Position on the player's timeline. */
  readonly playheadSeconds: Seconds;
  /** Contiguous playable seconds after the playhead. */
  readonly bufferAheadSeconds: Seconds;
  /** Playback speed; 1 is normal. */
  readonly rate: number;
  readonly isPaused: boolean;
}

/** The engine as one player sees it. */
export interface PlayerConnection {
  /** What the page gets: stats, events, options, end. */
  readonly handle: SessionHandle;
  /** A new source was set: what was known of the old one is forgotten and its swarm left. */
  openSource(url: string): void;
  /** Hands over a manifest. One that cannot be read is reported by the `manifestRejected` event. */
  addManifest(manifest: ManifestText): void;
  /**
   * The part of the resource at `url` without which its segments are not known. Undefined when none is missing. The
   * engine does not fetch it: the player does, sooner or later, and the plugin hands it over with `addIndex`.
   */
  missingIndex(url: string): ByteRange | undefined;
  /** Hands over an index. One that cannot be read is reported by the `manifestRejected` event. */
  addIndex(index: IndexBytes): void;
  /**
   * Asks the engine for the bytes. Undefined when it is no media segment of the source, or P2P is off:
   * then the player's own loader does it.
   */
  request(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined;
  /** Tells where the player is: at least once a second while playing, and right before a request. */
  reportPlayback(report: PlaybackReport): void;
  /** The source was unloaded; the handle stays usable for the next. */
  closeSource(): void;
  /** P2P cannot work with this source or player: reported by `standingAside`, once per session. */
  standAside(reason: string): void;
}
