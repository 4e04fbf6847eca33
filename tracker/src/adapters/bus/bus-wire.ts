// What is special about each kind of bus: how to open one connection to it, and what goes over that.

/** Milliseconds that opening a connection may take, from the name look-up to the subscription. */
export const CONNECT_TIMEOUT_MS = 5000;

/** Bytes of one payload at most: an envelope with a message of the largest size. */
export const MAX_PAYLOAD_BYTES = 128 * 1024;

/** A living connection to the server of a bus. */
export interface BusWire {
  /** Bytes given to publish() that the server is not known to have. */
  readonly pendingBytes: number;
  /** @param to - a node, or EVERYONE. What the sender gets back itself is ignored by the caller */
  publish(to: string, payload: Buffer): void;
  /** Resolves once the server has answered: it is alive, and has what was published before. May reject. */
  probe(): Promise<unknown>;
  /** Ends it in good order. What was published still goes out. */
  close(): Promise<unknown>;
  /** Ends it at once. */
  destroy(): void;
}

export interface WireEvents {
  /** A payload for this node or for everyone. The bytes are valid during the call only. */
  payload(bytes: Buffer): void;
  /** The connection is of no use any more. May be called more than once. */
  lost(reason: string): void;
}

/**
 * Opens one connection and resolves when messages for the node arrive on it. Tries once; rejects with the reason.
 * @param signal - aborted when nobody waits for it any longer: what was opened until then is to be ended
 */
export type OpenWire = (nodeId: string, events: WireEvents, signal: AbortSignal) => Promise<BusWire>;

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  const { message, name, errors } = Object(error) as Partial<AggregateError>;
  // One for each address of a name that was tried in vain.
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0]);
  const text = message === undefined || message === '' ? (name ?? String(error)) : message;
  return text.replaceAll(/\s+/g, ' ').trim();
}
