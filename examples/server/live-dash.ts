// The live sample as DASH: the segments of a VOD folder numbered on and on, each moved to its place in time. Like the
// HLS one it follows from the clock alone, so that every viewer and every restart sees the same.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { moveInTime, timescaleOf } from './iso-boxes';
import { DEFAULT_START_MS, DEFAULT_WINDOW_SEGMENTS, newestSequence, type LiveOptions } from './live-stream';

/** One Representation that is played round and round. */
interface LoopedRepresentation {
  readonly init: Uint8Array;
  readonly segments: readonly Uint8Array[];
  /** Units per second in its segments. */
  readonly timescale: number;
}

/** What is played round and round. */
export interface DashLoop {
  readonly segmentMs: number;
  /** The MPD of the loop, on demand. */
  readonly manifest: string;
  readonly representations: ReadonlyMap<string, LoopedRepresentation>;
}

/** Enough to seek about in: 64 s of a loop of 16 s. */
const LONG_ROUNDS = 4;

/** A DASH stream at the present moment. */
export interface LoopedDash {
  manifest(): string;
  initSegment(representation: string): Uint8Array | undefined;
  /** Undefined when it is not yet published, long gone or of no known Representation. */
  segment(representation: string, number: number): Uint8Array | undefined;
}

/** Reads the loop from a VOD folder with `manifest.mpd` and one folder per Representation. @throws Error when it cannot loop */
export function readDashLoop(folder: string): DashLoop {
  const manifest = readFileSync(join(folder, 'manifest.mpd'), 'utf8');
  const [, timescale, duration] = /timescale="(\d+)" duration="(\d+)" startNumber="0"/.exec(manifest) ?? [];
  const names = [...manifest.matchAll(/<Representation id="([\w-]+)"/g)].flatMap(([, name]) => name ?? []);
  const representations = new Map(names.map((name) => [name, readRepresentation(join(folder, name))]));
  const counts = new Set([...representations.values()].map(({ segments }) => segments.length));
  if (timescale === undefined || duration === undefined || counts.size !== 1 || counts.has(0))
    throw new Error(`${folder}: a SegmentTemplate from 0 on, as many segments in each Representation, are needed`);
  return { segmentMs: (Number(duration) / Number(timescale)) * 1000, manifest, representations };
}

/** Makes the live stream of a loop. */
export function createLiveDash(loop: DashLoop, options: LiveOptions = {}): LoopedDash {
  const { now = Date.now, startMs = DEFAULT_START_MS, windowSegments = DEFAULT_WINDOW_SEGMENTS } = options;
  const { graceSegments = windowSegments * 2 } = options;
  const segmentSeconds = loop.segmentMs / 1000;
  const live = [
    'type="dynamic"',
    `availabilityStartTime="${new Date(startMs).toISOString()}"`,
    `minimumUpdatePeriod="PT${String(segmentSeconds)}S"`,
    `timeShiftBufferDepth="PT${String(windowSegments * segmentSeconds)}S"`,
    `suggestedPresentationDelay="PT${String(3 * segmentSeconds)}S"`,
  ];
  const manifest = loop.manifest.replace(/type="static"\s+mediaPresentationDuration="\w+"/, live.join(' '));
  return {
    manifest: () => manifest,
    initSegment: (representation) => loop.representations.get(representation)?.init,
    segment(representation, number) {
      const looped = loop.representations.get(representation);
      const newest = newestSequence(now(), startMs, loop.segmentMs);
      if (!looped || number < 0 || number > newest || number <= newest - windowSegments - graceSegments)
        return undefined;
      return dashSegment(loop, representation, number);
    },
  };
}

/** A recording of the loop played several times over. */
export function createLongDash(loop: DashLoop, rounds = LONG_ROUNDS): LoopedDash {
  const segmentCount = rounds * loopLength(loop);
  const duration = `PT${String((segmentCount * loop.segmentMs) / 1000)}S`;
  const manifest = loop.manifest.replace(/mediaPresentationDuration="\w+"/, `mediaPresentationDuration="${duration}"`);
  return {
    manifest: () => manifest,
    initSegment: (representation) => loop.representations.get(representation)?.init,
    segment: (representation, number) =>
      number < segmentCount ? dashSegment(loop, representation, number) : undefined,
  };
}

/** The bytes of a segment of the live stream, published or not. */
export function dashSegment(loop: DashLoop, representation: string, number: number): Uint8Array | undefined {
  const looped = loop.representations.get(representation);
  const segment = looped?.segments[number % looped.segments.length];
  if (!looped || !segment) return undefined;
  const roundMs = Math.floor(number / looped.segments.length) * looped.segments.length * loop.segmentMs;
  return moveInTime(segment, BigInt((roundMs / 1000) * looped.timescale));
}

const loopLength = ({ representations }: DashLoop): number => {
  const [first] = representations.values();
  return first?.segments.length ?? 0;
};

function readRepresentation(folder: string): LoopedRepresentation {
  const files = readdirSync(folder).filter((name) => name.endsWith('.m4s'));
  const init = readFileSync(join(folder, 'init.mp4'));
  const segments = files.sort().map((name) => readFileSync(join(folder, name)));
  return { init, timescale: timescaleOf(init), segments };
}
