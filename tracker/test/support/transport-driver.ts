// A transport on an HTTP server of its own, and all that it reports.

import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { ClientLink, CutReason, LinkEvents } from '../../src/adapters/client-link';
import type { Transport, TransportFactory, TransportHost, TransportLimits } from '../../src/adapters/transport';
import { CASE_LIMITS } from './frame-cases';

/** One link and what was reported of it. */
export class Reported implements LinkEvents {
  readonly messages: string[] = [];
  readonly broke: CutReason[] = [];
  heardCount = 0;
  isClosed = false;
  onMessage: (bytes: Buffer) => void = () => undefined;

  constructor(readonly link: ClientLink) {}

  message(bytes: Buffer): void {
    this.messages.push(bytes.toString());
    this.onMessage(bytes);
    // As somebody may who reads into the same buffer again.
    bytes.fill(0x21);
  }

  heard(): void {
    this.heardCount += 1;
  }

  broken(reason: CutReason): void {
    this.broke.push(reason);
  }

  closed(): void {
    this.isClosed = true;
  }
}

/** TLS by a secret that both know, so that no certificate is needed. */
const SECRET = { psk: Buffer.from('00112233445566778899aabbccddeeff', 'hex'), identity: 'test' };
const TLS = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
export const TLS_CLIENT: ConnectionOptions = {
  ...TLS,
  pskCallback: () => SECRET,
  checkServerIdentity: () => undefined,
};

type HeldUpgrade = readonly [socket: Duplex, upgrade: () => void];

export class TransportDriver implements TransportHost {
  readonly reported: Reported[] = [];
  readonly transport: Transport;
  /** Whether each message is sent back. */
  isEcho = false;
  readonly #server: Server;
  #held: HeldUpgrade[] | undefined;

  private constructor(factory: TransportFactory, limits: Partial<TransportLimits>, isTls: boolean) {
    this.transport = factory(this, { ...CASE_LIMITS, closeTimeoutMs: 5_000, ...limits });
    this.#server = isTls
      ? createTlsServer({ ...TLS, pskCallback: () => SECRET.psk, pskIdentityHint: 'test' })
      : createServer();
    this.#server.on('upgrade', (request, socket, head) => {
      const upgrade = () => this.transport.upgrade?.(request, socket, head);
      if (!this.#held) return upgrade();
      socket.on('error', () => undefined).resume();
      this.#held.push([socket, upgrade]);
    });
  }

  static async start(
    factory: TransportFactory,
    limits: Partial<TransportLimits> = {},
    isTls = false,
  ): Promise<TransportDriver> {
    const driver = new TransportDriver(factory, limits, isTls);
    await new Promise<void>((resolve) => driver.#server.listen(0, '127.0.0.1', resolve));
    return driver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on upgrades wait in this list, as behind a check that takes its time. */
  holdUpgrades(): readonly HeldUpgrade[] {
    return (this.#held ??= []);
  }

  open(link: ClientLink): LinkEvents {
    const reported = new Reported(link);
    if (this.isEcho) reported.onMessage = (bytes) => link.send([bytes]);
    this.reported.push(reported);
    return reported;
  }

  async stop(): Promise<void> {
    await this.transport.close(0);
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}
