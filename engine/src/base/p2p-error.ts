// One error class; `reason` is the contract, the text is for people.

/** What went wrong. Severity is for the caller to judge. */
export type P2PErrorReason =
  | 'invalid-option'
  | 'invalid-call'
  | 'unsupported-player'
  | 'manifest-unreadable'
  | 'http-failed'
  | 'segment-lost'
  | 'tracker-unreachable'
  | 'tracker-refused'
  | 'token-failed'
  | 'peer-violation'
  | 'destroyed';

/** Plain values that explain the case: an option's name, a URL, a status. */
export type ErrorContext = Readonly<Record<string, unknown>>;

/** The only error that the library throws or reports. */
export class P2PError extends Error {
  override readonly name = 'P2PError';

  private constructor(
    readonly reason: P2PErrorReason,
    message: string,
    readonly context: ErrorContext,
  ) {
    super(message);
  }

  /** An option is unknown or its value is not allowed. `allowed` says in words what would be. */
  static invalidOption(option: string, value: unknown, allowed: string): P2PError {
    return new P2PError(
      'invalid-option',
      `option "${option}": ${describe(value)} is not allowed; allowed: ${allowed}`,
      {
        option,
        value,
        allowed,
      },
    );
  }

  /** A public function was called with something it cannot use, or at a time when it cannot. */
  static invalidCall(message: string, context: ErrorContext = {}): P2PError {
    return new P2PError('invalid-call', message, context);
  }

  /** The player or the browser cannot do what P2P needs; playback goes on without. */
  static unsupportedPlayer(message: string, context: ErrorContext = {}): P2PError {
    return new P2PError('unsupported-player', message, context);
  }

  /** A manifest text is not one that the engine can read. */
  static manifestUnreadable(url: string, why: string): P2PError {
    return new P2PError('manifest-unreadable', `cannot read the manifest ${url}: ${why}`, { url, why });
  }

  /** The origin did not give a segment, also not when asked again. */
  static httpFailed(url: string, why: string, status?: number): P2PError {
    return new P2PError('http-failed', `HTTP failed for ${url}: ${why}`, { url, why, status });
  }

  /** A segment that was kept has gone from the store. */
  static segmentLost(): P2PError {
    return new P2PError('segment-lost', 'the store lost the segment', {});
  }

  /** A tracker's connection was lost or not made. */
  static trackerUnreachable(url: string, why: string): P2PError {
    return new P2PError('tracker-unreachable', `tracker ${url} is not reachable: ${why}`, { url, why });
  }

  /** The tracker answered, but refuses (its `failure reason`) or says what cannot be understood. */
  static trackerRefused(url: string, why: string): P2PError {
    return new P2PError('tracker-refused', `tracker ${url} refused: ${why}`, { url, why });
  }

  /** The page's `token` function gave none: it threw, took too long, or gave what cannot be one. */
  static tokenFailed(why: string): P2PError {
    return new P2PError('token-failed', `no token for the trackers: ${why}`, { why });
  }

  /** A peer broke the protocol; its connection was closed. */
  static peerViolation(peerId: string | undefined, why: string): P2PError {
    return new P2PError('peer-violation', `peer ${peerId ?? '(unknown)'} broke the protocol: ${why}`, { peerId, why });
  }

  /** The session had ended, or ended before the answer came. */
  static destroyed(): P2PError {
    return new P2PError('destroyed', 'the session was destroyed', {});
  }
}

const MAX_SHOWN_VALUE_LENGTH = 80;

function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return value.toString();
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > MAX_SHOWN_VALUE_LENGTH ? `${text.slice(0, MAX_SHOWN_VALUE_LENGTH)}…` : text;
}
