// The statistics of one request. hls.js keeps the object that a loader has when it is made, looks at it every 100 ms
// while the fragment loads, and takes its estimate of the line from it at the end.

import { ProgressFeed, timeToMove } from '../../engine/src/plugin';
import type { LoaderStats } from './hls-types';

/** hls.js tells the first byte from the request by it. */
const FIRST_BYTE_MS = 1;

/** The fields of hls.js 1 and, beside them, those of 0.13 and 0.14. Times are those of `performance.now()`. */
export class SegmentStats implements LoaderStats {
  aborted = false;
  loaded = 0;
  total = 0;
  retry = 0;
  chunkCount = 0;
  bwEstimate = 0;
  readonly loading: LoaderStats['loading'];
  readonly parsing = { start: 0, end: 0 };
  readonly buffering = { start: 0, first: 0, end: 0 };
  tfirst = 0;
  tload = 0;
  #start = 0;
  #isPatient: (() => boolean) | undefined;
  #progress = new ProgressFeed();

  constructor() {
    const readStart = (): number => this.trequest;
    const writeStart = (value: number): void => void (this.trequest = value);
    this.loading = {
      get start() {
        return readStart();
      },
      set start(value) {
        writeStart(value);
      },
      first: 0,
      end: 0,
    };
  }

  /** When the request began, as far as hls.js is to know. */
  get trequest(): number {
    if (this.#isPatient?.()) this.#start = performance.now();
    return this.#start;
  }

  set trequest(value: number) {
    this.#isPatient = undefined;
    this.#start = value;
  }

  /**
   * The engine is asked. hls.js gives a fragment up when, at the rate so far, it would come too late. Waiting for peers
   * is no reason for that as long as `isPatient`: the request seems to begin only now.
   */
  begin(isPatient: () => boolean): void {
    this.trequest = performance.now();
    this.#isPatient = isPatient;
  }

  noteProgress(loadedBytes: number, totalBytes: number | undefined, bufferAheadSeconds: number): void {
    const beginning = this.#progress.beginningFor(loadedBytes, bufferAheadSeconds, performance.now());
    if (beginning === undefined) return;
    this.trequest = this.loading.first = this.tfirst = beginning;
    this.loaded = loadedBytes;
    this.total = totalBytes ?? 0;
  }

  /** All is there, and is to seem to have come at `bitsPerSecond`, without a time of its own until the first byte. */
  finish(byteCount: number, bitsPerSecond: number): void {
    const now = performance.now();
    const isMeasured = Number.isFinite(bitsPerSecond) && bitsPerSecond > 0;
    this.trequest = isMeasured ? now - timeToMove(byteCount, bitsPerSecond) : this.trequest;
    this.loading.first = this.tfirst = Math.min(now, this.trequest + FIRST_BYTE_MS);
    this.loading.end = this.tload = now;
    this.loaded = this.total = byteCount;
  }

  /** The player's own loader begins: it wants them as new. */
  reset(): void {
    this.trequest = this.tfirst = this.tload = this.loading.first = this.loading.end = 0;
    this.loaded = this.total = 0;
    this.#progress = new ProgressFeed();
  }
}
