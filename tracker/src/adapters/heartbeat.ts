import type { ClientLink } from './client-link';

/** Milliseconds between two pings: proxies end a silent connection after 60 s. */
export const DEFAULT_PING_INTERVAL_MS = 45_000;

/**
 * Milliseconds that a probed client has for its pong. Long enough for a phone in a lift; a viewer
 * who changed networks gets back in after it instead of after one to two ping intervals.
 */
export const PROBE_TIMEOUT_MS = 15_000;

interface Pulse {
  /** When the next ping is due; if nothing was heard since the last, the end. */
  dueAt: number;
  isHeard: boolean;
}

/**
 * Finds the half-open: sockets whose other end vanished without a word, as phones do that change
 * networks. Pings each link once per interval, spread over it as the clients came, and reports
 * those that were silent from one ping to the next.
 */
export class Heartbeat {
  // Both in the order in which they fall due, since all wait equally long.
  readonly #pulses = new Map<ClientLink, Pulse>();
  readonly #probedUntil = new Map<ClientLink, number>();

  constructor(
    private readonly pingIntervalMs: number,
    private readonly onSilent: (link: ClientLink) => void,
  ) {}

  add(link: ClientLink, now: number): void {
    this.#pulses.set(link, { dueAt: now + this.pingIntervalMs, isHeard: true });
  }

  remove(link: ClientLink): void {
    this.#pulses.delete(link);
    this.#probedUntil.delete(link);
  }

  heard(link: ClientLink): void {
    const pulse = this.#pulses.get(link);
    if (pulse) pulse.isHeard = true;
    this.#probedUntil.delete(link);
  }

  /** Pings a link out of turn. While one probe runs, another changes nothing. */
  probe(link: ClientLink, now: number): void {
    if (!this.#pulses.has(link) || this.#probedUntil.has(link)) return;
    this.#probedUntil.set(link, now + PROBE_TIMEOUT_MS);
    link.ping();
  }

  tick(now: number): void {
    for (const [link, until] of this.#probedUntil) {
      if (until > now) break;
      this.#giveUp(link);
    }
    for (const [link, pulse] of this.#pulses) {
      if (pulse.dueAt > now) break;
      if (!pulse.isHeard) {
        this.#giveUp(link);
        continue;
      }
      this.#pulses.delete(link);
      this.#pulses.set(link, { dueAt: now + this.pingIntervalMs, isHeard: false });
      link.ping();
    }
  }

  #giveUp(link: ClientLink): void {
    this.remove(link);
    this.onSilent(link);
  }
}
