// The `ws` library as a source of links. Nothing of `ws` is known outside this file.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { ClientAbout } from '../core/client-about';
import type { ClientLink, CutReason } from './client-link';
import { closePayload, binaryAsUtf8 } from './frames';
import { findRefusal, refuse } from './handshake';
import type { Transport, TransportHost, TransportLimits } from './transport';

/** The codes of `ws` for what a client did wrong; every other of its errors is a bad frame. */
const CUT_REASON_BY_CODE: Readonly<Record<string, CutReason>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'oversize',
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 'oversize',
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 'oversize',
  WS_ERR_INVALID_UTF8: 'bad-utf8',
};

const SEND_OPTIONS = { binary: false, compress: false, fin: true };

export class WsTransport implements Transport {
  readonly #server: WebSocketServer;

  constructor(
    private readonly host: TransportHost,
    { maxMessageBytes, maxFragments, closeTimeoutMs }: TransportLimits,
  ) {
    // The types of ws do not know maxFragments and closeTimeout yet.
    const options: ConstructorParameters<typeof WebSocketServer>[0] & { maxFragments: number; closeTimeout: number } = {
      noServer: true,
      maxPayload: maxMessageBytes,
      maxFragments,
      closeTimeout: closeTimeoutMs,
      // Deflate costs 0.5 MB and ten times the CPU per connection, for messages of 1 KB.
      perMessageDeflate: false,
    };
    this.#server = new WebSocketServer(options);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, about?: ClientAbout): void {
    const refusal = findRefusal(request);
    if (refusal) return refuse(socket, refusal);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, about));
  }

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

  #open(webSocket: WebSocket, about: ClientAbout | undefined): void {
    const events = this.host.open(new WsLink(webSocket), about);
    webSocket.on('message', (data, isBinary) => {
      // ws reads to the end of the chunk, whatever was done to the socket meanwhile.
      if (webSocket.readyState !== webSocket.OPEN) return;
      // ws has checked text already.
      const bytes = toBuffer(data);
      events.message(isBinary ? binaryAsUtf8(bytes) : bytes);
    });
    webSocket.on('ping', () => events.heard());
    webSocket.on('pong', () => events.heard());
    webSocket.on('error', (error) => {
      if (isProtocolError(error)) events.broken(CUT_REASON_BY_CODE[error.code] ?? 'bad-frame');
      else events.closed();
    });
    webSocket.on('close', () => events.closed());
  }
}

class WsLink implements ClientLink {
  constructor(private readonly webSocket: WebSocket) {}

  get queuedBytes(): number {
    return this.webSocket.bufferedAmount;
  }

  send(parts: readonly Buffer[]): void {
    // ws would count what it cannot send any more.
    if (this.webSocket.readyState !== this.webSocket.OPEN) return;
    // A copy in any case: ws keeps what the kernel does not take. The callback keeps a failed write from being
    // thrown; the socket's close event follows it.
    this.webSocket.send(Buffer.concat(parts), SEND_OPTIONS, ignore);
  }

  ping(): void {
    this.webSocket.ping(undefined, undefined, ignore);
  }

  close(code: number, reason: string): void {
    // ws throws for a reason that is too long.
    this.webSocket.close(code, closePayload(code, reason).subarray(2));
  }

  terminate(): void {
    this.webSocket.terminate();
  }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function isProtocolError(error: Error): error is Error & { code: string } {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('WS_ERR_');
}

function ignore(): void {
  // Nothing to do: see send().
}
