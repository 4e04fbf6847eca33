import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import type { Message } from './core-driver';

/** A WebSocket client that can be asked for the next message. */
export class TestSocket {
  readonly #inbox: Message[] = [];
  readonly #waiting: ((message: Message) => void)[] = [];
  /** The code the socket was closed with. */
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as Message;
      const waiting = this.#waiting.shift();
      if (waiting) waiting(message);
      else this.#inbox.push(message);
    });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<TestSocket> {
    const socket = new WebSocket(url, options);
    const client = new TestSocket(socket);
    await once(socket, 'open');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  next(): Promise<Message> {
    const message = this.#inbox.shift();
    return message ? Promise.resolve(message) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends a message and resolves with the next one that comes. */
  ask(message: unknown): Promise<Message> {
    this.send(message);
    return this.next();
  }
}
