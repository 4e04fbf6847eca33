// Branded numbers: seconds (players) and milliseconds (timers) cannot be mixed by accident.
// Costs nothing at run time.

declare const unit: unique symbol;
type Branded<Unit extends string> = number & { readonly [unit]?: Unit };

/** A duration or a point on the session's monotonic clock, in milliseconds. */
export type Milliseconds = Branded<'ms'>;
/** A duration or a point on the presentation timeline, in seconds. */
export type Seconds = Branded<'s'>;
/** A number of bytes, a whole number ≥ 0. */
export type Bytes = Branded<'B'>;
/** A rate in bits per second. */
export type BitsPerSecond = Branded<'bit/s'>;

const MS_PER_SECOND = 1000;
const BITS_PER_BYTE = 8;
const BYTES_PER_KIBIBYTE = 1024;

/** Milliseconds from a number of seconds. */
export const secondsToMs = (value: Seconds): Milliseconds => value * MS_PER_SECOND;
/** Seconds from a number of milliseconds. */
export const msToSeconds = (value: Milliseconds): Seconds => value / MS_PER_SECOND;
/** Bytes from a number of KiB. */
export const kibibytes = (value: number): Bytes => value * BYTES_PER_KIBIBYTE;
/** Bytes from a number of MiB. */
export const mebibytes = (value: number): Bytes => value * BYTES_PER_KIBIBYTE * BYTES_PER_KIBIBYTE;

/** The rate at which `bytes` moved in `elapsed`; 0 when no time has passed. */
export function bitrateOf(bytes: Bytes, elapsed: Milliseconds): BitsPerSecond {
  return elapsed > 0 ? (bytes * BITS_PER_BYTE * MS_PER_SECOND) / elapsed : 0;
}

/** How many bytes move in `elapsed` at `rate`, parts of bytes included. */
export function bytesIn(elapsed: Milliseconds, rate: BitsPerSecond): number {
  return (elapsed * rate) / (BITS_PER_BYTE * MS_PER_SECOND);
}

/** How long `bytes` take at `rate`; Infinity at rate 0. */
export function timeToMove(bytes: Bytes, rate: BitsPerSecond): Milliseconds {
  return rate > 0 ? (bytes * BITS_PER_BYTE * MS_PER_SECOND) / rate : Infinity;
}
