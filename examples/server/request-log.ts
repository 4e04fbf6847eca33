// What the origin was asked for and what it really gave: the measure of every offload claim, taken where it costs money.

/** How a request ended, or that it has not. */
export type RequestOutcome = 'pending' | 'completed' | 'aborted';

/** What a request asks for, as far as its first line and Range header tell. */
export interface RequestTarget {
  readonly method: string;
  /** Path without the query, as sent. */
  readonly path: string;
  /** The text after `?`; empty without one. */
  readonly query: string;
  /** The Range header as sent. */
  readonly range: string | undefined;
}

/** One request. `status`, `bytes` and `outcome` change until the outcome is no longer `pending`. */
export interface LoggedRequest extends RequestTarget {
  /** Milliseconds since the Unix epoch at which the request arrived. */
  readonly timeMs: number;
  /** HTTP status sent; 0 while none was. */
  readonly status: number;
  /**
   * Body bytes that the socket took. The operating system may hold some of them still when a viewer leaves, so an
   * aborted request counts at most one socket buffer more than what the viewer got.
   */
  readonly bytes: number;
  readonly outcome: RequestOutcome;
}

/** Which requests are meant: a pattern for the path, or a condition. */
export type RequestFilter = RegExp | ((request: LoggedRequest) => boolean);

/** The part of an entry that its response may change. */
export type LogEntry = { -readonly [Key in 'status' | 'bytes' | 'outcome']: LoggedRequest[Key] };

/** Whom it stops: a demo left running for weeks from filling memory. The oldest entries go first. */
const DEFAULT_MAX_ENTRIES = 100_000;

/** Every request to the origin, in order of arrival. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  constructor(private readonly maxEntries = DEFAULT_MAX_ENTRIES) {}

  /** All entries kept, oldest first. */
  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Opens an entry. @internal */
  open(target: RequestTarget, timeMs: number): LogEntry {
    const entry = { ...target, timeMs, status: 0, bytes: 0, outcome: 'pending' as RequestOutcome };
    this.#entries.push(entry);
    // Dropped by the tenth, not one by one: shifting a long array on every request would cost more than serving it.
    if (this.#entries.length > this.maxEntries) this.#entries.splice(0, Math.ceil(this.maxEntries / 10));
    return entry;
  }

  /** The entries that match. */
  select(filter: RequestFilter): LoggedRequest[] {
    return this.#entries.filter((entry) => (filter instanceof RegExp ? filter.test(entry.path) : filter(entry)));
  }

  /** How many requests match; all without a filter. */
  count(filter: RequestFilter = () => true): number {
    return this.select(filter).length;
  }

  /** Body bytes sent for the requests that match; all without a filter. */
  bytes(filter: RequestFilter = () => true): number {
    return this.select(filter).reduce((total, entry) => total + entry.bytes, 0);
  }

  /** Forgets all entries. Requests still running are not counted any more. */
  clear(): void {
    this.#entries = [];
  }
}
