import { OPEN_REFUSAL_REASONS, type OpenRefusalReason } from './open-refusal';
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
  /** Connections that were not taken, by what was exceeded. */
  readonly connectionsRefused: Record<OpenRefusalReason, number>;
  /** Messages dropped without a word, because too many came; the first of each episode is among the rejects. */
  messagesDropped: number;
  announcesDropped: number;
  /** Connections that sent so much that they were ended. */
  floods: number;
  /** Offers that went nowhere because the tracker had too much to do. */
  offersNotRelayed: number;
  /** Announces that had to wait for a verdict. */
  announcesHeld: number;
}

export function createCounters(): Counters {
  return {
    messagesIn: { announce: 0, answer: 0, scrape: 0, invalid: 0 },
    messagesOut: { response: 0, offer: 0, answer: 0, scrape: 0, failure: 0 },
    rejects: Object.fromEntries(REJECT_REASONS.map((reason) => [reason, 0])) as Record<RejectReason, number>,
    silentPeersDropped: 0,
    connectionsRefused: Object.fromEntries(OPEN_REFUSAL_REASONS.map((reason) => [reason, 0])) as Record<
      OpenRefusalReason,
      number
    >,
    messagesDropped: 0,
    announcesDropped: 0,
    floods: 0,
    offersNotRelayed: 0,
    announcesHeld: 0,
  };
}
