// What the tracker needs of whatever joins its nodes: short messages to one or to all, at most once, in order.

/** Where a bus reports to. None of these throws. */
export interface BusEvents {
  /** A message of another node came. The bytes are valid during the call only. */
  message(from: string, bytes: Buffer): void;
  /**
   * The bus came up or went down. While it is down it is tried again and again, for ever.
   * @param problem - why it is down, in words that hold no credentials; told again when it changes
   */
  state(isUp: boolean, problem?: string): void;
}

/** What went over a bus since the start. */
export interface BusCounters {
  messagesOut: number;
  messagesIn: number;
  bytesOut: number;
  bytesIn: number;
  /** Messages not sent because the bus was down or too much was waiting for it already. */
  messagesDropped: number;
}

/** One node's place on a bus. No method throws or waits, whatever the bus's state. */
export interface Bus {
  readonly isUp: boolean;
  readonly counters: Readonly<BusCounters>;
  /** Sends to one node. The bytes belong to the bus from then on. */
  send(to: string, message: Buffer): void;
  /** Sends to all nodes but this one. */
  broadcast(message: Buffer): void;
  /** Sends what is waiting, says goodbye to the server, and ends everything within about a second. */
  close(): Promise<void>;
}

/**
 * Opens a node's place on a bus, at once: that it is up comes later.
 * @param nodeId - the node's name on the bus: 1 to 64 letters, digits, `-` and `_`
 */
export type BusDriver = (nodeId: string, events: BusEvents) => Bus;
