// Why a message was not done as asked. The code is for counters, the sentence for the client.

/** Reasons a message can be refused for, as counted in the statistics. */
export const REJECT_REASONS = [
  'bad-json',
  'bad-message',
  'bad-action',
  'bad-info-hash',
  'bad-peer-id',
  'bad-event',
  'bad-number',
  'bad-offers',
  'bad-answer',
  'full-scrape',
  'too-many-hashes',
  'too-many-swarms',
  'peer-id-taken',
  'answer-from-stranger',
  'answer-not-asked-for',
  'answer-to-gone-peer',
  'too-many-messages',
  'too-many-announces',
  'tracker-full',
  'overloaded',
  'swarm-denied',
  'token-required',
  'token-invalid',
  'token-expired',
  'not-authorized',
  'authorize-failed',
] as const;

export type RejectReason = (typeof REJECT_REASONS)[number];

/** Actions that a client of the protocol understands; any other in a reply makes the stock client drop its socket. */
export type ReplyAction = 'announce' | 'scrape';

/** A message that was refused. */
export interface Rejection {
  readonly type: 'rejected';
  readonly reason: RejectReason;
  /** The action that the error reply carries. */
  readonly action: ReplyAction;
  /** The swarm that the error reply carries, if the message named a valid one. */
  readonly infoHash: string | undefined;
  /** What the client is told, in English, without anything the client sent. */
  readonly failure: string;
  /** Seconds after which it is worth trying again, where the tracker has a wish. */
  readonly retrySeconds?: number;
}

export function reject(
  reason: RejectReason,
  failure: string,
  action: ReplyAction = 'announce',
  infoHash?: string,
): Rejection {
  return { type: 'rejected', reason, action, infoHash, failure };
}
