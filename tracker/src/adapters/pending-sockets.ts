import type { Socket } from 'node:net';

/** Sockets that are no WebSockets yet. */
export class PendingSockets {
  /** In the order in which they came. */
  readonly #sockets = new Set<Socket>();

  constructor(private readonly most: number) {}

  /** @returns whether another one had to go */
  add(socket: Socket): boolean {
    this.#sockets.add(socket);
    socket.once('close', this.#onClose);
    const [oldest] = this.#sockets;
    if (this.#sockets.size <= this.most || !oldest) return false;
    this.#remove(oldest);
    oldest.destroy();
    return true;
  }

  /** The socket became a WebSocket. */
  settle(socket: Socket): void {
    this.#remove(socket);
  }

  /** Ends them all. */
  endAll(): void {
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  #remove(socket: Socket): void {
    if (this.#sockets.delete(socket)) socket.off('close', this.#onClose);
  }

  /** One function for all, which is told the socket as `this`. */
  readonly #onClose = ((sockets: Set<Socket>) =>
    function (this: Socket): void {
      sockets.delete(this);
    })(this.#sockets);
}
