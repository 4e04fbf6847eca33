// What is shown: renditions of segments, live or recorded, and their playlists.

import type { BitsPerSecond, Bytes, Milliseconds, Seconds } from '../../../engine/src/base/units';
import { secondsToMs } from '../../../engine/src/base/units';

const BASE_URL = 'https://cdn.example/show/';
const BITS_PER_BYTE = 8;
/** Sizes vary around the bitrate by so much: what a scene takes. */
const SIZE_SPREAD = 0.15;
/** Media sequence of the first live segment: a stream that began long ago. */
const FIRST_SEQUENCE = 5_000;

export interface MediaConfig {
  readonly isLive: boolean;
  readonly segmentSeconds: Seconds;
  /** Of a recording; of a live stream no more than fit into the run. */
  readonly segmentCount: number;
  /** Segments in a live playlist. */
  readonly windowCount: number;
  /** Lowest first, true bits per second. */
  readonly bitrates: readonly BitsPerSecond[];
}

/** One segment of one rendition. */
export interface MediaSegment {
  readonly rung: number;
  readonly index: number;
  readonly url: string;
  /** As simulated. */
  readonly byteCount: Bytes;
}

/** A playlist as loaded at some moment. */
export interface PlaylistSnapshot {
  readonly url: string;
  readonly text: string;
  /** Index of the first segment listed, and of the first not yet listed. */
  readonly start: number;
  readonly end: number;
}

export class Media {
  readonly masterUrl = `${BASE_URL}master.m3u8`;
  readonly #segments: readonly (readonly MediaSegment[])[];
  readonly #byUrl = new Map<string, MediaSegment>();
  /** The newest playlist of each rendition: all viewers that load it now share the text. */
  readonly #playlists: (PlaylistSnapshot | undefined)[] = [];

  constructor(
    readonly config: MediaConfig,
    scale: number,
  ) {
    this.#segments = config.bitrates.map((bitrate, rung) =>
      Array.from({ length: config.segmentCount }, (_, index) => {
        const meanBytes = (bitrate * config.segmentSeconds) / BITS_PER_BYTE / scale;
        const byteCount = Math.round(meanBytes * (1 + SIZE_SPREAD * (2 * shapeOf(index) - 1)));
        return { rung, index, url: `${BASE_URL}${rung}/${FIRST_SEQUENCE + index}.ts`, byteCount };
      }),
    );
    for (const segment of this.#segments.flat()) this.#byUrl.set(segment.url, segment);
  }

  get rungCount(): number {
    return this.config.bitrates.length;
  }

  /** A source of one rendition is its media playlist itself. */
  get sourceUrl(): string {
    return this.rungCount > 1 ? this.masterUrl : this.playlistUrl(0);
  }

  playlistUrl(rung: number): string {
    return `${BASE_URL}${rung}/index.m3u8`;
  }

  segment(rung: number, index: number): MediaSegment | undefined {
    return this.#segments[rung]?.[index];
  }

  find(url: string): MediaSegment | undefined {
    return this.#byUrl.get(url);
  }

  /** First segment that is not out at `now`. */
  endAt(now: Milliseconds): number {
    const { isLive, segmentCount, windowCount, segmentSeconds } = this.config;
    if (!isLive) return segmentCount;
    return Math.min(segmentCount, windowCount + Math.floor(now / secondsToMs(segmentSeconds)));
  }

  /** What has been recorded at `now`, to the fraction of a segment: the live edge on the media's own timeline. */
  edgeSeconds(now: Milliseconds): Seconds {
    const { windowCount, segmentSeconds } = this.config;
    return windowCount * segmentSeconds + now / secondsToMs(1);
  }

  masterText(): string {
    const lines = this.config.bitrates.flatMap((bitrate, rung) => [
      `#EXT-X-STREAM-INF:BANDWIDTH=${bitrate},RESOLUTION=${640 + 320 * rung}x${360 + 180 * rung}`,
      this.playlistUrl(rung),
    ]);
    return `${['#EXTM3U', ...lines].join('\n')}\n`;
  }

  playlistAt(rung: number, now: Milliseconds): PlaylistSnapshot {
    const { isLive, windowCount } = this.config;
    const end = this.endAt(now);
    const start = isLive ? Math.max(0, end - windowCount) : 0;
    const known = this.#playlists[rung];
    if (known?.end === end && known.start === start) return known;
    const fresh = { url: this.playlistUrl(rung), text: this.#textOf(start, end), start, end };
    this.#playlists[rung] = fresh;
    return fresh;
  }

  #textOf(start: number, end: number): string {
    const { isLive, segmentSeconds } = this.config;
    const lines = ['#EXTM3U', '#EXT-X-VERSION:6', `#EXT-X-TARGETDURATION:${segmentSeconds}`];
    lines.push(`#EXT-X-MEDIA-SEQUENCE:${FIRST_SEQUENCE + start}`);
    for (let index = start; index < end; index += 1)
      lines.push(`#EXTINF:${segmentSeconds}.000,`, `${FIRST_SEQUENCE + index}.ts`);
    if (!isLive) lines.push('#EXT-X-ENDLIST');
    return `${lines.join('\n')}\n`;
  }
}

/** In [0, 1), the same for all renditions of a segment and for all seeds. */
function shapeOf(index: number): number {
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0) / 2 ** 32;
}
