import { isUtf8 } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientLink, CutReason, LinkEvents } from './client-link';
import { FrameReader, type FrameSink, type ReaderLimits } from './frame-reader';
import { binaryAsUtf8, CLOSE_CODE, closePayload, closeViolation, headerBytes, OPCODE, writeHeader } from './frames';
import type { Outbox } from './write-gatherer';

/** What a link needs of its transport. */
export interface LinkOwner {
  readonly limits: ReaderLimits;
  /** Has `link.flush()` called at the end of this turn of the event loop. */
  flushSoon(link: Outbox): void;
  /** The link began to say goodbye: to be terminated if that takes too long. */
  expectEnd(link: BuiltInLink): void;
  /** The link's socket is gone. */
  forget(link: BuiltInLink): void;
}

/** `closing`: we said goodbye, the client has not yet. `ending`: nothing that comes is read any more. */
type LinkState = 'open' | 'closing' | 'ending' | 'gone';

/**
 * Bytes of frames that wait for the end of a turn at most. With more they go out at once, so that a burst to
 * one client is not taken for one that does not read.
 */
const MAX_GATHERED_BYTES = 32 * 1024;

const CUT_REASON_BY_CODE: Readonly<Record<number, CutReason>> = {
  [CLOSE_CODE.tooBig]: 'oversize',
  [CLOSE_CODE.tooManyFrames]: 'oversize',
  [CLOSE_CODE.badData]: 'bad-utf8',
};

const LINK = Symbol('link');

/** Four functions serve all sockets and find the link by this, instead of four closures for each. */
type LinkedSocket = Duplex & { [LINK]: BuiltInLink };

/** One client's socket. Between two messages it keeps no buffer. */
export class BuiltInLink implements ClientLink, FrameSink, Outbox {
  readonly #reader: FrameReader;
  #events: LinkEvents | undefined;
  #state: LinkState = 'open';
  /** Frames that wait for the end of this turn. */
  #frames: Buffer[] | undefined;
  #gatheredBytes = 0;

  constructor(
    private readonly owner: LinkOwner,
    private readonly socket: Duplex,
  ) {
    this.#reader = new FrameReader(this, owner.limits);
  }

  /** To be called once the handshake is answered. @param head - what the client sent behind its request */
  open(events: LinkEvents, head: Buffer): void {
    this.#events = events;
    const socket = this.socket as LinkedSocket;
    socket[LINK] = this;
    if (socket instanceof Socket) socket.setTimeout(0).setNoDelay(true);
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    if (head.length > 0) this.receive(head);
  }

  get queuedBytes(): number {
    return this.#gatheredBytes + this.socket.writableLength;
  }

  send(parts: readonly Buffer[]): void {
    if (this.#state === 'open') this.#gather(OPCODE.text, parts);
  }

  ping(): void {
    if (this.#state === 'open') this.#gather(OPCODE.ping, []);
  }

  close(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#sayGoodbye([closePayload(code, reason)]);
  }

  terminate(): void {
    this.#state = 'gone';
    this.#dropFrames();
    this.socket.destroy();
  }

  receive(chunk: Buffer): void {
    if (this.isReading) this.#reader.read(chunk);
  }

  get isReading(): boolean {
    return this.#state === 'open' || this.#state === 'closing';
  }

  handleMessage(payload: Buffer, isBinary: boolean): void {
    if (this.#state !== 'open') return;
    if (isBinary) this.#events?.message(binaryAsUtf8(payload));
    else if (isUtf8(payload)) this.#events?.message(payload);
    else this.handleViolation(CLOSE_CODE.badData);
  }

  handlePing(payload: Buffer): void {
    if (this.#state !== 'open') return;
    this.#gather(OPCODE.pong, [payload]);
    this.#events?.heard();
  }

  handlePong(): void {
    if (this.#state === 'open') this.#events?.heard();
  }

  handleClose(payload: Buffer): void {
    const code = closeViolation(payload);
    if (code !== undefined) return this.handleViolation(code);
    if (this.#state === 'open') {
      this.#state = 'ending';
      // The code alone: the reason was theirs.
      this.#sayGoodbye([payload.subarray(0, 2)]);
    }
    this.#end();
  }

  handleViolation(closeCode: number): void {
    if (this.#state === 'open') {
      this.#state = 'ending';
      this.#sayGoodbye([closePayload(closeCode)]);
      this.#events?.broken(CUT_REASON_BY_CODE[closeCode] ?? 'bad-frame');
    }
    this.#end();
  }

  /** The client sends nothing more. */
  handleEnd(): void {
    if (this.#state === 'gone') return;
    this.flush();
    this.owner.expectEnd(this);
    this.#end();
  }

  handleGone(): void {
    this.#state = 'gone';
    this.#dropFrames();
    this.#events?.closed();
    this.owner.forget(this);
  }

  flush(): void {
    const frames = this.#frames;
    if (!frames) return;
    this.#dropFrames();
    // Joined: copying a few kilobytes costs less than handing the kernel a list, or TLS several records.
    this.socket.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }

  #gather(opcode: number, parts: readonly Buffer[]): void {
    const frame = makeFrame(opcode, parts);
    if (this.#frames) this.#frames.push(frame);
    else {
      this.#frames = [frame];
      this.owner.flushSoon(this);
    }
    this.#gatheredBytes += frame.length;
    if (this.#gatheredBytes > MAX_GATHERED_BYTES) this.flush();
  }

  #sayGoodbye(payload: readonly Buffer[]): void {
    this.#gather(OPCODE.close, payload);
    this.flush();
    this.owner.expectEnd(this);
  }

  /** Ends our side. What comes is still taken from the socket: unread, it would make the kernel reset the connection, goodbye and all. */
  #end(): void {
    if (this.#state === 'gone') return;
    this.#state = 'ending';
    this.socket.end();
    this.#events?.closed();
  }

  #dropFrames(): void {
    this.#frames = undefined;
    this.#gatheredBytes = 0;
  }
}

function makeFrame(opcode: number, parts: readonly Buffer[]): Buffer {
  let payloadBytes = 0;
  for (const part of parts) payloadBytes += part.length;
  const frame = Buffer.allocUnsafe(headerBytes(payloadBytes) + payloadBytes);
  let offset = writeHeader(frame, 0, opcode, payloadBytes);
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

function onData(this: LinkedSocket, chunk: Buffer): void {
  this[LINK].receive(chunk);
}

function onEnd(this: LinkedSocket): void {
  this[LINK].handleEnd();
}

function onError(this: LinkedSocket): void {
  // Resets and writes to a socket that is gone: nobody to tell but the owner.
  this[LINK].handleGone();
  this.destroy();
}

function onClose(this: LinkedSocket): void {
  this[LINK].handleGone();
}
