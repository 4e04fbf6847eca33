// An endless live stream made of a loop of VOD segments. Everything follows from the clock: two processes, or one before
// and after a restart, publish the same segments under the same numbers, so no state can drift apart.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the live sample behaves. */
export interface LiveOptions {
  /** Current time in milliseconds since the Unix epoch. @defaultValue `Date.now` */
  readonly now?: () => number;
  /** When segment 0 began, in milliseconds since the Unix epoch. @defaultValue 2025-01-01T00:00Z */
  readonly startMs?: number;
  /** Segments in a playlist, at least 3. @defaultValue 6 */
  readonly windowSegments?: number;
  /** Segments still served after they left the playlist. @defaultValue twice the window, more than RFC 8216 asks for */
  readonly graceSegments?: number;
}

/** The segments that are played round and round. */
export interface LiveLoop {
  readonly segmentMs: number;
  /** The multivariant playlist: the one of the loop fits, its URIs are relative. */
  readonly multivariantPlaylist: string;
  /** Names of the segment files, one list per rendition, all of equal length. */
  readonly filesByRendition: ReadonlyMap<string, readonly string[]>;
}

/** Where a live segment's bytes are. */
export interface LiveFile {
  readonly rendition: string;
  readonly file: string;
}

/** A live stream: playlists and segments at the present moment. */
export interface LiveStream {
  readonly multivariantPlaylist: string;
  /** The media playlist of a rendition now; undefined for an unknown rendition or before the first segment is out. */
  mediaPlaylist(rendition: string): string | undefined;
  /** The file of a segment; undefined when it is not yet published, long gone or of no known rendition. */
  segmentFile(rendition: string, sequence: number): LiveFile | undefined;
}

export const DEFAULT_START_MS = Date.UTC(2025, 0, 1);
export const DEFAULT_WINDOW_SEGMENTS = 6;
/** RFC 8216, section 6.2.2: a live playlist must not be shorter than three target durations. */
const MIN_WINDOW_SEGMENTS = 3;

/** Reads the loop from a VOD folder with `master.m3u8` and one folder per rendition. @throws Error when it cannot loop */
export function readLoop(folder: string): LiveLoop {
  const multivariantPlaylist = readFileSync(join(folder, 'master.m3u8'), 'utf8');
  const renditions = multivariantPlaylist
    .split('\n')
    .flatMap((line) => /^([\w-]+)\/index\.m3u8$/.exec(line)?.[1] ?? []);
  const playlists = renditions.map((name) => readFileSync(join(folder, name, 'index.m3u8'), 'utf8'));
  const durations = new Set(
    playlists.flatMap((text) => [...text.matchAll(/^#EXTINF:([\d.]+)/gm)].map((m) => Number(m[1]))),
  );
  const lists = playlists.map((text) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  const [seconds] = durations;
  if (seconds === undefined || durations.size > 1 || new Set(lists.map((list) => list.length)).size > 1)
    throw new Error(`${folder}: segments of one duration, as many in each rendition, are needed for a live loop`);
  const filesByRendition = new Map(renditions.map((name, index) => [name, lists[index] ?? []]));
  return { segmentMs: seconds * 1000, multivariantPlaylist, filesByRendition };
}

/** Makes the live stream of a loop. @throws RangeError for a window shorter than three segments */
export function createLiveStream(loop: LiveLoop, options: LiveOptions = {}): LiveStream {
  const { now = Date.now, startMs = DEFAULT_START_MS, windowSegments = DEFAULT_WINDOW_SEGMENTS } = options;
  const { graceSegments = windowSegments * 2 } = options;
  if (!(windowSegments >= MIN_WINDOW_SEGMENTS))
    throw new RangeError(
      `windowSegments is ${String(windowSegments)}; at least ${String(MIN_WINDOW_SEGMENTS)} are needed`,
    );

  return {
    multivariantPlaylist: loop.multivariantPlaylist,
    mediaPlaylist(rendition) {
      const files = loop.filesByRendition.get(rendition);
      const newest = newestSequence(now(), startMs, loop.segmentMs);
      if (!files || newest < 0) return undefined;
      const oldest = Math.max(0, newest - windowSegments + 1);
      const sequences = Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index);
      return [
        '#EXTM3U',
        '#EXT-X-VERSION:3',
        `#EXT-X-TARGETDURATION:${String(Math.round(loop.segmentMs / 1000))}`,
        `#EXT-X-MEDIA-SEQUENCE:${String(oldest)}`,
        `#EXT-X-DISCONTINUITY-SEQUENCE:${String(discontinuitiesBefore(oldest, files.length))}`,
        ...sequences.flatMap((sequence) => segmentLines(sequence, files.length, startMs, loop.segmentMs)),
        '',
      ].join('\n');
    },
    segmentFile(rendition, sequence) {
      const files = loop.filesByRendition.get(rendition);
      const newest = newestSequence(now(), startMs, loop.segmentMs);
      const isServed = sequence >= 0 && sequence <= newest && sequence > newest - windowSegments - graceSegments;
      const file = isServed ? files?.[sequence % files.length] : undefined;
      return file === undefined ? undefined : { rendition, file };
    },
  };
}

/** The newest segment that is out, which it is once it is complete; -1 before the first. */
export function newestSequence(nowMs: number, startMs: number, segmentMs: number): number {
  return Math.floor((nowMs - startMs) / segmentMs) - 1;
}

/** A wrap of the loop sets the media timestamps back; the very first segment follows nothing. */
function startsLoop(sequence: number, loopLength: number): boolean {
  return sequence > 0 && sequence % loopLength === 0;
}

/**
 * EXT-X-DISCONTINUITY tags that left a playlist whose first segment is `oldest`. A tag leaves together with its segment:
 * while a wrapped segment is the first of the playlist its tag still stands there and is not counted here. So a
 * segment's discontinuity number, this plus the tags before it, is the same in every playlist that holds it.
 */
function discontinuitiesBefore(oldest: number, loopLength: number): number {
  return Math.floor(oldest / loopLength) - (startsLoop(oldest, loopLength) ? 1 : 0);
}

function segmentLines(sequence: number, loopLength: number, startMs: number, segmentMs: number): string[] {
  return [
    ...(startsLoop(sequence, loopLength) ? ['#EXT-X-DISCONTINUITY'] : []),
    `#EXT-X-PROGRAM-DATE-TIME:${new Date(startMs + sequence * segmentMs).toISOString()}`,
    `#EXTINF:${(segmentMs / 1000).toFixed(3)},`,
    // Numbered by sequence, not by file: no URL ever means two segments.
    `${String(sequence)}.ts`,
  ];
}
