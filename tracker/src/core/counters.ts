import { REJECT_REASONS, type RejectReason } from './rejection';

/** Incoming messages by what they turned out to be; `invalid` could not be read as any of the others. */
export interface MessagesIn {
  announce: number;
  answer: number;
  scrape: number;
  invalid: number;
}

/** Outgoing messages by kind. */
export interface MessagesOut {
  response: number;
  offer: number;
  answer: number;
  scrape: number;
  failure: number;
}

export type OutgoingType = keyof MessagesOut;

/** What happened since the start. */
export interface Counters {
  readonly messagesIn: MessagesIn;
  readonly messagesOut: MessagesOut;
  readonly rejects: Record<RejectReason, number>;
  /** Peers dropped because they did not announce for too long. */
  silentPeersDropped: number;
}

export function createCounters(): Counters {
  return {
    messagesIn: { announce: 0, answer: 0, scrape: 0, invalid: 0 },
    messagesOut: { response: 0, offer: 0, answer: 0, scrape: 0, failure: 0 },
    rejects: Object.fromEntries(REJECT_REASONS.map((reason) => [reason, 0])) as Record<RejectReason, number>,
    silentPeersDropped: 0,
  };
}
