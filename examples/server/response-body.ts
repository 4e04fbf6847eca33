// Sends one body, counted and on request slowly, and stops at once when the viewer leaves or the origin closes.

import type { ServerResponse } from 'node:http';
import type { LogEntry } from './request-log';

/** How a body is sent. */
export interface BodyPace {
  /** Wait before the headers, in milliseconds. */
  readonly firstByteDelayMs: number;
  /** Limit for this response; undefined: as fast as the socket takes it. */
  readonly bytesPerSecond: number | undefined;
  /** The connection is cut after so many body bytes; undefined: never. */
  readonly cutAfterBytes: number | undefined;
}

/** Small enough that a count of written bytes is near the truth at any moment. */
const MAX_WRITE_BYTES = 16 * 1024;
/** A limited rate is kept by writing this often. */
const WRITES_PER_SECOND = 20;

/**
 * Sends head and body and keeps `entry` up to date. The entry ends as `completed` when the socket took everything,
 * else as `aborted`. Cancelled by `signal`, which cuts the connection.
 */
export function sendBody(
  response: ServerResponse,
  entry: LogEntry,
  body: Uint8Array,
  pace: BodyPace,
  signal: AbortSignal,
): void {
  let timer: NodeJS.Timeout | undefined;
  let startedMs = 0;
  let offset = 0;
  const status = response.statusCode;
  const cut = () => response.destroy();
  const after = (delayMs: number, next: () => void) => {
    timer = setTimeout(next, delayMs);
  };

  response.once('close', () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
    entry.outcome = response.writableFinished ? 'completed' : 'aborted';
  });
  signal.addEventListener('abort', cut);

  function sendNext(): void {
    if (offset >= (pace.cutAfterBytes ?? Infinity)) return void cut();
    if (offset >= body.byteLength) return void response.end();
    const piece = body.subarray(offset, offset + nextWriteBytes(pace, offset));
    const write = () =>
      response.write(piece, (error) => {
        if (error) return;
        entry.bytes += piece.byteLength;
        offset += piece.byteLength;
        sendNext();
      });
    if (pace.bytesPerSecond === undefined) return void write();
    // A piece goes out when its last byte is due, so the rate is never exceeded; due is counted from the start, so late
    // timers do not add up to a lower one.
    const dueMs = startedMs + ((offset + piece.byteLength) / pace.bytesPerSecond) * 1000;
    after(Math.max(0, dueMs - performance.now()), write);
  }

  function begin(): void {
    entry.status = status;
    startedMs = performance.now();
    response.flushHeaders();
    sendNext();
  }

  if (response.destroyed) entry.outcome = 'aborted';
  else if (signal.aborted) cut();
  else if (pace.firstByteDelayMs > 0) after(pace.firstByteDelayMs, begin);
  else begin();
}

function nextWriteBytes({ bytesPerSecond = Infinity, cutAfterBytes = Infinity }: BodyPace, offset: number): number {
  const fair = Math.max(1, Math.floor(bytesPerSecond / WRITES_PER_SECOND));
  return Math.min(MAX_WRITE_BYTES, fair, cutAfterBytes - offset);
}
