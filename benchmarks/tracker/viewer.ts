// A viewer as a raw socket: shakes hands, says prepared phrases, answers every offer.

import { connect, type Socket } from 'node:net';
import { ID_JSON_BYTES, idNumberAt, type Phrases } from './messages';

const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: tracker',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');

const TEXT_FRAME = 0x81;
const PING_FRAME = 0x89;
const EMPTY_PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const LENGTH_16 = 126;

/** A message longer than this is a relayed offer or answer; those that are shorter are responses. */
const MAX_RESPONSE_BYTES = 600;

const PEER_ID = Buffer.from('"peer_id":"');
const OFFER_ID = Buffer.from('"offer_id":"');
const ANSWER = Buffer.from('"answer":{');
const INTERVAL = Buffer.from('"interval":');
const QUOTE = 0x22;

/** Connections from one address; a second address begins before the ports of the first run out. */
const CONNECTIONS_PER_ADDRESS = 10_000;

const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

export interface ViewerEvents {
  opened(viewer: Viewer): void;
  response(viewer: Viewer): void;
  /** An offer of the viewer with this index came, and was answered. */
  offer(fromIndex: number): void;
  /** One of this viewer's offers was answered. */
  answer(viewer: Viewer): void;
  broken(reason: string): void;
}

export class Viewer {
  /** When its last announce was written; milliseconds. */
  announcedAt = 0;
  /** Messages that its last announce has yet to bring. */
  awaited = 0;
  readonly #socket: Socket;
  #isOpen = false;
  #rest: Buffer | undefined;

  constructor(
    port: number,
    readonly index: number,
    readonly phrases: Phrases,
    private readonly events: ViewerEvents,
  ) {
    const onread = {
      buffer: READ_BUFFER,
      callback: (count: number) => {
        this.#read(READ_BUFFER.subarray(0, count));
        return true;
      },
    };
    const localAddress = `127.0.0.${1 + Math.floor(index / CONNECTIONS_PER_ADDRESS)}`;
    this.#socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true, onread }, () => {
      this.#socket.write(HANDSHAKE);
    });
    this.#socket.on('error', (error) => events.broken(`a viewer's socket failed: ${error.message}`));
    this.#socket.on('close', () => events.broken('the tracker closed the socket of a viewer'));
  }

  say(frame: Buffer): void {
    this.#socket.write(frame);
  }

  #read(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = undefined;
    }
    let offset = this.#isOpen ? 0 : this.#readHandshake(bytes);
    for (;;) {
      const end = this.#readFrame(bytes, offset);
      if (end === offset) break;
      offset = end;
    }
    if (offset < bytes.length) this.#rest = Buffer.from(bytes.subarray(offset));
  }

  #readHandshake(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const text = bytes.toString('latin1', 0, end);
    if (!text.startsWith('HTTP/1.1 101 ')) this.events.broken(`no WebSocket: ${text}`);
    this.#isOpen = true;
    this.events.opened(this);
    return end + 4;
  }

  /** @returns where the frame at `offset` ends; `offset` if not all of it is there */
  #readFrame(bytes: Buffer, offset: number): number {
    const available = bytes.length - offset;
    if (!this.#isOpen || available < 2) return offset;
    const isLong = bytes[offset + 1] === LENGTH_16;
    if (isLong && available < 4) return offset;
    const start = offset + (isLong ? 4 : 2);
    const end = start + (isLong ? bytes.readUInt16BE(offset + 2) : bytes[offset + 1]!);
    if (end > bytes.length) return offset;
    if (bytes[offset] === TEXT_FRAME) this.#take(bytes.subarray(start, end));
    else if (bytes[offset] === PING_FRAME) this.say(EMPTY_PONG);
    else this.events.broken(`the tracker sent a frame of type ${bytes[offset]!.toString(16)}`);
    return end;
  }

  #take(message: Buffer): void {
    if (message.length <= MAX_RESPONSE_BYTES) {
      if (message.includes(INTERVAL)) this.events.response(this);
      else this.events.broken(`the tracker said ${message.toString()}`);
      return;
    }
    if (message.includes(ANSWER)) return this.events.answer(this);
    const peerIdAt = this.#idAfter(message, PEER_ID);
    const offerIdAt = this.#idAfter(message, OFFER_ID);
    this.say(this.phrases.answer(message, peerIdAt, offerIdAt));
    this.events.offer(idNumberAt(message, peerIdAt));
  }

  #idAfter(message: Buffer, name: Buffer): number {
    const at = message.indexOf(name) + name.length;
    if (message[at + ID_JSON_BYTES] !== QUOTE)
      this.events.broken(`a relayed id is not as it was: ${message.toString()}`);
    return at;
  }
}
