// A bus for the processes of one machine: a Unix socket that passes on what its clients send each other.

import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { EVERYONE, isNodeId } from '../../core/cluster/node-id';
import { decodeSend, DELIVER, encodeFrame, FrameSplitter, HELLO, PING, PONG, SEND } from './hub-frames';

/** Bytes waiting for one client above which what is for it is dropped. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** Who may connect: the user that the hub runs as. */
const SOCKET_MODE = 0o600;

export class BusHub {
  /** Payloads not delivered because their receiver was too slow. */
  droppedCount = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #byNode = new Map<string, Socket>();

  private constructor() {
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /**
   * Opens a hub on a Unix socket. A socket file that a dead process left there is replaced.
   * @throws the error of `node:net` when the path cannot be had, `EADDRINUSE` when another hub has it
   */
  static async listen(path: string): Promise<BusHub> {
    const hub = new BusHub();
    try {
      await hub.#listen(path);
    } catch (error) {
      const isInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isInUse || (await isAlive(path))) throw error;
      rmSync(path, { force: true });
      await hub.#listen(path);
    }
    chmodSync(path, SOCKET_MODE);
    return hub;
  }

  /** Ends all connections and removes the socket. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        // Later ones are of single connections: too many open files, for example.
        this.#server.on('error', () => undefined);
        resolve();
      });
    });
  }

  #welcome(socket: Socket): void {
    let nodeId: string | undefined;
    this.#sockets.add(socket);
    const splitter = new FrameSplitter((type, content) => {
      if (type === HELLO && nodeId === undefined) nodeId = this.#introduce(socket, content);
      else if (type === PING) this.#deliver(socket, encodeFrame(PONG));
      else if (type === SEND && nodeId !== undefined) this.#pass(socket, content);
      else socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      if (!splitter.push(chunk)) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (nodeId !== undefined && this.#byNode.get(nodeId) === socket) this.#byNode.delete(nodeId);
    });
  }

  /** A node that is here already under this name was restarted: the newer connection is the living one. */
  #introduce(socket: Socket, content: Buffer): string | undefined {
    const nodeId = content.toString('latin1');
    if (!isNodeId(nodeId)) {
      socket.destroy();
      return undefined;
    }
    this.#byNode.set(nodeId, socket);
    socket.write(encodeFrame(HELLO));
    return nodeId;
  }

  #pass(from: Socket, content: Buffer): void {
    const sent = decodeSend(content);
    if (!sent) return void from.destroy();
    const frame = encodeFrame(DELIVER, sent.payload);
    if (sent.to === EVERYONE) {
      for (const socket of this.#byNode.values()) if (socket !== from) this.#deliver(socket, frame);
      return;
    }
    const receiver = this.#byNode.get(sent.to);
    if (receiver) this.#deliver(receiver, frame);
  }

  #deliver(socket: Socket, frame: Buffer): void {
    if (socket.writableLength > MAX_QUEUED_BYTES) this.droppedCount += 1;
    else socket.write(frame);
  }
}

/** Whether somebody listens on a Unix socket. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
