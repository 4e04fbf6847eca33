// All that the tracker needs of a client's socket, whatever library or platform it comes from.

/** One client's socket. No method throws, on a closed socket either. */
export interface ClientLink {
  /** Bytes given to send() that the operating system has not taken yet. */
  readonly queuedBytes: number;
  /** One text message in pieces, which may change once this returns. */
  send(parts: readonly Buffer[]): void;
  /** Asks for a sign of life, which arrives as `heard`. */
  ping(): void;
  /** Says goodbye and ends the socket when the client has said it too. */
  close(code: number, reason: string): void;
  /** Ends the socket at once. */
  terminate(): void;
}

/** What is known of a client beside its messages. It never appears in logs or statistics. */
export interface LinkOrigin {
  /** Its IP address, behind trusted proxies too; undefined where nobody knows it, on a Unix socket for example. */
  readonly address: string | undefined;
}

export const UNKNOWN_ORIGIN: LinkOrigin = { address: undefined };

/** Why a socket was ended by the tracker. */
export const CUT_REASONS = ['oversize', 'bad-utf8', 'bad-frame', 'slow-reader', 'no-pong', 'flood'] as const;

export type CutReason = (typeof CUT_REASONS)[number];

/** What the owner of a link reports about it. */
export interface LinkEvents {
  /** A whole message came, in UTF-8. The bytes are read during the call only. */
  message(bytes: Buffer): void;
  /** Something came, a pong for example: somebody is there. */
  heard(): void;
  /** The socket broke a rule of the transport and is being closed for it. */
  broken(reason: CutReason): void;
  /** The socket is gone. May be called more than once. */
  closed(): void;
}
