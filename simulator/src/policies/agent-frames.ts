// What rival policies say to each other: a type, then whole numbers of 32 bits.

import type { Bytes } from '../../../engine/src/base/units';
import { DATA_TYPE } from '../network/frame-cost';

export const FRAME = { announce: 1, request: 3, cancel: 4, data: DATA_TYPE, start: 6, absent: 7 } as const;

const NUMBER_BYTES = 4;
/** Type, request id and offset, as in a data frame of the engine: here both are 0, because order tells. */
const DATA_HEADER_BYTES = 3;
/** Marks a segment that is on its way over HTTP. */
const LOADING_FLAG = 0x8000_0000;

export function encodeFrame(type: number, numbers: readonly number[]): Uint8Array {
  const frame = new Uint8Array(1 + NUMBER_BYTES * numbers.length);
  const view = new DataView(frame.buffer);
  frame[0] = type;
  numbers.forEach((number, index) => view.setUint32(1 + NUMBER_BYTES * index, number));
  return frame;
}

export function numbersOf(frame: Uint8Array): number[] {
  const view = new DataView(frame.buffer, frame.byteOffset);
  const count = (frame.length - 1) / NUMBER_BYTES;
  return Array.from({ length: count }, (_, index) => view.getUint32(1 + NUMBER_BYTES * index));
}

let zeros = new Uint8Array(0);

/** A frame of media; all of one length are the same bytes. */
export function dataFrame(byteCount: Bytes): Uint8Array {
  const length = byteCount + DATA_HEADER_BYTES;
  if (zeros.length < length) {
    zeros = new Uint8Array(length);
    zeros[0] = DATA_TYPE;
  }
  return zeros.subarray(0, length);
}

export const dataBytesOf = (frame: Uint8Array): Bytes => frame.length - DATA_HEADER_BYTES;

/** What a viewer says it has. */
export interface Announcement {
  readonly stored: ReadonlySet<number>;
  readonly loading: ReadonlySet<number>;
}

export const NOTHING: Announcement = { stored: new Set(), loading: new Set() };

export function encodeAnnouncement(stored: Iterable<number>, loading: Iterable<number>): Uint8Array {
  return encodeFrame(FRAME.announce, [...stored, ...[...loading].map((segmentId) => segmentId + LOADING_FLAG)]);
}

/** All neighbours get the same frame: it is read once. */
const read = new WeakMap<Uint8Array, Announcement>();

export function decodeAnnouncement(frame: Uint8Array): Announcement {
  const known = read.get(frame);
  if (known) return known;
  const numbers = numbersOf(frame);
  const stored = new Set(numbers.filter((number) => number < LOADING_FLAG));
  const loading = new Set(numbers.filter((number) => number >= LOADING_FLAG).map((number) => number - LOADING_FLAG));
  const announcement = { stored, loading };
  read.set(frame, announcement);
  return announcement;
}
