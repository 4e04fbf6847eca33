import type { Milliseconds } from '../base/units';

/** Never called synchronously from `connect`; nothing after `onClose`. */
export interface SignallingListener {
  onOpen(): void;
  onMessage(text: string): void;
  /**
   * The socket closed or never opened. Not called after the own `close`. `retryAfterMs`: the tracker asked to be left
   * alone for so long, not more and not less.
   */
  onClose(reason: string, retryAfterMs?: Milliseconds): void;
}

/** A text WebSocket to one tracker. */
export interface SignallingSocket {
  /** Sends one message; before `onOpen` and after closing it does nothing. */
  send(text: string): void;
  /** Sends what was queued, then closes. Idempotent. */
  close(): void;
}

/** Opens sockets to trackers. Sessions that use the same tracker may share one connection underneath. */
export interface Signalling {
  connect(url: string, listener: SignallingListener): SignallingSocket;
}
