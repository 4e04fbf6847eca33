// A node's place on the hub of its machine.

import { connect, type Socket } from 'node:net';
import type { BusWire, OpenWire, WireEvents } from './bus-wire';
import { DELIVER, encodeFrame, encodeSend, FrameSplitter, HELLO, PING, PONG } from './hub-frames';

/** @param path - where the hub's Unix socket is */
export function createHubWire(path: string): OpenWire {
  return (nodeId, events, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      const wire = new HubWire(socket, events, () => resolve(wire));
      signal.addEventListener('abort', () => socket.destroy());
      socket.once('connect', () => socket.write(encodeFrame(HELLO, Buffer.from(nodeId, 'latin1'))));
      let problem = new Error('the hub closed the connection');
      socket.on('error', (error) => (problem = error));
      socket.on('close', () => {
        reject(problem);
        events.lost(problem.message);
      });
    });
}

class HubWire implements BusWire {
  readonly #pongs: (() => void)[] = [];

  constructor(
    private readonly socket: Socket,
    events: WireEvents,
    onWelcome: () => void,
  ) {
    const splitter = new FrameSplitter((type, content) => {
      if (type === DELIVER) events.payload(content);
      else if (type === PONG) this.#pongs.shift()?.();
      else if (type === HELLO) onWelcome();
    });
    socket.on('data', (chunk: Buffer) => {
      if (!splitter.push(chunk)) socket.destroy(new Error('what answers there is no hub'));
    });
  }

  get pendingBytes(): number {
    return this.socket.writableLength;
  }

  publish(to: string, payload: Buffer): void {
    this.socket.write(encodeSend(to, payload));
  }

  probe(): Promise<void> {
    return new Promise((resolve) => {
      this.#pongs.push(resolve);
      this.socket.write(encodeFrame(PING));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.end(() => resolve());
    });
  }

  destroy(): void {
    this.socket.destroy();
  }
}
