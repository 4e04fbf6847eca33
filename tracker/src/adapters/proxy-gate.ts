// Reads the PROXY header off a fresh socket and leaves the rest of what came to whoever takes the socket next.

import type { Socket } from 'node:net';
import { MAX_PROXY_HEADER_BYTES, parseProxyHeader, type ProxyHeaderProblem } from './proxy-header';

export interface ProxyGateEvents {
  /** The header is read; without an address the proxy speaks for itself. The socket is paused. */
  passed(address: string | undefined): void;
  /** There is no header, or a wrong one. The socket is destroyed. */
  refused(reason: ProxyHeaderProblem | 'no header in time'): void;
}

/** Calls one of `events`, once, unless the socket ends before. */
export function readProxyHeader(socket: Socket, events: ProxyGateEvents, timeoutMs: number): void {
  let seen: Buffer = Buffer.alloc(0);
  const stop = () => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('error', onEnd).off('close', onEnd).off('end', onEnd);
  };
  const refuse = (reason: ProxyHeaderProblem | 'no header in time') => {
    stop();
    socket.on('error', () => undefined).destroy();
    events.refused(reason);
  };
  const onEnd = () => {
    stop();
    socket.on('error', () => undefined).destroy();
  };
  const onReadable = () => {
    for (let header = parseProxyHeader(seen); ; header = parseProxyHeader(seen)) {
      if (header.type === 'refused') return refuse(header.reason);
      if (header.type === 'header') {
        stop();
        return events.passed(header.address);
      }
      // Never more than the header: what follows must stay in the socket for HTTP or TLS.
      const wanted = Math.min(header.bytes, MAX_PROXY_HEADER_BYTES) - seen.length;
      const chunk = socket.read(Math.min(wanted, Math.max(1, socket.readableLength))) as Buffer | null;
      if (!chunk) return;
      seen = Buffer.concat([seen, chunk]);
    }
  };
  const timer = setTimeout(() => refuse('no header in time'), timeoutMs);
  socket.on('readable', onReadable).on('error', onEnd).on('close', onEnd).on('end', onEnd);
}
