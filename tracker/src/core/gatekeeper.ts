// Decides who and what gets in: connections by caps, messages and announces by rates, announces by the admission that
// the surroundings bring. The core asks it; it holds nothing of swarms.

import type { Admission, AdmissionRequest } from './admission';
import type { ClientAbout } from './client-about';
import type { AnnounceMessage } from './client-message';
import type { Counters } from './counters';
import type { OpenRefusalReason } from './open-refusal';
import { Connection } from './peer';
import { AddressBook } from './rates/address-book';
import { ConnectionRates } from './rates/connection-rates';
import { DEFAULT_RATES, type RateLimits } from './rates/rate-limits';
import { reject, type Rejection } from './rejection';

export interface GatekeeperOptions {
  readonly maxConnections: number;
  /** @defaultValue nothing is limited */
  readonly rates?: RateLimits | undefined;
  /** @defaultValue everybody may announce everything */
  readonly admission?: Admission | undefined;
}

/** What becomes of an announce. */
export type AnnounceVerdict =
  | { readonly type: 'granted' }
  | { readonly type: 'dropped' }
  | { readonly type: 'held'; readonly request: AdmissionRequest }
  /** `isOut`: the peer may not stay either, if it is in. */
  | { readonly type: 'refused'; readonly rejection: Rejection; readonly isOut: boolean };

const GRANTED: AnnounceVerdict = { type: 'granted' };
const DROPPED: AnnounceVerdict = { type: 'dropped' };

const TOO_MANY_MESSAGES = reject('too-many-messages', 'too many messages; some are dropped');

export class Gatekeeper {
  readonly #addresses: AddressBook;

  constructor(
    private readonly options: GatekeeperOptions,
    private readonly counters: Counters,
  ) {
    this.#addresses = new AddressBook(options.rates ?? DEFAULT_RATES);
  }

  /** Addresses that something is remembered of. */
  get addressCount(): number {
    return this.#addresses.size;
  }

  /** Whether one more connection is not taken. */
  refuses(about: ClientAbout, connectionCount: number, now: number): OpenRefusalReason | undefined {
    if (connectionCount >= this.options.maxConnections) return 'tracker-full';
    const refusal = this.#addresses.refuses(about.address, now);
    return refusal && (refusal === 'too-fast' ? 'address-too-fast' : 'address-full');
  }

  open(about: ClientAbout | undefined, now: number): Connection {
    this.#addresses.open(about?.address, now);
    const { rates } = this.options;
    return new Connection(about, rates && new ConnectionRates(rates, now));
  }

  close({ about, held }: Connection): void {
    this.#addresses.close(about.address);
    held.clear();
  }

  sweep(now: number): void {
    this.#addresses.sweep(now);
  }

  /** One more message of a connection, whatever it is. */
  takeMessage(connection: Connection, now: number): 'taken' | 'dropped' | 'flood' | Rejection {
    const own = connection.rates?.takeMessage(now) ?? 'taken';
    if (own === 'flood') {
      this.counters.floods += 1;
      return own;
    }
    const verdict = own === 'taken' ? this.#addresses.takeMessage(connection.about.address, now) : own;
    if (verdict === 'dropped') this.counters.messagesDropped += 1;
    return verdict === 'refused' ? TOO_MANY_MESSAGES : verdict;
  }

  /** One more announce. Who says goodbye is always let go. */
  takeAnnounce(connection: Connection, message: AnnounceMessage, now: number): AnnounceVerdict {
    const { infoHash, peerId } = message;
    const peer = infoHash + peerId;
    if (message.event === 'stopped') {
      connection.held.delete(peer);
      return GRANTED;
    }
    const verdict = connection.held.has(peer) ? 'dropped' : (connection.rates?.takeAnnounce(peer, now) ?? 'taken');
    if (verdict === 'dropped') {
      this.counters.announcesDropped += 1;
      return DROPPED;
    }
    if (verdict === 'refused') {
      const { announceBurst, announceSeconds } = this.options.rates ?? DEFAULT_RATES;
      const failure = `too many announces; ${announceBurst} at once and one every ${announceSeconds} s are taken`;
      return { type: 'refused', rejection: this.#reject('too-many-announces', failure, infoHash), isOut: false };
    }
    return this.#admit(connection, message, now);
  }

  /** The same announce again, now that there is a verdict. */
  resumeAnnounce(connection: Connection, message: AnnounceMessage, now: number): AnnounceVerdict {
    const isWanted = connection.held.delete(message.infoHash + message.peerId);
    const verdict = isWanted ? this.#admit(connection, message, now) : DROPPED;
    // Who has a verdict that did not even last until here would wait for ever.
    return verdict.type === 'held' ? this.#dropHeld(connection, message) : verdict;
  }

  #dropHeld(connection: Connection, { infoHash, peerId }: AnnounceMessage): AnnounceVerdict {
    connection.held.delete(infoHash + peerId);
    return DROPPED;
  }

  #admit(connection: Connection, { infoHash, peerId, token }: AnnounceMessage, now: number): AnnounceVerdict {
    const request: AdmissionRequest = { client: connection.about, infoHash, peerId, token };
    const verdict = this.options.admission?.check(request, now) ?? 'granted';
    if (verdict === 'granted') return GRANTED;
    if (verdict === 'held') {
      connection.held.add(infoHash + peerId);
      this.counters.announcesHeld += 1;
      return { type: 'held', request };
    }
    return { type: 'refused', rejection: this.#reject(verdict.reason, verdict.failure, infoHash), isOut: true };
  }

  #reject(reason: Rejection['reason'], failure: string, infoHash: string): Rejection {
    return reject(reason, failure, 'announce', infoHash);
  }
}
