// RFC 6455 over the sockets of Node's HTTP server, server side only and without extensions: the parts of
// it that a tracker needs, for a fraction of what a general library costs per message.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientAbout } from '../core/client-about';
import { BuiltInLink, type LinkOwner } from './built-in-link';
import { acceptance, findRefusal, refuse } from './handshake';
import type { Transport, TransportHost, TransportLimits } from './transport';
import { WriteGatherer, type Outbox } from './write-gatherer';

export class BuiltInTransport implements Transport, LinkOwner {
  readonly #gatherer = new WriteGatherer();
  readonly #links = new Set<BuiltInLink>();
  /** Links that say goodbye, with the time at which they are ended without; all wait equally long. */
  readonly #closing = new Map<BuiltInLink, number>();
  /** Whether a timer runs for the first of them. */
  #isTiming = false;
  #isClosed = false;
  #onEmpty: () => void = () => undefined;

  constructor(
    private readonly host: TransportHost,
    readonly limits: TransportLimits,
  ) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, about?: ClientAbout): void {
    if (this.#isClosed) return refuse(socket, { status: 503, problem: 'the tracker is closing' });
    const refusal = findRefusal(request);
    if (refusal) return refuse(socket, refusal);
    // Gone while somebody else thought about the request: its close event is over, and would be waited for forever.
    if (socket.destroyed) return;
    const link = new BuiltInLink(this, socket);
    this.#links.add(link);
    socket.write(acceptance(request), 'latin1');
    link.open(this.host.open(link, about), head);
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#links.size === 0) return;
    const timer = setTimeout(() => {
      for (const link of [...this.#links]) link.terminate();
    }, graceMs);
    await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    clearTimeout(timer);
  }

  flushSoon(link: Outbox): void {
    this.#gatherer.add(link);
  }

  expectEnd(link: BuiltInLink): void {
    if (this.#closing.has(link)) return;
    this.#closing.set(link, performance.now() + this.limits.closeTimeoutMs);
    if (!this.#isTiming) this.#endOverdueIn(this.limits.closeTimeoutMs);
  }

  forget(link: BuiltInLink): void {
    this.#closing.delete(link);
    if (this.#links.delete(link) && this.#links.size === 0) this.#onEmpty();
  }

  #endOverdueIn(milliseconds: number): void {
    this.#isTiming = true;
    setTimeout(this.#endOverdue, milliseconds).unref();
  }

  readonly #endOverdue = (): void => {
    this.#isTiming = false;
    const now = performance.now();
    for (const [link, until] of this.#closing) {
      if (until > now) {
        this.#endOverdueIn(until - now);
        return;
      }
      this.#closing.delete(link);
      link.terminate();
    }
  };
}
