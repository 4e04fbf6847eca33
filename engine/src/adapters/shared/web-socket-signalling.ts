// Text WebSockets to trackers. Sessions on one page share one connection per tracker URL, so that a tracker carries a
// page once however many players it has; each session hears everything and picks what is its own by info_hash.

import type { Milliseconds } from '../../base/units';
import type { Signalling, SignallingListener, SignallingSocket } from '../../ports/signalling';
import { decodeRetryAfter } from '../../protocol/tracker-messages';

/**
 * The part of a W3C WebSocket that is used; the `ws` package has it too.
 *
 * @internal
 */
export type TextWebSocket = Pick<WebSocket, 'onopen' | 'onmessage' | 'onerror' | 'onclose' | 'send' | 'close'>;

/**
 * Longest message that is looked at, in UTF-16 units: a relayed description has 1–8 KiB. Stops a hostile tracker from
 * making the page parse megabytes of JSON.
 *
 * @internal
 */
export const MAX_MESSAGE_LENGTH = 262_144;

/**
 * {@link Signalling} over WebSockets that `openSocket` makes; it may throw.
 *
 * @internal
 */
export class WebSocketSignalling implements Signalling {
  readonly #connections = new Map<string, SharedConnection>();

  constructor(readonly openSocket: (url: string) => TextWebSocket) {}

  connect(url: string, listener: SignallingListener): SignallingSocket {
    let connection = this.#connections.get(url);
    if (!connection) {
      // Forgotten before anybody hears that it ended: whoever connects again gets a new one.
      connection = new SharedConnection(() => this.#connections.delete(url));
      this.#connections.set(url, connection);
      connection.open(() => this.openSocket(url));
    }
    return connection.join(listener);
  }
}

class SharedConnection {
  #socket: TextWebSocket | undefined;
  #isOpen = false;
  readonly #members = new Set<Member>();

  constructor(readonly onGone: () => void) {}

  open(openSocket: () => TextWebSocket): void {
    let socket: TextWebSocket;
    try {
      socket = openSocket();
    } catch (error) {
      // A malformed URL, or ws: on an https: page.
      queueMicrotask(() => this.#lose(error instanceof Error ? error.message : String(error)));
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#isOpen = true;
      for (const member of [...this.#members]) member.open();
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (typeof data !== 'string' || data.length > MAX_MESSAGE_LENGTH) return;
      for (const member of [...this.#members]) member.receive(data);
    };
    // Says nothing that the close event after it does not say; unhandled it would end a Node process.
    socket.onerror = () => undefined;
    socket.onclose = ({ code, reason }) =>
      this.#lose(reason || `closed with code ${code}`, decodeRetryAfter(code, reason));
  }

  join(listener: SignallingListener): SignallingSocket {
    const member = new Member(this, listener);
    this.#members.add(member);
    if (this.#isOpen) queueMicrotask(() => member.open());
    return member;
  }

  leave(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.onGone();
    // The closing handshake starts after everything that was sent before has left (WHATWG WebSockets, close()).
    this.#socket?.close();
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  #lose(reason: string, retryAfterMs?: Milliseconds): void {
    this.#isOpen = false;
    if (this.#members.size === 0) return;
    this.onGone();
    const members = [...this.#members];
    this.#members.clear();
    for (const member of members) member.lose(reason, retryAfterMs);
  }
}

class Member implements SignallingSocket {
  #state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(
    readonly connection: SharedConnection,
    readonly listener: SignallingListener,
  ) {}

  open(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.listener.onOpen();
  }

  receive(text: string): void {
    if (this.#state === 'open') this.listener.onMessage(text);
  }

  lose(reason: string, retryAfterMs?: Milliseconds): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.listener.onClose(reason, retryAfterMs);
  }

  send(text: string): void {
    if (this.#state === 'open') this.connection.send(text);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.connection.leave(this);
  }
}
