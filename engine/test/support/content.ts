// What an origin holds: one rendition of segments whose every byte follows from the segment's number.

import type { Bytes, Milliseconds, Seconds } from '../../src/base/units';

const BASE_URL = 'https://origin.example/show/';

export interface ContentOptions {
  readonly segmentSeconds: Seconds;
  readonly segmentBytes: Bytes;
  readonly segmentCount: number;
  /** Live: one more segment is published at each segment duration; else all are there from the start. */
  readonly isLive: boolean;
  /** Segments in a live playlist. */
  readonly windowCount: number;
  /** HLS, or DASH with `$Number$` or with a SegmentTimeline and `$Time$`. */
  readonly manifest: 'hls' | 'dash-number' | 'dash-time';
}

const DEFAULTS: ContentOptions = {
  segmentSeconds: 2,
  segmentBytes: 200_000,
  segmentCount: 60,
  isLive: false,
  windowCount: 6,
  manifest: 'hls',
};

/** Units of a second in a SegmentTimeline. */
const DASH_TIMESCALE = 90_000;

const POOL_WORDS = 1 << 19;
/** A prime: segments begin at different places, also within a word. */
const STEP_BYTES = 977;
let pool: Uint8Array | undefined;

/** The bytes of segment `index`: no two segments are alike, nor any two places within one. */
export function segmentBytes(index: number, size: Bytes): Uint8Array {
  pool ??= makePool();
  const start = (index * STEP_BYTES) % (pool.length - size);
  return pool.subarray(start, start + size);
}

/** Xorshift: no short period, so nothing repeats. */
function makePool(): Uint8Array {
  const words = new Uint32Array(POOL_WORDS);
  let state = 2_463_534_242;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer);
}

/** One stream. */
export class Content {
  readonly url: string;
  readonly options: ContentOptions;

  constructor(options: Partial<ContentOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.url = `${BASE_URL}main.${this.options.manifest === 'hls' ? 'm3u8' : 'mpd'}`;
  }

  segmentUrl(index: number): string {
    const { manifest, segmentSeconds } = this.options;
    if (manifest === 'hls') return `${BASE_URL}segment-${index}.ts`;
    return `${BASE_URL}segment-${manifest === 'dash-number' ? index : index * segmentSeconds * DASH_TIMESCALE}.m4s`;
  }

  bytesOf(index: number): Uint8Array {
    return segmentBytes(index, this.options.segmentBytes);
  }

  /** Number of the first segment that is not published at `now`. */
  endAt(now: Milliseconds): number {
    const { isLive, segmentSeconds, segmentCount, windowCount } = this.options;
    if (!isLive) return segmentCount;
    return Math.min(segmentCount, windowCount + Math.floor(now / (segmentSeconds * 1000)));
  }

  /** Number of the first segment that a playlist of `now` lists. */
  startAt(now: Milliseconds): number {
    return this.options.isLive ? Math.max(0, this.endAt(now) - this.options.windowCount) : 0;
  }

  playlistAt(now: Milliseconds): string {
    return this.options.manifest === 'hls' ? this.#mediaPlaylistAt(now) : this.#mpdAt(now);
  }

  #mpdAt(now: Milliseconds): string {
    const [start, end] = [this.startAt(now), this.endAt(now)];
    const { segmentSeconds, segmentCount, isLive, manifest } = this.options;
    const duration = segmentSeconds * DASH_TIMESCALE;
    const template =
      manifest === 'dash-number'
        ? `<SegmentTemplate timescale="${DASH_TIMESCALE}" duration="${duration}" startNumber="0" media="segment-$Number$.m4s"/>`
        : `<SegmentTemplate timescale="${DASH_TIMESCALE}" media="segment-$Time$.m4s"><SegmentTimeline><S t="${start * duration}" d="${duration}" r="${end - start - 1}"/></SegmentTimeline></SegmentTemplate>`;
    const kind = isLive
      ? 'type="dynamic" availabilityStartTime="2024-01-01T00:00:00Z" minimumUpdatePeriod="PT1S"'
      : `type="static" mediaPresentationDuration="PT${segmentCount * segmentSeconds}S"`;
    return `<?xml version="1.0"?>
      <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${kind}><Period id="1" start="PT0S">
      <AdaptationSet contentType="video" mimeType="video/mp4">${template}
      <Representation id="v" bandwidth="800000" codecs="avc1.4d401e" width="640" height="360"/>
      </AdaptationSet></Period></MPD>`;
  }

  #mediaPlaylistAt(now: Milliseconds): string {
    const [start, end] = [this.startAt(now), this.endAt(now)];
    const { segmentSeconds, isLive } = this.options;
    const lines = ['#EXTM3U', '#EXT-X-VERSION:6', `#EXT-X-TARGETDURATION:${segmentSeconds}`];
    lines.push(`#EXT-X-MEDIA-SEQUENCE:${start}`);
    for (let index = start; index < end; index += 1)
      lines.push(`#EXTINF:${segmentSeconds}.000,`, this.segmentUrl(index));
    if (!isLive) lines.push('#EXT-X-ENDLIST');
    return `${lines.join('\n')}\n`;
  }
}
