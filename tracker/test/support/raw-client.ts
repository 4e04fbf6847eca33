// A client made of a bare socket: it does what it is told, allowed or not, and nothing by itself.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { readFrame, type ReadFrame } from './frames';

/** The headers of a handshake; one that is undefined is left out. */
export type HandshakeHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const HEADERS: HandshakeHeaders = {
  Host: 'tracker',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

export function handshake(headers: HandshakeHeaders = {}, requestLine = 'GET / HTTP/1.1'): string {
  const lines = Object.entries({ ...HEADERS, ...headers }).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return `${[requestLine, ...lines].join('\r\n')}\r\n\r\n`;
}

export class RawClient {
  /** All that came behind the handshake's answer. */
  received = Buffer.alloc(0);
  /** The tracker sends nothing more. */
  readonly ended: Promise<void>;
  #offset = 0;
  #onData: () => void = () => undefined;
  #hasEnded = false;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#onData();
    });
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.#hasEnded = true;
        this.#onData();
        resolve();
      };
      socket.on('end', end).on('close', end);
    });
  }

  /** Connects and says nothing. */
  static async connect(port: number, tls?: ConnectionOptions): Promise<RawClient> {
    const address = { port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true };
    const socket = tls ? connectTls({ ...address, ...tls }) : connect(address);
    const client = new RawClient(socket);
    await once(socket, tls ? 'secureConnect' : 'connect');
    return client;
  }

  /** Connects and shakes hands. */
  static async open(port: number, tls?: ConnectionOptions): Promise<RawClient> {
    const client = await RawClient.connect(port, tls);
    client.send(handshake());
    const head = await client.readHead();
    if (!head.startsWith('HTTP/1.1 101 ')) throw new Error(head);
    return client;
  }

  send(...bytes: (Buffer | string)[]): void {
    this.socket.write(Buffer.concat(bytes.map((part) => Buffer.from(part))));
  }

  /** The head of an HTTP response. */
  async readHead(): Promise<string> {
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n', this.#offset);
      if (end >= 0) {
        const head = this.received.toString('latin1', this.#offset, end);
        this.#offset = end + 4;
        return head;
      }
      await this.#more();
    }
  }

  /** The next frame; throws when the tracker ends before it. */
  async next(): Promise<ReadFrame> {
    for (;;) {
      const read = readFrame(this.received, this.#offset);
      if (read) {
        this.#offset = read.end;
        return read;
      }
      await this.#more();
    }
  }

  async nextText(): Promise<string> {
    return (await this.next()).payload.toString();
  }

  /** All frames until the tracker ends. */
  async rest(): Promise<ReadFrame[]> {
    await this.ended;
    const frames: ReadFrame[] = [];
    for (let read = readFrame(this.received, this.#offset); read; read = readFrame(this.received, this.#offset)) {
      this.#offset = read.end;
      frames.push(read);
    }
    return frames;
  }

  async #more(): Promise<void> {
    if (this.#hasEnded) throw new Error('the tracker ended the connection');
    await new Promise<void>((resolve) => (this.#onData = resolve));
  }
}
