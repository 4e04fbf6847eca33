// The `ws` library as a source of links. Nothing of `ws` is known outside this file.

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { ClientAbout } from '../core/client-about';
import type { ClientLink, CutReason } from './client-link';
import type { LinkHub } from './link-hub';

export interface WebSocketTransportOptions {
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
}

/** The codes of `ws` for what a client did wrong; every other of its errors is a bad frame. */
const CUT_REASON_BY_CODE: Readonly<Record<string, CutReason>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'oversize',
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 'oversize',
  WS_ERR_INVALID_UTF8: 'bad-utf8',
};

export class WebSocketTransport {
  readonly #server: WebSocketServer;

  constructor(
    private readonly hub: LinkHub,
    { maxMessageBytes, maxFragments }: WebSocketTransportOptions,
  ) {
    // The types of ws do not know maxFragments yet.
    const options: ConstructorParameters<typeof WebSocketServer>[0] & { maxFragments: number } = {
      noServer: true,
      maxPayload: maxMessageBytes,
      maxFragments,
      // Deflate costs 0.5 MB and ten times the CPU per connection, for messages of 1 KB.
      perMessageDeflate: false,
    };
    this.#server = new WebSocketServer(options);
  }

  /** Turns an HTTP upgrade request into a link; answers it with an error if it is not a proper one. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, about: ClientAbout): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, about));
  }

  /** Ends all sockets, after up to `graceMs` for those that are saying goodbye. No more upgrades. */
  async close(graceMs: number): Promise<void> {
    const { clients } = this.#server;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        for (const client of clients) client.terminate();
      }, graceMs);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #open(webSocket: WebSocket, about: ClientAbout): void {
    const events = this.hub.open(new WebSocketLink(webSocket), about);
    webSocket.on('message', (data) => events.message(toUtf8(data)));
    webSocket.on('ping', () => events.heard());
    webSocket.on('pong', () => events.heard());
    // ws closes the socket itself after an error, but waits up to 30 s for the client to agree.
    webSocket.on('error', (error) => {
      if (isProtocolError(error)) events.broken(CUT_REASON_BY_CODE[error.code] ?? 'bad-frame');
      else events.closed();
    });
    webSocket.on('close', () => events.closed());
  }
}

class WebSocketLink implements ClientLink {
  constructor(private readonly webSocket: WebSocket) {}

  get queuedBytes(): number {
    return this.webSocket.bufferedAmount;
  }

  send(parts: readonly Buffer[]): void {
    // The callback keeps a failed write from being thrown; the socket's close event follows it.
    this.webSocket.send(Buffer.concat(parts), { binary: false }, ignore);
  }

  ping(): void {
    this.webSocket.ping(undefined, undefined, ignore);
  }

  close(code: number, reason: string): void {
    this.webSocket.close(code, reason);
  }

  terminate(): void {
    this.webSocket.terminate();
  }
}

/** Binary frames are read as text: some clients know no other. Bytes that are no UTF-8 become U+FFFD, which no id may have. */
function toUtf8(data: RawData): Buffer {
  const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString());
}

function isProtocolError(error: Error): error is Error & { code: string } {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('WS_ERR_');
}

function ignore(): void {
  // Nothing to do: see send().
}
