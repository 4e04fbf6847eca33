// All that the tracker needs of a client's socket, whatever library or platform it comes from.

/** One client's socket. No method throws, on a closed socket either. */
export interface ClientLink {
  /** Bytes given to send() that the operating system has not taken yet, those gathered for one write included. */
  readonly queuedBytes: number;
  /**
   * Sends one text message that comes in pieces, in order. The pieces are UTF-8 together, and valid during
   * the call only: they may lie in a buffer that is read into again.
   */
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

/** What the owner of a link reports about it. None of these throws. */
export interface LinkEvents {
  /**
   * A whole message came, and is UTF-8: what is relayed of it must not break the socket of who gets it.
   * The bytes are valid during the call only.
   */
  message(bytes: Buffer): void;
  /** Something came, a pong for example: somebody is there. */
  heard(): void;
  /** The socket broke a rule of the transport and is being closed for it. */
  broken(reason: CutReason): void;
  /** The socket is gone. May be called more than once. */
  closed(): void;
}
