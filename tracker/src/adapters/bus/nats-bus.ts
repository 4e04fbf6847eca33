// NATS: a subject per node and one for all. At most once, in order per sender; the server keeps nothing.

import { connect as connectSocket } from 'node:net';
import type { NatsConnection } from '@nats-io/transport-node';
import { EVERYONE } from '../../core/cluster/node-id';
import { CONNECT_TIMEOUT_MS, reasonOf, type BusWire, type OpenWire, type WireEvents } from './bus-wire';

/** Bytes after which the server is asked whether it has what came before. */
const CONFIRM_EVERY_BYTES = 256 * 1024;

export interface NatsOptions {
  /** `host:port` of one or more servers of one cluster; the others of it are found through them. */
  readonly servers: readonly string[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Refuse servers without TLS; with it or not, TLS is used where the server offers it. */
  readonly isTlsRequired: boolean;
  /** First word of all subjects. */
  readonly prefix: string;
}

export function createNatsWire(options: NatsOptions): OpenWire {
  const found = new Set<string>(options.servers);
  return async (nodeId, events, signal) => {
    const server = await Promise.any([...found].map((each) => awaitGreeting(each, signal)));
    // Only who has this bus loads its client.
    const { connect } = await import('@nats-io/transport-node');
    const { user, password, prefix } = options;
    const connection = await connect({
      servers: [server],
      name: nodeId,
      noEcho: true,
      // The bus does that itself: the client's own way cannot be ended while it tries for the first time.
      reconnect: false,
      timeout: CONNECT_TIMEOUT_MS,
      ...(options.isTlsRequired ? { tls: {} } : {}),
      // A name alone is a token.
      ...(user === undefined ? {} : password === undefined ? { token: user } : { user, pass: password }),
    });
    for (const other of connection.info?.connect_urls ?? []) found.add(other);
    const wire = new NatsWire(connection, prefix);
    signal.addEventListener('abort', () => wire.destroy());
    if (signal.aborted) wire.destroy();
    await wire.subscribe(nodeId, events);
    return wire;
  };
}

/**
 * Resolves with the server once it has said who it is, which it does first. The client waits for that too, but
 * leaves its socket open when it waited in vain: one more with each attempt.
 */
function awaitGreeting(server: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(`nats://${server}`);
    const socket = connectSocket({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    signal.addEventListener('abort', () => socket.destroy());
    socket.once('data', () => {
      resolve(server);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
  });
}

class NatsWire implements BusWire {
  #sentBytes = 0;
  #confirmedBytes = 0;
  #askedAtBytes = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly prefix: string,
  ) {}

  get pendingBytes(): number {
    return this.#sentBytes - this.#confirmedBytes;
  }

  async subscribe(nodeId: string, events: WireEvents): Promise<void> {
    const { connection } = this;
    void connection.closed().then((error) => events.lost(error ? reasonOf(error) : 'the server closed the connection'));
    this.#watch(events).catch((error: unknown) => events.lost(reasonOf(error)));
    for (const to of [nodeId, EVERYONE]) {
      connection.subscribe(this.#subject(to), {
        callback: (error, { data }) => {
          if (error) events.lost(reasonOf(error));
          else events.payload(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
        },
      });
    }
    await connection.flush();
  }

  publish(to: string, payload: Buffer): void {
    this.connection.publish(this.#subject(to), payload);
    this.#sentBytes += payload.length;
    if (this.#sentBytes - this.#askedAtBytes >= CONFIRM_EVERY_BYTES) this.probe().catch(() => undefined);
  }

  /** The client does not tell what its socket has not taken; a pong tells that the server has it. */
  async probe(): Promise<void> {
    const sentBytes = this.#sentBytes;
    this.#askedAtBytes = sentBytes;
    await this.connection.flush();
    this.#confirmedBytes = Math.max(this.#confirmedBytes, sentBytes);
  }

  async close(): Promise<void> {
    await this.connection.flush();
    await this.connection.close();
  }

  destroy(): void {
    this.connection.close().catch(() => undefined);
  }

  /** What the server refuses, to publish for example, it tells by the way. */
  async #watch(events: WireEvents): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'error') events.lost(reasonOf(status.error));
    }
  }

  #subject(to: string): string {
    return to === EVERYONE ? `${this.prefix}.1.all` : `${this.prefix}.1.node.${to}`;
  }
}
