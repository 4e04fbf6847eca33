// Redis or Valkey: publish and subscribe on one primary, a channel per node and one for all. Nothing is stored.
// Not for a cluster: there each message would be copied to every primary.

import type { createClient } from '@redis/client';
import { EVERYONE } from '../../core/cluster/node-id';
import { CONNECT_TIMEOUT_MS, reasonOf, type BusWire, type OpenWire, type WireEvents } from './bus-wire';

/** Commands waiting for the server or its reply; the limit of bytes is nearly always the one that is met first. */
const MAX_QUEUED_COMMANDS = 50_000;

export interface RedisOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly isTls: boolean;
  /** First word of all channels. They are the same in all databases of a server. */
  readonly prefix: string;
}

type Client = ReturnType<typeof createClient>;

export function createRedisWire(options: RedisOptions): OpenWire {
  return async (nodeId, events, signal) => {
    // Only who has this bus loads its client.
    const { createClient: create } = await import('@redis/client');
    const { host, port, isTls, user, password } = options;
    // A connection that subscribes can do nothing else in the protocol that all servers speak.
    const [publisher, subscriber] = [0, 1].map(() =>
      create({
        socket: {
          ...{ host, port, connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false },
          ...(isTls ? { tls: true as const } : {}),
        },
        ...(user === undefined ? {} : { username: user }),
        ...(password === undefined ? {} : { password }),
        RESP: 2,
        disableOfflineQueue: true,
        disableClientInfo: true,
        maintNotifications: 'disabled',
        commandsQueueMaxLength: MAX_QUEUED_COMMANDS,
      }),
    ) as unknown as [Client, Client];
    const wire = new RedisWire(publisher, subscriber, options.prefix);
    signal.addEventListener('abort', () => wire.destroy());
    try {
      await wire.open(nodeId, events);
    } catch (error) {
      wire.destroy();
      throw error;
    }
    return wire;
  };
}

class RedisWire implements BusWire {
  pendingBytes = 0;
  #lost: WireEvents['lost'] = () => undefined;

  constructor(
    private readonly publisher: Client,
    private readonly subscriber: Client,
    private readonly prefix: string,
  ) {}

  async open(nodeId: string, events: WireEvents): Promise<void> {
    this.#lost = (reason) => events.lost(reason);
    for (const client of [this.publisher, this.subscriber]) {
      client.on('error', (error: unknown) => events.lost(reasonOf(error)));
      client.on('end', () => events.lost('the server closed the connection'));
    }
    await Promise.all([this.publisher.connect(), this.subscriber.connect()]);
    const channels = [this.#channel(nodeId), this.#channel(EVERYONE)];
    await this.subscriber.subscribe(channels, (payload: Buffer) => events.payload(payload), true);
  }

  publish(to: string, payload: Buffer): void {
    this.pendingBytes += payload.length;
    const done = (): void => {
      this.pendingBytes -= payload.length;
    };
    this.publisher.publish(this.#channel(to), payload).then(done, (error: unknown) => {
      done();
      // The connection is gone, or the server does not let this user publish.
      this.#lost(reasonOf(error));
    });
  }

  probe(): Promise<unknown> {
    return Promise.all([this.publisher.ping(), this.subscriber.ping()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.publisher.close(), this.subscriber.close()]);
  }

  destroy(): void {
    for (const client of [this.publisher, this.subscriber]) if (client.isOpen) client.destroy();
  }

  #channel(to: string): string {
    return to === EVERYONE ? `${this.prefix}.1.all` : `${this.prefix}.1.node.${to}`;
  }
}
