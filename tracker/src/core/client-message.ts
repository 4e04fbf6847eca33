// What clients may say. Ids are decoded; offers and answers are JSON text in bytes, and may be views of
// the message that they came in.

export interface Offer {
  readonly offerId: string;
  /** `"offer":{…},"offer_id":"…"}`: the entry without its opening brace, so that a relayed message ends with it. */
  readonly members: Buffer;
}

/** `update` stands for no event and for every event this tracker does not know. */
export type AnnounceEvent = 'started' | 'completed' | 'stopped' | 'update';

export interface AnnounceMessage {
  readonly type: 'announce';
  readonly infoHash: string;
  readonly peerId: string;
  readonly event: AnnounceEvent;
  /** Bytes the peer still lacks, or undefined when it did not say. */
  readonly left: number | undefined;
  /** What the client shows to be let in, unread; undefined where it shows none or something that cannot be one. */
  readonly token: string | undefined;
  /** At most as many as the client wants peers, and as the limits allow. */
  readonly offers: readonly Offer[];
}

export interface AnswerMessage {
  readonly type: 'answer';
  readonly infoHash: string;
  readonly peerId: string;
  readonly toPeerId: string;
  readonly offerId: string;
  /** `{"type":"answer","sdp":"…"}` */
  readonly description: Buffer;
}

export interface ScrapeMessage {
  readonly type: 'scrape';
  /** Without repetitions. */
  readonly infoHashes: readonly string[];
}

export type ClientMessage = AnnounceMessage | AnswerMessage | ScrapeMessage;
