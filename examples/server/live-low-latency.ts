// The live sample in low latency (RFC 8216bis, LL-HLS): segments that are given out part by part while they are made.
// A part is a chunk of its segment, so the parts of a segment one after the other are the segment. As the other live
// samples it follows from the clock alone.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fragmentsOf, moveInTime, timescaleOf } from './iso-boxes';
import { DEFAULT_START_MS, type LiveOptions } from './live-stream';

/** A part of a looped segment: which of its bytes, and how long. */
interface LoopedPart {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly seconds: number;
}

interface LoopedSegment {
  readonly bytes: Uint8Array;
  /** From the beginning of the loop. */
  readonly startSeconds: number;
  readonly parts: readonly LoopedPart[];
}

interface LoopedRendition {
  readonly init: Uint8Array;
  readonly timescale: number;
  /** Audio can be decoded from any part on, video from the first of a segment. */
  readonly isAudio: boolean;
  readonly segments: readonly LoopedSegment[];
}

/** What is played round and round. */
export interface ChunkLoop {
  readonly segmentMs: number;
  /** As many in each segment of each rendition. */
  readonly partsPerSegment: number;
  /** The longest part of all, rounded up. */
  readonly partTargetSeconds: number;
  readonly multivariantPlaylist: string;
  readonly renditions: ReadonlyMap<string, LoopedRendition>;
}

/** Something that will be there at a moment of the stream's clock, perhaps in the past. */
export interface Awaited<Content> {
  readonly atMs: number;
  read(): Content;
}

/** A stream in low latency at the present moment. */
export interface LowLatencyStream {
  readonly multivariantPlaylist: string;
  initSegment(rendition: string): Uint8Array | undefined;
  /**
   * The media playlist that a query of delivery directives asks for, once it can be given. Undefined for an unknown
   * rendition; `refused` for directives that no playlist will answer soon.
   */
  mediaPlaylist(rendition: string, query: string): Awaited<string> | 'refused' | undefined;
  /** Undefined when it is not yet complete, long gone or of no known rendition. */
  segment(rendition: string, sequence: number): Uint8Array | undefined;
  /** A part by its number in the segment; one that is announced already is to be waited for. */
  part(rendition: string, sequence: number, part: number): Awaited<Uint8Array> | undefined;
}

/** Enough for delta playlists: RFC 8216bis 4.4.3.8 keeps at least six target durations out of what is skipped. */
const DEFAULT_WINDOW_SEGMENTS = 10;
const SKIP_BOUNDARY_TARGETS = 6;
/** Segments before the live edge whose parts are listed: at least three target durations (6.2.2). */
const SEGMENTS_WITH_PARTS = 3;
/** Of at least two part targets (4.4.3.8): five, for a player on a busy machine. */
const HOLD_BACK_PARTS = 5;
/** A reload may wait for a segment that is no further ahead than this (6.2.5.2). */
const MAX_SEGMENTS_AHEAD = 2;
const PART_TARGET_DECIMALS = 2;

/** Reads the loop from a VOD folder of segments that are made of chunks. @throws Error when it cannot loop */
export function readChunkLoop(folder: string): ChunkLoop {
  const multivariantPlaylist = readFileSync(join(folder, 'master.m3u8'), 'utf8');
  const names = [...multivariantPlaylist.matchAll(/([\w-]+)\/index\.m3u8/g)].flatMap(([, name]) => name ?? []);
  const target = Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(readPlaylistOf(folder, names[0] ?? ''))?.[1]);
  const renditions = new Map(names.map((name) => [name, readRendition(folder, name, target)]));
  const segments = [...renditions.values()].flatMap((rendition) => rendition.segments);
  const partCounts = new Set(segments.map(({ parts }) => parts.length));
  const [partsPerSegment = 0] = partCounts;
  if (partCounts.size !== 1 || segments.length % names.length !== 0)
    throw new Error(`${folder}: as many segments in each rendition, and as many chunks in each segment, are needed`);
  const longest = Math.max(...segments.flatMap(({ parts }) => parts.map(({ seconds }) => seconds)));
  const partTargetSeconds = Math.ceil(longest * 10 ** PART_TARGET_DECIMALS) / 10 ** PART_TARGET_DECIMALS;
  return { segmentMs: target * 1000, partsPerSegment, partTargetSeconds, multivariantPlaylist, renditions };
}

/** Makes the stream of a loop. */
export function createLowLatencyStream(loop: ChunkLoop, options: LiveOptions = {}): LowLatencyStream {
  return new Stream(loop, options);
}

class Stream implements LowLatencyStream {
  readonly multivariantPlaylist: string;
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #windowSegments: number;
  readonly #graceSegments: number;
  readonly #partMs: number;

  constructor(
    private readonly loop: ChunkLoop,
    {
      now = Date.now,
      startMs = DEFAULT_START_MS,
      windowSegments = DEFAULT_WINDOW_SEGMENTS,
      graceSegments,
    }: LiveOptions,
  ) {
    this.multivariantPlaylist = loop.multivariantPlaylist;
    this.#now = now;
    this.#startMs = startMs;
    this.#windowSegments = windowSegments;
    this.#graceSegments = graceSegments ?? windowSegments * 2;
    this.#partMs = loop.segmentMs / loop.partsPerSegment;
  }

  initSegment(rendition: string): Uint8Array | undefined {
    return this.loop.renditions.get(rendition)?.init;
  }

  mediaPlaylist(rendition: string, query: string): Awaited<string> | 'refused' | undefined {
    const looped = this.loop.renditions.get(rendition);
    if (!looped) return undefined;
    const partCount = partCountWanted(new URLSearchParams(query), this.loop.partsPerSegment);
    const longest = this.#partCount + (MAX_SEGMENTS_AHEAD + 1) * this.loop.partsPerSegment;
    if (partCount === undefined || partCount > longest) return 'refused';
    const isDelta = /(?:^|&)_HLS_skip=/.test(query);
    return { atMs: this.#timeOf(partCount), read: () => this.#playlist(rendition, looped, isDelta) };
  }

  segment(rendition: string, sequence: number): Uint8Array | undefined {
    const isOut = this.#partCount >= (sequence + 1) * this.loop.partsPerSegment;
    return isOut && !this.#isGone(sequence) ? chunkedSegment(this.loop, rendition, sequence)?.bytes : undefined;
  }

  part(rendition: string, sequence: number, part: number): Awaited<Uint8Array> | undefined {
    const moved = chunkedSegment(this.loop, rendition, sequence);
    const range = moved?.parts[part];
    const partCount = sequence * this.loop.partsPerSegment + part + 1;
    // The one that comes next is announced by the preload hint.
    if (!range || this.#isGone(sequence) || partCount > this.#partCount + 1) return undefined;
    return { atMs: this.#timeOf(partCount), read: () => moved.bytes.subarray(range.start, range.end) };
  }

  /** Parts of each rendition that are out, from the beginning of the stream. */
  get #partCount(): number {
    return Math.max(0, Math.floor((this.#now() - this.#startMs) / this.#partMs));
  }

  /** When so many are out. */
  #timeOf(partCount: number): number {
    return this.#startMs + partCount * this.#partMs;
  }

  #isGone(sequence: number): boolean {
    const newest = Math.floor(this.#partCount / this.loop.partsPerSegment) - 1;
    return sequence < 0 || sequence <= newest - this.#windowSegments - this.#graceSegments;
  }

  #playlist(name: string, rendition: LoopedRendition, isDelta: boolean): string {
    const { partsPerSegment, segmentMs, partTargetSeconds } = this.loop;
    const partCount = this.#partCount;
    /** The segment that is being made; complete are those before. */
    const open = Math.floor(partCount / partsPerSegment);
    const oldest = Math.max(0, open - this.#windowSegments);
    const targetSeconds = segmentMs / 1000;
    const skippable = open - oldest - SKIP_BOUNDARY_TARGETS;
    const skipped = isDelta && skippable > 0 ? skippable : 0;
    const sequences = Array.from({ length: open - oldest - skipped }, (_, index) => oldest + skipped + index);
    const [partTarget, holdBack] = [1, HOLD_BACK_PARTS].map((count) =>
      (count * partTargetSeconds).toFixed(PART_TARGET_DECIMALS),
    );
    const skipUntil = (SKIP_BOUNDARY_TARGETS * targetSeconds).toFixed(1);
    return [
      ...['#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-TARGETDURATION:${String(targetSeconds)}`],
      `#EXT-X-PART-INF:PART-TARGET=${String(partTarget)}`,
      `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${String(holdBack)},CAN-SKIP-UNTIL=${skipUntil}`,
      ...[`#EXT-X-MEDIA-SEQUENCE:${String(oldest)}`, '#EXT-X-MAP:URI="init.mp4"'],
      ...(skipped > 0 ? [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${String(skipped)}`] : []),
      ...sequences.flatMap((sequence) => [
        ...this.#partLines(rendition, sequence, sequence >= open - SEGMENTS_WITH_PARTS ? partsPerSegment : 0),
        ...this.#segmentLines(rendition, sequence),
      ]),
      ...this.#partLines(rendition, open, partCount % partsPerSegment),
      `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${partName(open, partCount % partsPerSegment)}"`,
      ...this.#reportLines(name, partCount),
      '',
    ].join('\n');
  }

  #partLines(rendition: LoopedRendition, sequence: number, count: number): string[] {
    const { parts } = segmentAt(rendition, sequence);
    return parts.slice(0, count).map(({ seconds }, part) => {
      const independent = rendition.isAudio || part === 0 ? ',INDEPENDENT=YES' : '';
      return `#EXT-X-PART:DURATION=${seconds.toFixed(5)},URI="${partName(sequence, part)}"${independent}`;
    });
  }

  #segmentLines(rendition: LoopedRendition, sequence: number): string[] {
    const { parts, startSeconds } = segmentAt(rendition, sequence);
    const { segmentMs } = this.loop;
    const rounds = Math.floor(sequence / rendition.segments.length) * rendition.segments.length;
    const startMs = this.#startMs + rounds * segmentMs + startSeconds * 1000;
    const seconds = parts.reduce((total, part) => total + part.seconds, 0);
    return [
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(startMs).toISOString()}`,
      `#EXTINF:${seconds.toFixed(5)},`,
      `${String(sequence)}.m4s`,
    ];
  }

  /** Where the other renditions are, for a player that changes over. */
  #reportLines(name: string, partCount: number): string[] {
    const last = partCount - 1;
    const { partsPerSegment } = this.loop;
    if (last < 0) return [];
    const place = `LAST-MSN=${String(Math.floor(last / partsPerSegment))},LAST-PART=${String(last % partsPerSegment)}`;
    const others = [...this.loop.renditions.keys()].filter((other) => other !== name);
    return others.map((other) => `#EXT-X-RENDITION-REPORT:URI="../${other}/index.m3u8",${place}`);
  }
}

/** A segment of the stream with its parts, published or not. */
export function chunkedSegment(
  { renditions, segmentMs }: ChunkLoop,
  rendition: string,
  sequence: number,
): Pick<LoopedSegment, 'bytes' | 'parts'> | undefined {
  const looped = renditions.get(rendition);
  if (!looped) return undefined;
  const { bytes, parts } = segmentAt(looped, sequence);
  const rounds = Math.floor(sequence / looped.segments.length) * looped.segments.length;
  return { bytes: moveInTime(bytes, BigInt(((rounds * segmentMs) / 1000) * looped.timescale)), parts };
}

function segmentAt({ segments }: LoopedRendition, sequence: number): LoopedSegment {
  return segments[sequence % segments.length]!;
}

const partName = (sequence: number, part: number): string => `${String(sequence)}.${String(part)}.m4s`;

/** How many parts must be out for the playlist that is asked for; undefined: no such playlist (6.2.5.2). */
function partCountWanted(directives: URLSearchParams, partsPerSegment: number): number | undefined {
  const [sequence, part] = [directives.get('_HLS_msn'), directives.get('_HLS_part')];
  if (sequence === null) return part === null ? 0 : undefined;
  if (![sequence, part ?? '0'].every((number) => /^\d{1,12}$/.test(number))) return undefined;
  if (part === null) return (Number(sequence) + 1) * partsPerSegment;
  // A part beyond those of the segment is the first of the next.
  return Number(sequence) * partsPerSegment + Math.min(Number(part), partsPerSegment) + 1;
}

const readPlaylistOf = (folder: string, name: string): string => readFileSync(join(folder, name, 'index.m3u8'), 'utf8');

function readRendition(folder: string, name: string, segmentSeconds: number): LoopedRendition {
  const init = readFileSync(join(folder, name, 'init.mp4'));
  const timescale = timescaleOf(init);
  const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.m4s'));
  const bytes = files.sort().map((file) => readFileSync(join(folder, name, file)));
  const fragments = bytes.map((segment) => fragmentsOf(segment));
  // The last one ends with the loop.
  const times = [...fragments.flat().map(({ decodeTime }) => decodeTime), files.length * segmentSeconds * timescale];
  let passed = 0;
  const segments = fragments.map((own, index) => {
    const startSeconds = times[passed]! / timescale;
    const parts = own.map(({ start, end }) => {
      passed += 1;
      return { start, end, seconds: (times[passed]! - times[passed - 1]!) / timescale };
    });
    return { bytes: bytes[index]!, startSeconds, parts };
  });
  return { init, timescale, isAudio: init.includes('soun'), segments };
}
